"""How long it takes to find records by words: ``python -m tests.bench.bench_finding [RECORDS] [postgresql]``.

Windows of 1,500 characters over the texts in ``corpora/``, written straight into the tables; the words stand in many of
them, in one of them, or in none, which makes the statement read every text. Processor time is told beside the time on the
wall, which other work on the machine lengthens. Only for measuring: it asserts nothing.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

from sqlalchemy import insert

from nlp.resources import corpora_path
from service.access import Principal, Repository
from service.records.finding import places_in, words_of
from service.records.listing import RecordFilters, records
from service.store.ids import new_id
from service.store.models import Record, RecordVersion
from service.store.paging import Cursors, secret_of
from tests.bench.bench_scale import texts_of
from tests.service.databases import Databases, postgres_server
from tests.service.people import People

LENGTH = 1500
ROUNDS = 5
RARE = "𠮷某丙"
WORDS = {
    "in many": "群众",
    "two words": "群众 项目",
    "a phrase": "「实事求是」",
    "in one": RARE,
    "in none": "没有这样的字句",
    "in none, two letters": "鰲鱉",
}
BLOCK = 1000


def main(number: int, kind: str) -> None:
    """Print milliseconds."""
    with tempfile.TemporaryDirectory() as place:
        if kind != "postgresql":
            _measured(Databases(lambda: None, Path(place)), number, "sqlite", Path(place))
            return
        with postgres_server() as server:
            _measured(Databases(lambda: server, Path(place)), number, kind, Path(place))


def _measured(databases: Databases, number: int, kind: str, place: Path) -> None:
    database = databases.opened(databases.url(kind, place))
    repository = Repository(database)
    people = People(repository)
    _fill(repository, people, number)
    with repository.system_read("bench") as session:
        cursors = Cursors(secret_of(session))
    readers = {
        "of all units": people.principal("analyst"),
        "of one unit in ten": people.principal("analyst", unit="某省/0县"),
    }
    for who, reader in readers.items():
        for what, text in WORDS.items():
            _tell(repository, cursors, reader, f"{kind}, {who}, {what}", text)
    database.close()


def _tell(repository: Repository, cursors: Cursors, reader: Principal, what: str, text: str) -> None:
    filters, walls, used, found = RecordFilters(text=text), [], [], 0
    for _ in range(ROUNDS):
        began, busy = time.perf_counter(), time.process_time()
        with repository.read(reader) as session:
            rows = records(session, reader, filters, cursors=cursors, limit=20).items
            found = len(places_in(session, rows, words_of(text)))
        walls.append((time.perf_counter() - began) * 1000)
        used.append((time.process_time() - busy) * 1000)
    sys.stdout.write(
        f"{what}: {found} shown, p50 {statistics.median(walls):.0f} ms, of which here {statistics.median(used):.0f} ms of "
        "processor time\n"
    )
    sys.stdout.flush()


def _fill(repository: Repository, people: People, number: int) -> None:
    material, draw = "\n".join(texts_of(corpora_path())), random.Random(3)
    units = [people.unit(f"某省/{at}县") for at in range(10)]
    author = people.user("archivist")
    for first in range(0, number, BLOCK):
        rows = []
        for at in range(first, min(first + BLOCK, number)):
            start = draw.randrange(len(material) - LENGTH)
            text = material[start : start + LENGTH] + (RARE if at == number // 2 else "")
            rows.append(SimpleNamespace(id=new_id(), version=new_id(), unit=units[at % 10], text=text))
        with repository.system_write("bench") as session:
            session.execute(
                insert(Record),
                [
                    {
                        "id": row.id,
                        "unit_id": row.unit,
                        "confidentiality": 1,
                        "created_by": author,
                        "versions": 1,
                        "title": row.text[:20],
                        "current_version_id": row.version,
                    }
                    for row in rows
                ],
            )
            session.execute(
                insert(RecordVersion),
                [
                    {
                        "id": row.version,
                        "record_id": row.id,
                        "number": 1,
                        "unit_id": row.unit,
                        "confidentiality": 1,
                        "text": row.text,
                        "text_sha256": "0" * 64,
                        "created_by": author,
                    }
                    for row in rows
                ],
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, sys.argv[2] if len(sys.argv) > 2 else "sqlite")
