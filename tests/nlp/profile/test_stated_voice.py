"""Who speaks, where a person stated it for the whole record."""

from __future__ import annotations

import nlp
from nlp.profile import Record, collect
from nlp.profile.voices import Voice


def _voices(text: str, voice: Voice | None) -> set[str]:
    annotation = nlp.load(finder="lexicon").annotate(text)
    assert annotation.tags
    return {item.voice for item in collect([Record(annotation, voice=voice)])}


def test_what_is_stated_takes_the_place_of_what_is_told_from_the_text() -> None:
    assert _voices("该同志从不推诿扯皮。", None) == {"unknown"}
    assert _voices("该同志从不推诿扯皮。", "public") == {"public"}
    note = "谈话记录\n谈话对象：王某\n与考察对象关系：同级\n答：他从不推诿扯皮。\n问：还有吗？\n答：处事公道。"
    assert _voices(note, None) == {"peer"}
    assert _voices(note, "superior") == {"superior"}


def test_an_own_finding_stays_one() -> None:
    text = "信访核查报告\n经核查，该同志从不推诿扯皮，处事公道。"
    assert _voices(text, "public") == {"finding"}
