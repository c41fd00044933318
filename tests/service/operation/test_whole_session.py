"""``yanpan serve`` from its first start over a day's work to SIGTERM: what its log holds, and that no request is cut off."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from nlp.errors import DemoError
from service.demo.person import Person
from tests.service.forked import Forked, ForkServer

NAME = "汪某某"
LATIN = "Wang-Moumou"
SAID = "该同志从不推诿扯皮，背街污水照流。"
TEXT = f"关于{NAME}的谈话记录\n问：{NAME}怎么样？\n答：{SAID}"
WORDS = "连夜粉刷沿街外墙"
PASSWORDS = {"admin": "四个词的口令-Qingjiang-7731", "wang": "另外四个词-Dongshan-8842"}
WRONG = "记错了的口令-Xishan-9953"
# Nothing of this may stand in the log, whoever wrote it where.
PERSONAL = (NAME, LATIN, "推诿扯皮", "背街污水", WORDS, *PASSWORDS.values(), WRONG, "Qingjiang", "Dongshan", "Xishan")


class Serving:
    """``yanpan serve`` on a new data folder."""

    def __init__(self, folder: Path, forks: ForkServer) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            **os.environ,
            "YANPAN_DATA_DIR": str(folder),
            "YANPAN_INDEX_DIR": str(folder / "index"),
            "YANPAN_PORT": str(self.port),
            "YANPAN_LOG_LEVEL": "debug",
            "YANPAN_DISK_LOW_BYTES": "0",
        }
        folder.mkdir()
        self.process: Forked = forks.start(
            "service", ["serve"], cwd=folder, env=environment, needs=["service", "models"]
        )
        self.until(lambda: self.asked("GET", "/readyz") == 200)

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 120
        while not holds():
            assert self.process.poll() is None, self.process.told()
            assert time.monotonic() < end, self.process.told()
            time.sleep(0.03)

    def opened(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=headers, timeout=120, trust_env=False, verify=False)

    def asked(self, method: str, path: str, **parts: Any) -> int:
        """The status of an answer to somebody who is not signed in; 0 for none."""
        with self.opened() as client:
            try:
                return client.request(method, path, **parts).status_code
            except httpx.TransportError:
                return 0

    def metric(self, name: str) -> float:
        with self.opened() as client:
            found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
        return float(found[1]) if found else 0.0


@pytest.fixture
def serving(fork_server: ForkServer, tmp_path: Path) -> Iterator[Serving]:
    made = Serving(tmp_path / "data", fork_server)
    yield made
    made.process.kill()


def first_password(serving: Serving) -> str:
    found = re.search(r"一次性密码 (\S+?)\(", serving.process.told())
    assert found is not None
    return found[1]


def test_a_days_work_leaves_no_personal_text_in_the_log_and_the_end_cuts_nothing_off(serving: Serving) -> None:
    one_time = first_password(serving)
    secrets = [*PERSONAL]
    with closing(Person(serving.url, "admin")) as admin:
        assert admin.sign_in(one_time)
        admin.choose_password(one_time, PASSWORDS["admin"])
        (unit,) = admin.get("/v1/units")["items"]
        given = {"login": "wang", "display_name": NAME, "unit_id": unit["id"], "clearance": 2}
        roles = ["analyst", "archivist", "investigator", "reviewer"]
        made = admin.post("/v1/users", {**given, "roles": roles})
    refused_strangers(serving)
    with closing(Person(serving.url, "wang")) as wang:
        password = next(value for name, value in made.items() if "password" in name and isinstance(value, str))
        assert wang.sign_in(password)
        wang.choose_password(password, PASSWORDS["wang"])
        secrets += [password, *work(serving, wang, unit["id"])]
        key = key_of(wang)
        secrets.append(key)
    end_under_load(serving, key)
    log_lines = check_log(serving.process.told(), one_time, secrets)
    routes = {line["route"] for line in log_lines if line["message"] == "request"}
    assert {"/v1/session", "/v1/records/uploads", "/v1/search", "/v1/subjects/lookup", "/v1/annotate"} <= routes


def refused_strangers(serving: Serving) -> None:
    body = {"login": NAME, "password": WRONG}
    assert serving.asked("POST", "/v1/session", json=body) == 401
    assert serving.asked("POST", "/v1/session", json={**body, "login": "wang"}) == 401
    assert serving.asked("GET", f"/v1/records/{NAME}", params={"q": WORDS}) == 401
    assert serving.asked("GET", f"/{LATIN}?{LATIN}={LATIN}") == 404
    assert serving.asked(LATIN.replace("-", ""), "/v1/records") in (401, 405)
    authorization = {"authorization": f"Bearer yp_{LATIN}", "x-request-id": NAME.encode().hex()}
    assert serving.asked("GET", "/v1/records", headers=authorization) == 401


def work(serving: Serving, wang: Person, unit: str) -> list[str]:
    """What people do all day, also by mistake; returns the session's cookie."""
    record = wang.post("/v1/records", {"text": TEXT, "unit_id": unit, "title": f"{NAME}谈话"})["record"]
    files = [(f"{LATIN}{NAME}.txt", f"又记：{TEXT}".encode()), ("broken.docx", f"PK\x03\x04{NAME}".encode())]
    wang.upload("/v1/records/uploads", files[:1], "file", unit_id=unit)
    with pytest.raises(DemoError, match=r": 4\d\d "):
        wang.upload("/v1/records/uploads", files[1:], "file", unit_id=unit)
    batch = wang.upload("/v1/batches", files, "files", unit_id=unit)
    serving.until(lambda: wang.get(f"/v1/batches/{batch['id']}")["state"] == "done")
    subject = wang.post("/v1/subjects", {"unit_id": unit})
    wang.request("PUT", f"/v1/subjects/{subject['id']}/identity", json={"name": NAME})
    wang.post("/v1/subjects/lookup", {"name": NAME})
    link = {"subject_id": subject["id"], "record_id": record["id"], "reason": f"抬头写着{NAME}"}
    wang.post("/v1/subject-links", link)
    wang.get(f"/v1/subjects/{subject['id']}/observation")
    (tag, *_) = wang.get("/v1/reviews/tags", version_id=record["current_version_id"])["items"]
    wang.post("/v1/reviews", {"action": "accept", "tag_id": tag["id"], "comment": SAID}, etag=tag["etag"])
    finding = {"statement": f"{NAME}敢于担责", "evidence": [tag["id"]]}
    note = {"subject_id": subject["id"], "occasion": f"{NAME}考核", "summary": TEXT, "findings": [finding]}
    wang.post("/v1/assessments", note)
    wang.refused("POST", "/v1/assessments", {**note, "findings": [{**finding, "evidence": []}]})
    wang.post("/v1/cases", {"cases": [{"id": LATIN, "text": f"{NAME}{WORDS}，背街污水照流。"}]})
    wang.post("/v1/search", {"text": WORDS})
    wang.post("/v1/searches", {"name": WORDS, "text": WORDS, "alerting": True})
    wang.post("/v1/annotate", {"text": TEXT})
    export = wang.post("/v1/exports", {"what": "records", "format": "xlsx", "filters": {}})
    serving.until(lambda: wang.get(f"/v1/exports/{export['id']}")["state"] in ("done", "failed"))
    for wrong in ({"text": 1, NAME: LATIN}, {"text": f"{NAME}\ud800"}, {"text": f"{NAME}\0"}):
        body = json.dumps(wrong)
        with pytest.raises(DemoError, match=r": 4\d\d "):
            wang.request("POST", "/v1/records", content=body, headers={"content-type": "application/json"})
    for path, query in ((f"/v1/records/{LATIN}", {}), ("/v1/records", {"cursor": LATIN}), (f"/v1/subjects/{NAME}", {})):
        with pytest.raises(DemoError, match=r": 4\d\d "):
            wang.get(path, q=NAME, **query)
    return [cookie.value for cookie in wang._http.cookies.jar if cookie.value]


def key_of(person: Person) -> str:
    made: dict[str, str] = person.post("/v1/keys", {"name": f"{NAME}的脚本", "days": 3})
    return max(
        (value for value in made.values() if str(value).startswith("yp_")), key=len
    )  # the other is its beginning


def end_under_load(serving: Serving, key: str) -> None:
    """SIGTERM while requests are at work: each of them is answered."""
    answers: list[int | str] = []

    def ask() -> None:
        with serving.opened(authorization=f"Bearer {key}") as client:
            try:
                answers.append(client.post("/v1/annotate", json={"text": f"{SAID}\n" * 150}).status_code)
            except httpx.TransportError as error:
                answers.append(repr(error))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    # Each has been taken: it is at work, or answered already.
    serving.until(lambda: serving.metric("yanpan_in_flight") + len(answers) == 4)
    serving.process.terminate()
    for thread in threads:
        thread.join()
    assert answers == [200] * 4
    assert serving.process.wait(timeout=120) in (0, -15)
    assert '"worker stopped"' in serving.process.told()


def check_log(told: str, one_time: str, secrets: list[str]) -> list[dict[str, Any]]:
    """Two lines for whoever starts it, then JSON; the one-time password once, nothing else of a person anywhere."""
    plain = [line for line in told.splitlines() if not line.startswith("{")]
    assert [line for line in plain if "首次启动" not in line and "接口文档" not in line] == []
    assert told.count(one_time) == 1
    for secret in secrets:
        assert secret not in told, f"{secret} stands in the log"
        assert json.dumps(secret).strip('"') not in told, f"{secret} stands in the log, escaped"
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    assert {"time", "level", "logger", "message"} <= set.intersection(*map(set, lines))
    assert not [line for line in lines if line["level"] == "error"], "nothing of this is a failure of the service"
    return lines
