"""Settings of the language-model stage."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.errors import ConfigurationError
from nlp.llm.settings import LanguageModelSettings


def test_nothing_is_configured_by_default() -> None:
    assert not LanguageModelSettings.from_environment({}).configured
    assert not LanguageModelSettings.from_environment({"YANPAN_LLM_URL": "", "YANPAN_LLM_MODEL": " "}).configured
    assert not LanguageModelSettings.from_environment(
        {"OPENAI_BASE_URL": "http://a/v1", "OPENAI_API_KEY": "k"}
    ).configured


def test_every_field_comes_from_its_variable(tmp_path: Path) -> None:
    pem = tmp_path / "ca.pem"
    pem.write_text("x", encoding="utf-8")
    given = {
        "url": "https://a.example/v1", "model": "m", "key": "secret", "mode": "tagger", "timeout": "7.5", "retries": "4",
        "cache": "answers", "ca_file": str(pem), "temperature": "0.3", "max_characters": "900", "band_low": "0.1",
        "band_high": "0.5", "neighbours": "2", "score": "0.6",
    }  # fmt: skip
    settings = LanguageModelSettings.from_environment(
        {f"YANPAN_LLM_{name.upper()}": value for name, value in given.items()}
    )
    assert settings.configured
    assert {name: str(getattr(settings, name)) for name in given} == given
    assert settings.cache == Path("answers")
    assert "secret" not in repr(settings)


def test_the_temperature_can_be_left_to_the_endpoint() -> None:
    assert LanguageModelSettings.from_environment({"YANPAN_LLM_TEMPERATURE": "default"}).temperature is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIMEOUT", "0"), ("TIMEOUT", "nan"), ("TIMEOUT", "soon"), ("RETRIES", "-1"), ("RETRIES", "1.5"), ("MODE", "judge"),
        ("TEMPERATURE", "hot"), ("TEMPERATURE", "3"), ("MAX_CHARACTERS", "10"), ("BAND_LOW", "0.9"), ("BAND_HIGH", "2"),
        ("NEIGHBOURS", "-1"), ("SCORE", "1.1"), ("CA_FILE", "nowhere.pem"),
    ],
)  # fmt: skip
def test_a_wrong_value_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"YANPAN_LLM_{name}"):
        LanguageModelSettings.from_environment({f"YANPAN_LLM_{name}": value})


@pytest.mark.parametrize(("given", "missing"), [("URL", "MODEL"), ("MODEL", "URL")])
def test_half_an_endpoint_is_an_error(given: str, missing: str) -> None:
    with pytest.raises(ConfigurationError, match=f"YANPAN_LLM_{missing} is not set"):
        LanguageModelSettings.from_environment({f"YANPAN_LLM_{given}": "https://a.example/v1"})


@pytest.mark.parametrize("url", ["a.example/v1", "ftp://a.example", "https://", "https://a.example/v1?key=k"])
def test_an_address_that_is_none_is_an_error(url: str) -> None:
    with pytest.raises(ConfigurationError, match="expected an address"):
        LanguageModelSettings(url=url, model="m")


def test_credentials_in_the_address_are_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as caught:
        LanguageModelSettings(url="https://me:hush@a.example/v1", model="m")
    assert "hush" not in str(caught.value)
