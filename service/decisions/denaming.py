"""Taking names out of words that leave the file of a person and become a case for others.

Only names that are known are taken out: those of the subjects, those that the records' headers and speakers' marks give,
and those that a person adds. What else looks like a name is listed for a person to look at before the case is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_TITLES = "书记|镇长|乡长|县长|市长|区长|局长|部长|主任|院长|处长|科长|所长|站长|校长|经理|董事长|总|同志"
_MASKED = re.compile(r".?某[某甲乙丙丁]?")
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范石廖贾韦邱秦甄乔"
_LIKE_A_NAME = re.compile(
    rf"(?<![\u3400-\u9fff])[\u3400-\u9fff]{{2,3}}(?=同志)|[{_SURNAMES}][\u3400-\u9fff]{{0,2}}?(?=(?:{_TITLES}))"
)
_NO_NAME = ("该", "某", "各", "本", "这", "那", "有", "全体", "一位")


@dataclass(frozen=True)
class Denamed:
    """Words without names, and where the old ones went.

    Attributes:
        text: the words.
        moves: (start, end) of a name in the old words, (start, end) of what stands for it in the new ones; ascending.
    """

    text: str
    moves: tuple[tuple[int, int, int, int], ...]

    def moved(self, start: int, end: int) -> tuple[int, int]:
        """A span of the old words in the new ones; one that cuts through a name takes in all that stands for it."""
        return self._at(start, at_end=False), self._at(end, at_end=True)

    def _at(self, offset: int, *, at_end: bool) -> int:
        shift = 0
        for old_start, old_end, new_start, new_end in self.moves:
            if offset <= old_start:
                break
            if offset < old_end:
                return new_end if at_end else new_start
            shift = new_end - old_end
        return offset + shift


class Denamer:
    """Gives every name the same stand-in wherever it stands.

    Args:
        subject: names of the person evaluated, who becomes 某.
        others: names of everybody else, who become 某甲, 某乙 … in the order in which they are met.
    """

    def __init__(self, subject: Iterable[str], others: Iterable[str]) -> None:
        self._met: dict[str, str] = {}
        self._subject = {name for name in map(str.strip, subject) if _usable(name)}
        self._others = {name for name in map(str.strip, others) if _usable(name)} - self._subject
        names = sorted(self._subject | self._others, key=lambda name: (-len(name), name))
        parts = [re.escape(name) for name in names]
        # 李书记 and 建国同志 name 李建国 as well.
        parts += [f"{re.escape(name[0])}(?={_TITLES})" for name in names if _is_chinese(name)]
        parts += [f"{re.escape(name[1:])}(?=同志)" for name in names if _is_chinese(name) and len(name) > 2]
        self._pattern = re.compile("|".join(parts)) if parts else None

    def __call__(self, text: str) -> Denamed:
        """Words without the names."""
        if self._pattern is None:
            return Denamed(text, ())
        pieces: list[str] = []
        moves: list[tuple[int, int, int, int]] = []
        position = length = 0
        for match in self._pattern.finditer(text):
            before = text[position : match.start()]
            stand_in = self._stand_in(match.group())
            pieces += [before, stand_in]
            length += len(before)
            moves.append((*match.span(), length, length + len(stand_in)))
            length += len(stand_in)
            position = match.end()
        return Denamed("".join([*pieces, text[position:]]), tuple(moves))

    def _stand_in(self, words: str) -> str:
        if words in self._subject:
            return "某"
        if words not in self._others:
            # A part of a name: of the subject's, or else it stays open whose.
            return "某"
        if words not in self._met:
            number = len(self._met)
            self._met[words] = "某" + (_STEMS[number] if number < len(_STEMS) else str(number + 1))
        return self._met[words]


def like_names(text: str) -> list[str]:
    """Words that look like names still, each once, in the order of the text."""
    found = dict.fromkeys(match.group() for match in _LIKE_A_NAME.finditer(text))
    return [words for words in found if not words.startswith(_NO_NAME) and not _MASKED.fullmatch(words)]


def _usable(name: str) -> bool:
    return len(name) > 1 and not _MASKED.fullmatch(name)


def _is_chinese(name: str) -> bool:
    return 2 <= len(name) <= 4 and all("\u3400" <= letter <= "\u9fff" or letter > "\U00020000" for letter in name)
