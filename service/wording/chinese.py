"""An error of the product as one Chinese sentence.

The English wording in the code is the key, as in gettext: ``phrases/`` holds a Chinese one for each, with ``{}`` where a value
stands (``{#}``: a number). What has no entry (the message of a library, for instance) is shown as it is, behind the title of its code.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlp.errors import YanpanError
from service.wording.phrases import ALL
from service.wording.titles import title_of
from service.wording.values import VALUES

_HOLES = {"{}": "(.*)", "{#}": "([0-9,]+)"}
_HOLE = re.compile(r"(\{#?\})")


def told(error: YanpanError) -> str:
    """The whole of an error: what happened, where, what would have been right, what to do."""
    message = phrase(error.message)
    if message is None:
        message = f"{title_of(error.code)}（{error.message}）"
    where = "，".join(value(part) for part in (error.path, error.place) if part)
    text = f"{message}（{where}）" if where else message
    if error.expected:
        text += f"；应为：{value(error.expected)}"
    if error.hint:
        text += f"；{value(error.hint)}"
    return text


def on_terminal(error: YanpanError) -> str:
    """Chinese, and on a line of its own what the code says: logs, issues and documentation can be searched for that."""
    return f"{told(error)}\n  [{error.code}] {error}"


def value(words: str) -> str:
    """A part of an error in Chinese where there is Chinese for it, else as it is."""
    return phrase(words) or words


def phrase(words: str) -> str | None:
    """The Chinese of an English wording, with its values in their places; None where there is none."""
    exact = VALUES.get(words) or ALL.get(words)
    if exact is not None:
        return exact
    for pattern, chinese in _patterns():
        found = pattern.fullmatch(words)
        if found is not None:
            return chinese.format(*(VALUES.get(part, part) for part in found.groups()))
    return None


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Wordings with values, those with the most words of their own first."""
    holed = sorted((key for key in ALL if _HOLE.search(key)), key=lambda key: -len(_HOLE.sub("", key)))
    return [(re.compile("".join(map(_part, _HOLE.split(key))), re.DOTALL), ALL[key]) for key in holed]


def _part(words: str) -> str:
    return _HOLES.get(words) or re.escape(words)
