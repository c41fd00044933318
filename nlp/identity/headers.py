"""Answers of header fields and of the cells of forms."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from nlp.identity.candidates import Findings, Text, Weight
from nlp.identity.dates import find_dates
from nlp.identity.names import is_name, name_pattern
from nlp.identity.people import Person, read_people
from nlp.identity.posts import Post, ends_like_post, read_post
from nlp.identity.rules import title_words
from nlp.identity.zones import Zones
from nlp.reading.splitting.fields import HeaderField
from nlp.reading.splitting.keys import PERSONS

_NAMES_ONLY: Final = frozenset(("subject", "name"))
_LONGEST_UNIT: Final = 40
_SELF: Final = re.compile("(?:考察|考核|被考察|谈话)对象本人|被考察人本人|系本人|（本人")
_END: Final = re.compile("[，；。]")


@lru_cache(maxsize=1)
def _related() -> re.Pattern[str]:
    """The subject inside the field of somebody else: 与考察对象吴某（镇党委书记）共事三年."""
    after = "（|系|为|是|同志|共事|的|，|、|同|曾|$"
    return re.compile(
        rf"(?:考察对象|被考察人|考核对象)[ ]?(?P<name>{name_pattern()})(?:同志)?(?={after})(?P<post>（[^（）]*）)?"
    )


def find_headers(text: Text, zones: Zones, found: Findings) -> None:
    """Note what the fields of a document say."""
    _HeaderFinder(text, zones, found).find()


class _HeaderFinder:
    def __init__(self, text: Text, zones: Zones, found: Findings) -> None:
        self._text = text
        self._fields = zones.fields
        # Whether the person talked to is the person a note is about: the title or the relation says so.
        self._own_talk = zones.has_title_word(title_words().own_talks) or any(
            "关系" in field.key and field.value in title_words().own_relations for field in zones.fields
        )
        self._has_unit = any(field.kind == "unit" for field in zones.fields)
        self._is_material = bool(zones.titles) and not zones.has_title_word(title_words().talks)
        self._found = found
        self._persons = {
            index: self._read_persons(field) for index, field in enumerate(zones.fields) if field.kind in PERSONS
        }
        named = {field.kind for index, field in enumerate(zones.fields) if self._persons.get(index)}
        self._has_subject = not named.isdisjoint(("subject", "name"))

    def find(self) -> None:
        # A unit or position belongs to the person named last before it, else to the first one.
        owner = next((field for field in self._fields if field.kind in PERSONS), None)
        for index, field in enumerate(self._fields):
            if index in self._persons:
                owner = field
                self._say_person(field, self._persons[index])
            elif field.kind in ("held", "written"):
                self._say_date(field)
            elif field.kind in ("unit", "position", "unit_position"):
                if owner is None or self._is_subject(owner):
                    self._say_post(field)
            elif field.kind == "occasion" and field.value:
                self._found.answer("occasion", self._text.evidence(field.start, field.end, _rule(field)), Weight.KEY)

    def _read_persons(self, field: HeaderField) -> list[Person]:
        stop = self._text.plain.find("。", field.start, field.end)
        end = field.end if stop < 0 else stop
        found = read_people(self._text.plain, field.start, end, names_only=field.kind in _NAMES_ONLY)
        self._found.people += [self._text.name(person, _rule(field)) for person in found]
        return found

    def _say_person(self, field: HeaderField, persons: list[Person]) -> None:
        rule = _rule(field)
        if self._is_subject(field):
            for person in persons:
                name = self._text.name(person, rule)
                self._found.answer("subject", name, Weight.KEY if field.kind in ("subject", "name") else Weight.BESIDE)
                self._found.candidates += self._text.post(person.post, rule, Weight.BESIDE, name.value)
        elif field.kind == "interviewee":
            self._say_related(field)
        if field.kind in ("writer", "reporter", "inquirer"):
            self._say_author(field, persons)

    def _is_subject(self, field: HeaderField) -> bool:
        if field.kind in ("subject", "name", "reporter"):
            return True
        if field.kind != "interviewee" or self._has_subject:
            return False
        # 对象 alone is whom a material is about, or whom a talk was held with.
        if field.key == "对象" and self._is_material:
            return True
        return self._own_talk or _SELF.search(field.value) is not None

    def _say_related(self, field: HeaderField) -> None:
        match = _related().search(self._text.plain, field.start, field.end)
        if match is None or not is_name(match["name"]):
            return
        name = self._text.name(Person(*match.span("name")), _rule(field))
        self._found.people.append(name)
        self._found.answer("subject", name, Weight.BESIDE)
        if match["post"]:
            post = read_post(self._text.plain, match.start("post") + 1, match.end("post") - 1)
            self._found.candidates += self._text.post(post, _rule(field), Weight.BESIDE, name.value)

    def _say_author(self, field: HeaderField, persons: list[Person]) -> None:
        weight = Weight.BESIDE if field.kind == "inquirer" else Weight.KEY
        rule = _rule(field)
        if persons:
            names = [self._text.name(person, rule).value for person in persons]
            found = self._text.evidence(persons[0].start, persons[-1].end, rule, "、".join(dict.fromkeys(names)))
            self._found.answer("author", found, weight)
        elif read_post(self._text.plain, field.start, field.end) != Post(None, None):
            self._found.answer("author", self._text.evidence(field.start, field.end, rule), Weight.TITLE)

    def _say_date(self, field: HeaderField) -> None:
        dates = find_dates(self._text.plain, field.start, field.end)
        if dates:
            first = dates[0]
            weight = Weight.KEY if field.kind == "held" else Weight.BESIDE
            self._found.answer("date", self._text.evidence(first.start, first.end, _rule(field), first.iso), weight)

    def _say_post(self, field: HeaderField) -> None:
        plain, rule = self._text.plain, _rule(field)
        end = field.end
        comma = _END.search(plain, field.start, end)
        if comma and ends_like_post(plain[field.start : comma.start()]):
            end = comma.start()
        if end == field.start:
            return
        post = read_post(plain, field.start, end)
        if field.kind == "position" and (self._has_unit or post == Post(None, None)):
            self._found.answer("position", self._text.evidence(field.start, end, rule), Weight.KEY)
        elif field.kind == "unit" and post.position is None:
            if end - field.start <= _LONGEST_UNIT:
                self._found.answer("unit", self._text.evidence(field.start, end, rule), Weight.KEY)
        else:
            self._found.candidates += self._text.post(post, rule, Weight.KEY, None)


def _rule(field: HeaderField) -> str:
    return f"header:{field.key}"
