"""The stage inside the pipeline: on only if asked for, and what it says becomes tags."""

from __future__ import annotations

import pickle

import pytest

import nlp
from nlp.errors import ConfigurationError
from tests.nlp.llm.conftest import Endpoint

TEXT = "该同志处事公道。他家的院门夜里总有人敲。"
TAG = {
    "quote": "他家的院门夜里总有人敲",
    "label": "integrity",
    "polarity": "-",
    "status": "observed",
    "subject": "target",
    "kind": "judgement",
}


def test_a_configured_model_tags_the_document(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANPAN_LLM_URL", endpoint.url)
    monkeypatch.setenv("YANPAN_LLM_MODEL", "m")
    endpoint.tags(TAG, {**TAG, "quote": "没有这句话"})
    pipeline = nlp.load(finder="lexicon", language_model="tagger")
    (tag,) = pickle.loads(pickle.dumps(pipeline)).annotate(TEXT).tags
    assert (tag.quote, tag.label, tag.polarity) == (TAG["quote"], "integrity", "-")
    assert len(endpoint.requests) == 1


def test_a_failing_model_leaves_the_local_tags(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANPAN_LLM_URL", endpoint.url)
    monkeypatch.setenv("YANPAN_LLM_MODEL", "m")
    monkeypatch.setenv("YANPAN_LLM_RETRIES", "0")
    endpoint.status(500)
    tags = nlp.load(finder="lexicon", language_model="tagger").annotate(TEXT).tags
    assert [tag.label for tag in tags] == ["fairness"]


def test_configured_but_not_asked_for_nothing_is_sent(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YANPAN_LLM_URL", endpoint.url)
    monkeypatch.setenv("YANPAN_LLM_MODEL", "m")
    endpoint.tags(TAG)
    nlp.load(finder="lexicon").annotate(TEXT)
    assert endpoint.requests == []


def test_asked_for_but_not_configured_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "MODEL"):
        monkeypatch.delenv(f"YANPAN_LLM_{name}", raising=False)
    with pytest.raises(ConfigurationError, match="YANPAN_LLM_URL"):
        nlp.load(finder="lexicon", language_model="tagger")
