"""Files of the case index cut short, altered or lost under the service: the same hits as before, or an error with a name."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from nlp.errors import IndexMissingError, IndexTornError
from nlp.retrieval import Case, CaseIndex
from service.app import create_app
from service.jobs.contract import Tools
from service.searching import outbox, syncing
from service.settings import Settings
from service.store.models import OutboxEntry
from tests.service.conftest import serving
from tests.service.people import People
from tests.service.working import BigramEncoder, LightEngine

THINGS = ("粉刷沿街外墙", "化解前任债务", "汛期守在堤上", "分房一碗水端平", "更换坏了半年的路灯", "企业跑了十几趟")
QUERIES = ("迎检刷墙", "新官理旧账", "防汛", "公平分房", "李某𠮷修路灯😀", "企业办事")


def cases() -> list[Case]:
    return [Case(id=f"c{n}", text=f"某镇第{n}号：{THINGS[n % 6]}，群众看在眼里。李某𠮷😀") for n in range(24)]


def hits(engine: LightEngine) -> list[list[tuple[str, float]]]:
    return [[(hit.id, round(hit.score, 9)) for hit in engine.search(query, 10)] for query in QUERIES]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "index"
    CaseIndex.build(folder, cases(), encoder=BigramEncoder())
    return folder


def engine_over(folder: Path) -> LightEngine:
    return LightEngine(Settings(index_dir=folder, data_dir=folder.parent, warm_up=False))


def cut(path: Path, draw: random.Random) -> None:
    with path.open("r+b") as file:
        file.truncate(draw.randrange(max(1, path.stat().st_size)))


def flip(path: Path, draw: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(draw.randint(1, 3)):
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    path.write_bytes(bytes(content))


def lose(path: Path, _draw: random.Random) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [cut, flip, lose])
def test_never_wrong_hits(whole: Path, tmp_path: Path, harm: Callable[[Path, random.Random], None]) -> None:
    expected = hits(engine_over(whole))
    draw = random.Random(harm.__name__)
    files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file() and path.stat().st_size)
    assert len(files) >= 8
    mended = 0
    for number, name in enumerate(files):
        folder = tmp_path / str(number) / "index"
        shutil.copytree(whole, folder)
        harm(folder / name, draw)
        try:
            found = hits(engine_over(folder))
        except IndexTornError:
            continue
        except IndexMissingError:
            # Without the pointer there is no index; no crash leaves a folder so, as the pointer is only ever replaced.
            assert (harm, name) == (lose, Path("CURRENT"))
            continue
        assert found == expected, name
        assert {case.id for case in CaseIndex.open(folder, encoder=BigramEncoder(), rebuild=False).cases()} == {
            case.id for case in cases()
        }
        mended += 1
    assert mended > len(files) // 2


def test_the_service_says_so_and_the_outbox_keeps_what_it_has(tools: Tools, people: People) -> None:
    def deliver(*ids: str) -> None:
        with tools.repository.system_write("test") as session:
            for id_ in ids:
                outbox.case_added(session, Case(id=id_, text=f"{id_}：迎检前连夜刷墙。"))
        syncing.deliver(tools)

    def waiting() -> set[str]:
        with tools.repository.system_read("test") as session:
            return set(session.scalars(select(OutboxEntry.object_id).where(outbox.due())))

    deliver("a", "b")
    folder = tools.settings.index_dir
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    (torn,) = folder.glob("gen-*/cases*")
    flip(torn, random.Random(1))
    restarted = Tools(tools.repository, LightEngine(tools.settings), tools.settings)
    with tools.repository.system_write("test") as session:
        outbox.case_added(session, Case(id="c", text="汛期守在堤上。"))
    with pytest.raises(IndexTornError, match="cannot be mended"):
        syncing.deliver(restarted)
    assert waiting() == {"c"}
    people.unit()
    key = people.key("analyst")
    app = create_app(restarted.settings, restarted.repository)
    app.state.engine = restarted.engine
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False, verify=False) as client:
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]["index"]) == (503, "index_torn")
        headers = {"authorization": f"Bearer {key}"}
        answer = client.post("/v1/search", json={"text": "刷墙"}, headers=headers)
        assert answer.status_code == 500
        assert answer.json()["type"] == "urn:yanpan:problem:index_torn"
        assert str(folder) not in answer.text
        shutil.rmtree(folder)
        kept.rename(folder)  # from a backup, without stopping the service
        syncing.deliver(restarted)
        found = client.post("/v1/search", json={"text": "迎检刷墙"}, headers=headers)
        assert {hit["id"] for hit in found.json()["hits"]} >= {"a", "b"}
    assert waiting() == set()
