"""Facets: what each says of the number of cases is what the filter then leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.retrieval import Case, CaseIndex, Filters
from nlp.retrieval.access import Access
from nlp.retrieval.case import CaseTag
from nlp.retrieval.facets import Facets
from tests.service.working import BigramEncoder

NORM = CaseTag(label="integrity", polarity="-", status="normative")
OTHER = CaseTag(label="integrity", polarity="-", subject="other")


def tag(label: str, polarity: str = "+") -> CaseTag:
    return CaseTag.model_validate({"label": label, "polarity": polarity})


CASES = [
    Case(
        id="c1", text="甲", doc_type="survey", unit="A县", date="2019-03", outcome="诫勉", tags=[tag("execution", "-")]
    ),
    Case(
        id="c2",
        text="乙",
        doc_type="survey",
        unit="B县",
        date="2020",
        outcome="诫勉",
        tags=[tag("execution", "-"), NORM],
    ),
    Case(id="c3", text="丙", doc_type="annual", unit="A县", date="2020-01-02", tags=[tag("execution"), OTHER]),
    Case(
        id="c4",
        text="丁",
        doc_type="annual",
        unit="A县",
        confidentiality=3,
        tags=[tag("diligence"), tag("execution", "-")],
    ),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> CaseIndex:
    return CaseIndex.build(Path(tmp_path_factory.mktemp("facets")) / "index", CASES, encoder=BigramEncoder())


def counts(facets: Facets, field: str) -> dict[str, int]:
    return {facet.value: facet.cases for facet in getattr(facets, field)}


@pytest.mark.parametrize("access", [None, Access(clearance=1), Access(units=frozenset(["A县"]), clearance=1)])
@pytest.mark.parametrize("given", [{}, {"unit": "A县"}, {"doc_type": "survey", "labels": "execution-"}])
def test_a_facet_counts_what_its_filter_leaves(index: CaseIndex, access: Access | None, given: dict[str, str]) -> None:
    facets = index.facets(given, access)
    assert facets.cases == index.count(given, access)
    for field in ("doc_type", "unit", "outcome"):
        for value, cases in counts(facets, field).items():
            assert index.count({**given, field: value}, access) == cases
    for year, cases in counts(facets, "year").items():
        assert index.count({**given, "date_from": year, "date_to": year}, access) == cases
    for cell, cases in counts(facets, "labels").items():
        wanted = {cell, given["labels"]} if "labels" in given else {cell}
        assert index.count(Filters.of({**given, "labels": wanted}), access) == cases


def test_hidden_cases_norms_and_others_are_not_counted(index: CaseIndex) -> None:
    facets = index.facets(access=Access(clearance=1))
    assert counts(facets, "unit") == {"A县": 2, "B县": 1}
    assert [facet.value for facet in facets.year] == ["2020", "2019"]
    assert counts(facets, "labels") == {"execution-": 2, "execution+": 1}
    assert counts(index.facets(), "labels") == {"execution-": 3, "diligence+": 1, "execution+": 1}
