"""The HTTP API against a real server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from nlp.schema import Annotation
from service.app import create_app
from service.settings import Settings

TEXT = "该同志处事公道，从不推诿扯皮。😀有群众反映其接受宴请，经核实不属实。"


def assert_problem(answer: httpx.Response, status: int) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "instance", "errors"}
    assert body["status"] == status
    assert str(body["type"]).startswith("urn:yanpan:problem:")
    return body


def test_annotate_gives_exactly_the_annotation_of_the_library(client: httpx.Client) -> None:
    import nlp

    answer = client.post("/v1/annotate", json={"text": TEXT, "id": "d1"})
    assert answer.status_code == 200
    annotation = Annotation.model_validate(answer.json())
    assert annotation == nlp.load().annotate(TEXT, id="d1")
    assert {tag.label for tag in annotation.tags} >= {"fairness", "responsibility"}
    assert not any("宴请" in tag.quote for tag in annotation.tags)


def test_normative_statements_on_request(client: httpx.Client) -> None:
    body = {"text": "领导干部必须处事公道。"}
    assert client.post("/v1/annotate", json=body).json()["tags"] == []
    kept = client.post("/v1/annotate", json={**body, "keep_normative": True}).json()["tags"]
    assert [tag["status"] for tag in kept] == ["normative"]


def test_segment(client: httpx.Client) -> None:
    body = client.post("/v1/segment", json={"text": "谈话记录\n问：他怎么样？\n答：他從不推諉。"}).json()
    assert body["doc_type"] == "talk_note"
    assert [turn["role"] for turn in body["turns"]] == ["interviewer", "interviewee"]
    words = [word["text"] for word in body["words"]]
    assert "推諉" in words
    for word in body["words"]:
        assert body["text"][word["start"] : word["end"]] == word["text"]


def test_the_codebook(client: httpx.Client) -> None:
    labels = client.get("/v1/codebook").json()["labels"]
    assert len(labels) == 30
    assert labels[0]["id"] == "political_stance"


def test_health_and_openapi_with_examples(client: httpx.Client) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    spec = client.get("/openapi.json").json()
    paths = {"/v1/annotate", "/v1/segment", "/v1/cases", "/v1/search", "/v1/codebook", "/v1/session", "/healthz"}
    assert paths <= set(spec["paths"])
    assert spec["components"]["schemas"]["SearchIn"]["examples"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/annotate", {}, 422),
        ("/v1/annotate", {"text": 3}, 422),
        ("/v1/annotate", {"text": "好", "nonsense": 1}, 422),
        ("/v1/search", {"text": ""}, 422),
        ("/v1/search", {"text": "好", "k": 0}, 422),
        ("/v1/search", {"text": "好", "k": 100_000}, 422),
        ("/v1/search", {"text": "好", "filters": {"colour": "red"}}, 422),
        ("/v1/cases", {"cases": []}, 422),
        ("/v1/cases", {"cases": [{"id": "", "text": "x"}]}, 422),
        ("/v1/nothing", {}, 404),
        ("/v1/codebook", {}, 405),
    ],
)
def test_wrong_requests_get_problems(client: httpx.Client, path: str, body: dict[str, object], status: int) -> None:
    problem = assert_problem(client.post(path, json=body), status)
    assert problem["instance"] == path


def test_a_rejected_text_is_not_echoed(client: httpx.Client) -> None:
    answer = client.post("/v1/annotate", json={"text": ["某人的私事"]})
    assert_problem(answer, 422)
    assert "私事" not in answer.text


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b'{"text": "\xd5"}', b""])
def test_bodies_that_are_no_json(client: httpx.Client, content: bytes) -> None:
    answer = client.post("/v1/annotate", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_lone_surrogates_in_json_are_refused_by_name(client: httpx.Client) -> None:
    answer = client.post(
        "/v1/annotate", content=b'{"text": "\\ud800\xe5\xa5\xbd"}', headers={"content-type": "application/json"}
    )
    assert_problem(answer, 422)


@pytest.mark.parametrize("declared", [True, False])
def test_bodies_over_the_limit_are_refused_before_they_are_read_whole(client: httpx.Client, declared: bool) -> None:
    content = json.dumps({"text": "好" * 200_000}, ensure_ascii=False).encode()

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), 10_000):
            yield content[start : start + 10_000]

    headers = {"content-type": "application/json"}
    try:
        answer = client.post("/v1/annotate", content=content if declared else pieces(), headers=headers)
    except (httpx.WriteError, httpx.ReadError):
        # The server closes at the limit; a client still sending may see the broken pipe before the answer.
        return
    assert "300,000 字节" in str(assert_problem(answer, 413)["detail"])


def test_search_before_any_case_is_a_clear_404(tmp_path: Path) -> None:
    from fastapi.testclient import TestClient

    app = create_app(Settings(index_dir=tmp_path / "none", data_dir=tmp_path, warm_up=False, insecure_demo=True))
    answer = TestClient(app, base_url="http://127.0.0.1").post("/v1/search", json={"text": "突击刷墙"})
    app.state.repository.database.close()
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "POST /v1/cases" in answer.json()["detail"]


def test_cases_are_found_with_reasons_as_soon_as_they_are_added(client: httpx.Client) -> None:
    cases = [
        {
            "id": "c1",
            "title": "刷墙",
            "text": "为迎接检查，连夜粉刷沿街外墙，背街污水照流。",
            "unit": "A镇",
            "outcome": "诫勉",
        },
        {"id": "c2", "title": "旧账", "text": "上任后不认前任签下的合同，工程款拖了三年。", "unit": "B县"},
        {"id": "c3", "title": "公道", "text": "分房一碗水端平，群众都服气。", "unit": "A镇", "extra": {"kept": 1}},
    ]
    answer = client.post("/v1/cases", json={"cases": cases})
    assert (answer.status_code, answer.json()) == (201, {"added": 3, "ids": ["c1", "c2", "c3"], "total": 3})
    hits = client.post("/v1/search", json={"text": "突击刷墙迎检", "k": 3}).json()["hits"]
    assert hits[0]["id"] == "c1"
    assert hits[0]["channels"]["bm25"]["rank"] == 1
    pair = hits[0]["pairs"][0]
    assert cases[0]["text"][pair["case"]["start"] : pair["case"]["end"]] == pair["case"]["quote"]
    only = client.post("/v1/search", json={"text": "突击刷墙迎检", "filters": {"unit": "B县"}}).json()["hits"]
    assert {hit["id"] for hit in only} <= {"c2"}
    again = client.post("/v1/cases", json={"cases": [cases[0]]})
    assert again.json() == {"added": 1, "ids": ["c1"], "total": 3}
    assert_problem(client.post("/v1/cases", json={"cases": [cases[0], cases[0]]}), 409)


def test_requests_at_once_get_the_same_answers(client: httpx.Client) -> None:
    texts = [TEXT, "大局意识不够强。", "该同志从不推诿扯皮。"] * 4
    alone = [client.post("/v1/annotate", json={"text": text}).json() for text in texts]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda text: client.post("/v1/annotate", json={"text": text}).json(), texts))
    assert together == alone


def test_settings_come_from_the_environment_and_wrong_ones_fail_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANPAN_PORT", "9000")
    assert Settings().port == 9000
    monkeypatch.setenv("YANPAN_PORT", "ninety")
    with pytest.raises(ValueError, match="port"):
        Settings()


def test_changes_made_beside_the_service_are_seen(tmp_path: Path) -> None:
    from nlp.retrieval import Case, CaseIndex
    from service.engine import Engine

    engine = Engine(Settings(index_dir=tmp_path / "index", warm_up=False))
    engine.add_cases([Case(id="a", text="连夜粉刷沿街外墙迎接检查。")])
    CaseIndex.open(tmp_path / "index").add([Case(id="b", text="分房一碗水端平。")])
    assert [hit.id for hit in engine.search("一碗水端平", 1)] == ["b"]


def test_the_documentation_page_needs_no_other_host(client: httpx.Client) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert any(source.endswith(".js") for source in sources)
    for source in sources:
        assert source.startswith("/"), source
        assert client.get(source).status_code == 200
    assert "https://" not in page.text


def test_reading_and_searching_do_not_wait_for_a_running_import(tmp_path: Path) -> None:
    from nlp.retrieval import Case
    from service.engine import Engine

    engine = Engine(Settings(index_dir=tmp_path / "index", warm_up=False))
    engine.add_cases([Case(id="a", text="连夜粉刷沿街外墙迎接检查。")])
    with engine._writing, ThreadPoolExecutor(2) as pool:  # what add_cases holds while it works
        annotation = pool.submit(engine.annotate, TEXT)
        hits = pool.submit(engine.search, "突击刷墙", 1)
        assert annotation.result(timeout=60).tags
        assert [hit.id for hit in hits.result(timeout=60)] == ["a"]


def test_two_first_imports_at_once_lose_nothing(tmp_path: Path) -> None:
    from nlp.retrieval import Case
    from service.engine import Engine

    engine = Engine(Settings(index_dir=tmp_path / "index", warm_up=False))
    batches = [[Case(id=f"{name}{n}", text="分房一碗水端平。") for n in range(5)] for name in "ab"]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(engine.add_cases, batches))
    index = engine.index()
    assert index is not None
    assert len(index) == 10
