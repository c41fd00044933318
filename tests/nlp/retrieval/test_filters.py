import pytest

from nlp.errors import CaseIndexError
from nlp.retrieval import Filters


def ids(index, filters):
    return {hit.id for hit in index.search("群众", k=10, filters=filters)}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, {"flood", "show", "debt", "shirk", "brave"}),
        ({"unit": "A镇"}, {"flood", "debt"}),
        ({"unit": ["A镇", "C镇"]}, {"flood", "debt", "brave"}),
        ({"unit": "A镇", "date_from": "2022"}, {"debt"}),
        ({"doc_type": "inspection"}, {"flood", "debt"}),
        ({"outcome": "约谈"}, {"show"}),
        ({"ids": ["flood", "nobody"]}, {"flood"}),
        ({"exclude_ids": "flood", "unit": "A镇"}, {"debt"}),
        ({"meta": {"clearance": "internal"}}, {"show"}),
        ({"meta": {"topics": "经费"}}, {"show"}),
        ({"meta": {"clearance": "secret"}}, set()),
        ({"ids": []}, set()),
        ({"date_from": "2020-06"}, {"flood", "show", "debt"}),
        ({"date_from": "2021", "date_to": "2021-12"}, {"flood"}),
        ({"date_to": "2021-07-01"}, {"flood", "show"}),
        ({"date_to": "2021-06-30"}, {"show"}),
        ({"date_from": "2022年3月6日"}, set()),
        ({"labels": "responsibility-"}, {"shirk"}),
        ({"labels": ["responsibility+", "responsibility-"]}, set()),
    ],
)
def test_filters(index, filters, expected):
    assert ids(index, filters) == expected
    assert ids(index, Filters.of(filters)) == expected


@pytest.mark.parametrize(
    "filters", [{"colour": "red"}, {"date_from": "近期"}, {"unit": 3}, {"labels": "responsibility"}]
)
def test_a_wrong_filter_is_an_error(index, filters):
    with pytest.raises(CaseIndexError, match=next(iter(filters))):
        index.search("群众", filters=filters)


def test_a_filter_decides_before_ranks_are_given(index):
    everywhere = index.search("遇到拆迁难题推诿扯皮", k=10)
    assert [hit.id for hit in everywhere][:2] == ["shirk", "brave"]
    (only,) = index.search("遇到拆迁难题推诿扯皮", k=1, filters={"unit": "C镇"})
    assert only.id == "brave"
    assert only.channels["bm25"].rank == only.channels["dense"].rank == 1


def test_filtered_out_cases_do_not_shape_the_scores(tmp_path, cases, encoder):
    from nlp.retrieval import CaseIndex

    index = CaseIndex.build(tmp_path / "all", cases, encoder=encoder)
    found = index.search("拆迁难题", k=10, filters={"unit": ["A镇", "B镇"]})
    assert {hit.id for hit in found} == {"flood", "show", "debt", "shirk"}
    assert found[0].score == pytest.approx(1.0)
