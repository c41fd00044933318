"""The files of an index on disk, version 1.

::

    folder/
      CURRENT            name of the generation in force, hash of its manifest and of its cases file
      LOCK               held by the one process that may write
      gen-00000007/      one generation; never changed once CURRENT names it
        manifest.json    what this file describes, with size and hash of every other file
        cases.jsonl      the cases as they were given: the truth, all else is derived
        heads.jsonl      the cases without text, with the byte range of their line
        lexical/         tantivy
        passages.bin     passage table
        vectors.bin      passage vectors
        ann.faiss        inverted lists, only in large indexes
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from nlp.errors import IndexMismatchError, IndexTornError
from nlp.retrieval.embedder import EncoderStamp
from nlp.retrieval.passages import LONG, SHORT
from nlp.retrieval.vectors import Dtype

LAYOUT = 1
CASES = "cases.jsonl"
HEADS = "heads.jsonl"
LEXICAL = "lexical"
MANIFEST = "manifest.json"
PASSAGES_VERSION = f"sentences/1/{SHORT}-{LONG}"

_HASH_BYTES = 1 << 22


@dataclass(frozen=True)
class DenseSettings:
    """How vectors are kept.

    Attributes:
        flat_below: number of passages below which every search compares all vectors.
        dtype: of the stored vectors; float16 halves the file and moves cosines by about 1e-5.

    """

    flat_below: int = 100_000
    dtype: Dtype = "float16"


@dataclass(frozen=True)
class Part:
    """One file of a generation.

    Attributes:
        path: relative to the generation folder, with forward slashes.
        size: bytes.
        sha256: of the content, hexadecimal.

    """

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a generation holds.

    Attributes:
        layout: version of the files' layout.
        generation: rises by one with every change.
        encoder: wrote the vectors.
        tokenizer: version of the words' cutting (``Words.version``).
        splitter: version of the passages' cutting.
        cases: number of cases.
        passages: number of passages.
        next_key: key the next case gets.
        next_passage: id the next passage gets.
        dense: how vectors are kept.
        trained_on: passages the inverted lists were trained on, 0 when there are none.
        parts: every other file of the generation, sorted by path.

    """

    layout: int
    generation: int
    encoder: EncoderStamp
    tokenizer: str
    splitter: str
    cases: int
    passages: int
    next_key: int
    next_passage: int
    dense: DenseSettings
    trained_on: int
    parts: tuple[Part, ...]

    def dumps(self) -> bytes:
        """The manifest as it stands in its file, with a hash of itself."""
        body = asdict(self)
        return json.dumps({**body, "sha256": _digest(body)}, ensure_ascii=False, indent=1).encode() + b"\n"

    @classmethod
    def loads(cls, content: bytes, path: Path) -> Manifest:
        """Read a manifest.

        Raises:
            IndexTornError: it is damaged.
            IndexMismatchError: it is sound and of another layout version.

        """
        try:
            body: dict[str, Any] = json.loads(content)
            if body.pop("sha256") != _digest(body):
                raise ValueError("its hash does not match")
            layout = body["layout"]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexTornError(f"the manifest is damaged ({error})", path=str(path)) from error
        if layout != LAYOUT:
            raise IndexMismatchError(f"the index has layout {layout}", path=str(path), expected=f"layout {LAYOUT}")
        return cls(
            **{
                **body,
                "encoder": EncoderStamp(**body["encoder"]),
                "dense": DenseSettings(**body["dense"]),
                "parts": tuple(Part(**part) for part in body["parts"]),
            }
        )

    def damaged(self, folder: Path, *, contents: bool = True) -> list[str]:
        """Paths of the parts in ``folder`` that are missing or not as the manifest says.

        Args:
            folder: of the generation.
            contents: read and hash every file; otherwise only sizes are compared.

        """
        return [part.path for part in self.parts if not _intact(folder, part, contents)]


def parts_of(folder: Path) -> tuple[Part, ...]:
    """Every file of a generation folder but the manifest."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != MANIFEST)
    return tuple(Part(file.relative_to(folder).as_posix(), file.stat().st_size, file_hash(file)) for file in files)


def file_hash(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_HASH_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _intact(folder: Path, part: Part, contents: bool) -> bool:
    path = folder / part.path
    try:
        return path.stat().st_size == part.size and (not contents or file_hash(path) == part.sha256)
    except OSError:
        return False


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
