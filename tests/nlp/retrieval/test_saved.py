"""Saved searches tell each new case once."""

import pytest

from nlp.errors import CaseIndexError
from nlp.retrieval import Case, CaseIndex, Filters
from nlp.retrieval.saved import FILE, SavedSearch, SavedSearches

NEW = Case(id="new", text="遇到拆迁难题，他推诿扯皮，一户未拆。", unit="D镇")


@pytest.fixture
def opened(tmp_path, cases, encoder):
    return tmp_path, CaseIndex.build(tmp_path, cases, encoder=encoder)


def told(saved):
    return {alert.search.name: [hit.id for hit in alert.hits] for alert in saved.alerts()}


def test_only_cases_that_came_later_are_told_and_only_once(opened):
    folder, index = opened
    saved = SavedSearches(folder, index)
    saved.save(SavedSearch(name="拆迁", text="拆迁难题推诿扯皮", k=5))
    assert told(saved) == {}
    index.add([NEW])
    assert told(saved) == {"拆迁": ["new"]}
    assert told(saved) == {}


def test_a_case_that_was_replaced_is_new_again(opened):
    folder, index = opened
    saved = SavedSearches(folder, index)
    saved.save(SavedSearch(name="拆迁", text="拆迁难题推诿扯皮"))
    index.add([Case(id="shirk", text="遇到拆迁难题，张某推诿扯皮，又上交矛盾。")])
    assert told(saved) == {"拆迁": ["shirk"]}


def test_what_was_not_taken_is_told_again(opened):
    folder, index = opened
    saved = SavedSearches(folder, index)
    saved.save(SavedSearch(name="拆迁", text="拆迁难题推诿扯皮"), from_now=False)
    next(saved.alerts())  # the reader breaks off here
    assert "拆迁" in told(SavedSearches(folder, index))


def test_filters_hold_and_survive_the_file(opened):
    folder, index = opened
    SavedSearches(folder, index).save(
        SavedSearch(name="甲", text="拆迁难题", filters=Filters.of({"unit": "C镇", "date_from": "2010"})),
        from_now=False,
    )
    saved = SavedSearches(folder, index)
    assert saved.all()[0].filters == Filters.of({"unit": "C镇", "date_from": "2010"})
    index.add([NEW])
    assert "new" not in str(told(saved))


def test_a_search_is_replaced_by_name_and_removed(opened):
    folder, index = opened
    saved = SavedSearches(folder, index)
    saved.save(SavedSearch(name="甲", text="修路"))
    saved.save(SavedSearch(name="甲", text="治水"))
    assert [search.text for search in saved.all()] == ["治水"]
    assert saved.remove("甲")
    assert not saved.remove("甲")


def test_a_broken_file_is_named(opened):
    folder, index = opened
    (folder / FILE).write_text("{", encoding="utf-8")
    with pytest.raises(CaseIndexError, match=FILE):
        SavedSearches(folder, index).all()


def test_saved_searches_survive_a_rebuild(opened, encoder, cases):
    folder, index = opened
    SavedSearches(folder, index).save(SavedSearch(name="甲", text="修路"))
    rebuilt = CaseIndex.build(folder, cases, encoder=encoder)
    assert [search.name for search in SavedSearches(folder, rebuilt).all()] == ["甲"]
