"""What a correction and a new annotation keep of people's decisions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from nlp.errors import AccessDeniedError, ConflictError, InvalidInputError, VersionConflictError
from nlp.pipeline import Pipeline
from nlp.structure.parse import parse_structure
from service.access import Principal, Repository
from service.records.aligning import align
from service.records.carrying import Correspondence
from service.records.correcting import Correction, correct
from service.records.differences import differences
from service.records.preparing import prepare, typed_document
from service.records.reannotating import prepare_again, reannotate
from service.records.rows import tag_key, tags_of
from service.records.viewing import annotation_of
from service.store.models import RecordAnnotation, RecordVersion, Review, ReviewRound, TagRow
from tests.service.people import People
from tests.service.records.conftest import Take

TEXT = "该同志从不推诿扯皮，处事公道。工作中有时怕得罪人，拈轻怕重。"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["甲好", "乙不好", "丙", "丁𠮷😀", "甲"]), max_size=8), st.data())
def test_what_is_carried_is_the_same_words(clauses: list[str], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.sampled_from([*clauses, "新"]), max_size=8))
    before, after = "，".join(clauses), "，".join(kept)
    old, new = ([(clause.start, clause.end) for clause in parse_structure(text).clauses] for text in (before, after))
    where = Correspondence(before, after, old, new)
    for start, end in old:
        moved = where.moved(start, end)
        if moved is not None:
            assert after[slice(*moved)] == before[start:end]
    if before == after:
        assert all(where.moved(start, end) == (start, end) for start, end in old)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
def test_an_alignment_leads_from_one_to_the_other(one: list[str], other: list[str]) -> None:
    first = since = 0
    for kind, start, last, begin, until in align(one, other):
        assert (start, begin) == (first, since)
        assert (kind == "equal") == (one[start:last] == other[begin:until])
        first, since = last, until
    assert (first, since) == (len(one), len(other))


def _decided(repository: Repository, version: RecordVersion, people: People) -> dict[str, str]:
    """One tag accepted, one rejected, one replaced by a person's own; quote to state."""
    with repository.system_write("test") as session:
        tags = tags_of(session, version.id)
        assert len(tags) >= 3
        for tag, state in zip(tags, ("accepted", "rejected", "replaced"), strict=False):
            tag.state = state
        fields = {name: getattr(tags[2], name) for name in ("start", "end", "quote", "family", "status", "subject")}
        own = TagRow(
            record_id=version.record_id, version_id=version.id, replaces_id=tags[2].id, origin="human",
            state="accepted", label="discipline", group="廉", polarity="-", kind="fact", score=1.0, source="human",
            cues=[], **fields,
        )  # fmt: skip
        session.add(own)
        return {tag.quote: tag.state for tag in tags}


def test_decisions_are_carried_to_what_did_not_change(
    repository: Repository, people: People, archivist: Principal, lexicon: Pipeline, take: Take
) -> None:
    made = take(TEXT)
    _decided(repository, made.version, people)
    changed = "经考察，" + TEXT.replace("处事公道", "办事公道")
    prepared = prepare(lexicon, typed_document(changed, "d"))
    with repository.write(archivist) as session:
        done = correct(
            session, archivist, made.record.id, Correction(reason="漏字", text=changed), if_match="*", prepared=prepared
        )
    with repository.system_read("test") as session:
        tags = tags_of(session, done.version.id)
        states = {(tag.quote, tag.origin): tag.state for tag in tags}
        assert len(tags) == done.carried + done.tags
        for tag in tags:
            assert changed[tag.start : tag.end] == tag.quote
        human = next(tag for tag in tags if tag.origin == "human")
        replaced = session.get_one(TagRow, str(human.replaces_id))
        assert (human.state, replaced.state, replaced.version_id) == ("accepted", "replaced", done.version.id)
        assert len({tag_key(tag) for tag in tags}) == len(tags)
        assert "proposed" in states.values()
        assert states["从不推诿扯皮", "machine"] == "accepted"
        # The version before stays as it was.
        assert [tag.state for tag in tags_of(session, made.version.id, ("outdated",))] == []
        found = annotation_of(session, done.version)
        assert "discipline" in {tag.label for tag in found.tags}
    with repository.read(archivist) as session:
        seen = differences(session, archivist, made.version.id, done.version.id)
        assert [one.kind for one in seen.text] == ["added", "changed"]
        for one in seen.text:
            assert TEXT[one.before.start : one.before.end] == one.before.quote
            assert changed[one.after.start : one.after.end] == one.after.quote


def test_a_correction_of_fields_keeps_annotation_and_all_tags(
    repository: Repository, people: People, archivist: Principal, take: Take
) -> None:
    made = take(TEXT)
    before = _decided(repository, made.version, people)
    with repository.write(archivist) as session:
        done = correct(session, archivist, made.record.id, Correction(reason="定密", confidentiality=2), if_match="*")
        assert (done.record.confidentiality, done.version.text_sha256) == (2, made.version.text_sha256)
        after = {tag.quote: tag.state for tag in tags_of(session, done.version.id) if tag.origin == "machine"}
        assert after == before
        assert annotation_of(session, done.version).id == done.version.id
    with pytest.raises(InvalidInputError, match="as it is"), repository.write(archivist) as session:
        correct(session, archivist, made.record.id, Correction(reason="无", confidentiality=2), if_match="*")
    with pytest.raises(VersionConflictError), repository.write(archivist) as session:
        # Somebody corrected meanwhile, so that the text now has to be annotated.
        correct(session, archivist, made.record.id, Correction(reason="改", text="别的。"), if_match="*")


@pytest.mark.parametrize(
    "wrong", [{}, {"text": None}, {"unit_id": None}, {"confidentiality": 9}, {"document_date": "去年"}]
)
def test_a_correction_that_says_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"correct|taken away|less than|pattern"):
        Correction.model_validate({"reason": "更正", **wrong})


def test_annotating_anew_replaces_only_what_nobody_looked_at(
    repository: Repository, people: People, archivist: Principal, lexicon: Pipeline, take: Take
) -> None:
    made = take(TEXT)
    _decided(repository, made.version, people)
    for _ in range(2):
        with repository.write(archivist) as session:
            done = reannotate(session, archivist, made.record.id, prepare_again(lexicon, made.version))
    with repository.system_read("test") as session:
        tags = tags_of(session, made.version.id)
        live = [tag for tag in tags if tag.state != "outdated"]
        assert len({tag_key(tag) for tag in live}) == len(live)
        assert done.kept == 4
        assert done.proposed == sum(tag.state == "proposed" for tag in tags) == made.tags - 3
        current = select(RecordAnnotation).where(RecordAnnotation.current.is_(True))
        assert len(session.scalars(current).all()) == 1
    other = people.principal("analyst")
    with pytest.raises(AccessDeniedError), repository.write(other) as session:
        reannotate(session, other, made.record.id, prepare_again(lexicon, made.version))


def test_a_record_under_blind_review_is_not_annotated_anew(
    repository: Repository, people: People, archivist: Principal, lexicon: Pipeline, take: Take
) -> None:
    made = take(TEXT)
    with repository.system_write("test") as session:
        session.add(
            ReviewRound(
                record_id=made.record.id, version_id=made.version.id, blind=True, created_by=made.record.created_by
            )
        )
    with pytest.raises(ConflictError, match="blind"), repository.write(archivist) as session:
        reannotate(session, archivist, made.record.id, prepare_again(lexicon, made.version))
    with repository.system_read("test") as session:
        assert session.scalars(select(Review)).all() == []
        assert {tag.state for tag in tags_of(session, made.version.id)} == {"proposed"}
