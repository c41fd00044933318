"""The commands as a user runs them: exit codes, files, what stands on which stream."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from nlp.schema import Annotation
from tests.service.forked import ForkServer

Run = Callable[..., "subprocess.CompletedProcess[str]"]
GOOD = "该同志处事公道，从不推诿扯皮。"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inbox = tmp_path / "inbox"
    (inbox / "sub").mkdir(parents=True)
    (inbox / "a.txt").write_text(GOOD, encoding="utf-8")
    (inbox / "sub" / "b.txt").write_bytes("李某担当不够，𠮷某说。".encode("gb18030"))
    lines = ['{"id": "r1", "text": "大局意识强。"}', '{"id": "r2", "text": ', '{"id": 3, "text": "从不弄虚作假。"}']
    (inbox / "c.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (inbox / "d.txt").write_bytes(bytes(range(256)) * 40)
    return inbox


def test_annotate_writes_what_it_read_and_names_what_it_could_not(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = run("annotate", folder, "--out", out)
    assert done.returncode == 3, done.stderr
    rows = [Annotation.model_validate_json(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row.id.rsplit("/", 1)[-1] for row in rows] == ["a.txt", "r1", "3", "b.txt"]
    assert json.loads(out.read_text(encoding="utf-8").splitlines()[0]).keys() == Annotation.model_fields.keys()
    assert list(Annotation.model_fields) == (
        [
            "id",
            "source",
            "doc_type",
            "text",
            "sections",
            "turns",
            "clauses",
            "tags",
            "codebook_version",
            "pipeline_version",
        ]
    )
    assert rows[0].source.media_type == "text/plain"
    assert rows[0].source.sha256
    assert "𠮷" in rows[3].text
    errors = [json.loads(line) for line in (tmp_path / "out.errors.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(Path(error["path"]).name, error["place"], error["code"]) for error in errors] == [
        ("c.jsonl", "line 2", "invalid_record"),
        ("d.txt", None, errors[1]["code"]),
    ]
    for error in errors:
        assert error["path"] in done.stderr
    again = run("annotate", folder / "a.txt", "--out", out)
    assert again.returncode == 0, again.stderr
    assert not (tmp_path / "out.errors.jsonl").exists()
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1


def test_worker_processes_write_the_same_file(run: Run, folder: Path, tmp_path: Path) -> None:
    for jobs in (1, 2):
        assert run("annotate", folder, "--out", tmp_path / f"{jobs}.jsonl", "--jobs", jobs).returncode == 3
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "2.jsonl").read_bytes()


def test_tables_speak_chinese_and_jsonl_goes_to_stdout(run: Run, folder: Path) -> None:
    table = run("annotate", folder / "a.txt", fresh=True)
    assert table.returncode == 0, table.stderr
    assert "公道正派" in table.stdout
    rows = run("annotate", folder / "a.txt", "--format", "jsonl")
    assert Annotation.model_validate_json(rows.stdout).tags


def test_normative_statements_and_another_codebook(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "n.txt"
    text.write_text("领导干部必须处事公道。", encoding="utf-8")
    assert '"normative"' in run("annotate", text, "--format", "jsonl", "--keep-normative").stdout
    (tmp_path / "bad.yaml").write_text("version: 1\ntraits:\n  - {id: a}\n", encoding="utf-8")
    done = run("annotate", text, "--codebook", tmp_path / "bad.yaml")
    assert done.returncode == 2
    assert "bad.yaml, line 3" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words", [[], ["annotate"], ["annotate", "x", "--jobs", "0"], ["nothing"], ["search", "--index", "x"]]
)
def test_usage_errors_exit_2(run: Run, words: list[str]) -> None:
    assert run(*words).returncode == 2


def test_a_missing_path_is_a_failure_of_that_item(run: Run, folder: Path, tmp_path: Path) -> None:
    done = run("annotate", tmp_path / "none.txt", folder / "a.txt", "--out", tmp_path / "o.jsonl")
    assert done.returncode == 3
    assert "none.txt" in done.stderr
    assert len((tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_segment(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "t.txt"
    text.write_text("谈话记录\n问：他怎么样？\n答：踏实。", encoding="utf-8")
    row = json.loads(run("segment", text).stdout)
    assert [turn["role"] for turn in row["turns"]] == ["interviewer", "interviewee"]


def test_version(run: Run) -> None:
    import nlp

    assert run("--version", fresh=True).stdout.strip() == f"yanpan {nlp.__version__}"


def test_build_add_search_remove(run: Run, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    rows = [
        {"id": "c1", "title": "刷墙", "text": "为迎接检查，连夜粉刷沿街外墙，背街污水照流。", "outcome": "诫勉"},
        {"id": "c2", "text": "上任后不认前任签下的合同，工程款拖了三年。"},
    ]
    cases.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n{broken", encoding="utf-8")
    index = tmp_path / "index"
    built = run("index", "build", cases, "--index", index)
    assert built.returncode == 3, built.stderr
    assert "line 3" in built.stderr
    more = tmp_path / "more.jsonl"
    more.write_text(
        json.dumps({"id": "c3", "text": "分房一碗水端平，群众都服气。"}, ensure_ascii=False), encoding="utf-8"
    )
    assert run("index", "add", more, "--index", index).returncode == 0
    info = json.loads(run("index", "info", "--index", index).stdout)
    assert (info["cases"], info["encoder"]) == (3, "yanpan-joined-v1")
    hits = json.loads(run("search", "--index", index, "突击刷墙迎检", "-k", "2", "--json").stdout)
    assert hits[0]["id"] == "c1"
    assert len(hits) <= 2
    shown = run("search", "--index", index, "新官不理旧账")
    assert "理由" in shown.stdout
    queries = tmp_path / "q.jsonl"
    queries.write_text('{"id": "q1", "text": "一碗水端平"}\n{"id": "q2", "text": "刷墙"}\n', encoding="utf-8")
    out = tmp_path / "run.jsonl"
    done = run("search", "--index", index, "--queries", queries, "-k", "20", "--out", out)
    assert done.returncode == 0, done.stderr
    ranked = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["query_id"] for row in ranked] == ["q1", "q2"]
    for row in ranked:
        scores = [hit["score"] for hit in row["hits"]]
        assert scores == sorted(scores, reverse=True)
    assert ranked[0]["hits"][0]["id"] == "c3"
    gone = run("index", "remove", "c3", "nobody", "--index", index)
    assert gone.returncode == 3
    assert "nobody" in gone.stderr
    left = json.loads(run("search", "--index", index, "一碗水端平", "--json").stdout)
    assert "c3" not in [hit["id"] for hit in left]
    missing = run("search", "--index", tmp_path / "nothing", "好")
    assert missing.returncode == 3
    assert "Traceback" not in missing.stderr


def test_serve_answers_and_stops_on_sigterm(fork_server: ForkServer, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["serve", "--port", str(port), "--index", str(tmp_path / "index")]
    process = fork_server.start("service", words, cwd=tmp_path, needs=["service", "models"])
    try:
        answer = b""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(600):
            try:
                answer = opener.open(f"http://127.0.0.1:{port}/healthz", timeout=5).read()
                break
            except OSError:
                assert process.poll() is None, process.told()
                time.sleep(0.1)
        assert json.loads(answer)["status"] == "ok"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) in (0, -signal.SIGTERM)


def test_anchors_lead_from_evidence_to_the_page_of_the_file(run: Run) -> None:
    from nlp.reading import RawDocument, read_path
    from nlp.resources import corpora_path

    path = next(corpora_path("samples").glob("07-*.pdf"))
    (document,) = read_path(path)
    assert isinstance(document, RawDocument)
    row = json.loads(run("annotate", path, "--format", "jsonl", "--anchors").stdout)
    starts = [pair[0] for pair in row["source_map"]]
    assert starts == sorted(starts)
    pages = [anchor for anchor in row["anchors"] if anchor["kind"] == "page"]
    assert [page["number"] for page in pages] == [1, 2, 3]
    assert row["tags"]
    for tag in row["tags"]:
        target, source = max(pair for pair in row["source_map"] if pair[0] <= tag["start"])
        assert document.text[source + tag["start"] - target] == tag["quote"][0]
        assert sum(page["start"] <= tag["start"] < page["end"] for page in pages) == 1


def test_a_wrong_setting_is_named_without_a_traceback(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YANPAN_PORT", "ninety")
    done = run("serve", cwd=tmp_path)
    assert done.returncode == 2
    assert "YANPAN_PORT" in done.stderr
    assert "Traceback" not in done.stderr
