"""Saved searches tell each new case once."""

import pytest

from nlp.errors import CaseIndexError, IndexLockedError
from nlp.retrieval import Access, Case, CaseIndex, Filters
from nlp.retrieval.arrivals import FILE as ARRIVALS
from nlp.retrieval.arrivals import Arrivals
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


def test_an_index_built_anew_tells_what_it_has_more_and_nothing_else(opened, encoder, cases):
    folder, index = opened
    saved = SavedSearches(folder, index)
    saved.save(SavedSearch(name="拆迁", text="拆迁难题推诿扯皮", k=50))
    for number in range(3):
        index.add([Case(id=f"later{number}", text=f"拆迁难题，第{number}回推诿扯皮。")])
    assert {name: sorted(ids) for name, ids in told(saved).items()} == {"拆迁": ["later0", "later1", "later2"]}
    changed = cases[3].model_copy(update={"text": "遇到拆迁难题，张某推诿扯皮，又上交矛盾。", "tags": None})
    anew = [
        NEW,
        *[case for case in cases if case.id != "shirk"],
        changed,
        Case(id="later1", text="拆迁难题，第1回推诿扯皮。"),
    ]
    rebuilt = SavedSearches(folder, CaseIndex.build(folder, anew, encoder=encoder))
    found = told(rebuilt)
    assert {name: sorted(ids) for name, ids in found.items()} == {"拆迁": ["new", "shirk"]}
    assert told(rebuilt) == {}


def test_mending_and_new_tags_make_no_case_new(opened, encoder, cases):
    folder, index = opened
    index.add([Case(id="plain", text="拆迁难题，推诿扯皮。")])
    saved = SavedSearches(folder, index)
    saved.save(SavedSearch(name="拆迁", text="拆迁难题推诿扯皮"))
    index.rebuild()
    assert told(saved) == {}
    index.add([Case(id="plain", text="拆迁难题，推诿扯皮。")])
    index.remove(["shirk"])
    index.add([cases[3]])
    assert told(saved) == {}


def test_a_near_duplicate_of_an_old_case_is_told(opened):
    folder, index = opened
    text = "遇到拆迁难题，张某推诿扯皮，怕得罪人，矛盾上交。两年没有拆下一户，群众多次反映，镇里也没有人过问。"
    index.add([Case(id="draft", text=text)])
    saved = SavedSearches(folder, index)
    saved.save(SavedSearch(name="拆迁", text="拆迁难题推诿扯皮"))
    index.add([Case(id="final", text=text + "完")])
    assert told(saved) == {"拆迁": ["final"]}


def test_a_lost_ledger_tells_again_rather_than_never(opened):
    folder, index = opened
    saved = SavedSearches(folder, index)
    saved.save(SavedSearch(name="拆迁", text="拆迁难题推诿扯皮", k=2))
    index.add([NEW])
    (folder / ARRIVALS).unlink()
    assert "new" in told(saved)["拆迁"]
    assert told(saved) == {}


def test_half_a_fingerprint_is_written_over(tmp_path):
    arrivals = Arrivals(tmp_path)
    assert arrivals.take_up([("a", "1"), ("b", "1")]) == {"a": 0, "b": 1}
    with (tmp_path / ARRIVALS).open("ab") as file:
        file.write(b"half")
    again = Arrivals(tmp_path)
    assert len(again) == 2
    assert again.take_up([("b", "1"), ("c", "1"), ("a", "2")]) == {"b": 1, "c": 2, "a": 3}
    assert Arrivals(tmp_path).take_up([("c", "1")]) == {"c": 2}


def test_what_one_process_is_telling_no_other_tells(opened, monkeypatch):
    folder, index = opened
    monkeypatch.setattr("nlp.retrieval.saved.LOCK_TIMEOUT", 0.1)
    saved = SavedSearches(folder, index)
    saved.save(SavedSearch(name="拆迁", text="拆迁难题推诿扯皮"), from_now=False)
    telling = saved.alerts()
    next(telling)
    with pytest.raises(IndexLockedError, match="saved searches"):
        next(SavedSearches(folder, index).alerts())
    telling.close()
    assert told(saved)


def test_a_search_for_a_reader_tells_only_what_the_reader_may_see(opened):
    folder, index = opened
    saved = SavedSearches(folder, index)
    saved.save(SavedSearch(name="甲", text="拆迁难题推诿扯皮", access=Access(units="D镇", clearance=0)))
    index.add([NEW, NEW.model_copy(update={"id": "secret", "confidentiality": 1})])
    assert saved.all()[0].access == Access(units="D镇", clearance=0)
    assert told(saved) == {"甲": ["new"]}


def test_saved_searches_survive_a_rebuild(opened, encoder, cases):
    folder, index = opened
    SavedSearches(folder, index).save(SavedSearch(name="甲", text="修路"))
    rebuilt = CaseIndex.build(folder, cases, encoder=encoder)
    assert [search.name for search in SavedSearches(folder, rebuilt).all()] == ["甲"]
