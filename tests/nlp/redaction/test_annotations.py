"""Annotations on de-identified texts."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.pipeline import load
from nlp.redaction import RedactionKey, Redactor, redact_annotation, restore, restore_annotation, secrets_of
from nlp.redaction.annotations import conceal_id, conceal_path
from nlp.schema import Annotation, Clause, Cue, Section, Source, Tag, Turn

TALK = """李四同志谈话记录
谈话人：甄士诚
谈话对象：张三丰（A县交通局局长，与李四共事三年）
问：你对李四同志怎么看？
答：李四处事公道，从不推诿扯皮。老李电话13900000001，担当不够。张三丰说完签字。
"""
NAMES = ("李四", "甄士诚", "张三丰", "老李", "13900000001")


def test_no_name_is_left_and_everything_comes_back(redactor: Redactor) -> None:
    source = Source(path="李四/谈话.txt", sha256="ab", media_type="text/plain")
    old = load(finder="lexicon").annotate(TALK, id="李四/谈话.txt#2", source=source)
    assert {tag.label for tag in old.tags} >= {"fairness", "responsibility"}
    assert any(tag.cues for tag in old.tags)
    new, redaction = redact_annotation(old, redactor)
    written = new.model_dump_json()
    assert not [name for name in NAMES if name in written]
    assert [(tag.label, tag.polarity) for tag in new.tags] == [(tag.label, tag.polarity) for tag in old.tags]
    assert new.source.path is not None
    assert new.id == f"{new.source.path}#2"
    assert new.source.path.endswith(".txt")
    assert len(new.source.sha256 or "") == 64
    # Annotation checks its own quotes; what a quote says besides names is what it said before.
    for before, after in zip(old.tags, new.tags, strict=True):
        assert restored_words(before.quote, redaction) == after.quote
    block = redactor.seal(redaction, secrets_of(old))
    assert restore_annotation(new, restore(new.text, block, redactor.key)) == old


def restored_words(quote: str, redaction: object) -> str:
    for item in redaction.replacements:  # type: ignore[attr-defined]
        quote = quote.replace(item.original, item.pseudonym)
    return quote


def test_speakers_and_headings(redactor: Redactor) -> None:
    text = "一、张三丰同志的表现\n张局长：他实在。\n"
    old = Annotation(
        id="1",
        source=Source(),
        doc_type=None,
        text=text,
        sections=[Section(start=0, end=len(text), title="张三丰同志的表现", level=1)],
        turns=[Turn(start=11, end=len(text), speaker="张局长", role="interviewee")],
        clauses=[],
        tags=[],
        codebook_version="1",
        pipeline_version="1",
    )
    new, redaction = redact_annotation(old, redactor)
    own = redaction.replacements[0].pseudonym
    assert new.sections[0].title == f"{own}同志的表现"
    assert new.turns[0].speaker == f"{own}局长"
    assert new.text[new.turns[0].start :].startswith(f"{own}局长：")


WORDS = st.sampled_from(
    ["张三丰", "李四同志", "老李", "处事公道", "，", "。", "\n", "𠮷某", "😀", "13900000001", "张\n三丰", "某"]
)


@st.composite
def annotations(draw: st.DrawFn) -> Annotation:
    text = "".join(draw(st.lists(WORDS, min_size=1, max_size=15)))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)) | {0, len(text)})
    spans = list(pairwise(cuts))

    def span() -> tuple[int, int]:
        start = draw(st.integers(0, len(text)))
        return start, draw(st.integers(start, len(text)))

    tags = []
    for _ in range(draw(st.integers(0, 3))):
        (start, end), (first, last) = span(), span()
        cue = Cue(start=first, end=last, quote=text[first:last], effect="polarity=flip")
        tags.append(
            Tag(
                start=start,
                end=end,
                quote=text[start:end],
                label="fairness",
                family="trait",
                group="德",
                polarity="+",
                status="observed",
                subject="target",
                kind="fact",
                score=0.5,
                source="human",
                cues=[cue],
            )
        )
    first, last = span()
    return Annotation(
        id="x",
        source=Source(),
        doc_type=None,
        text=text,
        sections=[Section(start=first, end=last, title=text[first:last], level=1)],
        turns=[Turn(start=start, end=end, speaker=text[start : start + 3], role=None) for start, end in spans],
        clauses=[Clause(start=start, end=end) for start, end in spans],
        tags=tags,
        codebook_version="1",
        pipeline_version="1",
    )


@settings(deadline=None, max_examples=150)
@given(annotations())
def test_any_annotation_moves_and_comes_back(old: Annotation) -> None:
    redactor = Redactor(RedactionKey(bytes(32)))
    new, redaction = redact_annotation(old, redactor)  # the model checks every quote
    assert [clause.end for clause in new.clauses[:-1]] == [clause.start for clause in new.clauses[1:]]
    back = restore_annotation(new, restore(new.text, redactor.seal(redaction, secrets_of(old)), redactor.key))
    assert back.text == old.text
    inside = {place for item in redaction.replacements for place in range(item.start + 1, item.end)}
    borders = {
        border
        for item in (*old.clauses, *old.turns, *old.sections, *old.tags, *(cue for tag in old.tags for cue in tag.cues))
        for border in (item.start, item.end)
    }
    if not borders & inside:
        assert back == old
    else:
        for before, after in zip(old.tags, back.tags, strict=True):
            assert after.start <= before.start or before.start == before.end
            assert after.end >= before.end or before.start == before.end


def test_names_of_files(redactor: Redactor) -> None:
    hidden = conceal_path("张三丰/档案.zip!/二/谈话 李四.DOCX", redactor)
    folder, bundle, inner, file = hidden.split("/")
    assert folder.startswith("文件夹")
    assert bundle.startswith("文件")
    assert bundle.endswith(".zip!")
    assert inner.startswith("文件夹")
    assert file.endswith(".docx")
    assert not any(part in hidden for part in ("张三丰", "李四", "档案", "谈话"))
    assert conceal_path("张三丰/别.txt", redactor).startswith(folder + "/")
    assert conceal_path("../a.张三丰", redactor).startswith("../文件")
    assert "张三丰" not in conceal_path("../a.张三丰", redactor)
    assert not conceal_path("张三丰.13900000001", redactor).endswith("1")
    assert conceal_id("990101197208150030", "a.jsonl", redactor).startswith("文书")
    assert conceal_id("b.xlsx#李四", "b.xlsx", redactor).startswith(conceal_path("b.xlsx", redactor) + "#")
    assert "李四" not in conceal_id("b.xlsx#李四", "b.xlsx", redactor)
