"""A foundation of toy size, in the file format of the real one, and a toy corpus."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

CHARACTERS = sorted(
    set("他见事就躲天在村里开会最认真散忘不推诿拖延会哭的一个人都说好坏办快慢，。、\n考察谈话述职年度答记主要表现")
)
WIDTH, LAYERS, HEADS, INNER, POSITIONS = 32, 2, 4, 64, 300
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "の", "hello", *(c for c in CHARACTERS if c != "\n"), "12"]


def _block(array: np.ndarray) -> bytes:
    """Q4_0: blocks of 32 numbers, each with one float16 scale."""
    out = b""
    for row in array.reshape(-1, 32):
        scale = np.float16(np.abs(row).max() / 7 or 1)
        levels = np.clip(np.round(row / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
        out += struct.pack("<e", scale) + (levels[:16] | (levels[16:] << 4)).tobytes()
    return out


def _tensors(random: np.random.Generator) -> dict[str, tuple[np.ndarray, bool]]:
    def matrix(*shape: int) -> tuple[np.ndarray, bool]:
        return random.normal(0, 0.2, shape).astype(np.float32), True

    def vector(size: int, value: float = 0.0) -> tuple[np.ndarray, bool]:
        return np.full(size, value, dtype=np.float32), False

    tensors = {
        "emb.word": matrix(len(PIECES), WIDTH),
        "emb.pos": (random.normal(0, 0.02, (POSITIONS, WIDTH)).astype(np.float32), False),
        "emb.type": vector(2 * WIDTH, 0.5),
        "emb.ln.w": vector(WIDTH, 1.0),
        "emb.ln.b": vector(WIDTH),
    }
    for layer in range(LAYERS):
        name = f"l{layer}."
        for part in ("q", "k", "v", "ao"):
            tensors[f"{name}{part}.w"], tensors[f"{name}{part}.b"] = matrix(WIDTH, WIDTH), vector(WIDTH)
        tensors[name + "fi.w"], tensors[name + "fi.b"] = matrix(INNER, WIDTH), vector(INNER)
        tensors[name + "fo.w"], tensors[name + "fo.b"] = matrix(WIDTH, INNER), vector(WIDTH)
        for part in ("aln", "oln"):
            tensors[f"{name}{part}.w"], tensors[f"{name}{part}.b"] = vector(WIDTH, 1.0), vector(WIDTH)
    return tensors


@pytest.fixture(scope="session")
def foundation_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weight file with two layers of width 32 and some fifty pieces."""
    tensors = _tensors(np.random.default_rng(5))
    encoded = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, encoded)]).astype("<u4")
    scores = np.linspace(-1, -5, len(PIECES)).astype("<f4")
    blob = b"".join(encoded)
    head = b"E5S1" + struct.pack("<i", 1)
    head += struct.pack("<7i", WIDTH, LAYERS, HEADS, INNER, len(PIECES), POSITIONS, 2)
    head += struct.pack("<fi", 1e-12, 32) + struct.pack("<5i", len(PIECES), 0, 2, 1, 3) + struct.pack("<Q", len(blob))
    head += offsets.tobytes() + scores.tobytes() + blob + struct.pack("<iI", 0, 0)
    data = {name: _block(array) if packed else array.tobytes() for name, (array, packed) in tensors.items()}
    directory = struct.pack("<i", len(data))
    size = len(head) + 4 + sum(2 + len(name.encode()) + 21 for name in data)
    place = size
    for name, stored in data.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", 0, tensors[name][0].size, place, len(stored))
        place += len(stored)
    path = tmp_path_factory.mktemp("foundation") / "e5-small-q4.bin"
    path.write_bytes(head + directory + b"".join(data.values()))
    return path


def _document(author: str, number: int, text: str, tags: list[tuple[str, str]]) -> dict[str, object]:
    rows = []
    for quote, cell in tags:
        start = text.index(quote)
        rows.append(
            {
                "start": start,
                "end": start + len(quote),
                "quote": quote,
                "label": cell[:-1],
                "polarity": cell[-1],
                "status": "observed",
                "subject": "target",
                "kind": "judgement",
            }
        )
    return {"id": f"{author}-{number}", "author": author, "doc_type": "inspection", "text": text, "tags": rows}


@pytest.fixture(scope="session")
def toy_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two labels, three authors, one clear word for each cell."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "clauses").mkdir()
    texts: list[tuple[str, list[tuple[str, str]]]] = [
        (
            "考察谈话。\n他见事就躲，天天在村里。\n都说好。",
            [("他见事就躲", "responsibility-"), ("天天在村里", "work_style+")],
        ),
        ("谈话。\n他开会最认真，散会就忘。\n人都在。", [("散会就忘", "execution-")]),
    ]
    for author in ("jia", "yi", "bing"):
        rows = [_document(author, n, text, tags) for n, (text, tags) in enumerate(texts * 3)]
        write = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{author}.jsonl").write_text(write, encoding="utf-8")
        clauses: list[dict[str, object]] = [
            {"author": author, "text": "一见事就躲", "tags": [{"label": "responsibility", "polarity": "-"}]},
            {"author": author, "text": "天天在村里", "tags": [{"label": "work_style", "polarity": "+"}]},
            {"author": author, "text": "要在村里开会", "tags": [], "mistaken_for": "work_style"},
        ]
        write = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in clauses)
        (folder / "clauses" / f"{author}.jsonl").write_text(write, encoding="utf-8")
    (folder / "splits.yaml").write_text("train: [jia]\ndev: [yi]\ntest: [bing]\n", encoding="utf-8")
    return folder


Say = Callable[[str], None]
