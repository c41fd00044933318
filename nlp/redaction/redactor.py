"""A text → the same text with pseudonyms, and the way between the two."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from nlp.errors import RedactionError, RedactionKeyError
from nlp.identity.names import is_name
from nlp.reading.splitting.characters import HAN, matching_form
from nlp.redaction.find import find
from nlp.redaction.keys import RedactionKey
from nlp.redaction.model import Finding, Replacement
from nlp.redaction.moving import Move
from nlp.redaction.names.mentions import surname_of, without_blanks
from nlp.redaction.pseudonyms import Pseudonyms
from nlp.redaction.sealing import seal, unseal
from nlp.structure.folding import fold

VERSION: Final = 1
"""Of the sealed part's content."""

_TELLING: Final = re.compile(rf"[{HAN}@＠]|[0-9０-９]{{4}}")
"""Without one of these a string tells nobody's name or number."""

LONGEST_NAME: Final = 20
"""Characters of a field that is taken for a name as a whole."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """What became of a text.

    Attributes:
        text: with pseudonyms.
        replacements: in order.
        scope: names the text for findings that mean something in it only.
        names: full names of the persons found, folded, without blanks.
    """

    text: str
    replacements: tuple[Replacement, ...]
    scope: str
    names: frozenset[str] = field(default=frozenset())

    @property
    def move(self) -> Move:
        """The way from the text as it was to ``text``."""
        return Move.there(self.replacements)

    @property
    def owners(self) -> dict[str, str]:
        """The surnames that mean one person of this text, and that person's name."""
        owners: dict[str, set[str]] = {}
        for name in self.names:
            owners.setdefault(surname_of(name), set()).add(name)
        return {surname: next(iter(names)) for surname, names in owners.items() if len(names) == 1}


class Redactor:
    """Replaces what tells who somebody is. Picklable; equal keys give equal pseudonyms in every process.

    Args:
        key: of the run.
    """

    def __init__(self, key: RedactionKey) -> None:
        self.key = key
        self.pseudonyms = Pseudonyms(key)

    def redact(self, text: str, known: Iterable[str] = ()) -> Redaction:
        """De-identify a text.

        Args:
            text: any text.
            known: names of persons that are known to be meant (from a register, a header field).

        Raises:
            ConfigurationError: a word list is missing or invalid.
        """
        scope = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        findings = find(text, known)
        names = frozenset(item.identity for item in findings if item.kind == "person" and not item.local)
        return self._replaced(text, findings, scope, names | {without_blanks(fold(name)) for name in known})

    def words(self, text: str, beside: Redaction) -> str:
        """De-identify a short string that belongs to a text: a label, a file's field, an error message.

        Args:
            text: the string.
            beside: of the text; its persons are known here too, and 张局长 means the same person.
        """
        if not _TELLING.search(text):
            return text
        findings = find(text, beside.names)
        if not findings and _is_bare_name(text):
            name = without_blanks(fold(matching_form(text)))
            findings = [Finding(0, len(text), text, "person", name)]
        owners = beside.owners
        settled = [
            replace(item, identity=owners[item.identity], local=False)
            if item.local and item.identity in owners
            else item
            for item in findings
        ]
        return self._replaced(text, settled, beside.scope, beside.names).text

    def name(self, text: str, beside: Redaction) -> str:
        """The pseudonym of a string that is a name because of where it stands: the value of a field 姓名.

        Args:
            text: the name, or several with other words around them.
            beside: of the text it belongs to.
        """
        hidden = self.words(text, beside)
        if hidden != text or len(without_blanks(text)) > LONGEST_NAME:
            return hidden
        person = without_blanks(fold(matching_form(text)))
        return self.pseudonyms.of(Finding(0, len(text), text, "person", person), beside.scope)

    @staticmethod
    def digest_of(text: str) -> str:
        """SHA-256 of a text in UTF-8, as records give it (64 hexadecimal digits)."""
        return _digest(text)

    def seal(self, redaction: Redaction, more: Any = None) -> dict[str, Any]:
        """What is kept beside a de-identified text so that the key can undo it.

        Args:
            redaction: of the text.
            more: anything else to be kept secret, as JSON.

        Returns:
            A mapping for JSON: ``version``, ``key`` (the key's id), ``spans`` (start, end and kind of each pseudonym, as the
            reader of the text sees them anyway) and ``sealed``, which the key opens.
        """
        originals = [item.original for item in redaction.replacements]
        return {
            "version": VERSION,
            "key": self.key.id,
            "spans": [
                {"start": item.new_start, "end": item.new_end, "kind": item.kind} for item in redaction.replacements
            ],
            "sealed": seal(self.key, {"originals": originals, "more": more}, _digest(redaction.text)),
        }

    def _replaced(self, text: str, findings: list[Finding], scope: str, names: frozenset[str]) -> Redaction:
        parts: list[str] = []
        replacements: list[Replacement] = []
        position = length = 0
        for item in findings:
            pseudonym = self.pseudonyms.of(item, scope)
            between = text[position : item.start]
            start = length + len(between)
            length = start + len(pseudonym)
            parts += (between, pseudonym)
            position = item.end
            replacements.append(Replacement(item.start, item.end, start, length, item.quote, pseudonym, item.kind))
        parts.append(text[position:])
        return Redaction("".join(parts), tuple(replacements), scope, names)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a sealed part held.

    Attributes:
        text: as it was.
        move: the way from the de-identified text to it.
        more: what else was sealed.
    """

    text: str
    move: Move
    more: Any


def restore(text: str, block: Any, key: RedactionKey) -> Restored:
    """Undo a de-identification.

    Args:
        text: the de-identified text, unchanged.
        block: what ``Redactor.seal`` gave.
        key: it was done with.

    Raises:
        RedactionKeyError: another key, or the text or the sealed part was changed.
        RedactionError: the block is none, or of a version this program does not know.
    """
    try:
        version, key_id, sealed = block["version"], block["key"], block["sealed"]
        spans = [(int(span["start"]), int(span["end"])) for span in block["spans"]]
    except (TypeError, KeyError, ValueError) as error:
        raise RedactionError("there is no de-identification to undo", expected="a field redaction") from error
    if version != VERSION:
        raise RedactionError(f"the sealed part has version {version}", expected=str(VERSION))
    if key_id != key.id:
        raise RedactionKeyError(f"the text was de-identified with key {key_id}", expected=f"key {key.id}")
    content = unseal(key, sealed, _digest(text))
    parts: list[str] = []
    rows: list[tuple[int, int, int, int]] = []
    position = length = 0
    for (start, end), original in zip(spans, content["originals"], strict=True):
        between = text[position:start]
        first = length + len(between)
        length = first + len(original)
        parts += (between, original)
        rows.append((start, end, first, length))
        position = end
    parts.append(text[position:])
    move = Move(*zip(*rows, strict=True)) if rows else Move((), (), (), ())
    return Restored("".join(parts), move, content["more"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _is_bare_name(text: str) -> bool:
    """Whether a whole string is a name (李某, 张三丰) and no word of the dictionary."""
    from nlp.redaction.names.likelihood import likelihood

    plain = fold(matching_form(text)).strip()
    return 2 <= len(plain) <= 8 and is_name(plain) and plain not in likelihood().words
