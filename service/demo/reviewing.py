"""Reviews of the demo: by one person, and blind by two with a third who settles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.demo.archiving import Kept
from service.demo.matching import Step, span, steps
from service.demo.person import Person
from service.demo.shapes import ReviewItem, RoundItem, RulingItem

_ROUNDS = "/v1/reviews/rounds"


def review(reviewer: Person, item: ReviewItem, there: Kept) -> int:
    """Decide about a record alone; returns how many decisions were made. What is not wanted stays in the queue."""
    found = _proposed(reviewer, there)
    return _decide(reviewer, there, steps(there.text, item.tags, found, wrong=item.reject))


def blind_round(people: Mapping[str, Person], item: RoundItem, there: Kept) -> str:
    """A blind round, as far as the material says; returns its id.

    In an open one only the first of the two has finished.
    """
    adjudicator = people[item.adjudicator]
    body = {"record_id": there.id, "reviewers": [people[login].id for login in item.reviewers]}
    round_id = str(adjudicator.post(_ROUNDS, body)["id"])
    for number, login in enumerate(item.reviewers):
        if item.state == "open" and number > 0:
            break
        reviewer = people[login]
        wanted = [*item.tags, *item.only.get(login, ())]
        _decide(reviewer, there, steps(there.text, wanted, _proposed(reviewer, there), reject_rest=True))
        reviewer.act(f"{_ROUNDS}/{round_id}", "finish")
    if item.state == "closed":
        _settle(adjudicator, item, there, round_id)
    return round_id


def _proposed(person: Person, there: Kept) -> list[dict[str, Any]]:
    tags = person.get("/v1/reviews/tags", version_id=there.version_id)["items"]
    return [tag for tag in tags if tag["state"] == "proposed"]


def _decide(reviewer: Person, there: Kept, decisions: list[Step]) -> int:
    for step in decisions:
        etag = None if step.tag is None else step.tag["etag"]
        reviewer.post("/v1/reviews", step.body(there.version_id), etag=etag)
    return len(decisions)


def _settle(adjudicator: Person, item: RoundItem, there: Kept, round_id: str) -> None:
    for matter in adjudicator.get(f"{_ROUNDS}/{round_id}/differences")["items"]:
        ruling = next((one for one in item.rulings if _about(one, matter, there.text)), None)
        adjudicator.post(f"{_ROUNDS}/{round_id}/adjudications", _ruled(matter, ruling))


def _about(ruling: RulingItem, matter: dict[str, Any], text: str) -> bool:
    start, end = span(text, ruling.quote)
    labels = {review["proposal"]["label"] for review in matter["reviews"] if review["proposal"]}
    labels |= {matter["tag"]["label"]} if matter["tag"] else set()
    return matter["start"] < end and start < matter["end"] and ruling.label in (None, *labels)


def _ruled(matter: dict[str, Any], ruling: RulingItem | None) -> dict[str, Any]:
    """A difference without a ruling in the material is settled for the tag: nothing of what one of them found is lost."""
    body: dict[str, Any] = {"matter": matter["key"], "reason": ruling.reason if ruling else None}
    if ruling is None or ruling.keep:
        chosen = next(review for review in matter["reviews"] if review["action"] != "reject")
        return {**body, "outcome": "follow", "review_id": chosen["id"]}
    return {**body, "outcome": "reject" if matter["tag"] else "drop"}
