"""The shipped demo holds together: every quotation stands in its record, every note rests on a review."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from nlp.codebook import Codebook
from nlp.errors import ConfigurationError, CorruptFileError
from nlp.profile import Record, observe
from nlp.profile.observation import Observation
from nlp.reading import RawDocument, read_path
from nlp.resources import corpora_path
from nlp.schema import Annotation, Source, Tag
from service.access.roles import ROLES
from service.demo.matching import span
from service.demo.material import Material, read, shipped
from service.demo.shapes import RecordItem, WantedTag

BOOK = Codebook.load()


@pytest.fixture(scope="module")
def material() -> Material:
    return shipped()


def corrected(material: Material, record: RecordItem) -> str:
    text = record.text
    for correction in material.workflow.corrections:
        if correction.record == record.key:
            span(text, correction.replace)
            text = text.replace(correction.replace, correction.with_)
    return text


def wanted(material: Material) -> dict[str, list[WantedTag]]:
    """What stands on each record after all reviews; of a round, what both found and what was kept."""
    found = {one.record: list(one.tags) for one in material.reviewing.reviews}
    for one in material.reviewing.rounds:
        if one.state == "open":
            continue
        dropped = {(ruling.quote, ruling.label) for ruling in one.rulings if not ruling.keep}
        alone = [tag for tags in one.only.values() for tag in tags] if one.state == "closed" else []
        kept = [tag for tag in alone if not {(tag.quote, None), (tag.quote, tag.label)} & dropped]
        found[one.record] = [*one.tags, *kept]
    return found


def observed(material: Material, subject: str) -> Observation:
    records = []
    for record in material.records:
        if not any(about.subject == subject and about.role != "mentioned" for about in record.about):
            continue
        text = corrected(material, record)
        tags = []
        for tag in wanted(material).get(record.key, ()):
            start, end = span(text, tag.quote)
            label = BOOK.label(tag.label)
            fields = {**tag.model_dump(), "kind": tag.kind or "judgement"}
            tags.append(
                Tag(
                    **fields, start=start, end=end, family=label.family, group=label.group, score=1.0, source="human",
                    cues=[],
                )
            )  # fmt: skip
        annotation = Annotation(
            id=record.key, source=Source(), doc_type=record.doc_type, text=text, sections=[], turns=[], clauses=[],
            tags=tags, codebook_version="1", pipeline_version="1",
        )  # fmt: skip
        voice = None if record.source_kind == "organisation" else record.source_kind
        records.append(Record(annotation, date=record.document_date, unit=record.unit, voice=voice))
    return observe(records, BOOK)


def test_it_is_as_large_and_as_mixed_as_it_says(material: Material) -> None:
    readable = [file for file in material.files if "传输中断" not in file.name]
    assert len(material.cast.subjects) == 6
    assert len(material.records) + len(readable) == 40
    assert {role for user in material.cast.users for role in user.roles} == ROLES.keys()
    assert {record.source_kind for record in material.records} >= {"superior", "peer", "subordinate", "public", "self"}
    assert len({record.doc_type for record in material.records}) == 9  # all eight, and some left to be told
    assert {record.document_date[:4] for record in material.records} >= {"2022", "2023", "2024", "2025"}
    assert len({record.unit for record in material.records}) >= 6
    assert len({record.text for record in material.records}) == len(material.records)


def test_keys_lead_somewhere(material: Material) -> None:
    units = {unit.key for unit in material.cast.units}
    subjects = {subject.key for subject in material.cast.subjects}
    records = {record.key for record in material.records}
    logins = {user.login for user in material.cast.users}
    assert {user.unit for user in material.cast.users} | {subject.unit for subject in material.cast.subjects} <= units
    assert {record.unit for record in material.records} <= units
    assert {about.subject for record in material.records for about in record.about} == subjects
    assert {one.record for one in material.reviewing.reviews} | {
        one.record for one in material.reviewing.rounds
    } <= records
    assert {one.reviewer for one in material.reviewing.reviews} == {"fuhe1", "fuhe2"} <= logins
    assert max(Counter(record.key for record in material.records).values()) == 1


def test_every_quotation_stands_once_and_every_label_is_known(material: Material) -> None:
    for key, tags in wanted(material).items():
        text = corrected(material, material.record(key))
        for tag in tags:
            start, end = span(text, tag.quote)
            assert text[start:end] == tag.quote
            assert "\n" not in tag.quote
            assert tag.label in BOOK
        assert max(Counter((tag.quote, tag.label) for tag in tags).values(), default=1) == 1, key
    for one in material.reviewing.reviews:
        for quote in one.reject:
            span(corrected(material, material.record(one.record)), quote)
    for record in material.records:
        for about in record.about:
            assert about.quote in record.text if about.quote else about.reason


def test_notes_cite_what_was_reviewed(material: Material) -> None:
    standing = wanted(material)
    for note in material.workflow.assessments:
        for finding in note.findings:
            assert finding.evidence
            for cited in finding.evidence:
                assert any(
                    tag.quote == cited.quote and tag.label == finding.label and tag.polarity == finding.polarity
                    for tag in standing[cited.record]
                ), (note.key, cited)
                assert note.subject in {about.subject for about in material.record(cited.record).about}
    ends = Counter(None if note.judged is None else note.judged.approve for note in material.workflow.assessments)
    assert ends == {True: 1, False: 1, None: 1}
    assert [decision.close is not None for note in material.workflow.assessments for decision in note.decisions] == [
        True,
        False,
    ]


def test_rounds_show_agreement_and_disagreement(material: Material) -> None:
    assert Counter(one.state for one in material.reviewing.rounds) == {"closed": 2, "adjudicating": 1, "open": 1}
    for one in material.reviewing.rounds:
        if one.state == "closed":
            assert any(one.only.values())
            for ruling in one.rulings:
                assert any(tag.quote == ruling.quote for tags in one.only.values() for tag in tags)


def test_two_contradictions_and_an_early_sign_are_there_to_be_seen(material: Material) -> None:
    for subject, label in (("li", "mass_work"), ("chen", "democracy_unity")):
        beside = [one for one in observed(material, subject).contradictions if not one.change]
        assert label in {one.label for one in beside}
    signs = observed(material, "wang").early_signs
    assert [sign.evidence.quote for sign in signs if (sign.kind, sign.label) == ("fact_after_praise", "integrity")] == [
        "2024年9月14日晚，王某某接受西环线施工企业负责人宴请一次"
    ]


def test_one_file_of_the_batch_is_broken(material: Material) -> None:
    found = {file.name: next(iter(read_path(file))) for file in material.files}
    broken = [name for name, item in found.items() if isinstance(item, CorruptFileError)]
    assert broken == ["05-传输中断.docx"]
    assert all(isinstance(item, RawDocument) for name, item in found.items() if name not in broken)
    assert "征求意见表" in str(found["02-征求意见表.txt"])  # GB18030


def test_nothing_of_it_is_in_the_material_that_models_are_trained_and_measured_on(material: Material) -> None:
    lines = {line.strip() for record in material.records for line in record.text.split("\n") if len(line.strip()) > 24}
    for folder in ("narratives", "cases"):
        for file in corpora_path(folder).rglob("*.jsonl"):
            text = file.read_text(encoding="utf-8")
            assert not [line for line in lines if line in text], file.name


def test_a_wrong_entry_is_named_with_its_place(tmp_path: Path, material: Material) -> None:
    for name in ("cast.yaml", "reviews.yaml", "workflow.yaml"):
        (tmp_path / name).write_bytes((material.folder / name).read_bytes())
    (tmp_path / "batch").mkdir()
    lines = (material.folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    (tmp_path / "records.jsonl").write_text(
        "\n".join([lines[0], lines[1].replace('"source_kind"', '"voice"')]), "utf-8"
    )
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path)
    assert (caught.value.place, caught.value.path) == ("line 2", str(tmp_path / "records.jsonl"))
