"""How the walk looks on a terminal: who asked for what, what came back, and the words it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from service.demo.person import Exchange

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{17}([0-9a-f]{10})")
_STYLE = {"+": "bold green", "-": "bold red"}


def _short(found: re.Match[str]) -> str:
    return f"…{found[1]}"


class Printer:
    """Prints exchanges as they happen, and what a person would take from them.

    Args:
        console: where to.
        names: of the users by sign-in name.
    """

    def __init__(self, console: Console, names: Mapping[str, str]) -> None:
        self._console = console
        self._names = names

    def exchange(self, one: Exchange) -> None:
        """A request line, and how it was answered."""
        request = f"{self._names.get(one.login, one.login)}  {one.method} {_ID.sub(_short, one.path)}"
        style = "cyan" if one.status < 400 else "yellow"
        self._console.print(Text.assemble((request, "bold"), (f"  → {one.status},{one.size:,} 字节", style)))

    def chapter(self, title: str) -> None:
        """A heading."""
        self._console.print()
        self._console.rule(title)

    def say(self, words: str) -> None:
        """A line of what came back."""
        self._console.print(Text(f"  {words}"))

    def lines(self, lines: Iterable[Mapping[str, Any]], most: int = 3) -> None:
        """Evidence, each piece with where it stands and who says it."""
        for line in list(lines)[:most]:
            self._console.print(quoted(line))


def quoted(line: Mapping[str, Any]) -> Text:
    """A piece of evidence: its words between the source and the place."""
    where = "，".join(str(part) for part in (line.get("title"), line.get("document_date") or line.get("date")) if part)
    place = line.get("page") or line.get("place")
    end = f"{where} {line['start']}-{line['end']}" + (f" {place}" if place else "")
    return Text.assemble(
        "    ", (line["polarity"], _STYLE[line["polarity"]]), f" “{line['quote']}”", (f"  {end}", "dim")
    )
