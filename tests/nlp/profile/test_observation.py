"""What records say of one subject: ledgers with sources, contradictions, gaps, early signs."""

from __future__ import annotations

import json
from random import Random

import pytest

from nlp.codebook import Codebook
from nlp.errors import InvalidRecordError
from nlp.pipeline import load
from nlp.profile import Record, collect, contradictions, early_signs, gaps, independent_sources, observe
from nlp.profile.evidence import Evidence
from nlp.schema import Annotation, Source, Tag


def record(id_: str, text: str, tags: list[tuple[str, str]], *, date: str | None = "2024", **more: object) -> Record:
    """Tags are (``label+`` or ``label-``, quote), with more fields of a tag after a ``|``: fact, reported, other …"""
    found = []
    for cell, quote in tags:
        name, *flags = cell.split("|")
        start = text.index(quote)
        found.append(
            Tag(
                start=start, end=start + len(quote), quote=quote, label=name[:-1], family="trait", group="能",
                polarity=name[-1], status=next((f for f in flags if f in ("reported", "advised", "normative")), "observed"),
                subject="other" if "other" in flags else "target", kind="fact" if "fact" in flags else "judgement",
                score=0.9, source="human",
            )
        )  # fmt: skip
    structure = load(finder="lexicon").annotate(text)
    annotation = Annotation(
        id=id_, source=Source(), doc_type=more.pop("doc_type", structure.doc_type), text=text,
        sections=structure.sections, turns=structure.turns, clauses=structure.clauses, tags=found,
        codebook_version="1", pipeline_version="1",
    )  # fmt: skip
    return Record(annotation, date=date, unit=str(more.pop("unit", "A镇")))


NOTE = """谈话记录
时间：2024年5月
谈话对象：{who}
与考察对象关系：{relation}
问：李某这个人怎么样？
答：{said}
"""


def note(id_: str, who: str, relation: str, said: str, cell: str, **more: str | None) -> Record:
    text = NOTE.format(who=who, relation=relation, said=said)
    return record(id_, text, [(cell, said.rstrip("。"))], **more)


@pytest.mark.parametrize(
    ("relation", "voice"),
    [("上级领导", "superior"), ("班子成员", "peer"), ("下属", "subordinate"), ("服务对象", "public"), ("本人", "self")],
)
def test_the_header_of_a_talk_note_says_whose_voice_it_is(relation: str, voice: str) -> None:
    [found] = collect([note("r", "王某", relation, "他从不推诿。", "responsibility+")])
    assert (found.voice, found.speaker) == (voice, "王某")


def test_a_voice_nobody_names_stays_unknown() -> None:
    [found] = collect([note("r", "王某", "不便说明", "他从不推诿。", "responsibility+")])
    assert found.voice == "unknown"


def test_an_offices_finding_is_told_from_what_was_reported_to_it() -> None:
    text = "信访核查报告\n有群众反映李某推诿扯皮。\n经核查，李某接件后三个月未办。"
    tags = [("responsibility-|reported", "推诿扯皮"), ("responsibility-|fact", "接件后三个月未办")]
    before, finding = collect([record("r", text, tags, doc_type="verification")])
    assert before.voice == "unknown"
    assert finding.voice == "finding"


def test_a_speaker_heard_twice_and_a_text_kept_twice_are_one_source() -> None:
    long = "他到任后把拖了六年的十二户安置房办结，手续一件一件补齐，又把每户的钥匙送到家里，村里人都看在眼里。"
    records = [
        note("a", "王某", "同事", long, "responsibility+", date="2023"),
        note("b", "王某", "同事", "他接手的事没有一件拖过夜。", "responsibility+", date="2024"),
        note("c", "赵某", "下属", "他从不推诿。", "responsibility+", date="2024"),
        note("d", "赵某", "下属", "他从不推诿。", "responsibility+", date="2024"),
    ]
    assert independent_sources(collect(records)) == 2
    elsewhere = note("e", "王某", "同事", "他从不推诿。", "responsibility+", unit="B县")
    assert independent_sources(collect([*records, elsewhere])) == 3


def test_others_and_norms_are_no_evidence_about_the_subject() -> None:
    text = "前任推诿扯皮。要敢于担当。"
    tags = [("responsibility-|other", "推诿扯皮"), ("responsibility+|normative", "敢于担当")]
    assert collect([record("r", text, tags)]) == []


def test_hearsay_and_advice_are_kept_apart_from_what_was_observed() -> None:
    text = "他从不推诿。据说他推诿过。希望他更大胆。"
    tags = [("responsibility+", "从不推诿"), ("responsibility-|reported", "推诿过"), ("innovation-|advised", "更大胆")]
    seen = observe([record("r", text, tags)], Codebook.load())
    assert [[view.label for view in views] for views in (seen.positive, seen.negative)] == [["responsibility"], []]
    assert [view.label for view in seen.reported] == ["responsibility"]
    assert [view.label for view in seen.advised] == ["innovation"]


def test_both_signs_of_a_label_stand_side_by_side() -> None:
    records = [
        note("a", "王某", "上级", "他敢担当。", "responsibility+"),
        note("b", "赵某", "下属", "他三次把件退回来不签。", "responsibility-|fact"),
    ]
    [found] = contradictions(collect(records))
    assert (found.label, found.change, found.facts_on_both_sides, found.same_voice) == (
        "responsibility", False, False, False,
    )  # fmt: skip
    assert [item.record for item in (*found.positive, *found.negative)] == ["a", "b"]


def test_a_change_over_time_says_so() -> None:
    def said(early: str, late: str) -> bool:
        records = [
            note("a", "王某", "同事", "他怕担责。", "responsibility-", date=early),
            note("b", "赵某", "同事", "他敢闯了。", "responsibility+", date=late),
        ]
        return contradictions(collect(records))[0].change

    assert said("2020-03", "2024")
    assert not said("2024", "2024-05"), "a year and a month of it cannot be put in order"


def test_gaps_name_what_nobody_said_and_who_is_silent() -> None:
    records = [
        note("a", "王某", "上级", "他敢担当。", "responsibility+"),
        note("b", "赵某", "下属", "他办结六件旧案。", "results+|fact"),
    ]
    found = {gap.label: gap for gap in gaps(collect(records), ["responsibility", "results", "integrity"])}
    assert found["integrity"].nobody
    assert found["responsibility"].silent == ["subordinate"]
    assert found["responsibility"].only_judgement
    assert not found["results"].only_judgement


def test_early_signs() -> None:
    records = [
        note("a", "王某", "上级", "他办事公道。", "fairness+", date="2021"),
        note("b", "赵某", "下属", "他给侄子留了指标。", "fairness-|fact", date="2023-02"),
        note("c", "孙某", "群众", "评先全是他老乡。", "fairness-|fact", date="2024"),
    ]
    signs = early_signs(collect(records))
    assert [(sign.kind, sign.evidence.record) for sign in signs] == [
        ("first_negative", "b"), ("fact_after_praise", "b"), ("second_source", "c"),
    ]  # fmt: skip
    assert [item.record for item in signs[1].before] == ["a"]
    assert [sign.evidence.record for sign in early_signs(collect(records), since="2023-06")] == ["c"]


def test_the_first_record_of_all_is_no_sign() -> None:
    assert early_signs(collect([note("a", "王某", "同事", "他推诿。", "responsibility-", date="2021")])) == []


def test_the_order_of_the_records_does_not_matter() -> None:
    records = [
        note(f"r{place}", who, relation, said, cell, date=date)
        for place, (who, relation, said, cell, date) in enumerate(
            [
                ("王某", "上级", "他敢担当。", "responsibility+", "2021"),
                ("赵某", "下属", "他推诿。", "responsibility-", "2022"),
                ("孙某", "群众", "他推诿过两回。", "responsibility-|fact", None),
                ("周某", "同事", "他公道。", "fairness+", "2022-05"),
            ]
        )
    ]
    whole = observe(records, Codebook.load())
    for seed in range(5):
        Random(seed).shuffle(records)
        assert observe(records, Codebook.load()) == whole
    for view in (*whole.positive, *whole.negative):
        for item in view.evidence:
            text = next(one.annotation.text for one in records if one.annotation.id == item.record)
            assert text[item.start : item.end] == item.quote


def test_there_is_no_number_about_the_person_as_a_whole() -> None:
    seen = observe([note("a", "王某", "上级", "他敢担当。", "responsibility+")], Codebook.load())
    names = set(json.loads(seen.model_dump_json())) | set(Evidence.model_fields)
    assert not {name for name in names if any(word in name for word in ("score", "rank", "grade", "total", "rating"))}


def test_a_date_of_another_form_is_refused() -> None:
    with pytest.raises(InvalidRecordError, match="YYYY"):
        note("a", "王某", "上级", "他敢担当。", "responsibility+", date="2024年5月")
