"""Checks the data files of the rule tagger: ``python -m nlp.tagging.lint``.

Beyond what loading checks (YAML, keys, patterns that match their examples), every cue must act in its test sentence and
every pseudo cue must not. Test sentences hold placeholders in place of lexicon words, so that context is tested alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from nlp.codebook import Codebook
from nlp.errors import ConfigurationError
from nlp.resources import corpora_path
from nlp.schema import Polarity
from nlp.structure.normalise import normalise
from nlp.structure.parse import parse_structure
from nlp.tagging.context import Assertion, assert_candidates
from nlp.tagging.cues import CueGroup, load_cues
from nlp.tagging.finder import lexicon_candidates
from nlp.tagging.kind import KindRule
from nlp.tagging.lexicon import Entry, Lexicon
from nlp.tagging.pattern import compile_pattern
from nlp.tagging.scanner import Scanner

PLACEHOLDERS: dict[str, tuple[str, Polarity | None]] = {
    "〔+〕": ("正面表现", "+"),
    "〔-〕": ("负面表现", "-"),
    "〔能〕": ("某项能力", None),
}
_MIN_ENTRIES = 40


def placeholder_lexicon(label: str = "execution") -> Lexicon:
    """A lexicon of three words: a positive expression, a negative one and a head."""
    return Lexicon(tuple(Entry(label, sign, compile_pattern(word), None, 0) for word, sign in PLACEHOLDERS.values()))


def fill_placeholders(sentence: str) -> str:
    """The sentence with 〔+〕 〔-〕 〔能〕 replaced by the words of the placeholder lexicon."""
    for mark, (word, _) in PLACEHOLDERS.items():
        sentence = sentence.replace(mark, word)
    return sentence


def lint(cues: Path | None = None, codebook: Path | None = None) -> list[str]:
    """All findings in the data files, one line each; empty when they are in order."""
    try:
        folder = cues or corpora_path("cues")
        groups = load_cues(folder)
        KindRule(folder / "kind.yaml")
        book = Codebook.load(codebook)
        lexicon = Lexicon.load(book.lexicon, book.ids)
    except ConfigurationError as exc:
        return [str(exc)]
    scanner = Scanner(placeholder_lexicon(), groups)
    findings = [finding for group in groups for finding in _lint_group(group, scanner)]
    return [*findings, *_lint_counts(book, lexicon)]


def _lint_group(group: CueGroup, scanner: Scanner) -> Iterator[str]:
    for cue in group.cues:
        sentence = fill_placeholders(group.template.replace("{cue}", cue))
        assertions = _assertions(sentence, scanner, group)
        if group.effect == "refuted":
            if assertions:
                yield f"{group.id}: {cue!r} does not refute in {sentence!r}"
        elif not _acts(assertions, group, cue, sentence):
            yield f"{group.id}: {cue!r} has no effect in {sentence!r}"
    for word, test in group.pseudo:
        sentence = fill_placeholders(test)
        if word not in sentence:
            yield f"{group.id}: the test of the pseudo cue {word!r} does not hold it: {sentence!r}"
            continue
        place = sentence.index(word)
        inside = range(place, place + len(word))
        for assertion in _assertions(sentence, scanner, group):
            if any(c.group.attribute == group.attribute and c.hit.start in inside for c in assertion.cues):
                yield f"{group.id}: the pseudo cue {word!r} acts in {sentence!r}"


def _acts(assertions: list[Assertion], group: CueGroup, cue: str, sentence: str) -> bool:
    place = sentence.index(cue)
    for assertion in assertions:
        for fired in assertion.cues:
            overlaps = fired.hit.start < place + len(cue) + 1 and place < fired.hit.end
            if fired.group.effect_name == group.effect_name and overlaps:
                return True
    return False


def _assertions(sentence: str, scanner: Scanner, group: CueGroup) -> list[Assertion]:
    text = normalise(sentence).text
    doc_type = sorted(group.types)[0] if group.types else None
    structure = parse_structure(text, doc_type=doc_type)  # type: ignore[arg-type]  # names checked by use
    scan = scanner.scan(structure.folded)
    return assert_candidates(structure, lexicon_candidates(scan, structure), scan.cues)


def _lint_counts(book: Codebook, lexicon: Lexicon) -> Iterator[str]:
    for label in book.labels:
        for sign in ("+", "-"):
            count = sum(entry.label == label.id and entry.polarity == sign for entry in lexicon.entries)
            if count < _MIN_ENTRIES:
                yield f"lexicon: {label.id} {sign} has {count} entries, fewer than {_MIN_ENTRIES}"


def main() -> int:
    """Print the findings; exit code 1 if there are any."""
    findings = lint()
    for finding in findings:
        sys.stdout.write(finding + "\n")
    sys.stdout.write(f"{len(findings)} findings\n")
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
