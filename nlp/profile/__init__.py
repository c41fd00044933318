"""What the records say of one person or team: evidence, its sources, what speaks against what, and what nobody said.

Counts and quotations only. Nothing here weighs, sums up or ranks a person.
"""

from nlp.profile.contradictions import Contradiction, contradictions
from nlp.profile.evidence import Evidence, Record, collect, independent_sources
from nlp.profile.gaps import Gap, gaps
from nlp.profile.ledger import Ledger, LedgerLine, build_ledger
from nlp.profile.observation import LabelView, Observation, observe
from nlp.profile.signs import EarlySign, early_signs
from nlp.profile.voices import Voice, voice_name

__all__ = [
    "Contradiction",
    "EarlySign",
    "Evidence",
    "Gap",
    "LabelView",
    "Ledger",
    "LedgerLine",
    "Observation",
    "Record",
    "Voice",
    "build_ledger",
    "collect",
    "contradictions",
    "early_signs",
    "gaps",
    "independent_sources",
    "observe",
    "voice_name",
]
