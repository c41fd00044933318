"""The stage as the pipeline calls it, against a real endpoint."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from nlp.llm.client import shared_client
from nlp.llm.settings import LanguageModelSettings
from nlp.llm.stage import apply_language_model
from nlp.structure.parse import parse_structure
from nlp.tagging.kind import default_kind_rule
from nlp.tagging.resolve import resolve


@pytest.fixture
def ask(endpoint, settings, connected, codebook):
    def run(structure, assertions, **changes):
        chosen = settings(**changes)
        return apply_language_model(structure, assertions, chosen, codebook, client=connected(chosen))

    return run


# Whether anything is sent at all.


def test_nothing_configured_sends_nothing_and_changes_nothing(talk, local, codebook) -> None:
    mine = [local(talk, "敢于担当", "responsibility", 0.1)]
    result = apply_language_model(talk, mine, LanguageModelSettings(mode="tagger"), codebook)
    assert (result.assertions, result.warnings, result.dropped) == (mine, (), {})


def test_the_client_library_is_not_even_imported_without_a_request() -> None:
    code = (
        "import sys, nlp.llm\nfrom nlp.codebook import Codebook\nfrom nlp.structure.parse import parse_structure\n"
        "for s in (nlp.llm.LanguageModelSettings(), nlp.llm.LanguageModelSettings(url='http://127.0.0.1:9/v1', model='m')):\n"
        "    nlp.llm.apply_language_model(parse_structure('他学习刻苦。'), [], s, Codebook.load())\n"
        "assert not {'openai', 'httpx2', 'torch', 'spacy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_document_in_which_nothing_may_be_tagged_is_not_sent(endpoint, ask) -> None:
    endpoint.tags()
    assert ask(parse_structure("要加强学习。", doc_type="policy"), []).assertions == []
    assert endpoint.requests == []


# First tagger.


def test_verified_tags_replace_the_local_ones(endpoint, ask, talk, local, tag, shown, codebook) -> None:
    endpoint.tags(
        tag("揽下了拆迁难题", "responsibility", kind="fact"),
        tag("学习刻苦", "learning"),
        tag("作风扎实", "diligence"),
        tag("听不进不同意见", "self_reflection", "-"),
        tag("从不收礼", "integrity"),
        tag("有时急躁", "temper"),
    )
    mine = [local(talk, "作风扎实", "work_style", 0.9), local(talk, "急躁", "moral_character", 0.9, "-", "normative")]
    result = ask(talk, mine)
    assert shown(talk, result.assertions) == [
        ("揽下了拆迁难题", "responsibility", "+"),
        ("学习刻苦", "learning", "+"),
        ("作风扎实", "diligence", "+"),
        ("听不进不同意见", "self_reflection", "-"),
        ("急躁", "moral_character", "-"),  # normative statements pass as they are
    ]
    assert (result.warnings, result.dropped) == ((), {"not_found": 1, "unknown_label": 1})
    tags = resolve(talk, result.assertions, codebook, default_kind_rule())
    assert [(item.quote, item.source, item.score) for item in tags] == [
        ("揽下了拆迁难题", "classifier", 0.75),
        ("学习刻苦", "classifier", 0.75),
        ("作风扎实", "classifier", 0.75),
        ("听不进不同意见", "classifier", 0.75),
    ]


def test_tags_out_of_order_are_found(endpoint, ask, talk, tag, shown) -> None:
    endpoint.tags(tag("听不进不同意见", "self_reflection", "-"), tag("学习刻苦", "learning"))
    assert len(ask(talk, []).assertions) == 2


def test_a_long_document_goes_out_in_parts_and_each_answer_counts_for_its_part(endpoint, ask, tag) -> None:
    structure = parse_structure("他学习刻苦。\n" + "他办事公道,待人和气。\n" * 30)
    endpoint.tags(tag("学习刻苦", "learning"))
    result = ask(structure, [], max_characters=200)
    assert len(endpoint.requests) > 1
    assert [item.candidate.start for item in result.assertions] == [1]
    assert result.dropped == {"not_found": len(endpoint.requests) - 1}
    assert sum(asked.count("办事公道") for asked in endpoint.asked) == 30


# When the endpoint fails.


def check_local_result(result, mine, reason: str) -> None:
    assert result.assertions == mine
    assert result.dropped == {}
    (warning,) = result.warnings
    assert warning.startswith("大模型未能使用,保留本地结果:")
    assert reason in warning


def test_rubbish_leaves_the_local_result_with_a_warning(endpoint, ask, talk, local, caplog) -> None:
    endpoint.content("我无法回答这个问题。")
    mine = [local(talk, "作风扎实", "work_style", 0.5)]
    with caplog.at_level(logging.WARNING, logger="nlp.llm"):
        check_local_result(ask(talk, mine), mine, "not the JSON")
    assert "not the JSON" in caplog.text
    assert "无法回答" not in caplog.text


def test_a_failing_endpoint_leaves_the_local_result_in_both_modes(endpoint, ask, talk, local, waits) -> None:
    endpoint.status(500)
    mine = [local(talk, "作风扎实", "work_style", 0.3), local(talk, "学习刻苦", "learning", 0.9)]
    check_local_result(ask(talk, mine, retries=1), mine, "500")
    check_local_result(ask(talk, mine, retries=1, mode="adjudicator"), mine, "500")


def test_silence_leaves_the_local_result(endpoint, ask, talk, local, waits) -> None:
    endpoint.silence()
    mine = [local(talk, "作风扎实", "work_style", 0.5)]
    check_local_result(ask(talk, mine, timeout=0.1, retries=0), mine, "no answer")


def test_a_part_that_fails_leaves_the_whole_document_to_the_local_tagger(endpoint, ask, tag, local) -> None:
    structure = parse_structure("他学习刻苦。\n" + "他办事公道,待人和气。\n" * 30)
    endpoint.tags(tag("学习刻苦", "learning"), tag("没有的话", "learning"))
    endpoint.status(401)
    mine = [local(structure, "办事公道", "fairness", 0.5)]
    check_local_result(ask(structure, mine, max_characters=200), mine, "401")
    assert len(endpoint.requests) == 2


def test_an_endpoint_without_schemas_gives_the_same_tags(endpoint, ask, talk, tag, shown) -> None:
    endpoint.status(400)
    endpoint.content(f"```json\n{json.dumps([tag('学习刻苦', 'learning')])}\n```")
    result = ask(talk, [])
    assert shown(talk, result.assertions) == [("学习刻苦", "learning", "+")]
    assert not result.warnings


# Cache.


def test_a_kept_answer_is_not_asked_for_again(endpoint, ask, talk, tag, tmp_path: Path) -> None:
    endpoint.tags(tag("学习刻苦", "learning"))
    first = ask(talk, [], cache=tmp_path)
    second = ask(talk, [], cache=tmp_path)
    assert first == second
    assert len(endpoint.requests) == 1
    ask(parse_structure("他学习刻苦。"), [], cache=tmp_path)
    assert len(endpoint.requests) == 2


def test_a_broken_entry_is_asked_for_again_and_mended(endpoint, ask, talk, tag, tmp_path: Path) -> None:
    endpoint.tags(tag("学习刻苦", "learning"))
    first = ask(talk, [], cache=tmp_path)
    (entry,) = tmp_path.glob("*/*.json")
    for broken in ("{", json.dumps({"format": 1, "sha256": "", "content": "x"})):
        entry.write_text(broken, encoding="utf-8")
        assert ask(talk, [], cache=tmp_path) == first
    assert len(endpoint.requests) == 3
    assert ask(talk, [], cache=tmp_path) == first
    assert len(endpoint.requests) == 3


def test_failures_and_rubbish_are_not_kept(endpoint, ask, talk, tag, tmp_path: Path) -> None:
    endpoint.content("rubbish")
    endpoint.status(401)
    endpoint.tags(tag("学习刻苦", "learning"))
    assert ask(talk, [], cache=tmp_path).warnings
    assert ask(talk, [], cache=tmp_path).warnings
    assert len(ask(talk, [], cache=tmp_path).assertions) == 1


def test_a_cache_that_cannot_be_written_is_a_warning(endpoint, ask, talk, tag, tmp_path: Path) -> None:
    endpoint.tags(tag("学习刻苦", "learning"))
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = ask(talk, [], cache=tmp_path / "file")
    assert len(result.assertions) == 1
    (warning,) = result.warnings
    assert "缓存" in warning


# Adjudicator.


def test_only_doubtful_clauses_and_their_neighbours_are_sent(endpoint, ask, local, tag, shown) -> None:
    sentences = [f"他第{number}年办事公道。" for number in range(20)]
    structure = parse_structure("\n".join(["他学习刻苦。", *sentences, "他作风扎实。"]))
    mine = [local(structure, "学习刻苦", "learning", 0.9), local(structure, "第10年办事公道", "fairness", 0.3)]
    endpoint.tags(tag("第10年办事公道", "fairness", subject="other"))
    result = ask(structure, mine, mode="adjudicator", neighbours=1)
    (asked,) = endpoint.asked
    assert [number for number in range(20) if f"第{number}年" in asked] == [9, 10, 11]
    assert "学习刻苦" not in asked
    assert shown(structure, result.assertions) == [("学习刻苦", "learning", "+"), ("第10年办事公道", "fairness", "+")]
    assert [item.subject for item in result.assertions] == ["target", "other"]


def test_nothing_in_doubt_sends_nothing(endpoint, ask, talk, local) -> None:
    endpoint.tags()
    mine = [
        local(talk, "学习刻苦", "learning", 0.6),
        local(talk, "作风扎实", "work_style", 0.1),
        local(talk, "急躁", "moral_character", 0.3, "-", "normative"),
    ]
    result = ask(talk, mine, mode="adjudicator", band_low=0.2, band_high=0.6)
    assert result.assertions == mine
    assert endpoint.requests == []


def test_doubtful_tags_are_confirmed_dropped_or_replaced_and_settled_ones_stay(
    endpoint, ask, talk, local, tag, shown
) -> None:
    mine = [
        local(talk, "学习刻苦", "learning", 0.9),
        local(talk, "敢于担当", "responsibility", 0.3),
        local(talk, "急躁", "moral_character", 0.3, "-"),
        local(talk, "听不进不同意见", "discipline", 0.3, "-"),
    ]
    endpoint.tags(
        tag("敢于担当", "responsibility"),
        tag("听不进不同意见", "self_reflection", "-"),
        tag("揽下了拆迁难题", "responsibility"),
        tag("学习刻苦", "diligence"),
    )
    result = ask(talk, mine, mode="adjudicator")
    assert shown(talk, result.assertions) == [
        ("学习刻苦", "learning", "+"),
        ("敢于担当", "responsibility", "+"),
        ("听不进不同意见", "self_reflection", "-"),
    ]
    assert [item.candidate.source for item in result.assertions] == ["lexicon", "lexicon", "classifier"]
    assert result.dropped == {"unasked": 2}


def test_many_doubtful_clauses_are_asked_about_in_several_requests_each_once(endpoint, ask, local, tag) -> None:
    structure = parse_structure("\n".join(f"他第{number}年办事公道。" for number in range(60)))
    mine = [local(structure, f"第{number}年办事公道", "fairness", 0.3) for number in range(60)]
    endpoint.tags(*[tag(f"第{number}年办事公道", "fairness") for number in range(0, 60, 2)])
    result = ask(structure, mine, mode="adjudicator", max_characters=200)
    assert len(endpoint.requests) > 1
    listed = "".join(asked.split("</材料>")[1] for asked in endpoint.asked)
    assert all(listed.count(f"“第{number}年办事公道”") == 1 for number in range(60))
    assert sorted(item.candidate.start for item in result.assertions) == [item.candidate.start for item in mine[::2]]


# The client shared by a process.


def test_documents_of_one_process_share_a_connection(endpoint, settings, talk, tag, codebook) -> None:
    endpoint.tags(tag("学习刻苦", "learning"))
    chosen = settings()
    try:
        assert len(apply_language_model(talk, [], chosen, codebook).assertions) == 1
        assert shared_client(chosen) is shared_client(settings())
    finally:
        shared_client(chosen).close()
