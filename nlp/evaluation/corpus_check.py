"""Checks of the annotated corpus: ``python -m nlp.evaluation.corpus_check [FOLDER]``.

Quotes and offsets, labels, authors and splits, identical texts, and texts of different splits that are nearly the same
(MinHash over character 4-grams; Broder 1997), since a model would remember those. Prints sizes, and one line a problem.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from datasketch import MinHash, MinHashLSH

from nlp.codebook import Codebook
from nlp.evaluation.gold import BankClause, GoldDocument, read_rows
from nlp.evaluation.splits import read_splits
from nlp.resources import corpora_path

SHINGLE = 4
PERMUTATIONS = 64
ALIKE = 0.7
"""Jaccard similarity of the 4-grams from which on two texts count as nearly the same."""

PROPOSED = 0.5

SHORTEST = 8
"""Characters below which two clauses may well agree by chance; identical ones are still reported."""

_NO_WORD = re.compile(r"\W+")


class Piece(NamedTuple):
    """A text that must not stand in two splits: a line of a document, or a clause of the bank."""

    text: str
    place: str
    split: str


class Check(NamedTuple):
    """What was found.

    Attributes:
        problems: one line each.
        documents, tags, clauses, negatives: counts.
        cells: tags in documents for each label and polarity.
        bank: clauses for each label and polarity.
    """

    problems: list[str]
    documents: int
    tags: int
    clauses: int
    negatives: int
    cells: Counter[str]
    bank: Counter[str]


def check_corpus(folder: Path) -> Check:
    """Check all documents and clauses of a corpus folder.

    Raises:
        ReadingError: a file cannot be read, or a row is invalid (its quote is not the text at its offsets, say).
        ConfigurationError: the splits are invalid.
    """
    known = set(Codebook.load().ids)
    problems: list[str] = []
    pieces: list[Piece] = []
    ids: Counter[str] = Counter()
    cells: Counter[str] = Counter()
    bank: Counter[str] = Counter()
    negatives = 0
    for split, authors in read_splits(folder).items():
        for author in authors:
            path = folder / f"{author}.jsonl"
            for document in read_rows(path, GoldDocument) if path.exists() else ():
                ids[document.id] += 1
                cells.update(tag.label + tag.polarity for tag in document.tags)
                problems += _document_problems(document, author, known)
                pieces += _telling_lines(document, split)
            path = folder / "clauses" / f"{author}.jsonl"
            for number, clause in enumerate(read_rows(path, BankClause) if path.exists() else (), 1):
                place = f"clauses/{author} line {number}"
                unknown = {tag.label for tag in clause.tags} - known
                if unknown or (clause.mistaken_for and clause.mistaken_for not in known):
                    problems.append(f"{place}: unknown label")
                if clause.author != author:
                    problems.append(f"{place}: author {clause.author}")
                bank.update(tag.label + tag.polarity for tag in clause.tags[:1])
                negatives += not clause.tags
                if clause.tags:
                    pieces.append(Piece(clause.text, place, split))
    problems += [f"{name}: the id is used {count} times" for name, count in ids.items() if count > 1]
    problems += shared_between_splits(pieces)
    return Check(problems, len(ids), sum(cells.values()), sum(bank.values()), negatives, cells, bank)


def _telling_lines(document: GoldDocument, split: str) -> Iterator[Piece]:
    """The lines that hold a tag. Headings, slogans and other lines that show nothing may recur."""
    start = 0
    for line in document.text.split("\n"):
        if any(start <= tag.start < start + len(line) for tag in document.tags):
            yield Piece(line, document.id, split)
        start += len(line) + 1


def _document_problems(document: GoldDocument, author: str, known: set[str]) -> Iterator[str]:
    if document.author != author:
        yield f"{document.id}: author {document.author} in the file of {author}"
    seen: set[tuple[int, int, str]] = set()
    for tag in document.tags:
        if tag.label not in known:
            yield f"{document.id}: unknown label {tag.label}"
        if "\n" in tag.quote or tag.quote != tag.quote.strip():
            yield f"{document.id}: the span {tag.quote!r} crosses a line break or begins or ends blank"
        key = (tag.start, tag.end, tag.label)
        if key in seen:
            yield f"{document.id}: {tag.label} twice on {tag.quote!r}"
        seen.add(key)


def shared_between_splits(pieces: list[Piece]) -> list[str]:
    """A line for every two pieces of different splits that are the same or nearly so."""
    problems = []
    # The sketches only propose pairs, generously; the sets themselves decide.
    index = MinHashLSH(threshold=PROPOSED, num_perm=PERMUTATIONS)
    kept: dict[str, tuple[Piece, set[str]]] = {}
    same: dict[str, Piece] = {}
    for number, piece in enumerate(pieces):
        plain = _NO_WORD.sub("", piece.text)
        if len(plain) < SHORTEST:
            continue
        if plain in same:
            if same[plain].split != piece.split:
                problems.append(f"{piece.place}: the same text stands in {same[plain].place}: {piece.text[:40]}")
            continue
        same[plain] = piece
        shingles = {plain[start : start + SHINGLE] for start in range(len(plain) - SHINGLE + 1)}
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch([shingle.encode() for shingle in shingles])
        for key in index.query(sketch):
            other, theirs = kept[key]
            if other.split != piece.split and len(shingles & theirs) >= ALIKE * len(shingles | theirs):
                problems.append(f"{piece.place}: nearly the same as {other.place}: {piece.text[:40]}")
        index.insert(str(number), sketch)
        kept[str(number)] = (piece, shingles)
    return problems


def main(folder: Path) -> int:
    """Print sizes and problems; 1 if there are problems."""
    check = check_corpus(folder)
    write = sys.stdout.write
    write(f"{check.documents} documents, {check.tags} tags, least of a cell {min(check.cells.values(), default=0)}\n")
    write(
        f"{check.clauses} clauses, least of a cell {min(check.bank.values(), default=0)}; {check.negatives} negatives\n"
    )
    for problem in check.problems:
        write(problem + "\n")
    write(f"{len(check.problems)} problems\n")
    return int(bool(check.problems))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else corpora_path("narratives")))
