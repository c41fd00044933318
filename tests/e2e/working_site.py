"""A site at work: a light engine (lexicon, bigrams), a worker beside it, and cases to find."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from nlp.retrieval import Case
from nlp.retrieval.case import CaseTag
from service.app import create_app
from service.jobs.contract import Tools
from service.jobs.worker import Worker
from service.settings import Settings
from tests.service.conftest import Api, serving
from tests.service.people import People
from tests.service.working import LightEngine

SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>"
WALL = "为迎接检查，镇里连夜粉刷沿街外墙，背街污水照流。群众说墙白了，路还是烂的。"
DEBT = "前任留下的债务四千万元，他不推不躲，三年化解，新官理旧账。"
TRIAL = "试点没有先例，他先行先试，方案集体研究，因市场变化没有达到预期，未谋取私利。"


def case(id: str, text: str, title: str, *quotes: tuple[str, str, str], **fields: str | int) -> Case:
    """A case with tags on the first place of each quote."""
    tags = [
        CaseTag.model_validate(
            {
                "label": label,
                "polarity": polarity,
                "start": text.index(quote),
                "end": text.index(quote) + len(quote),
                "quote": quote,
            }
        )
        for quote, label, polarity in quotes
    ]
    return Case.model_validate({"id": id, "text": text, "title": title, "tags": tags, **fields})


SHOW = "连夜粉刷沿街外墙"
CASES = [
    case(
        "wall-1", WALL, "一夜白墙", (SHOW, "substance_over_show", "-"), ("背街污水照流", "people_first", "-"),
        doc_type="survey", unit="某省A县", date="2018-04", outcome="诫勉", handling="责令整改，对主要负责人诫勉。",
    ),
    case("wall-2", WALL + "😀", "一夜白墙（重报）", doc_type="survey", unit="某省A县", date="2018"),
    case(
        "wall-3", "检查组要来，乡里赶在前一天给沿街外墙刷白，𠮷家巷的污水沟还敞着。" + SCRIPT, f"刷墙{SCRIPT}",
        ("给沿街外墙刷白", "substance_over_show", "-"),
        doc_type="verification", unit="某省B县", date="2021-09-01", outcome=f"提醒谈话{SCRIPT}",
    ),
    case("debt-1", DEBT, "四千万旧账", ("不推不躲", "responsibility", "+"), doc_type="inspection", unit="某省A县", date="2020", outcome="提拔重用"),
    case("trial-1", TRIAL, "没成的试点", ("先行先试", "innovation", "+"), doc_type="survey", unit="某省A县", date="2019-06", outcome="容错"),
    case("secret-1", WALL + "此件机密。", "机密", doc_type="survey", unit="某省A县", confidentiality=4),
]  # fmt: skip


@contextmanager
def at_work(people: People, folder: Path, *, worker: bool = False, cases: bool = True) -> Iterator[Api]:
    """A server over the test's database; with ``worker`` jobs are done as well."""
    people.unit()
    settings = Settings(index_dir=folder / "index", data_dir=folder, warm_up=False, shutdown_seconds=5)
    engine = LightEngine(settings)
    if cases:
        engine.add_cases(CASES)
    app = create_app(settings, people.repository)
    app.state.engine = engine
    with ExitStack() as stack:
        if worker:
            # In a thread of its own: the browser's driver runs an event loop in this one, where no queue can be made.
            thread = stack.enter_context(ThreadPoolExecutor(1))
            beside = Worker(Tools(people.repository, engine, settings), tick=0.05)
            thread.submit(beside.start).result()
            stack.callback(lambda: thread.submit(beside.stop).result())
        yield Api(stack.enter_context(serving(app)), app, people, stack)
