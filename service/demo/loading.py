"""Putting the demo into a service, over HTTP, each step by the one whose work it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Self

from nlp.resources import corpora_path
from nlp.retrieval import read_cases
from service.access.accounts import FIRST_LOGIN
from service.demo import archiving, judging, people, reviewing
from service.demo.archiving import Kept
from service.demo.material import Material, shipped
from service.demo.person import Exchange, Person


@dataclass
class Loaded(AbstractContextManager["Loaded"]):
    """What was put in, by the keys of the material, and the people who did it, signed in still.

    Attributes:
        material: what it was made of.
        admin: the administrator.
        people: everybody else by sign-in name.
        units, subjects: ids by key.
        records: by key.
        rounds: ids of blind rounds by the record's key.
        assessments: ids by key.
        decisions: as the API shows them, in the order of the material.
        search_id: of the saved search.
        batch_id: of the batch.
        cases: how many historical cases were put in.
    """

    material: Material
    admin: Person
    people: dict[str, Person] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    records: dict[str, Kept] = field(default_factory=dict)
    rounds: dict[str, str] = field(default_factory=dict)
    assessments: dict[str, str] = field(default_factory=dict)
    decisions: list[dict[str, Any]] = field(default_factory=list)
    search_id: str = ""
    batch_id: str = ""
    cases: int = 0

    def passwords(self) -> dict[str, str]:
        """New one-time passwords by sign-in name, the administrator's excepted; the sessions of the demo end."""
        return {login: people.hand_over(self.admin, person) for login, person in self.people.items()}

    def tell(self, listener: Callable[[Exchange], None] | None) -> None:
        """Have every request from now on told."""
        for person in (self.admin, *self.people.values()):
            person.tell = listener

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for person in (self.admin, *self.people.values()):
            person.close()


def load(
    base_url: str,
    password: str,
    *,
    login: str = FIRST_LOGIN,
    cases: bool = True,
    worker: bool = True,
    material: Material | None = None,
    progress: Callable[[str], None] | None = None,
) -> Loaded:
    """Put the demo into a service with a new database.

    Args:
        base_url: of the service.
        password: of the administrator; a one-time password is changed to one that nobody is told.
        login: of the administrator.
        cases: False where the index behind the service holds the historical cases already.
        worker: whether background work is done there; else nobody waits for the batch and for the alert.
        material: other than the one that ships.
        progress: told in Chinese what is done next.

    Raises:
        DemoError: the service refused something, or is in use already.
        ConfigurationError: the material is wrong.
    """
    given = material or shipped()
    say = progress or (lambda _words: None)
    made = Loaded(given, people.administrator(base_url, login, password, None))
    try:
        _fill(made, base_url, cases=cases, worker=worker, say=say)
    except BaseException:
        made.__exit__()
        raise
    return made


def _fill(made: Loaded, base_url: str, *, cases: bool, worker: bool, say: Callable[[str], None]) -> None:
    given, flow = made.material, made.material.workflow
    say("建立单位、用户和对象")
    made.units = people.add_units(made.admin, given.cast)
    for user in given.cast.users:
        made.people[user.login] = people.add_user(made.admin, base_url, user, made.units)
    archivist, analyst = made.people[flow.batch.by], made.people[flow.search.by]
    for subject in given.cast.subjects:
        made.subjects[subject.key] = people.add_subject(analyst, subject, made.units)

    say(f"录入材料 {len(given.records)} 份,成批上传 {len(given.files)} 个文件")
    made.batch_id = archiving.give_batch(archivist, given, made.units)
    for record in given.records:
        made.records[record.key] = archiving.take_in(archivist, record, made.units)
    for correction in flow.corrections:
        there = made.records[correction.record]
        made.records[correction.record] = archiving.correct(made.people[correction.by], there, correction)
    for record in given.records:
        archiving.link(analyst, record, made.records[record.key], made.subjects)

    historical = list(read_cases(corpora_path("cases", "cases.jsonl")))
    made.cases = len(historical)
    if cases:
        say(f"加入历史案例 {len(historical)} 个")
        archivist.post("/v1/cases", {"cases": [case.model_dump(mode="json") for case in historical]})
    if worker:
        archiving.await_batch(archivist, made.batch_id)

    say("复核、双盲复核、裁定")
    for review in given.reviewing.reviews:
        reviewing.review(made.people[review.reviewer], review, made.records[review.record])
    for one in given.reviewing.rounds:
        made.rounds[one.record] = reviewing.blind_round(made.people, one, made.records[one.record])

    say("检索、研判、运用")
    made.search_id = judging.save_search(analyst, flow)
    hits = analyst.post(f"/v1/searches/{made.search_id}/run")["hits"]
    for note in flow.assessments:
        note_id = judging.write_note(
            made.people, note, made.subjects[note.subject], made.records, hits, flow.search.comment
        )
        made.assessments[note.key] = note_id
        made.decisions += [judging.decide(made.people, decision, note_id) for decision in note.decisions]
    if worker:
        judging.await_alert(analyst, made.search_id)
