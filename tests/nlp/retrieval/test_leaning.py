"""Leanings: what a text tends to, below the bar of a tag."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp.encoding import Encoder
from nlp.errors import ConfigurationError
from nlp.retrieval import Case, CaseIndex, Fusion
from nlp.retrieval.leaning import LeaningIndex, LeaningScale, learn_scale, packed, read_scale, scale_path
from nlp.retrieval.tagmatch import judged
from nlp.schema import Annotation, Source

CELLS = ("a+", "a-", "b+")


def scale() -> LeaningScale:
    means = {"record": np.zeros(3), "phrase": np.full(3, -1.0), "narrative": np.zeros(3)}
    return LeaningScale(CELLS, means, {kind: np.ones(3) for kind in means})


def test_a_leaning_counts_deviations_above_the_mean_of_its_kind() -> None:
    peaks = {"a+": 1.0, "a-": -2.0, "b+": 20.0}
    record, phrase = scale().leaning(peaks, "record"), scale().leaning(peaks, "phrase")
    assert record is not None
    assert phrase is not None
    assert record.tolist() == [32, 0, 255]
    assert phrase.tolist() == [64, 0, 255]


def test_another_taggers_cells_give_none() -> None:
    assert scale().leaning({"a+": 1.0}, "record") is None
    assert scale().leaning(None, "record") is None
    assert packed(None) is None


def test_scores_are_cosines_and_rows_without_one_have_none() -> None:
    stored = [packed(np.array(row, dtype=np.uint8)) for row in ([32, 0, 0], [32, 0, 32], [0, 9, 0], [0, 0, 0])]
    scores = LeaningIndex([*stored, None, "AAAA" * 9], 3).scores(np.array([64, 0, 0], dtype=np.uint8))
    assert scores[:3].tolist() == pytest.approx([1, 0.70711, 0])
    assert np.isnan(scores[3:]).all()


def test_the_scale_that_ships_is_learned_from_texts(tmp_path: Path) -> None:
    shipped = read_scale()
    assert shipped is not None
    assert {cell[-1] for cell in shipped.cells} == {"+", "-"}
    learned = learn_scale({"record": [{"a+": 1.0, "b+": 0.0}, {"a+": 3.0, "b+": 0.0}]})
    assert learned["kinds"]["record"]["mean"] == [2, 0]
    assert learned["kinds"]["record"]["spread"] == [1, 0.001]
    broken = tmp_path / "leaning.json"
    broken.write_text('{"format": 1, "cells": 3}', encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"leaning\.json"):
        read_scale(broken)
    assert read_scale(tmp_path / "none.json") is None
    assert scale_path().is_file()


def peaked(**peaks: float) -> Annotation:
    cells = read_scale()
    assert cells is not None
    made = Annotation(
        id="x", source=Source(sha256="0" * 64), doc_type=None, text="", sections=[], turns=[], clauses=[], tags=[],
        codebook_version="1", pipeline_version="1",
    )  # fmt: skip
    return made.with_peaks({cell: peaks.get(cell, -9.0) for cell in cells.cells})


def test_the_channel_ranks_by_leaning_where_there_are_no_tags(tmp_path: Path, encoder: Encoder) -> None:
    """No word, no tag and no vector leads from the query to the case; what the tagger nearly saw does."""

    def annotate(text: str) -> Annotation:
        towards = {"廉": "integrity-", "勤": "diligence+"}[text[0]]
        return peaked(**{towards: 4.0})

    cases = [Case(id="one", text="勤甲乙丙丁"), Case(id="two", text="廉戊己庚辛")]
    index = CaseIndex.build(tmp_path / "index", cases, encoder=encoder, annotate=annotate)
    only = Fusion(weights={"leaning": 1.0})
    assert index.search("廉壬癸子丑", fusion=only)[0].id == "two"
    again = CaseIndex.open(tmp_path / "index", encoder=encoder, annotate=annotate)
    (hit, *_) = again.search("勤壬癸子丑", fusion=only)
    assert (hit.id, set(hit.channels)) == ("one", {"leaning"})
    # tags given with the query bring no leaning with them, so this channel has nothing to say
    assert again.search("勤壬癸子丑", fusion=only, tags=[]) == []


def test_what_stands_beside_an_annotation_is_not_part_of_it() -> None:
    one, other = peaked(**{"integrity-": 1.0}), peaked()
    assert one == other
    assert Annotation.model_validate_json(one.model_dump_json()) == one
    assert Annotation.model_validate_json(one.model_dump_json()).peaks is None
    assert judged(lambda _: one, "", "x").peaks == one.peaks
