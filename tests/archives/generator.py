"""Made-up archives: ``python -m tests.archives.generator OUT --files 10000 --seed 1``.

Every document carries a mark of its own (``档号GA00012301``), so that what came out of a run can be counted against what
went in: each mark must stand in exactly one record. Texts are sentences of the narratives and cases of ``corpora/``.
"""

from __future__ import annotations

import argparse
import email.message
import email.policy
import html
import json
import math
import random
import runpy
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from nlp.resources import corpora_path
from tests.archives.bad_inputs import cell, docx, xlsx, zipped

FORMATS = ("txt", "gb18030", "utf16", "docx", "pdf", "md", "jsonl", "html", "eml", "xlsx", "zip")
"""All formats; ``gb18030`` and ``utf16`` are plain text in these charsets."""

_WEIGHTS = {"txt": 22, "gb18030": 14, "utf16": 4, "docx": 18, "pdf": 10, "md": 5, "jsonl": 4, "html": 6, "eml": 5}
_MEDIAN = 300
_SPREAD = 1.1
_SHORTEST, _LONGEST = 100, 30_000
_MARK = "档号GA{number:08d}"


@dataclass(frozen=True)
class Truth:
    """What a file holds.

    Attributes:
        file: its path below the archive.
        marks: of its documents that can be read.
        broken: whether something in it cannot be read, so that an error must name it.
        copy_of: the file it is byte for byte the same as.
        like: the file whose only document it nearly repeats.
    """

    file: str
    marks: tuple[str, ...]
    broken: bool = False
    copy_of: str | None = None
    like: str | None = None


def generate(
    out: Path,
    files: int,
    seed: int = 1,
    *,
    formats: Sequence[str] = FORMATS,
    broken: float = 0.03,
    copies: float = 0.04,
    near: float = 0.04,
    longest: int = _LONGEST,
) -> list[Truth]:
    """Write an archive and say what is in it.

    Args:
        out: folder, made where there is none.
        files: how many.
        seed: the same seed gives the same archive.
        formats: which of ``FORMATS``.
        broken: share of files that cannot be read, or not wholly.
        copies: share of files that are exact copies of an earlier one.
        near: share of files that repeat a document of an earlier one with a few words changed.
        longest: characters of the longest text.
    """
    maker = _Maker(random.Random(seed), longest)
    truths: list[Truth] = []
    originals: list[tuple[str, bytes]] = []
    plain: list[tuple[str, str]] = []
    for number in range(files):
        folder = f"{2001 + number // 500 % 20}年/第{number // 100 % 5 + 1}盒"
        draw = maker.draw.random()
        if draw < broken:
            name, data, marks = maker.broken(formats)
            truth = Truth(f"{folder}/{number:06d}-{name}", marks, broken=True)
        elif draw < broken + copies and originals:
            first, data = maker.draw.choice(originals[-200:])
            truth = Truth(f"{folder}/{number:06d}-副本{Path(first).suffix}", (), copy_of=first)
        elif draw < broken + copies + near and plain:
            first, text = maker.draw.choice(plain[-200:])
            mark = maker.mark()
            data = (text.replace("某", "某某", 1) + f"\n{mark}").encode()
            truth = Truth(f"{folder}/{number:06d}-另稿.txt", (mark,), like=first)
        else:
            form = maker.draw.choices(formats, [_WEIGHTS.get(form, 4) for form in formats])[0]
            texts, data, suffix = maker.file(form)
            truth = Truth(f"{folder}/{number:06d}{suffix}", tuple(mark for mark, _ in texts))
            originals.append((truth.file, data))
            if form == "txt" and len(texts[0][1]) > 400:
                plain.append((truth.file, texts[0][1].replace(texts[0][0], "")))
        path = out / truth.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        truths.append(truth)
    return truths


class _Maker:
    """Makes texts and files."""

    def __init__(self, draw: random.Random, longest: int) -> None:
        self.draw = draw
        self._longest = longest
        self._marks = 0
        self._sentences = _sentences()
        self._formats: dict[str, Callable[[], tuple[list[tuple[str, str]], bytes, str]]] = {
            "txt": lambda: self._one(".txt", str.encode),
            "gb18030": lambda: self._one(".txt", lambda text: text.encode("gb18030")),
            "utf16": lambda: self._one(".txt", lambda text: text.encode("utf-16")),
            "md": lambda: self._one(".md", lambda text: f"# 考察材料\n\n{text}\n".replace("\n", "\n\n").encode()),
            "html": lambda: self._one(".html", _html),
            "docx": lambda: self._one(".docx", _docx),
            "pdf": lambda: self._one(".pdf", _pdf),
            "eml": lambda: self._one(".eml", _eml),
            "jsonl": self._jsonl,
            "xlsx": self._xlsx,
            "zip": self._zip,
        }

    def mark(self) -> str:
        self._marks += 1
        return _MARK.format(number=self._marks)

    def file(self, form: str) -> tuple[list[tuple[str, str]], bytes, str]:
        """Texts with their marks, the bytes, the ending of the name."""
        return self._formats[form]()

    def text(self, longest: int | None = None) -> tuple[str, str]:
        """A mark and a text that holds it; lengths are log-normal, most texts are short and a few very long."""
        size = math.exp(self.draw.gauss(math.log(_MEDIAN), _SPREAD))
        wanted = max(_SHORTEST, min(size, longest or self._longest))
        mark = self.mark()
        lines = [f"考察材料（{mark}）"]
        count = 0
        while count < wanted:
            line = "".join(self.draw.choices(self._sentences, k=self.draw.randint(1, 6)))
            lines.append(line)
            count += len(line)
        return mark, "\n".join(lines)

    def broken(self, formats: Sequence[str]) -> tuple[str, bytes, tuple[str, ...]]:
        """A file that cannot be read: cut off, noise, or JSON lines one of which is none."""
        kinds = [form for form in ("docx", "xlsx", "zip", "jsonl", "pdf") if form in formats]
        kind = self.draw.choice([*kinds, "noise"])
        if kind == "noise":
            return "坏.txt", bytes([0, 255, 254, 1]) + self.draw.randbytes(3000), ()
        if kind == "pdf":
            return "坏.pdf", b"%PDF-1.4\n" + self.draw.randbytes(2000), ()
        if kind == "jsonl":
            texts, data, _ = self._jsonl()
            return "坏.jsonl", data + b'{"id": "r", "text": \n', tuple(mark for mark, _ in texts)
        _, data, suffix = self.file(kind)
        return f"坏{suffix}", data[: len(data) * 2 // 3], ()

    def _one(self, suffix: str, encode: Callable[[str], bytes]) -> tuple[list[tuple[str, str]], bytes, str]:
        item = self.text()
        return [item], encode(item[1]), suffix

    def _several(self, most: int, longest: int) -> list[tuple[str, str]]:
        return [self.text(longest) for _ in range(self.draw.randint(2, most))]

    def _jsonl(self) -> tuple[list[tuple[str, str]], bytes, str]:
        texts = self._several(8, 2000)
        lines = [json.dumps({"id": mark, "text": text, "unit": "A镇"}, ensure_ascii=False) for mark, text in texts]
        return texts, ("\n".join(lines) + "\n").encode(), ".jsonl"

    def _xlsx(self) -> tuple[list[tuple[str, str]], bytes, str]:
        texts = [(mark, text.replace("\n", "")) for mark, text in self._several(10, 300)]
        rows = [("姓名", "评语"), *((f"{'赵钱孙李周吴郑王冯陈'[at]}某", text) for at, (_, text) in enumerate(texts))]
        body = "".join(
            f'<row r="{at}">{cell(f"A{at}", name)}{cell(f"B{at}", html.escape(text))}</row>'
            for at, (name, text) in enumerate(rows, start=1)
        )
        return texts, xlsx(body), ".xlsx"

    def _zip(self) -> tuple[list[tuple[str, str]], bytes, str]:
        texts = self._several(6, 3000)
        members = [(f"卷/{at}.{'docx' if at % 3 == 2 else 'txt'}", text) for at, (_, text) in enumerate(texts)]
        packed = [(name, _docx(text) if name.endswith("docx") else text.encode("gb18030")) for name, text in members]
        return texts, zipped(packed), ".zip"


def _docx(text: str) -> bytes:
    return docx("".join(f"<w:p><w:r><w:t>{html.escape(line)}</w:t></w:r></w:p>" for line in text.split("\n")))


def _html(text: str) -> bytes:
    body = "".join(f"<p>{html.escape(line)}</p>\n" for line in text.split("\n"))
    page = f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>导出</title></head><body>{body}</body></html>'
    return page.encode()


def _eml(text: str) -> bytes:
    message = email.message.EmailMessage(policy=email.policy.default)
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "考察材料"
    message["Date"] = "Mon, 03 Jun 2019 10:00:00 +0800"
    message.set_content(text)
    return message.as_bytes()


def _pdf(text: str) -> bytes:
    lines = [line[at : at + 36] for line in text.split("\n") for at in range(0, max(len(line), 1), 36)]
    return _pdf_writer()([lines[at : at + 38] for at in range(0, len(lines), 38)])


@cache
def _pdf_writer() -> Callable[[Sequence[Sequence[str]]], bytes]:
    writer: Callable[[Sequence[Sequence[str]]], bytes] = runpy.run_path(
        str(Path(__file__).parents[1] / "nlp" / "reading" / "conftest.py")
    )["pdf"]
    return writer


@cache
def _sentences() -> list[str]:
    """Sentences of the shipped texts; those of the basic plane only, which every format here can hold."""
    found: list[str] = []
    for folder in ("narratives", "cases/texts"):
        for path in sorted(corpora_path(folder).glob("*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                text = json.loads(line)["text"]
                found += [f"{part.strip()}。" for part in text.replace("\n", "。").split("。") if 8 <= len(part) <= 120]
    return [sentence for sentence in dict.fromkeys(found) if max(sentence) <= "\uffff"]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--formats", default=",".join(FORMATS), help="comma-separated")
    options = parser.parse_args()
    truths = generate(options.out, options.files, options.seed, formats=options.formats.split(","))
    truth = options.out.with_name(options.out.name + ".truth.jsonl")
    truth.write_text("".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in truths), encoding="utf-8")
    print(f"{len(truths)} files in {options.out}, what they hold in {truth}")


if __name__ == "__main__":
    main()
