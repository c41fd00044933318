"""A service with something of everything in several units and levels, seen by readers of one unit and one clearance.

Everything is made through the API by people who see all, so that it is what the product makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.access.keys import create_key
from service.access.roles import ROLES
from service.app import create_app
from service.jobs import running
from service.jobs.contract import Tools
from service.settings import Settings
from service.store.models import AlertHit, User
from service.store.types import utc_now
from tests.service.people import People
from tests.service.working import LightEngine

UNITS = {"above": "某省", "own": "某省/A县", "child": "某省/A县/A1镇", "other": "某省/B县"}
# By name: the unit and the level of all that lies there.
CELLS = {"own": ("own", 0), "child": ("child", 1), "secret": ("own", 3), "other": ("other", 0), "above": ("above", 0)}
READER_UNIT, READER_CLEARANCE = "own", 1
SEEN = frozenset({"own", "child"})

_TEXT = "李某{0}同志从不推诿扯皮，敢于担责。前任遗留的债务，他三年化解。有时听不进不同意见，{0}材料偏长。😀"
_CASE = "为迎接检查连夜粉刷沿街外墙，{0}背街污水照流。"


def letter(words: str) -> bytes:
    """A PDF of one small page with a line of Latin letters, which needs no font of its own."""
    drawn = f"BT /F1 12 Tf 20 50 Td ({words}) Tj ET"
    parts = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 100] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    made, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(parts) + 1} /Root 1 0 R >>\n"
    return (made + head + f"startxref\n{len(made)}\n%%EOF\n").encode("ascii")


class Client:
    """Somebody with a key, calling the application in this process."""

    def __init__(self, transport: TestClient, key: str | None) -> None:
        self._transport = transport
        self.headers = {} if key is None else {"authorization": f"Bearer {key}"}

    def request(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **rest: Any) -> Any:
        return self._transport.request(
            method, path, headers={**self.headers, **(headers or {})}, follow_redirects=False, **rest
        )

    def get(self, path: str, **rest: Any) -> Any:
        return self.request("GET", path, **rest)

    def post(self, path: str, body: Any = None, *, match: str | None = None, status: int = 201) -> Any:
        """POST, and the body of the answer that is expected."""
        answer = self.request("POST", path, json=body, headers={} if match is None else {"if-match": match})
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json()


@dataclass
class Scenery:
    """What there is.

    Attributes:
        cells: by name of the cell and kind of object, the id of one.
        readers: by role, a client of the reader's unit and clearance.
        mine, theirs: by role and kind, ids of what belongs to that reader alone, and of what belongs to somebody else.
    """

    tools: Tools
    people: People
    app: FastAPI
    transport: TestClient
    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    readers: dict[str, Client] = field(default_factory=dict)
    reader_ids: dict[str, str] = field(default_factory=dict)
    mine: dict[str, dict[str, str]] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)

    def unit_name(self, cell: str) -> str:
        return UNITS[CELLS[cell][0]].replace("/", "")

    def client(self, *roles: str, unit: str = "above", clearance: int = 4) -> tuple[Client, str]:
        """Of a new user; and the user's id."""
        user_id = self.people.user(*roles, unit=UNITS[unit], clearance=clearance)
        with self.people.repository.system_write("test") as session:
            user = session.get_one(User, user_id)
            key = create_key(session, user, "test", expires_at=utc_now() + timedelta(days=1))[1]
        return Client(self.transport, key), user_id

    def finish(self, job_id: str) -> None:
        """Do a job as the worker would."""
        keys = running.begin(self.tools, job_id) or []
        for done, key in enumerate(keys):
            running.perform(self.tools, job_id, key, done, 0)
        running.finish(self.tools, job_id, keys, cancelled=False)

    def belongings(self, client: Client, user_id: str, role: str) -> dict[str, str]:
        """What belongs to one user alone, as far as the role may have it."""
        made: dict[str, str] = {}
        may = ROLES.get(role) or frozenset().union(*(ROLES[one] for one in ("analyst", "archivist", "reviewer")))
        if "search.save" in may:
            wanted = {"name": f"{role}的检索", "text": "连夜粉刷外墙迎检", "alerting": True}
            made["search"] = client.post("/v1/searches", wanted)["id"]
            made["alert"] = self._alerts(made["search"], user_id)
        if "record.write" in may:
            made["job"] = client.post("/v1/jobs/reannotate", {"record_ids": [self.cells["own"]["record"]]}, status=202)[
                "id"
            ]
            self.finish(made["job"])
        if "export.create" in may:
            wanted = {"what": "records", "format": "jsonl", "record_ids": [self.cells["own"]["record"]]}
            made["export"] = client.post("/v1/exports", wanted, status=202)["id"]
            self.finish(made["export"])
            made.setdefault("job", made["export"])
        with self.people.repository.system_write("test") as session:
            user = session.get_one(User, user_id)
            made["spare_key"] = create_key(session, user, "spare", expires_at=utc_now() + timedelta(days=1))[0].id
        return made

    def _alerts(self, search_id: str, user_id: str) -> str:
        """One alert for every case, as if the user had seen all of them once; the id of the one in the own unit."""
        with self.people.repository.system_write("test") as session:
            rows = {
                name: AlertHit(
                    saved_search_id=search_id,
                    owner_id=user_id,
                    case_id=f"alert-{name}",
                    case_unit=self.unit_name(name),
                    case_confidentiality=level,
                    reasons={"title": name},
                )
                for name, (_, level) in CELLS.items()
            }
            session.add_all(rows.values())
            session.flush()
            return rows["own"].id


def build(people: People, settings: Settings) -> Scenery:
    """Make it in an empty database."""
    for path in UNITS.values():
        people.unit(path)
    tools = Tools(people.repository, LightEngine(settings), settings)
    app = create_app(settings, people.repository)
    app.state.engine = tools.engine
    transport = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False)
    made = Scenery(tools, people, app, transport)
    hands = _Hands(made)
    for name in CELLS:
        made.cells[name] = hands.furnish(name)
    hands.cross()
    hands.cases()
    for role in sorted(ROLES):
        made.readers[role], made.reader_ids[role] = made.client(role, unit=READER_UNIT, clearance=READER_CLEARANCE)
        made.mine[role] = made.belongings(made.readers[role], made.reader_ids[role], role)
    made.theirs = made.belongings(hands.everybody, hands.everybody_id, "everybody")
    return made


class _Hands:
    """The people who make it."""

    def __init__(self, scenery: Scenery) -> None:
        self.scenery = scenery
        self.archivist, _ = scenery.client("archivist")
        self.analyst, self.analyst_id = scenery.client("analyst")
        self.reviewer, self.reviewer_id = scenery.client("reviewer")
        self.arbiter, _ = scenery.client("reviewer")
        self.everybody, self.everybody_id = scenery.client("analyst", "archivist", "reviewer")

    def furnish(self, name: str) -> dict[str, str]:
        """One of everything that has a place."""
        unit, level = CELLS[name]
        unit_id = self.scenery.people.units[UNITS[unit]]
        made = {"unit": unit_id, "cell": name, "unit_name": self.scenery.unit_name(name)}
        place = {"unit_id": unit_id, "confidentiality": level}
        self._records(made, place)
        self._subject(made, place)
        self._reviews(made)
        self._assessments(made)
        files = {"files": ("一.txt", _TEXT.format(name * 2).encode(), "text/plain")}
        form = {**{key: str(value) for key, value in place.items()}, "start": "false", "name": f"{name}批"}
        batch = self.archivist.request("POST", "/v1/batches", data=form, files=files)
        assert batch.status_code == 201, batch.text
        made["batch"] = batch.json()["id"]
        made["case"] = f"case-{name}"
        for kind in ("user", "colleague"):
            made[kind] = self.scenery.people.user("analyst", unit=UNITS[unit], clearance=level)
        return made

    def cross(self) -> None:
        """Every subject is spoken of in every cell, and a note of the own unit rests on the records of another."""
        cells = self.scenery.cells
        for name, made in cells.items():
            for other in cells.keys() - {name}:
                link = {"subject_id": made["subject"], "record_id": cells[other]["record"], "reason": "简称"}
                self.analyst.post("/v1/subject-links", link)
        own = cells["own"]
        finding = {"statement": "他处也这样说", "evidence": [own["tag"], cells["child"]["tag"], cells["other"]["tag"]]}
        note = {"summary": "综合", "subject_id": own["subject"], "occasion": "综合", "findings": [finding]}
        own["mixed"] = self.analyst.post("/v1/assessments", note)["id"]

    def cases(self) -> None:
        """A historical case in every cell."""
        cases = [
            {
                "id": f"case-{name}",
                "text": _CASE.format(name),
                "unit": self.scenery.unit_name(name),
                "confidentiality": level,
                "outcome": "诫勉",
                "doc_type": "survey",
            }
            for name, (_, level) in CELLS.items()
        ]
        self.archivist.post("/v1/cases", {"cases": cases})

    def _records(self, made: dict[str, str], place: dict[str, Any]) -> None:
        for number, kind in enumerate(("record", "second", "third"), 1):
            text = _TEXT.format(made["cell"] * number)
            body = {"text": text, "title": f"{made['cell']}第{number}份", "source": f"{made['cell']}来源", **place}
            taken = self.archivist.post("/v1/records", {**body, "document_date": f"2024-0{number}"})["record"]
            made[kind], made[f"{kind}_version"] = taken["id"], taken["current_version_id"]
        files = {"file": ("one.pdf", letter(f"{made['cell']} never shirks his duty."), "application/pdf")}
        form = {key: str(value) for key, value in place.items()}
        uploaded = self.archivist.request("POST", "/v1/records/uploads", data=form, files=files)
        made["uploaded"] = uploaded.json()["items"][0]["record"]["id"]
        record = self.archivist.get(f"/v1/records/{made['record']}").json()["record"]
        correction = {"reason": "补标题", "title": f"{made['cell']}更正"}
        corrected = self.archivist.post(f"/v1/records/{record['id']}/versions", correction, match=record["etag"])
        made["version"], made["earlier_version"] = corrected["version"]["id"], made["record_version"]

    def _subject(self, made: dict[str, str], place: dict[str, Any]) -> None:
        identity = {"name": f"李某{made['cell']}"}
        subject = self.analyst.post("/v1/subjects", {**place, "identity": identity})
        made["subject"], made["code"], made["name"] = subject["id"], subject["code"], identity["name"]
        link = {"subject_id": made["subject"], "record_id": made["record"], "reason": "标题"}
        made["link"] = self.analyst.post("/v1/subject-links", link)["id"]
        proposed = self.analyst.post("/v1/subject-links/proposals", {"record_id": made["second"]}, status=200)
        made["proposed_link"] = next(one["id"] for one in proposed["items"] if one["subject_id"] == subject["id"])

    def _tags(self, client: Client, version_id: str) -> list[dict[str, Any]]:
        found = client.get("/v1/reviews/tags", params={"version_id": version_id})
        return list(found.json()["items"])

    def _reviews(self, made: dict[str, str]) -> None:
        first, second, *_ = self._tags(self.analyst, made["version"])
        decided = self.analyst.post("/v1/reviews", {"action": "accept", "tag_id": first["id"]}, match=first["etag"])
        made["review"], made["tag"], made["proposed_tag"] = decided["review"]["id"], first["id"], second["id"]
        people = {"reviewers": [self.analyst_id, self.reviewer_id]}
        for kind, record in (("round", "second"), ("ended_round", "third")):
            made[kind] = self.arbiter.post("/v1/reviews/rounds", {"record_id": made[record], **people})["id"]
            for client, action in ((self.analyst, "accept"), (self.reviewer, "reject")):
                for tag in self._tags(client, made[f"{record}_version"]):
                    sealed = client.post("/v1/reviews", {"action": action, "tag_id": tag["id"]}, match=tag["etag"])
                    made["sealed_review"] = sealed["review"]["id"]
                if kind == "ended_round":
                    path = f"/v1/reviews/rounds/{made[kind]}"
                    client.post(f"{path}/finish", match=client.get(path).headers["etag"], status=200)
        differing = self.arbiter.get(f"/v1/reviews/rounds/{made['ended_round']}/differences").json()["items"]
        made["difference"] = differing[0]["key"]
        scope = {"size": 1, "seed": 1, "scope": {"unit_id": made["unit"]}}
        drawn = self.analyst.post("/v1/reviews/samples", scope)["items"]
        made["sample"] = drawn[0]["id"]

    def _assessments(self, made: dict[str, str]) -> None:
        note = {"summary": f"{made['cell']}概述", "findings": [{"statement": "敢于担责", "evidence": [made["tag"]]}]}
        for kind, verbs in (("draft", []), ("returned", ["return"]), ("assessment", ["approve"])):
            asked = {**note, "subject_id": made["subject"], "occasion": f"{made['cell']}{kind}"}
            made[kind] = self.analyst.post("/v1/assessments", asked)["id"]
            for verb in ["submit", *verbs] if verbs else []:
                who = self.analyst if verb == "submit" else self.reviewer
                body = {"reason": f"{made['cell']}缺事例"} if verb == "return" else None
                who.post(f"/v1/assessments/{made[kind]}/{verb}", body, match="*", status=200)
        decision = {"assessment_id": made["assessment"], "measure": "remind", "decided_by": "某部务会"}
        when = {"decided_on": "2024-05-20", "follow_up_on": "2024-08-20"}
        made["decision"] = self.analyst.post("/v1/decisions", {**decision, **when})["id"]
