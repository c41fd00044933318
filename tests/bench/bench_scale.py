"""The vector channel at scale: ``python tests/bench/bench_scale.py [--passages 1000000] [--texts FOLDER] [--cache FOLDER]``.

Passages are windows of different length over the texts in ``corpora/`` and, with ``--texts``, over the ``.txt`` and
``.jsonl`` files of a folder; an encoder makes their vectors, which are kept in the cache folder and taken up from there
the next time, also after an interruption. Queries are other windows of the same texts. The figures are those of
``nlp.retrieval.ann`` and of the vector channel on it, beside an exact numpy search over the same vectors in the same
process. Only for measuring: it asserts nothing. With few texts the windows overlap, which makes neighbours harder to tell
apart, not easier.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import mmap
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.encoding import Encoder, load_encoder
from nlp.encoding.contract import DEFAULT_ENCODER
from nlp.resources import corpora_path
from nlp.retrieval.ann import ListSearch, update_lists, write_lists
from nlp.retrieval.dense import DenseIndex, match_score
from nlp.retrieval.fusion import REFERENCE
from nlp.retrieval.vectors import VectorStore

PASSAGES_A_CASE = 7
CHANGED = 0.01
_ENCODED_AT_ONCE = 4096
_ROWS = 65_536
_SHORTEST, _LONGEST = 15, 160


def texts_of(*folders: Path) -> list[str]:
    """Every text of at least 200 characters: whole ``.txt`` files, and ``text`` of JSONL records."""
    found: dict[str, None] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix == ".txt":
                found[path.read_text(encoding="utf-8", errors="replace")] = None
            elif path.suffix == ".jsonl":
                for line in path.read_text(encoding="utf-8").split("\n"):
                    record = json.loads(line) if line.strip() else None
                    if isinstance(record, dict) and isinstance(record.get("text"), str):
                        found[record["text"]] = None
    long = [text for text in found if len(text) >= 200]
    # Records shorter than that (clauses, single cases) are joined, so that windows of every length fit.
    short = "".join(text for text in found if len(text) < 200)
    return [*long, *(short[at : at + 2000] for at in range(0, len(short) - 200, 2000))]


def windows(texts: list[str], count: int, seed: int) -> Iterator[str]:
    """Windows drawn by the length of the texts, none of them blank."""
    draw = np.random.default_rng(seed)
    ends = np.cumsum([len(text) for text in texts]) / sum(map(len, texts))
    while count:
        text = texts[int(np.searchsorted(ends, draw.random(), side="right"))]
        length = int(draw.integers(_SHORTEST, _LONGEST + 1))
        start = int(draw.integers(0, max(1, len(text) - length)))
        window = text[start : start + length].strip()
        if len(window) >= _SHORTEST:
            count -= 1
            yield window


def vectors_of(encoder: Encoder, texts: list[str], count: int, cache: Path) -> NDArray[np.float16]:
    """Half-precision vectors (count, dimension), memory-mapped; encoded where the cache does not have them yet.

    The first windows are the same whatever the count, so vectors of another run are taken over.
    """
    name = hashlib.sha256("\x00".join([encoder.name, encoder.version, *texts]).encode()).hexdigest()[:16]
    cache.mkdir(parents=True, exist_ok=True)
    counts = {path: int(path.read_text()) for path in cache.glob(f"vectors-{name}-*.done")}
    path = cache / f"vectors-{name}-{count}.npy"
    done_path = path.with_suffix(".done")
    done = counts.get(done_path, 0)
    shape = (count, encoder.dimension)
    table = np.lib.format.open_memmap(path, mode="r+" if path.exists() else "w+", dtype=np.float16, shape=shape)
    best = max(counts, key=lambda other: counts[other], default=None)
    if best is not None and min(counts[best], count) > done:
        done = min(counts[best], count)
        table[:done] = np.load(best.with_suffix(".npy"), mmap_mode="r")[:done]
        done_path.write_text(str(done))
    began, first = time.perf_counter(), done
    drawn = windows(texts, count, seed=1)
    for _ in range(done):
        next(drawn)
    while done < count:
        batch = [next(drawn) for _ in range(min(_ENCODED_AT_ONCE, count - done))]
        table[done : done + len(batch)] = encoder.encode(batch)
        done += len(batch)
        table.flush()
        done_path.write_text(str(done))
        rate = (done - first) / (time.perf_counter() - began)
        print(f"\rencoded {done} of {count}, {rate:.0f} a second", end="", flush=True)
    print(f"\rvectors: {count} x {table.shape[1]} float16 in {path.name}" + " " * 20)
    return table


def store_of(vectors: NDArray[np.float16], rows: NDArray[np.int64]) -> VectorStore:
    """Some rows as a store; ids are rows, and seven rows in a line are a case."""
    table = np.zeros((len(rows), 4), dtype=np.int64)
    table[:, 0] = rows
    table[:, 1] = rows // PASSAGES_A_CASE
    table[:, 3] = 1
    keys, firsts = np.unique(table[:, 1], return_index=True)
    kept = vectors if len(rows) == len(vectors) else vectors[rows]
    return VectorStore(table, kept, keys, np.append(firsts, len(rows)).astype(np.int64))


def similarities(store: VectorStore, queries: NDArray[np.float32]) -> NDArray[np.float32]:
    """Exact cosines (queries, rows), read as the index reads them."""
    found = np.empty((len(queries), len(store)), dtype=np.float32)
    for first in range(0, len(store), _ROWS):
        rows = slice(first, first + _ROWS)
        found[:, rows] = queries @ store.read(rows).T
    return found


def milliseconds(run: Callable[[int], object], rounds: int) -> tuple[float, float]:
    """Median and 95th percentile of one call, after one that warms up."""
    run(0)
    times = []
    for number in range(rounds):
        began = time.perf_counter()
        run(number)
        times.append(1000 * (time.perf_counter() - began))
    low, high = np.percentile(times, [50, 95])
    return float(low), float(high)


def resident() -> float:
    """Megabytes of memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def opened(path: Path, store: VectorStore) -> tuple[ListSearch, DenseIndex]:
    """The lists, and the vector channel on them."""
    with path.open("rb") as file:
        lists = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return ListSearch(lists, store), DenseIndex(store, lists)


def recalls(
    store: VectorStore, ann: ListSearch, channel: DenseIndex, queries: NDArray[np.float32]
) -> tuple[float, float]:
    """Share of the exact ten best that are found: passages by the lists, cases by the channel at its usual depth."""
    passages = cases = 0
    for first in range(0, len(queries), 16):
        some = queries[first : first + 16]
        exact = similarities(store, some)
        best = np.argpartition(-exact, 10, axis=1)[:, :10]
        _, found = ann.search(some, 10, None, 0)
        passages += sum(len(set(one) & set(other)) for one, other in zip(best.tolist(), found.tolist(), strict=True))
        by_case = np.maximum.reduceat(exact, store.firsts[:-1], axis=1)
        for row, query in zip(by_case, some, strict=True):
            wanted = store.keys[np.argsort(-match_score(row[:, None]), kind="stable")[:10]]
            keys, _ = channel.top(query[None, :], REFERENCE)
            cases += len(set(wanted.tolist()) & set(keys[:10].tolist()))
    return passages / (10 * len(queries)), cases / (10 * len(queries))


def measure(vectors: NDArray[np.float16], queries: NDArray[np.float32], folder: Path) -> None:
    """Build, search and change, and print what each costs."""
    count = len(vectors)
    fresh = max(1, round(CHANGED * count))
    old = store_of(vectors[: count - fresh], np.arange(count - fresh, dtype=np.int64))

    began = time.perf_counter()
    write_lists(folder / "lists", old, lambda _done, _total: None)
    build = time.perf_counter() - began
    size = (folder / "lists").stat().st_size / 1e6
    before = resident()
    ann, channel = opened(folder / "lists", old)
    ann.search(queries[:1], 10, None, 0)
    print(
        f"\nbuild {build:.1f} s, {size:.0f} MB of lists for {len(old)} passages; opened they take {resident() - before:.0f} MB"
    )
    print(
        f"{ann._index.nlist} lists, {ann._probes(0)} visited at the first effort, vectors of {vectors.nbytes / 1e6:.0f} MB on disk"
    )

    found = recalls(old, ann, channel, queries)
    print(f"recall@10 against exact search: passages {found[0]:.4f}, cases of the channel {found[1]:.4f}")

    rounds = len(queries)
    rows = {
        "exact numpy, one query": milliseconds(lambda n: similarities(old, queries[n : n + 1]), min(10, rounds)),
        "lists, 10 passages": milliseconds(lambda n: ann.search(queries[n : n + 1], 10, None, 0), rounds),
        "lists, 256 passages": milliseconds(lambda n: ann.search(queries[n : n + 1], 256, None, 0), rounds),
        "vector channel, 10 cases": milliseconds(lambda n: channel.top(queries[n : n + 1], 10), rounds),
        f"vector channel, {REFERENCE} cases": milliseconds(
            lambda n: channel.top(queries[n : n + 1], REFERENCE), rounds
        ),
    }
    exact = rows["exact numpy, one query"][0]
    print(f"\n{'':<30}{'p50 ms':>10}{'p95 ms':>10}{'exact / this':>14}")
    for name, (low, high) in rows.items():
        print(f"{name:<30}{low:10.2f}{high:10.2f}{exact / low:14.1f}")

    gone = np.random.default_rng(3).choice(count - fresh, size=fresh, replace=False)
    new = store_of(vectors, np.setdiff1d(np.arange(count, dtype=np.int64), gone))
    began = time.perf_counter()
    update_lists(folder / "changed", folder / "lists", old, new, lambda _done, _total: None)
    change = time.perf_counter() - began
    print(
        f"\n{fresh} passages removed and {fresh} added without a rebuild: {change:.1f} s, {change / build:.3f} of a build"
    )
    found = recalls(new, *opened(folder / "changed", new), queries)
    print(f"recall@10 after it: passages {found[0]:.4f}, cases of the channel {found[1]:.4f}")
    print(f"memory of the process at the end {resident():.0f} MB")


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, default=20_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--texts", type=Path, help="folder of further .txt and .jsonl files")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "yanpan-bench")
    parser.add_argument("--encoder", default=DEFAULT_ENCODER)
    arguments = parser.parse_args()
    folders = [corpora_path("narratives"), corpora_path("cases"), *([arguments.texts] if arguments.texts else [])]
    texts = texts_of(*folders)
    print(f"{len(texts)} texts, {sum(map(len, texts))} characters")
    encoder = load_encoder(arguments.encoder)
    vectors = vectors_of(encoder, texts, arguments.passages, arguments.cache)
    queries = np.asarray(encoder.encode(list(windows(texts, arguments.queries, seed=2))), dtype=np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    with tempfile.TemporaryDirectory(dir=arguments.cache) as folder:
        measure(vectors, queries, Path(folder))


if __name__ == "__main__":
    main()
