"""Everything the rule tagger loads once: codebook, lexicon, cues, kinds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nlp.codebook import Codebook
from nlp.resources import corpora_path
from nlp.tagging.cues import load_cues
from nlp.tagging.kind import KindRule
from nlp.tagging.lexicon import Lexicon
from nlp.tagging.scanner import Scanner


@dataclass(frozen=True)
class TaggingRules:
    """Loaded data files of the rule tagger."""

    codebook: Codebook
    scanner: Scanner
    kind_rule: KindRule


@lru_cache(maxsize=8)
def load_rules(codebook: str | None = None, cues: str | None = None) -> TaggingRules:
    """Load and check the data files.

    Args:
        codebook: path of a codebook file; the shipped one by default. Its lexicon folder comes with it.
        cues: folder of cue files; the shipped ones by default.

    Raises:
        ConfigurationError: with file and line, for anything invalid.
    """
    book = Codebook.load(codebook)
    folder = Path(cues) if cues else corpora_path("cues")
    # The linter has checked the examples of the shipped files; a file from elsewhere is checked here.
    lexicon = Lexicon.load(book.lexicon, book.ids, check_examples=codebook is not None)
    return TaggingRules(book, Scanner(lexicon, load_cues(folder)), KindRule(folder / "kind.yaml"))
