"""``yanpan demo`` from end to end on a part of the shipped material: a real server, a real worker, over HTTP."""

from __future__ import annotations

import os
import re
import secrets
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import argon2
import pytest
from typer.testing import CliRunner

from nlp.errors import DemoError
from nlp.retrieval import read_cases
from service.app import create_app
from service.cli import app as cli
from service.commands.demo import _until_stopped
from service.demo.material import Material, shipped
from service.demo.person import Person
from service.demo.shapes import Reviewing, ReviewItem, WantedTag
from service.settings import Settings
from tests.service.conftest import serving
from tests.service.working import BigramEncoder

SUBJECTS = {"zhang", "wang", "li"}
RECORDS = {
    "zhang-report-2023", "zhang-minutes-2023", "zhang-inspection-2024", "zhang-talk-superior-2024",
    "zhang-talk-staff-2024", "wang-annual-2022", "wang-talk-staff-2024", "wang-check-2025", "li-talk-superior-2024",
    "li-talk-staff-2024", "li-inspection-2024", "li-visit-2024", "zhao-annual-2023",
}  # fmt: skip
BLIND = "zhang-report-2023"
CASES = {"case-013", "case-017", "case-026", "case-037", "case-043", "case-055"}


def part(material: Material) -> Material:
    """Three subjects with thirteen records, one blind round, the tags that notes cite or the walk shows; all of the workflow."""
    cited = {
        (one.record, one.quote)
        for note in material.workflow.assessments
        for finding in note.findings
        for one in finding.evidence
    }

    def few(record: str, tags: list[WantedTag]) -> list[WantedTag]:
        return [tag for tag in tags if (record, tag.quote) in cited or tag.label == "mass_work"]

    reviews = [*material.reviewing.reviews, *(one for one in material.reviewing.rounds if one.record != BLIND)]
    alone = [
        ReviewItem(record=one.record, reviewer="fuhe1", tags=few(one.record, one.tags))
        for one in reviews
        if one.record in RECORDS
    ]
    rounds = [one for one in material.reviewing.rounds if one.record == BLIND]
    subjects = [one for one in material.cast.subjects if one.key in SUBJECTS]
    records = [
        record.model_copy(update={"about": [about for about in record.about if about.subject in SUBJECTS]})
        for record in material.records
        if record.key in RECORDS
    ]
    return replace(
        material,
        cast=material.cast.model_copy(update={"subjects": subjects}),
        records=tuple(records),
        reviewing=Reviewing(reviews=alone, rounds=rounds),
    )


@dataclass(frozen=True)
class Ran:
    """What a run printed, and where it left its data."""

    words: str
    folder: Path

    def password(self, login: str) -> str:
        found = re.search(rf"│ {login} .*│ ([a-z0-9-]+) *│", self.words)
        assert found is not None
        return found[1]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("service.access.passwords._hasher", cheap)
        patch.setattr("service.demo.loading.shipped", lambda: part(shipped()))
        patch.setattr("nlp.encoding.load_encoder", lambda *_, **__: BigramEncoder())
        patch.setattr("nlp.retrieval.embedder.load_encoder", lambda *_, **__: BigramEncoder())
        patch.setattr("nlp.retrieval.read_cases", lambda path: [case for case in read_cases(path) if case.id in CASES])
        patch.setenv("COLUMNS", "200")
        words = StringIO()
        # Typer's runner would take stderr as well, and close it under the loggers that the worker sets up.
        with redirect_stdout(words):
            cli(["demo", "--folder", str(folder / "out"), "--finder", "lexicon", "--exit"], standalone_mode=False)
        yield Ran(words.getvalue(), folder / "out")


def test_the_main_job_comes_first(ran: Ran) -> None:
    assert ran.words.index("一、标注随附样例") < ran.words.index("实绩清单") < ran.words.index("三、相似历史案例")
    assert ran.words.index("[case-017]") < ran.words.index("四、记实、观测、研判、运用")
    assert (ran.folder / "samples.jsonl").read_text(encoding="utf-8").count("\n") == 12


def test_the_four_steps_show_requests_answers_and_quotations(ran: Ran) -> None:
    steps = [ran.words.index(f"─ {name}:") for name in ("记实", "观测", "研判", "运用")]
    assert steps == sorted(steps)
    assert re.search(r"分析员周某  GET /v1/subjects/…[0-9a-f]{10}/observation  → 200,[\d,]+ 字节", ran.words)
    assert "- “2024年9月14日晚，王某某接受西环线施工企业负责人宴请一次”" in ran.words
    assert "说法相反·群众工作" in ran.words
    assert "《05-传输中断.docx》没有读成" in ran.words
    assert "POST /v1/assessments  → 422" in ran.words
    assert "退回的一份《2024年四季度综合研判》:第二条只引了一户的话" in ran.words
    assert re.search(r"了结的“容错”已成为案例,再搜同样的话排第 \d", ran.words)
    assert "有了新案例" in ran.words
    assert re.search(r"调查员秦某  GET /v1/records/…[0-9a-f]{10}  → 404", ran.words)
    assert "逐条相扣,核验无误" in ran.words


def test_what_was_loaded_is_there_for_whoever_signs_in_with_a_printed_password(ran: Ran) -> None:
    settings = Settings(data_dir=ran.folder / "service", index_dir=ran.folder / "index", warm_up=False)
    with serving(create_app(settings)) as url, ExitStack() as stack:
        people = {}
        for login in ("fenxi", "zhushen", "diaocha"):
            people[login] = stack.enter_context(closing(Person(url, login)))
            password = ran.password(login)
            assert people[login].sign_in(password), "it is a one-time password"
            people[login].choose_password(password, secrets.token_urlsafe(24))
        analyst = people["fenxi"]
        states = [note["state"] for note in analyst.pages("/v1/assessments", limit=2)]
        assert sorted(states) == ["approved", "returned", "submitted"]
        (closed,) = [one for one in analyst.pages("/v1/decisions") if one["state"] == "closed"]
        (alert,) = analyst.get("/v1/alerts", unseen=True)["items"]
        assert alert["case_id"] == closed["case_id"] == f"decision-{closed['id']}"
        records = list(analyst.pages("/v1/records", limit=5))
        assert len(records) == len(RECORDS) + 4
        rounds = people["zhushen"].get("/v1/reviews/rounds")["items"]
        assert [one["state"] for one in rounds] == ["closed"]
        ruled = people["zhushen"].get("/v1/reviews/agreement")
        assert 0 < ruled["kappa"] < 1, "they did not agree on everything"
        # The investigator's unit is A县: nothing of C区 is in any list.
        own = {record["unit_id"] for record in people["diaocha"].pages("/v1/records")}
        assert own < {record["unit_id"] for record in records}


def test_a_second_demo_in_the_same_folder_is_refused(ran: Ran) -> None:
    done = CliRunner().invoke(cli, ["demo", "--folder", str(ran.folder), "--finder", "lexicon"])
    assert isinstance(done.exception, DemoError)
    assert done.exception.path == str(ran.folder)


def test_the_service_stays_until_it_is_told_to_stop() -> None:
    before = signal.getsignal(signal.SIGINT)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    _until_stopped()
    timer.join()
    assert signal.getsignal(signal.SIGINT) is before
