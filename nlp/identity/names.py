"""The shape of names of persons, as headers write them: 李某, 欧阳某某, 阿依古丽·买某, 李×, 老杜, A某, 张三丰."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from nlp.identity.rules import alternatives, name_words, post_words
from nlp.reading.splitting.characters import HAN

_MASK: Final = "某{1,3}|某[甲乙丙丁戊己]|[×xX*＊○〇]{1,3}"
_MIDDLE_DOT: Final = rf"[{HAN}某]{{1,10}}(?:·[{HAN}某]{{1,10}}){{1,4}}"


@lru_cache(maxsize=1)
def name_pattern() -> str:
    """A pattern of names that are told by their surname, a mask or a middle dot; without groups.

    A mask says as much as a surname does: the first character of 𠮷某 need not be on the list.
    """
    words = name_words()
    single = "".join(sorted(words.single))
    surname = f"(?:{alternatives(words.compound)}|[{single}])"
    return (
        rf"(?:{_MIDDLE_DOT}"
        rf"|{surname}[ ]{{0,4}}(?:{_MASK}|[{HAN}][ ]{{0,3}}[{HAN}]|[{HAN}])"
        rf"|[{HAN}A-Z](?:{_MASK})"
        rf"|[老小][{HAN}]某?)"
    )


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    post = post_words()
    endings = re.compile(rf".*(?:{post.posts}|{post.unit_endings})$")
    return re.compile(name_pattern()), re.compile(rf"[{HAN}]{{1,5}}(?:[{HAN}]|(?<!某)某{{1,2}})"), endings


def is_name(text: str) -> bool:
    """Whether the whole text, blanks left out, has the shape of a name and is no known other word."""
    bare = "".join(text.split())
    certain, _, endings = _patterns()
    return certain.fullmatch(bare) is not None and not _is_other_word(bare, endings)


def may_be_name(text: str) -> bool:
    """Whether the text could be a name that no list knows (巴特尔); for cells that hold nothing but names."""
    bare = "".join(text.split())
    certain, shape, endings = _patterns()
    return (certain.fullmatch(bare) or shape.fullmatch(bare)) is not None and not _is_other_word(bare, endings)


def _is_other_word(bare: str, endings: re.Pattern[str]) -> bool:
    if bare[0] in "老小" and len(bare) == 2:
        return bare in ("老人", "小组", "小学", "老师", "老板", "小区", "老家", "小时")
    others = name_words().not_names
    if "·" in bare:
        return any(endings.match(part) is not None and "某" not in part for part in bare.split("·"))
    return bare[:2] in others or bare[-2:] in others or (endings.match(bare) is not None and "某" not in bare)


def without_blanks(name: str) -> str:
    """A name as it is stored: 张　某 and 张某 are one."""
    return "".join(name.split())
