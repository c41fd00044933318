"""Latencies of the embedded case index: ``python tests/bench/bench_retrieval.py [--passages 20000]``.

Cases are made of random words of the project's dictionary, and the encoder is a cheap one (hashed character bigrams,
512 dimensions), so that the figures are those of the index and not of a model. Only for measuring: it asserts nothing.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.resources import corpora_path
from nlp.retrieval import Case, CaseIndex, CaseTag, DenseSettings, Fusion

LABELS = ("responsibility", "results", "integrity", "work_style", "innovation", "long_term", "discipline", "learning")
DIMENSION = 512


class CheapEncoder:
    """Hashed counts of character bigrams, of length 1."""

    name = "cheap"
    version = "1"
    dimension = DIMENSION

    def encode(self, texts: Sequence[str], *, batch_size: int = 64) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), 512)."""
        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for row, text in enumerate(texts):
            for first, second in pairwise(text):
                vectors[row, zlib.crc32((first + second).encode()) % DIMENSION] += 1
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(norms > 0, norms, 1)


def sentences(draw: np.random.Generator, words: list[str], count: int) -> str:
    """Sentences of about 30 characters each."""
    return "".join("，".join("".join(draw.choice(words, 3)) for _ in range(3)) + "。" for _ in range(count))


def cases(passages: int, words: list[str]) -> Iterator[Case]:
    """Cases of seven passages each."""
    draw = np.random.default_rng(1)
    for number in range(passages // 7):
        tags = [CaseTag(label=str(label), polarity="+-"[draw.integers(2)]) for label in draw.choice(LABELS, 3)]
        yield Case(id=f"case{number}", text=sentences(draw, words, 20), tags=tags, unit=f"{number % 50}镇")


def p50(run: Callable[[int], object], rounds: int = 30) -> float:
    """Median milliseconds of one call, after one that warms up."""
    run(0)
    times = []
    for number in range(rounds):
        began = time.perf_counter()
        run(number + 1)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def timed(name: str, run: Callable[[], object]) -> None:
    """Print the seconds a call takes."""
    began = time.perf_counter()
    run()
    print(f"{name:<34}{time.perf_counter() - began:9.2f} s")


def measure(folder: Path, passages: int, flat_below: int) -> None:
    """Build an index and print what it costs to use."""
    lines = corpora_path("dictionary.txt").read_text(encoding="utf-8").splitlines()
    words = [line.split(" ")[0] for line in lines if line and not line.startswith("#")]
    draw = np.random.default_rng(2)
    short = [sentences(draw, words, 1) for _ in range(31)]
    long = [sentences(draw, words, 40) for _ in range(31)]
    encoder = CheapEncoder()
    dense = DenseSettings(flat_below=flat_below)

    made = list(cases(passages, words))
    timed("build", lambda: CaseIndex.build(folder, made, encoder=encoder, dense=dense))
    timed("open, hashes verified", lambda: CaseIndex.open(folder, encoder=encoder))
    timed("open, sizes compared", lambda: CaseIndex.open(folder, encoder=encoder, verify=False))
    index = CaseIndex.open(folder, encoder=encoder)
    info = index.info()
    print(f"{info.cases} cases, {info.passages} passages, {info.dense}, {info.size / 1e6:.0f} MB\n")

    tags = [CaseTag(label="integrity", polarity="-"), CaseTag(label="long_term", polarity="+")]
    print(f"{'p50 of a search, k=10':<34}{'short':>9}{'narrative':>12} ms")
    settings = {name: Fusion(weights={name: 1.0}) for name in ("bm25", "dense", "tags")}
    for name, fusion in {**settings, "all channels": Fusion()}.items():
        times = [
            p50(lambda n, q=queries, f=fusion: index.search(q[n], tags=tags, fusion=f, explain=False))
            for queries in (short, long)
        ]
        print(f"{name:<34}{times[0]:9.1f}{times[1]:12.1f}")
    for name, more in {"all, explained": {}, "all, explained, one unit of 50": {"filters": {"unit": "7镇"}}}.items():
        times = [p50(lambda n, q=queries, m=more: index.search(q[n], tags=tags, **m)) for queries in (short, long)]
        print(f"{name:<34}{times[0]:9.1f}{times[1]:12.1f}")
    print()
    timed("add one case", lambda: index.add([Case(id="new", text=long[0])]))
    timed("remove one case", lambda: index.remove(["new"]))
    timed("remove a tenth", lambda: index.remove([f"case{number}" for number in range(passages // 70)]))


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--flat-below", type=int, default=DenseSettings.flat_below)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), arguments.passages, arguments.flat_below)


if __name__ == "__main__":
    main()
