"""People at work while the service is killed: each asks one thing after another, and asks again what got no answer.

What was answered stands in the :class:`Ledger`; it must be there afterwards, once.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

SENTENCE = "该同志处事公道，从不推诿扯皮，前任遗留的债务他三年化解。"
# Too busy, locked, no room on the disk: nothing was done, and the same may be asked again.
_LATER = (429, 503, 507)


@dataclass
class Ledger:
    """What the service has acknowledged: ids by kind, each with what was said of it."""

    kept: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    requests: int = 0
    answered: int = 0
    repeated: int = 0
    refused: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, kind: str, id_: str, said: Any = None) -> None:
        with self._lock:
            assert id_ not in self.kept[kind], f"{kind} {id_} was answered twice"
            self.kept[kind][id_] = said

    def count(self, repeated: bool) -> None:
        with self._lock:
            self.requests += 1
            self.repeated += repeated


@dataclass(frozen=True)
class Ask:
    """A request of somebody; one with a key can be sent again."""

    role: str
    method: str
    path: str
    key: str | None = None
    json: Any = None
    data: Any = None
    files: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


Script = Generator[Ask, httpx.Response, None]


class Hand:
    """Somebody at work. Between two calls of :meth:`work` the service may have been killed.

    Args:
        name: begins every key and every text, so that no two hands make the same.
        script: what is asked.
        ledger: where answers are noted.
    """

    def __init__(self, name: str, script: Script, ledger: Ledger) -> None:
        self.name = name
        self.problem: BaseException | None = None
        self._script = script
        self._ledger = ledger
        self._asked: Ask | None = None
        self._unanswered = False

    def work(self, clients: Mapping[str, httpx.Client], stop: threading.Event) -> None:
        """Until told to stop, or nobody answers."""
        try:
            if self._asked is None:
                self._asked = next(self._script)
            while not stop.is_set():
                answer = self._send(clients)
                if answer is None:
                    return
                if answer.status_code in _LATER:
                    self._ledger.refused += 1
                    time.sleep(0.05)
                    continue
                self._asked = self._script.send(answer)
        except BaseException as error:
            self.problem = error

    def _send(self, clients: Mapping[str, httpx.Client]) -> httpx.Response | None:
        ask = self._asked
        assert ask is not None
        key = {} if ask.key is None else {"Idempotency-Key": f"{self.name}-{ask.key}"}
        self._ledger.count(self._unanswered)
        self._unanswered = True
        try:
            answer = clients[ask.role].request(
                ask.method,
                ask.path,
                json=ask.json,
                data=ask.data,
                files=ask.files,
                params=ask.params,
                headers={**ask.headers, **key},
            )
        except httpx.TransportError:
            return None  # done or not: nobody was told
        self._unanswered = answer.status_code in _LATER
        self._ledger.answered += not self._unanswered
        return answer


def _ok(answer: httpx.Response, status: int = 201) -> Any:
    assert answer.status_code == status, (str(answer.request.url), answer.status_code, answer.text)
    return answer.json()


def text_of(name: str, number: int) -> str:
    return f"{name}第{number}号材料：{SENTENCE}😀"


def taking_in(name: str, ledger: Ledger, unit: str) -> Script:
    """An archivist who types in texts and uploads files in turn."""
    number = 0
    while True:
        number += 1
        text = text_of(name, number)
        if number % 2:
            body = {"text": text, "unit_id": unit}
            record = _ok((yield Ask("archivist", "POST", "/v1/records", f"r{number}", json=body)))["record"]
        else:
            files = {"file": (f"{number}.txt", text.encode(), "text/plain")}
            asked = Ask("archivist", "POST", "/v1/records/uploads", f"r{number}", data={"unit_id": unit}, files=files)
            record = _ok((yield asked))["items"][0]["record"]
        ledger.add("record", record["id"], text)


def batching(name: str, ledger: Ledger, unit: str) -> Script:
    """An archivist who uploads three files at a time."""
    number = 0
    while True:
        texts = [text_of(name, number + at) for at in range(1, 4)]
        files = [("files", (f"{at}.txt", text.encode(), "text/plain")) for at, text in enumerate(texts)]
        asked = Ask("archivist", "POST", "/v1/batches", f"b{number}", data={"unit_id": unit}, files=files)
        ledger.add("batch", _ok((yield asked))["id"], texts)
        number += 3


def adding_cases(name: str, ledger: Ledger, unit: str) -> Script:
    """An archivist who adds old cases to the index; the same case again changes nothing."""
    number = 0
    while True:
        number += 1
        case = {"id": f"{name}-{number}", "text": text_of(name, number), "unit": unit}
        answer = yield Ask("archivist", "POST", "/v1/cases", json={"cases": [case]})
        _ok(answer)
        ledger.add("case", case["id"], case["text"])


def assessing(name: str, ledger: Ledger, unit: str) -> Script:
    """From a record over a reviewed tag and an approved note to a decision that becomes a case."""
    number = 0
    while True:
        number += 1
        text = text_of(name, number)
        body = {"text": text, "unit_id": unit}
        record = _ok((yield Ask("archivist", "POST", "/v1/records", f"r{number}", json=body)))["record"]
        ledger.add("record", record["id"], text)
        version = record["current_version_id"]
        listed = yield Ask("reviewer", "GET", "/v1/reviews/tags", params={"version_id": version})
        tag = _ok(listed, 200)["items"][0]
        accept = {"action": "accept", "tag_id": tag["id"]}
        etag = {"If-Match": tag["etag"]}
        review = yield Ask("reviewer", "POST", "/v1/reviews", f"v{number}", json=accept, headers=etag)
        ledger.add("review", _ok(review)["review"]["id"], tag["id"])
        subject = _ok((yield Ask("analyst", "POST", "/v1/subjects", f"s{number}", json={"unit_id": unit})))
        ledger.add("subject", subject["id"])
        about = {"subject_id": subject["id"], "record_id": record["id"], "reason": "材料抬头"}
        link = _ok((yield Ask("analyst", "POST", "/v1/subject-links", f"l{number}", json=about)))
        ledger.add("link", link["id"])
        note = {
            "subject_id": subject["id"],
            "occasion": f"{name}第{number}次考核",
            "summary": text,
            "findings": [{"statement": "敢于担责", "evidence": [tag["id"]]}],
        }
        made = yield Ask("analyst", "POST", "/v1/assessments", f"n{number}", json=note)
        assessment = _ok(made)
        ledger.add("assessment", assessment["id"], "draft")
        path = f"/v1/assessments/{assessment['id']}"
        submitted = yield from _to_state("analyst", path, "submit", "submitted", made.headers["etag"])
        ledger.kept["assessment"][assessment["id"]] = "submitted"
        yield from _to_state("reviewer", path, "approve", "approved", submitted.headers["etag"])
        ledger.kept["assessment"][assessment["id"]] = "approved"
        decision = {"assessment_id": assessment["id"], "measure": "tolerate", "decided_by": "某县委"}
        decision["decided_on"] = "2024-05-20"
        made = yield Ask("analyst", "POST", "/v1/decisions", f"d{number}", json=decision)
        ledger.add("decision", _ok(made)["id"])
        path = f"/v1/decisions/{made.json()['id']}"
        closed = yield from _to_state("analyst", path, "close", "closed", made.headers["etag"], {"outcome": "已改正"})
        ledger.add("case", closed.json()["case_id"])


def _to_state(
    role: str, path: str, verb: str, state: str, etag: str, body: Any = None
) -> Generator[Ask, httpx.Response, httpx.Response]:
    """A step that takes no key: whoever is refused looks whether it was done before the service died."""
    answer = yield Ask(role, "POST", f"{path}/{verb}", json=body, headers={"If-Match": etag})
    if answer.status_code in (409, 412):
        answer = yield Ask(role, "GET", path)
    assert _ok(answer, 200)["state"] == state, answer.text
    return answer
