"""Opening an index that may have been left by a crash, and deciding what can still be used of one that is damaged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nlp.errors import CaseIndexError, IndexMismatchError, IndexMissingError, IndexTornError
from nlp.retrieval.ann import ANN
from nlp.retrieval.embedder import EncoderStamp
from nlp.retrieval.generation import Generation, read_manifest
from nlp.retrieval.heads import read_heads
from nlp.retrieval.layout import CASES, HEADS, LEXICAL, MANIFEST, PASSAGES_VERSION, Manifest, file_hash
from nlp.retrieval.lexical import LexicalIndex
from nlp.retrieval.store import current_bytes, generations, read_pointer
from nlp.retrieval.vectors import PASSAGES, VECTORS, VectorStore
from nlp.retrieval.writing import Base

_TRIES = 5


@dataclass(frozen=True)
class Salvage:
    """What a damaged or outdated index still holds.

    Attributes:
        cases: the sound cases file.
        manifest: that belongs to it, None when it is damaged.
        base: what can be taken over, None when everything has to be derived anew.

    """

    cases: Path
    manifest: Manifest | None
    base: Base | None


def open_current(folder: Path, *, tokenizer: str, verify: bool) -> Generation:
    """Open the generation in force.

    Raises:
        IndexMissingError: there is none.
        IndexTornError: files are missing or altered.
        IndexMismatchError: another layout, tokenizer or way of cutting passages.

    """
    for _ in range(_TRIES):
        before = current_bytes(folder)
        try:
            generation = Generation.open(folder, read_pointer(folder), verify=verify)
        except (OSError, ValueError, CaseIndexError) as error:
            if current_bytes(folder) != before:
                # A writer has put a newer generation in force and removed this one while it was being opened.
                continue
            if isinstance(error, CaseIndexError):
                raise
            raise IndexTornError(f"a part cannot be read ({error})", path=str(folder)) from error
        check_cutting(generation.manifest, folder, tokenizer)
        return generation
    raise IndexTornError("the index changes faster than it can be opened", path=str(folder), hint="try again")


def check_cutting(manifest: Manifest, folder: Path, tokenizer: str) -> None:
    """Check that the index cuts texts as this program does.

    Raises:
        IndexMismatchError: it does not.

    """
    for name, found, expected in (
        ("tokenizer", manifest.tokenizer, tokenizer),
        ("passage splitter", manifest.splitter, PASSAGES_VERSION),
    ):
        if found != expected:
            raise IndexMismatchError(
                f"the index was built with the {name} {found}",
                path=str(folder),
                expected=expected,
                hint="open the index with rebuild=True or build it anew",
            )


def salvage(folder: Path, *, tokenizer: str, encoder: EncoderStamp | None) -> Salvage:
    """Find a sound cases file in a damaged or outdated index, and what else of its generation can be used.

    Args:
        folder: index folder.
        tokenizer: version the terms must have been cut with.
        encoder: the vectors must come from; None accepts any.

    Raises:
        IndexMissingError: there is no index.
        IndexTornError: no generation has a sound cases file.

    """
    problem: CaseIndexError
    try:
        pointer = read_pointer(folder)
    except IndexMissingError:
        raise
    except IndexTornError as error:
        # Without a pointer the newest whole generation is taken: it was complete when it was moved into place.
        problem = error
        for _, home in generations(folder):
            manifest = _own_manifest(home)
            if manifest is not None and CASES not in manifest.damaged(home):
                return Salvage(home / CASES, manifest, _base(home, manifest, tokenizer, encoder))
    else:
        home = folder / pointer.generation
        try:
            manifest = read_manifest(folder, pointer)
        except (CaseIndexError, FileNotFoundError):
            manifest = None
        cases = home / CASES
        if cases.exists() and file_hash(cases) == pointer.cases_sha256:
            return Salvage(cases, manifest, None if manifest is None else _base(home, manifest, tokenizer, encoder))
        problem = IndexTornError("the cases file is missing or altered", path=str(cases))
    raise IndexTornError(
        f"the index cannot be mended: {problem.message}",
        path=problem.path,
        expected=f"a {CASES} whose hash is the recorded one",
        hint="build the index anew from the source of the cases",
    ) from problem


def _own_manifest(home: Path) -> Manifest | None:
    path = home / MANIFEST
    try:
        return Manifest.loads(path.read_bytes(), path)
    except (OSError, CaseIndexError):
        return None


def _base(home: Path, manifest: Manifest, tokenizer: str, encoder: EncoderStamp | None) -> Base | None:
    damaged = set(manifest.damaged(home))
    if HEADS in damaged:
        return None
    terms = manifest.tokenizer == tokenizer and not any(path.startswith(f"{LEXICAL}/") for path in damaged)
    vectors = (
        manifest.splitter == PASSAGES_VERSION
        and encoder in (None, manifest.encoder)
        and damaged.isdisjoint({PASSAGES, VECTORS})
    )
    dimension, dtype = manifest.encoder.dimension, manifest.dense.dtype
    return Base(
        folder=home,
        manifest=manifest,
        heads=list(read_heads(home / HEADS)),
        lexical=LexicalIndex(home / LEXICAL) if terms else None,
        store=VectorStore.open(home, dimension=dimension, dtype=dtype) if vectors else None,
        lists=vectors and ANN not in damaged,
    )
