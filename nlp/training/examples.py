"""From corpus rows to windows with the answers for every clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.codebook import Codebook
from nlp.evaluation.gold import BankClause, GoldDocument, Labelled
from nlp.structure.normalise import normalise
from nlp.structure.parse import Structure, parse_structure
from nlp.tagging.network import KINDS, STATUSES, SUBJECTS
from nlp.tagging.windows import TYPE_WORDS, Window, WindowClause, make_windows

NONE = -100
"""An answer that is not asked for (cross_entropy ignores it)."""

COVERED = 0.5
"""A tag belongs to a clause that it covers to this share, or of which this share of the tag is made."""


@dataclass(frozen=True)
class Answers:
    """What is right for the c clauses of a window.

    Attributes:
        cells: (c, cells) 0 or 1.
        status, subject, kind: (c,) class numbers, NONE where the clause has no tag.
        join: (c,) 1 where the clause goes on with the tag of the clause before it, 0 where a new one starts, NONE where
            either of them has none.
    """

    cells: NDArray[np.float32]
    status: NDArray[np.int64]
    subject: NDArray[np.int64]
    kind: NDArray[np.int64]
    join: NDArray[np.int64]


@dataclass(frozen=True)
class Example:
    """A window and its answers."""

    window: Window
    answers: Answers


def cell_names(codebook: Codebook) -> list[str]:
    """``label+`` and ``label-`` for every label, in the codebook's order: the order of the network's cells."""
    return [label.id + sign for label in codebook.labels for sign in "+-"]


def parse_document(document: GoldDocument) -> Structure:
    """The structure of a document as the pipeline sees it, which has to find out the document's type by itself."""
    return parse_structure(normalise(document.text).text)


def document_examples(document: GoldDocument, cells: dict[str, int], size: int) -> list[Example]:
    """The windows of an annotated document with their answers."""
    normalised = normalise(document.text)
    structure = parse_document(document)
    tags = [
        (normalised.source_map.from_source(tag.start), normalised.source_map.from_source(tag.end), tag)
        for tag in document.tags
    ]
    found: list[list[int]] = []
    for clause in structure.clauses:
        inside = []
        for number, (start, end, _) in enumerate(tags):
            overlap = min(end, clause.end) - max(start, clause.start)
            if overlap > 0 and (overlap >= COVERED * (clause.end - clause.start) or overlap >= COVERED * (end - start)):
                inside.append(number)
        found.append(inside)
    labelled: list[Labelled] = [tag for _, _, tag in tags]
    examples = []
    for window in make_windows(structure, size):
        here = [found[clause.index] for clause in window.clauses]
        before = [found[clause.index - 1] if clause.index else [] for clause in window.clauses]
        examples.append(Example(window, _answers(here, before, labelled, cells)))
    return examples


def _answers(
    here: Sequence[Sequence[int]],
    before: Sequence[Sequence[int]],
    tags: Sequence[Labelled],
    cells: dict[str, int],
) -> Answers:
    count = len(here)
    table = np.zeros((count, len(cells)), dtype=np.float32)
    columns = {name: np.full(count, NONE, dtype=np.int64) for name in ("status", "subject", "kind", "join")}
    for row, numbers in enumerate(here):
        for number in numbers:
            table[row, cells[tags[number].label + tags[number].polarity]] = 1
        if numbers:
            first = tags[numbers[0]]
            columns["status"][row] = STATUSES.index(first.status) if first.status in STATUSES else NONE
            columns["subject"][row] = SUBJECTS.index(first.subject)
            columns["kind"][row] = KINDS.index(first.kind)
            if before[row]:
                columns["join"][row] = int(bool(set(numbers) & set(before[row])))
    return Answers(table, **columns)


LEADS = ("", "答", "记", "该同志主要表现", "谈话情况", "不足", "核查情况", "群众反映", "问题")
OPENERS = ("", "", "", "他", "她", "该同志", "李某", "这个人")
ENDS = ("。", "。", "；", "，", "\n", "！")


def pack_bank(
    clauses: Sequence[BankClause], cells: dict[str, int], size: int, random: np.random.Generator
) -> list[Example]:
    """Random windows of bank clauses: each clause once, beside clauses it has nothing to do with.

    Called anew for every epoch, so that a clause never keeps its neighbours.
    """
    examples = []
    order = list(random.permutation(len(clauses)))
    while order:
        texts = _lead(random)
        parts: list[tuple[int, int]] = []
        rows: list[BankClause] = []
        many = int(random.integers(2, 9))
        while order and len(parts) < many:
            clause = clauses[order[-1]]
            opener = OPENERS[int(random.integers(len(OPENERS)))] if clause.tags else ""
            if len(texts) + len(opener) + len(clause.text) + 1 > size and parts:
                break
            order.pop()
            start = len(texts)
            texts += (opener + clause.text)[: size - start - 1]
            parts.append((start, len(texts)))
            rows.append(clause)
            texts += ENDS[int(random.integers(len(ENDS)))]
        examples.append(_packed(texts, parts, rows, cells))
    return examples


def _lead(random: np.random.Generator) -> str:
    types = ["", *TYPE_WORDS.values()]
    return f"{types[int(random.integers(len(types)))]}|{LEADS[int(random.integers(len(LEADS)))]}\n"


def _packed(text: str, parts: Sequence[tuple[int, int]], rows: Sequence[BankClause], cells: dict[str, int]) -> Example:
    """A window whose clauses are cut as they would be in a document: an episode gives several."""
    tags = [tag for row in rows for tag in row.tags]
    clauses: list[WindowClause] = []
    here: list[list[int]] = []
    before: list[list[int]] = []
    shift = 0
    for (start, end), row in zip(parts, rows, strict=True):
        numbers = list(range(shift, shift + len(row.tags)))
        shift += len(row.tags)
        previous: list[int] = []
        for piece in parse_structure(text[start:end]).clauses:
            clauses.append(WindowClause(len(clauses), start + piece.start, start + piece.end))
            here.append(numbers)
            before.append(previous)
            previous = numbers
    return Example(Window(text, tuple(clauses)), _answers(here, before, tags, cells))
