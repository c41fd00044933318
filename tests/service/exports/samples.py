"""Annotations that are hard on offsets: emoji, extension B, combining marks, every line break, overlapping tags."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from nlp.codebook import Codebook
from nlp.schema import Annotation

BOOK = Codebook.load()

_PIECES = [
    *"李某不推诿，敢担当。",
    "😀",
    "👨‍👩‍👧",
    "\U00020000",
    "𠮷",
    "e\u0301",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "\u2028",
    "\x85",
    "\x0b",
    "\\n",
    "=",
    "|",
    '"',
    "<&>",
    "_x000D_",
]


def tag_of(text: str, start: int, end: int, label: str = "responsibility", **fields: Any) -> dict[str, Any]:
    entry = BOOK.label(label)
    return {
        "start": start,
        "end": end,
        "quote": text[start:end],
        "label": label,
        "family": entry.family,
        "group": entry.group,
        "polarity": "+",
        "status": "observed",
        "subject": "target",
        "kind": "judgement",
        "score": 0.75,
        "source": "both",
        "cues": [],
        **fields,
    }


def annotation_of(text: str, tags: Iterable[dict[str, Any]] = (), *, id: str = "谈话-01", **fields: Any) -> Annotation:
    return Annotation.model_validate(
        {
            "id": id,
            "source": {"path": "某县/谈话.docx", "sha256": "0" * 64, "media_type": "text/plain"},
            "doc_type": "talk_note",
            "text": text,
            "sections": [],
            "turns": [],
            "clauses": [],
            "tags": list(tags),
            "codebook_version": BOOK.version,
            "pipeline_version": "0.1.0",
            **fields,
        }
    )


@st.composite
def annotations(draw: st.DrawFn, *, visible: bool = False) -> Annotation:
    """Any annotation; with ``visible`` every tag holds a character that is no line break."""
    text = "".join(draw(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=30)))
    if visible:
        text = "张" + text
    tags = []
    for _ in range(draw(st.integers(0, 6))):
        start, end = _span(draw, text)
        if visible and not "".join(text[start:end].splitlines()):
            start = 0
        cues = []
        for _ in range(draw(st.integers(0, 2))):
            first, last = _span(draw, text)
            effect = draw(st.sampled_from(["polarity=flip", "status=advised", "kind=fact", "subject=other"]))
            cues.append({"start": first, "end": last, "quote": text[first:last], "effect": effect})
        tags.append(
            tag_of(
                text,
                start,
                end,
                draw(st.sampled_from(BOOK.ids)),
                polarity=draw(st.sampled_from("+-")),
                status=draw(st.sampled_from(["observed", "advised", "reported", "normative"])),
                subject=draw(st.sampled_from(["target", "team", "other"])),
                kind=draw(st.sampled_from(["fact", "judgement"])),
                score=draw(st.floats(0, 1)),
                source=draw(st.sampled_from(["lexicon", "classifier", "both", "human"])),
                cues=cues,
            )
        )
    turns = [{"start": 0, "end": len(text), "speaker": "李某", "role": "interviewee"}]
    sections = [{"start": 0, "end": len(text), "title": "一、", "level": 1}]
    clauses = [{"start": 0, "end": 1}]
    return annotation_of(text, tags, turns=turns, sections=sections, clauses=clauses)


def _span(draw: st.DrawFn, text: str) -> tuple[int, int]:
    start = draw(st.integers(0, len(text) - 1))
    return start, draw(st.integers(start + 1, len(text)))


def sorted_tags(row: Annotation | dict[str, Any]) -> list[str]:
    """Tags in an order that does not depend on the tool."""
    tags = row.model_dump(mode="json")["tags"] if isinstance(row, Annotation) else row["tags"]
    return sorted(json.dumps(tag, ensure_ascii=False, sort_keys=True) for tag in tags)


def write_jsonl(path: Path, rows: Iterable[Annotation | dict[str, Any]]) -> Path:
    lines = [
        row.model_dump_json() if isinstance(row, Annotation) else json.dumps(row, ensure_ascii=False) for row in rows
    ]
    path.write_bytes("".join(line + "\n" for line in lines).encode("utf-8"))
    return path


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]
