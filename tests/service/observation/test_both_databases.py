"""From documents to a ledger on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nlp.codebook import Codebook
from nlp.pipeline import Pipeline
from service.access import Repository
from service.observation.observing import observe_subject, observe_unit
from service.records.correcting import Correction, correct
from service.records.details import Details, Placement
from service.records.duplicates import near_text, same_text
from service.records.ingest import ingest
from service.records.listing import RecordFilters, records, tag_counts
from service.records.preparing import prepare, typed_document
from service.records.reannotating import prepare_again, reannotate
from service.records.rows import tags_of
from service.records.uploads import Original
from service.records.viewing import original, versions
from service.store.paging import Cursors
from service.subjects.linking import decide
from service.subjects.proposing import propose
from service.subjects.registering import Identity, NewSubject, register, subjects
from tests.service.databases import Databases
from tests.service.people import People

TEXT = "关于李某同志的考察材料\n时间：2022年3月\n李某从不推诿扯皮，处事公道，𠮷😀群众评价较好，能够按期完成各项工作任务，没有出现差错。"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[str]:
    url = databases.url(request.param, tmp_path)
    yield url
    databases.give_back(url)


def test_the_whole_way(repository: Repository, people: People, lexicon: Pipeline) -> None:
    archivist, analyst = people.principal("archivist"), people.principal("analyst")
    unit, cursors = people.unit("某省/A县"), Cursors("00" * 32)
    place = Placement(unit_id=unit, confidentiality=1)
    kept = Original(b"\x00\xff", "application/pdf", "a.pdf")
    texts = (TEXT, TEXT, TEXT.replace("，", "、"))
    with repository.write(archivist) as session:
        made = [
            ingest(
                session,
                archivist,
                prepare(lexicon, typed_document(text, "d")),
                place,
                Details(author="甲"),
                original=kept,
            )
            for text in texts
        ]
    first = made[0]
    assert [one.same_text for one in made] == [None, first.record.id, None]
    with repository.read(analyst) as session:
        assert same_text(session, first.version) == [made[1].record.id]
        assert near_text(session, TEXT, but=first.record.id) == [made[2].record.id]
        assert original(session, analyst, first.record.id).content == kept.content
        for filters, count in (
            (RecordFilters(text="群众", label=["responsibility+"], unreviewed=True), 3),
            (RecordFilters(date_from="2022-03-05", date_to="2022-04", unit_id=people.units["某省/A县"]), 3),
            (RecordFilters(author="甲", doc_type="inspection", date_to="2021"), 0),
            (RecordFilters(source="没有"), 0),
        ):
            found = records(session, analyst, filters, cursors=cursors, limit=10)
            assert len(found.items) == count, filters
        counts = tag_counts(session, [first.version.id])
        assert counts == {first.version.id: {"proposed": first.tags}}
    with repository.write(analyst) as session:
        subject = register(session, analyst, NewSubject(unit_id=unit, identity=Identity(name="李某")))
        for one in made:
            (link,) = propose(session, analyst, one.record.id)
            decide(session, analyst, link.id, "confirmed", if_match="*")
        for tag in tags_of(session, first.version.id):
            tag.state = "accepted"
    with repository.write(archivist) as session:
        done = correct(session, archivist, first.record.id, Correction(reason="补记", author="乙"), if_match="*")
        again = reannotate(session, archivist, first.record.id, prepare_again(lexicon, done.version))
        assert (done.carried, again.kept, again.proposed) == (first.tags, first.tags, 0)
    book = Codebook.load()
    with repository.read(analyst) as session:
        seen = observe_subject(session, analyst, book, subject.id)
        assert (seen.records, sum(view.pieces for view in seen.positive)) == (3, first.tags)
        assert {line.version_id for view in seen.positive for line in view.lines} == {done.version.id}
        assert observe_unit(session, analyst, book, unit).records == 0
        assert len(versions(session, analyst, first.record.id, cursors=cursors, limit=5).items) == 2
        assert len(subjects(session, analyst, cursors=cursors, limit=5, record_id=first.record.id).items) == 1
        assert original(session, analyst, first.record.id).content == kept.content
