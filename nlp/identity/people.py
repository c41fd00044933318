"""Names in the value of a field or in a line, with the post that stands beside each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from nlp.identity.names import is_name, may_be_name
from nlp.identity.posts import Post, ends_like_post, read_post

_TOKEN: Final = re.compile(r"（[^（）\n]*）|[^、，；/ \t\n（）]+")
_AND: Final = re.compile("和|及|与|同")
_RELATION: Final = re.compile("与|同|系(?!统)|为")
_NOTHING: Final = Post(None, None)


@dataclass(frozen=True, slots=True)
class Person:
    """A name's range and the unit and position said with it."""

    start: int
    end: int
    post: Post = _NOTHING


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str


def read_people(text: str, start: int, end: int, *, names_only: bool = False) -> list[Person]:
    """The persons a value names.

    Args:
        text: a matching form.
        start: of the value.
        end: of the value.
        names_only: the key promises a name, so that one no list knows is taken too where it stands first.

    Returns:
        In order. A post is what stands in brackets behind a name, after a comma, or before it: 欧阳某（A县局长）, 苏某，副局长,
        副局长 岑某. What says how somebody stands to others (与…共事) ends the value.
    """
    tokens = _tokens(text, start, end)
    people: list[Person] = []
    before: _Token | None = None
    for index, token in enumerate(tokens):
        if index and _RELATION.match(token.text) and not people[-1:]:
            continue
        if people and _RELATION.match(token.text):
            break
        found = _names(token, first=names_only and not people and index == 0)
        if not found:
            if not token.text.startswith("（"):
                before = token if ends_like_post(token.text) else before
            continue
        for person in found:
            post = person.post
            if post == _NOTHING:
                post = _after(text, tokens, index) if person is found[-1] else _NOTHING
            if post == _NOTHING and before is not None and not people:
                post = read_post(text, _joined_start(text, tokens, before), before.end)
            people.append(Person(person.start, person.end, post))
        before = None
    return people


def whole_person(text: str, start: int, end: int) -> Person | None:
    """The person a line names where it holds nothing but a name, or a post and a name."""
    tokens = _tokens(text, start, end)
    if not tokens or any(token.text.startswith("（") for token in tokens):
        return None
    if len(tokens) > 1 and not ends_like_post(text[start : tokens[-2].end]):
        return None
    last = _names(tokens[-1], first=False)
    if len(last) != 1:
        return None
    post = last[0].post
    if len(tokens) > 1:
        post = read_post(text, start, tokens[-2].end)
    return Person(last[0].start, last[0].end, post)


def _tokens(text: str, start: int, end: int) -> list[_Token]:
    """The words of a value; characters set apart by blanks (张　某) are one word."""
    found = [_Token(*match.span(), match[0]) for match in _TOKEN.finditer(text, start, end)]
    merged: list[_Token] = []
    for token in found:
        last = merged[-1] if merged else None
        spaced = last is not None and text[last.end : token.start].strip(" ") == "" and len(token.text) == 1
        if last is not None and spaced and all(len(part) == 1 for part in last.text.split()):
            merged[-1] = _Token(last.start, token.end, text[last.start : token.end])
        else:
            merged.append(token)
    return merged


def _names(token: _Token, *, first: bool) -> list[Person]:
    bare = token.text.removesuffix("同志").removesuffix("（")
    if is_name(bare):
        return [Person(token.start, token.start + len(bare))]
    for word in _AND.finditer(bare):
        left, right = bare[: word.start()], bare[word.end() :]
        if is_name(left) and is_name(right):
            at = token.start + word.end()
            return [Person(token.start, token.start + len(left)), Person(at, at + len(right))]
    for at in range(1, len(bare) - 1):
        # 镇长上官某: a post, and a name that ends the word.
        if is_name(bare[at:]) and ends_like_post(bare[:at]):
            post = _moved(read_post(bare, 0, at), token.start)
            return [Person(token.start + at, token.start + len(bare), post)]
    if first and may_be_name(bare):
        return [Person(token.start, token.start + len(bare))]
    return []


def _moved(post: Post, by: int) -> Post:
    unit = None if post.unit is None else (post.unit[0] + by, post.unit[1] + by)
    position = None if post.position is None else (post.position[0] + by, post.position[1] + by)
    return Post(unit, position)


def _after(text: str, tokens: list[_Token], index: int) -> Post:
    """The post behind a name: in brackets, or the first word behind a comma that is one, with what 、 joins to it."""
    name = tokens[index]
    for position, token in enumerate(tokens[index + 1 :], index + 1):
        if token.text.startswith("（"):
            inside = re.split("[，；]", token.text[1:-1])[0]
            start = token.start + 1
            post = read_post(text, start, start + len(inside))
        elif "，" not in text[name.end : token.start] or _RELATION.match(token.text):
            return _NOTHING
        else:
            post = _longest(text, tokens, position)
        if post != _NOTHING:
            return post
    return _NOTHING


def _longest(text: str, tokens: list[_Token], index: int) -> Post:
    """The longest post that begins with a word: 、 and brackets carry it on, a comma ends it."""
    start = tokens[index].start
    best = _NOTHING
    for token in tokens[index:]:
        if "，" in text[start : token.start]:
            break
        post = read_post(text, start, token.end)
        best = best if post == _NOTHING else post
    return best


def _joined_start(text: str, tokens: list[_Token], last: _Token) -> int:
    """Where a post that holds 、 begins: 市委常委、市纪委书记."""
    start = last.start
    for token in reversed(tokens[: tokens.index(last)]):
        if text[token.end : start].strip() != "、" or not ends_like_post(text[token.start : last.end]):
            break
        start = token.start
    return start
