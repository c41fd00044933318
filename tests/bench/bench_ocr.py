"""Recognition (OCR) on rendered pages of the narratives: ``python -m tests.bench.bench_ocr --pages 5``.

Prints for each kind of page the character error rate (Levenshtein distance by length of what was rendered, blanks and
line breaks left out of both): as the models give the lines, the same after NFKC on both sides, as the reader gives them,
and after the pipeline's own normalisation of both; then seconds a page and memory. Fonts: Debian's fonts-noto-cjk.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from nlp.reading import RawDocument, read_bytes
from nlp.reading.ocr import page as ocr_page
from nlp.resources import corpora_path
from nlp.structure.normalise import normalise
from tests.archives.pages import FONTS, Sheet, drawable, encode, scanned

KINDS = ("clean", "noisy", "rotated", "two columns", "table")


def distance(first: str, second: str) -> int:
    """Levenshtein distance (bit-parallel, Hyyrö 2001)."""
    if not first:
        return len(second)
    masks: Counter[str] = Counter()
    for place, char in enumerate(first):
        masks[char] |= 1 << place
    whole, last = (1 << len(first)) - 1, 1 << (len(first) - 1)
    up, down, score = whole, 0, len(first)
    for char in second:
        same = masks[char]
        diagonal = (((same & up) + up) ^ up) | same | down
        right_up = down | ~(diagonal | up)
        right_down = up & diagonal
        score += bool(right_up & last) - bool(right_down & last)
        right_up = (right_up << 1) | 1
        up = ((right_down << 1) | ~(diagonal | right_up)) & whole
        down = right_up & diagonal & whole
    return score


def paragraphs(seed: int) -> Iterator[str]:
    """Paragraphs of the narratives in random order."""
    found = []
    for file in sorted(Path(corpora_path("narratives")).glob("*.jsonl")):
        for record in file.read_text(encoding="utf-8").splitlines():
            found += [line.strip() for line in json.loads(record)["text"].split("\n") if len(line.strip()) > 4]
    random.Random(seed).shuffle(found)
    yield from found


def render(kind: str, number: int, texts: Iterator[str]) -> tuple[Sheet, bytes]:
    """A page of a kind, and the PNG file of its scan."""
    font = FONTS[number % 2]

    def following() -> str:
        # What the font has not, such as an emoji, is not printed; a blank inside a line could not be counted.
        return "".join(char for char in next(texts) if char in drawable(font) and not char.isspace())

    chance = random.Random(number)
    sheet = Sheet(path=font)
    points = chance.choice((10.5, 12, 14))
    if kind == "two columns":
        sheet.title("考察材料")
        sheet.columns(*_sides(sheet, following))
    elif kind == "table":
        while sheet.room > 900:
            sheet.table([("姓名", "李某", following()[:40], following()[:120])], (0.08, 0.12, 0.25, 0.55))
    else:
        while sheet.room > 500:
            sheet.paragraph(following()[:400], points)
    image = sheet.image
    if kind in ("noisy", "two columns", "table"):
        image = scanned(image, number, noise=14, blur=0.7)
    elif kind == "rotated":
        image = scanned(image, number, noise=8, blur=0.5, angle=chance.choice((-1, 1)) * chance.uniform(0.5, 1.5))
    return sheet, encode([image])


def _sides(sheet: Sheet, following: Callable[[], str]) -> tuple[list[str], list[str]]:
    """Paragraphs for two columns of about the same length."""
    sides: tuple[list[str], list[str]] = ([], [])
    for side in sides:
        while sum(len(text) // 20 + 1 for text in side) < 26:
            side.append(following()[:300])
    return sides


def unmended(document: RawDocument, raw: dict[str, str]) -> str:
    """The text of a document with each line as the models gave it."""
    return "".join(raw[document.text[line.start : line.end]] for line in document.lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=5, help="pages of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", action="store_true", help="show what was read as what")
    options = parser.parse_args(arguments)
    raw: dict[str, str] = {}
    mend = ocr_page.mend

    def remember(line: str) -> str:
        raw[mend(line)] = line
        return mend(line)

    ocr_page.mend = remember
    texts = paragraphs(options.seed)
    variants = ("models", "NFKC", "reader", "pipeline")
    print(
        f"{'kind':<12} {'pages':>5} {'characters':>10} "
        + " ".join(f"{name:>9}" for name in variants)
        + "  s/page  CPU s/page"
    )
    whole: Counter[str] = Counter()
    for kind in KINDS:
        errors: Counter[str] = Counter()
        for number in range(options.pages):
            sheet, data = render(kind, number, texts)
            start, worked = time.perf_counter(), time.process_time()
            (document,) = read_bytes(data, name=f"{kind}.png")
            errors["seconds"] += time.perf_counter() - start
            errors["processor"] += time.process_time() - worked
            if not isinstance(document, RawDocument):
                raise document
            given, expected = unmended(document, raw), sheet.text
            pairs = {
                "models": (given, expected),
                "NFKC": (unicodedata.normalize("NFKC", given), unicodedata.normalize("NFKC", expected)),
                "reader": (document.text, expected),
                "pipeline": (normalise(document.text).text, normalise(expected).text),
            }
            for name, (found, true) in pairs.items():
                errors[name] += distance("".join(true.split()), "".join(found.split()))
            errors["characters"] += len("".join(expected.split()))
            if options.misses:
                print("   ", *_confused("".join(expected.split()), "".join(document.text.split())))
        whole.update(errors)
        _print(kind, options.pages, errors, variants)
    _print("all", options.pages * len(KINDS), whole, variants)
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def _confused(expected: str, found: str) -> list[str]:
    """What was read as what, with the character before."""
    matcher = SequenceMatcher(None, expected, found, autojunk=False)
    return [
        f"{expected[max(0, start - 1) : start]}[{expected[start:end]}→{found[left:right]}]"
        for tag, start, end, left, right in matcher.get_opcodes()
        if tag != "equal"
    ]


def _print(kind: str, pages: int, errors: Counter[str], variants: Sequence[str]) -> None:
    rates = " ".join(f"{errors[name] / errors['characters']:>9.2%}" for name in variants)
    print(
        f"{kind:<12} {pages:>5} {errors['characters']:>10,} {rates} {errors['seconds'] / pages:>7.2f} {errors['processor'] / pages:>11.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
