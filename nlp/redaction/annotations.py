"""Annotations on de-identified texts: moved there with every offset, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nlp.redaction.moving import Move
from nlp.redaction.redactor import Redaction, Redactor, Restored
from nlp.schema import Annotation, Source


def redact_annotation(
    annotation: Annotation, redactor: Redactor, known: Iterable[str] = ()
) -> tuple[Annotation, Redaction]:
    """An annotation of the de-identified text.

    Args:
        annotation: of the text as it was.
        redactor: of the run.
        known: names of persons that are known to be meant.

    Returns:
        The annotation with every range moved and ``text[start:end] == quote`` for every quote; a range that begins or ends
        inside a name takes in all of its pseudonym. The id and the source hold pseudonyms too, and digests under the key in
        the place of digests. Beside it what was done, for ``Redactor.seal``.
    """
    redaction = redactor.redact(annotation.text, known)
    move, text = redaction.move, redaction.text
    turns = move.tiles((turn.start, turn.end) for turn in annotation.turns)
    clauses = move.tiles((clause.start, clause.end) for clause in annotation.clauses)
    # Sections hold one another, so they are no tiles.
    sections = [move.span(section.start, section.end) for section in annotation.sections]
    row = {
        **annotation.model_dump(mode="json"),
        "id": conceal_id(annotation.id, annotation.source.path, redactor),
        "source": _source(annotation.source, redactor).model_dump(mode="json"),
        "text": text,
        "sections": [
            {
                **section.model_dump(mode="json"),
                "start": start,
                "end": end,
                "title": _piece(section.title, section.start, section.end, annotation.text, redaction, redactor),
            }
            for section, (start, end) in zip(annotation.sections, sections, strict=True)
        ],
        "turns": [
            {
                **turn.model_dump(mode="json"),
                "start": start,
                "end": end,
                "speaker": turn.speaker
                and _piece(turn.speaker, turn.start, turn.end, annotation.text, redaction, redactor),
            }
            for turn, (start, end) in zip(annotation.turns, turns, strict=True)
        ],
        "clauses": [{"start": start, "end": end} for start, end in clauses],
        "tags": move_tags(annotation.model_dump(mode="json")["tags"], text, move),
    }
    return Annotation.model_validate(row).with_peaks(annotation.peaks), redaction


def secrets_of(annotation: Annotation) -> dict[str, Any]:
    """What of an annotation cannot be found again from its text; to be sealed."""
    return {
        "id": annotation.id,
        "source": annotation.source.model_dump(mode="json"),
        "speakers": [turn.speaker for turn in annotation.turns],
        "titles": [section.title for section in annotation.sections],
    }


def restore_annotation(annotation: Annotation, restored: Restored) -> Annotation:
    """An annotation of a de-identified text as one of the text as it was.

    Args:
        annotation: of the de-identified text; its tags may have been changed since, its text not.
        restored: what ``restore`` gave for it; ``more`` is from ``secrets_of``.
    """
    move, text, kept = restored.move, restored.text, restored.more
    row = annotation.model_dump(mode="json")
    turns = move.tiles((turn.start, turn.end) for turn in annotation.turns)
    clauses = move.tiles((clause.start, clause.end) for clause in annotation.clauses)
    speakers = _kept(kept["speakers"], [turn.speaker for turn in annotation.turns])
    titles = _kept(kept["titles"], [section.title for section in annotation.sections])
    row |= {
        "id": kept["id"],
        "source": kept["source"],
        "text": text,
        "sections": [
            {**section, "start": move.start(section["start"]), "end": move.end(section["end"]), "title": title}
            for section, title in zip(row["sections"], titles, strict=True)
        ],
        "turns": [
            {**turn, "start": start, "end": end, "speaker": speaker}
            for turn, (start, end), speaker in zip(row["turns"], turns, speakers, strict=True)
        ],
        "clauses": [{"start": start, "end": end} for start, end in clauses],
        "tags": move_tags(row["tags"], text, move),
    }
    return Annotation.model_validate(row).with_peaks(annotation.peaks)


def conceal_path(path: str, redactor: Redactor) -> str:
    """A path with codes for the names of files and folders; the ending of a file stays, ``!`` of a bundle too."""
    parts = path.split("/")
    codes = [_folder(part, redactor) for part in parts[:-1]]
    return "/".join([*codes, _file(parts[-1], redactor)])


def conceal_id(name: str, path: str | None, redactor: Redactor) -> str:
    """A record's id: the concealed path and number of a document that is named by them, else a code."""
    if path is not None and name == path:
        return conceal_path(path, redactor)
    if path is not None and name.startswith(path + "#"):
        rest = name[len(path) + 1 :]
        number = rest if rest.isascii() and rest.isdigit() else redactor.pseudonyms.code("part", rest, length=10)
        return f"{conceal_path(path, redactor)}#{number}"
    return f"文书{redactor.pseudonyms.code('id', name, length=10)}"


def _folder(part: str, redactor: Redactor) -> str:
    if part in ("", ".", ".."):
        return part
    if part.endswith("!"):
        return _file(part[:-1], redactor) + "!"
    return f"文件夹{redactor.pseudonyms.code('folder', part, length=10)}"


def _file(part: str, redactor: Redactor) -> str:
    if not part:
        return part
    stem, dot, ending = part.rpartition(".")
    kept = f".{ending.lower()}" if stem and dot and ending.isascii() and ending.isalnum() and len(ending) <= 5 else ""
    # 张三.110 would keep part of a number.
    kept = "" if kept[1:].isdigit() else kept
    return f"文件{redactor.pseudonyms.code('file', part, length=10)}{kept}"


def _source(source: Source, redactor: Redactor) -> Source:
    return Source(
        path=None if source.path is None else conceal_path(source.path, redactor),
        sha256=None if source.sha256 is None else redactor.pseudonyms.digest(source.sha256),
        media_type=source.media_type,
    )


def _piece(piece: str, start: int, end: int, old: str, redaction: Redaction, redactor: Redactor) -> str:
    """A string that was taken from a range of the text, as it reads there now."""
    at = old.find(piece, start, end)
    if at < 0 or not piece:
        return redactor.words(piece, redaction)
    first, last = redaction.move.span(at, at + len(piece))
    return redaction.text[first:last]


def move_tags(tags: list[dict[str, Any]], text: str, move: Move) -> list[dict[str, Any]]:
    """Tags as JSON on another text.

    Args:
        tags: with ``start``, ``end`` and ``quote``, and ``cues`` of the same shape where they have some.
        text: they are moved to.
        move: the way there.
    """
    moved = []
    for tag in tags:
        cues = {"cues": [_quoted(cue, text, move) for cue in tag["cues"]]} if "cues" in tag else {}
        moved.append({**_quoted(tag, text, move), **cues})
    return moved


def _quoted(item: dict[str, Any], text: str, move: Move) -> dict[str, Any]:
    start, end = move.span(item["start"], item["end"])
    return {**item, "start": start, "end": end, "quote": text[start:end]}


def _kept(kept: list[Any], now: list[Any]) -> list[Any]:
    """What was sealed, where nobody added or removed an item since."""
    return kept if len(kept) == len(now) else now
