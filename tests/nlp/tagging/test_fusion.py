"""Lexicon and classifier merged: spans, sources, polarity, thresholds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nlp.encoding.bert import BertShape
from nlp.structure.parse import Structure, parse_structure
from nlp.tagging.candidate import Candidate
from nlp.tagging.classifier import ClauseJudgement, ModelCard
from nlp.tagging.context import Assertion
from nlp.tagging.fusion import Finders, fuse

CELLS = ("fairness+", "fairness-", "diligence+", "diligence-")
CARD = ModelCard(CELLS, BertShape(10), (1.0, 1.0, 2.0, 0.0), (0.5, 0.5, 0.5, 0.5), 200, 0.6)
TEXT = "他一碗水端平，天天在村里，从早到晚。\n年底评先。"


@pytest.fixture(scope="module")
def structure() -> Structure:
    return parse_structure(TEXT)


def judged(joined: float = 0.0, **chances: float) -> ClauseJudgement:
    """A judgement with these probabilities; every other cell gets 1 %."""
    names = {"fp": 0, "fm": 1, "dp": 2, "dm": 3}
    logits = np.full(4, math.log(0.01 / 0.99), dtype=np.float32)
    for name, chance in chances.items():
        logits[names[name]] = math.log(chance / (1 - chance))
    return ClauseJudgement(logits, "observed", "target", "judgement", joined)


def stated(structure: Structure, quote: str, label: str, polarity: str = "+", status: str = "observed") -> Assertion:
    start = structure.text.index(quote)
    candidate = Candidate(start, start + len(quote), label, polarity, "lexicon", 0.8)  # type: ignore[arg-type]
    return Assertion(candidate, polarity, status, "target", False, ())  # type: ignore[arg-type]


def shown(assertions: list[Assertion], structure: Structure) -> set[tuple[str, str, str]]:
    return {
        (structure.text[a.candidate.start : a.candidate.end], a.candidate.label + a.polarity, a.candidate.source)
        for a in assertions
    }


def test_what_only_the_network_sees_is_added(structure: Structure) -> None:
    found = fuse(structure, [], {0: judged(), 1: judged(dp=0.7), 2: judged()}, CARD)
    assert shown(found, structure) == {("天天在村里", "diligence+", "classifier")}
    assert found[0].candidate.score == pytest.approx(0.7, abs=1e-4)


def test_an_episode_runs_on_where_the_network_joins_it_and_never_over_a_line(structure: Structure) -> None:
    judgements = {1: judged(dp=0.7), 2: judged(dp=0.9, joined=0.8), 3: judged(dp=0.9, joined=0.9)}
    found = fuse(structure, [], judgements, CARD)
    assert shown(found, structure) == {
        ("天天在村里，从早到晚", "diligence+", "classifier"),
        ("年底评先", "diligence+", "classifier"),
    }
    assert max(item.candidate.score for item in found) == pytest.approx(0.9, abs=1e-4)


def test_clauses_stay_apart_where_the_network_does_not_join_them(structure: Structure) -> None:
    found = fuse(structure, [], {1: judged(dp=0.7), 2: judged(dp=0.9, joined=0.2)}, CARD)
    assert len(found) == 2


def test_both_agreeing_give_one_tag_with_a_higher_score(structure: Structure) -> None:
    found = fuse(structure, [stated(structure, "一碗水端平", "fairness")], {0: judged(fp=0.6)}, CARD)
    assert shown(found, structure) == {("一碗水端平", "fairness+", "both")}
    assert found[0].candidate.score > 0.9


def test_the_lexicon_alone_keeps_its_word_with_the_score_it_deserves(structure: Structure) -> None:
    said, unsure = [stated(structure, "一碗水端平", "fairness")], {0: judged(fp=0.05)}
    found = fuse(structure, said, unsure, CARD)
    assert shown(found, structure) == {("一碗水端平", "fairness+", "lexicon")}
    assert 0.2 < found[0].candidate.score < 0.5
    assert fuse(structure, said, unsure, CARD, Finders(min_score=0.5)) == []


def test_what_the_network_thinks_absurd_is_dropped(structure: Structure) -> None:
    assert fuse(structure, [stated(structure, "一碗水端平", "fairness")], {0: judged()}, CARD) == []


def test_the_sign_the_context_engine_gave_stands_against_the_network(structure: Structure) -> None:
    said = [stated(structure, "一碗水端平", "fairness", "-")]
    found = fuse(structure, said, {0: judged(fp=0.9)}, CARD)
    assert shown(found, structure) == {("一碗水端平", "fairness-", "both")}
    assert found[0].candidate.score > 0.9


def test_of_two_polarities_the_more_probable_one_is_kept(structure: Structure) -> None:
    found = fuse(structure, [], {0: judged(fp=0.6, fm=0.7)}, CARD)
    assert shown(found, structure) == {("他一碗水端平", "fairness-", "classifier")}


def test_a_norm_the_lexicon_saw_is_not_tagged_by_the_network(structure: Structure) -> None:
    said = [stated(structure, "一碗水端平", "fairness", "+", "normative")]
    found = fuse(structure, said, {0: judged(fp=0.9)}, CARD)
    assert [item.status for item in found] == ["normative"]


def test_without_the_lexicon_its_word_does_not_count(structure: Structure) -> None:
    said = [stated(structure, "一碗水端平", "fairness")]
    assert fuse(structure, said, {0: judged(fp=0.3)}, CARD, Finders(lexicon=False)) == []


def test_the_callers_bar_replaces_the_thresholds(structure: Structure) -> None:
    judgements = {0: judged(fp=0.45), 1: judged(dp=0.3)}
    assert fuse(structure, [], judgements, CARD) == []
    low = fuse(structure, [], judgements, CARD, Finders(min_score=0.2))
    assert {item.candidate.label for item in low} == {"fairness", "diligence"}


def test_clauses_nobody_judged_are_left_to_the_lexicon(structure: Structure) -> None:
    found = fuse(structure, [stated(structure, "一碗水端平", "fairness")], {}, CARD)
    assert shown(found, structure) == {("一碗水端平", "fairness+", "lexicon")}
    assert found[0].candidate.score == 0.8
