"""The corpus by split: which author's texts train, tune and test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.evaluation.gold import BankClause, GoldDocument, read_rows
from nlp.evaluation.splits import read_splits
from nlp.training.pretrain_text import digest


@dataclass(frozen=True)
class Corpus:
    """Annotated documents and clauses of one split.

    Attributes:
        authors: whose they are.
        documents: annotated documents.
        bank: clauses on their own.
        hashes: file name to SHA-256, for the manifest.
    """

    authors: tuple[str, ...]
    documents: tuple[GoldDocument, ...]
    bank: tuple[BankClause, ...]
    hashes: dict[str, str]


def read_corpus(folder: Path, split: str, authors: Sequence[str] | None = None) -> Corpus:
    """The texts of one split.

    Args:
        folder: holds AUTHOR.jsonl, clauses/AUTHOR.jsonl and splits.yaml.
        split: train, dev or test.
        authors: only these of the split (for learning curves).

    Raises:
        ConfigurationError: the splits are invalid.
        ReadingError: a file cannot be read or holds an invalid row.
    """
    chosen = tuple(author for author in read_splits(folder)[split] if authors is None or author in authors)
    documents: list[GoldDocument] = []
    bank: list[BankClause] = []
    hashes = {}
    for author in chosen:
        for path in (folder / f"{author}.jsonl", folder / "clauses" / f"{author}.jsonl"):
            if not path.exists():
                continue
            hashes[path.relative_to(folder).as_posix()] = digest(path)
            if path.parent == folder:
                documents += read_rows(path, GoldDocument)
            else:
                bank += read_rows(path, BankClause)
    present = tuple(author for author in chosen if any(Path(name).stem == author for name in hashes))
    return Corpus(present, tuple(documents), tuple(bank), hashes)
