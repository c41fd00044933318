"""Records by words of their text: two characters, phrases, traditional forms; nothing of what may not be seen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import InvalidInputError
from nlp.pipeline import Pipeline
from service.records import listing
from service.records.finding import CONTEXT, MOST_PLACES, forms, places, words_of
from tests.service.conftest import Api

WALL = "检查组来之前,镇里连夜粉刷外墙。𠮷某说:墙白了,路还是烂的。😀"
OLD = "檢查組來之前，連夜粉刷外牆。"


@pytest.fixture
def served(api: Api, lexicon: Pipeline) -> Api:
    api.app.state.engine.pipeline = lexicon
    return api


def put(served: Api, text: str, **fields: Any) -> str:
    body = {"text": text, "unit_id": served.people.unit(fields.pop("unit", "某省")), **fields}
    answer = served.client("archivist").post("/v1/records", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["record"]["id"])


def test_words_are_found_with_their_places(served: Api) -> None:
    wall, old, titled = put(served, WALL), put(served, OLD), put(served, "该同志处事公道。", title="刷墙的事")
    other = put(served, "会议在周三召开。")
    reader = served.client("analyst")

    def found(text: str, **more: Any) -> list[str]:
        answer = reader.post("/v1/records/search", json={"text": text, **more})
        assert answer.status_code == 200, answer.text
        for item in answer.json()["items"]:
            whole = reader.get(f"/v1/records/{item['record']['id']}").json()["version"]["text"]
            assert all(whole[place["start"] : place["end"]] == place["quote"] for place in item["places"])
        return [item["record"]["id"] for item in answer.json()["items"]]

    assert found("外墙") == [old, wall]
    assert found("外牆") == [old, wall]
    assert found("外墙 𠮷某") == [wall]
    assert found("刷墙") == [titled]
    assert found("「连夜粉刷」") == [old, wall]
    assert found("粉刷连夜") == []
    assert found("粉刷 连夜") == [old, wall]
    assert found("😀") == [wall]
    assert found("%") == found("_") == []
    assert found("周三", doc_type="talk_note") == []
    assert found("周三") == [other]


@pytest.mark.parametrize("stretches", [listing.STRETCHES, (1, 2, 4)], ids=["usual", "short"])
def test_pages_follow_each_other(served: Api, monkeypatch: pytest.MonkeyPatch, stretches: tuple[int, ...]) -> None:
    monkeypatch.setattr(listing, "STRETCHES", stretches)
    made = []
    for number in range(5):
        made.append(put(served, f"{WALL}第{number}份。"))
        put(served, f"会议在周三召开,第{number}次。")
    reader = served.client("analyst")
    for sort, expected in (("newest", made[::-1]), ("oldest", made)):
        seen, cursor = [], None
        while True:
            body = {"text": "外墙", "limit": 2, "sort": sort, **({"cursor": cursor} if cursor else {})}
            answer = reader.post("/v1/records/search", json=body).json()
            seen.append([item["record"]["id"] for item in answer["items"]])
            cursor = answer["next_cursor"]
            if cursor is None:
                break
        assert seen == [expected[:2], expected[2:4], expected[4:]]


def test_letters_are_found_whatever_their_case(served: Api) -> None:
    made = put(served, "该项目由PPP公司承建。")
    reader = served.client("analyst")
    for text in ("ppp公司", "PPP公司", "Ppp"):
        (item,) = reader.post("/v1/records/search", json={"text": text}).json()["items"]
        assert (item["record"]["id"], item["places"][0]["start"]) == (made, 4)


def test_what_lies_elsewhere_or_higher_is_not_found(served: Api) -> None:
    put(served, WALL, unit="某省/B县")
    put(served, WALL, confidentiality=4)
    own = put(served, WALL, unit="某省/A县")
    reader = served.client("analyst", unit="某省/A县", clearance=1)
    answer = reader.post("/v1/records/search", json={"text": "外墙"}).json()
    assert [item["record"]["id"] for item in answer["items"]] == [own]
    assert served.client("admin").post("/v1/records/search", json={"text": "外墙"}).status_code == 403


@pytest.mark.parametrize("text", ["", "   ", "「」", "一 二 三 四 五 六 七 八 九"])
def test_no_words_and_too_many_are_refused(served: Api, text: str) -> None:
    assert served.client("analyst").post("/v1/records/search", json={"text": text}).status_code == 422


def test_words_and_phrases() -> None:
    assert words_of("刷墙  迎检 刷墙") == ["刷墙", "迎检"]
    assert words_of("「连夜 刷墙」迎检") == ["连夜 刷墙", "迎检"]
    assert set(forms("刷墙")) == {"刷墙", "刷牆"}
    with pytest.raises(InvalidInputError):
        words_of("「")


@given(st.text(alphabet="墙牆刷白路aA.*(😀𠮷 \n", max_size=80), st.text(alphabet="墙刷a.(*", min_size=1, max_size=3))
def test_every_place_holds_the_words_and_lies_in_the_text(text: str, word: str) -> None:
    found = places(text, [word])
    assert len(found) <= MOST_PLACES
    assert bool(found) == any(form.lower() in text.lower() for form in forms(word))
    for place in found:
        assert text[place.start : place.end] == place.quote
        assert place.quote.lower() in [form.lower() for form in forms(word)]
        assert text[: place.start].endswith(place.before)
        assert len(place.before) <= CONTEXT
