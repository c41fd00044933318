"""The word lists names are found with: ``corpora/redaction/words.yaml`` and the surnames and posts of identity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from nlp.errors import ConfigurationError
from nlp.identity.rules import alternatives, name_words, post_words
from nlp.resources import corpora_path
from nlp.structure.folding import fold
from nlp.yamlfile import load_yaml

_KEYS: Final = (
    "honorifics",
    "plain_surnames",
    "doubtful_surnames",
    "short_posts",
    "after_short_posts",
    "speaking",
    "before",
    "after_mask",
    "not_names",
    "not_nicknames",
)
_NO_POSTS: Final = frozenset(("代表", "人选", "候选人", "成员", "董事", "监事", "文书", "出纳", "会计"))


@dataclass(frozen=True, slots=True)
class NameLists:
    """Compiled lists; the patterns match folded text.

    Attributes:
        single: surnames of one character.
        compound: surnames of two.
        plain: surnames that hardly begin another word.
        doubtful: surnames that stand before a title as another word far more often.
        not_names: words that are none, though they begin like a name.
        not_nicknames: words that begin with 老 or 小 and are no mention of a person.
        title: what stands behind a full name or a surname (同志, 副局长).
        short_title: what stands behind a surname only (局, 总).
        titled_before: text that ends with what stands before a name.
        speaking_after: what a person in the text often does next.
        in_office: behind a name, a clause that ends in a post or begins with a sex.
        mask: the part of a masked name behind its surname (某某, ××).
        after_mask: what makes 某 no mask.
    """

    single: frozenset[str]
    compound: frozenset[str]
    plain: frozenset[str]
    doubtful: frozenset[str]
    not_names: frozenset[str]
    not_nicknames: frozenset[str]
    title: re.Pattern[str]
    short_title: re.Pattern[str]
    titled_before: re.Pattern[str]
    speaking_after: re.Pattern[str]
    in_office: re.Pattern[str]
    mask: re.Pattern[str]
    after_mask: re.Pattern[str]

    def is_no_mask(self, surname: str, text: str, end: int) -> bool:
        """Whether 某 behind a surname that ends here hides no name: 于某年, 任某局局长; but 在王某办公室 does."""
        if self.title.match(text, end) or not self.after_mask.match(text, end):
            return False
        return surname in self.doubtful or text[end : end + 1] in ("年", "月")


@lru_cache(maxsize=1)
def name_lists() -> NameLists:
    """Load the lists once.

    Raises:
        ConfigurationError: a file is missing or invalid.
    """
    path = corpora_path("redaction", "words.yaml")
    data: Any = load_yaml(path, ConfigurationError)
    data.check_keys(_KEYS, ConfigurationError, path)
    missing = [key for key in _KEYS if not data.get(key)]
    if missing:
        raise ConfigurationError(f"no words for {missing[0]}", path=str(path))
    words = {key: list(map(str, data[key])) for key in _KEYS}
    surnames = name_words()
    posts = post_words()
    kept = "|".join(post for post in posts.posts.split("|") if post not in _NO_POSTS)
    honorifics = alternatives(words["honorifics"])
    post = rf"(?:(?:{posts.prefixes})?(?:常务|专职)?副?(?:{kept})|{honorifics})"
    return NameLists(
        single=frozenset(fold("".join(surnames.single))),
        compound=frozenset(map(fold, surnames.compound)),
        plain=frozenset(words["plain_surnames"]),
        doubtful=frozenset(words["doubtful_surnames"]),
        not_names=frozenset(words["not_names"]) | surnames.not_names,
        not_nicknames=frozenset(words["not_nicknames"]),
        title=re.compile(rf"(?:老|大)?{post}"),
        short_title=re.compile(rf"(?:{alternatives(words['short_posts'])})(?![{''.join(words['after_short_posts'])}])"),
        titled_before=re.compile(rf"(?:{kept}|{alternatives(words['before'])})[：\s“]{{0,2}}$"),
        speaking_after=re.compile(alternatives(words["speaking"])),
        in_office=re.compile(
            rf"，(?:[男女][，（]|[^，。；：？！]{{2,24}}(?:{kept})[，。；、（]|[^，。；：？！]{{2,24}}(?:{kept})$)"
        ),
        mask=re.compile(r"某{1,3}[甲乙丙丁戊己]?|[×x*＊○〇]{1,3}(?![0-9a-z×*])"),
        after_mask=re.compile(alternatives(words["after_mask"])),
    )
