"""Settings of the language-model stage, each from an environment variable ``YANPAN_LLM_<FIELD>``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from nlp.errors import ConfigurationError

PREFIX = "YANPAN_LLM_"

Mode = Literal["tagger", "adjudicator"]


@dataclass(frozen=True)
class LanguageModelSettings:
    """How and when a language model is asked. With the defaults it never is.

    Attributes:
        url: base address of an OpenAI-compatible endpoint, up to and with ``/v1`` as a rule.
        model: the model's name there.
        key: the endpoint's key; without one no ``Authorization`` header is sent.
        mode: ``adjudicator`` asks about the doubtful tags only, ``tagger`` about everything.
        timeout: seconds without a byte of the answer, per attempt.
        retries: further attempts after 429, 5xx, a timeout or a broken connection.
        cache: folder for answers; None keeps none. It holds quotes from the documents.
        ca_file: certificates (PEM) to trust in place of the system's.
        temperature: sent with each request; None leaves the choice to the endpoint.
        max_characters: most characters of text in one request; a clause is never cut.
        band_low, band_high: a local tag is doubtful if ``band_low <= score < band_high``.
        neighbours: clauses shown on either side of a doubtful one.
        score: 0..1, the score of the model's tags. It is a convention and not calibrated.

    Raises:
        ConfigurationError: a value is out of range, or only one of ``url`` and ``model`` is given.
    """

    url: str | None = None
    model: str | None = None
    key: str | None = field(default=None, repr=False)
    mode: Mode = "adjudicator"
    timeout: float = 120.0
    retries: int = 2
    cache: Path | None = None
    ca_file: Path | None = None
    temperature: float | None = 0.0
    max_characters: int = 4000
    band_low: float = 0.0
    band_high: float = 0.6
    neighbours: int = 3
    score: float = 0.75

    def __post_init__(self) -> None:
        if bool(self.url) != bool(self.model):
            missing = "MODEL" if self.url else "URL"
            raise ConfigurationError(
                f"{PREFIX}{missing} is not set", expected=f"{PREFIX}URL and {PREFIX}MODEL together, or neither"
            )
        self._check_url()
        if self.ca_file is not None and not self.ca_file.is_file():
            raise ConfigurationError(f"{PREFIX}CA_FILE: no such file", path=str(self.ca_file))
        ranges: list[tuple[str, bool, str]] = [
            ("MODE", self.mode in get_args(Mode), "one of " + ", ".join(get_args(Mode))),
            ("TIMEOUT", 0 < self.timeout <= 3600, "seconds, above 0 and at most 3600"),
            ("RETRIES", 0 <= self.retries <= 10, "0 to 10"),
            ("TEMPERATURE", self.temperature is None or 0 <= self.temperature <= 2, "0 to 2, or default"),
            ("MAX_CHARACTERS", self.max_characters >= 200, "200 or more"),
            ("BAND_LOW", 0 <= self.band_low <= self.band_high, "0 to YANPAN_LLM_BAND_HIGH"),
            ("BAND_HIGH", self.band_high <= 1.01, "at most 1.01 (which makes every tag doubtful)"),
            ("NEIGHBOURS", 0 <= self.neighbours <= 50, "0 to 50"),
            ("SCORE", 0 <= self.score <= 1, "0 to 1"),
        ]
        for name, holds, expected in ranges:
            if not holds:
                raise ConfigurationError(
                    f"{PREFIX}{name} is {getattr(self, name.lower())!r}",
                    expected=expected,
                    hint="change or unset the variable",
                )

    def _check_url(self) -> None:
        if not self.url:
            return
        parts = urlsplit(self.url)
        if parts.username is not None or parts.password is not None:
            # The address is shown in messages, so nothing secret may stand in it; it is not repeated here either.
            raise ConfigurationError(f"{PREFIX}URL holds credentials", hint=f"give the key as {PREFIX}KEY")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ConfigurationError(f"{PREFIX}URL is {self.url!r}", expected="an address such as https://host/v1")

    @property
    def configured(self) -> bool:
        """Whether there is anybody to ask."""
        return bool(self.url and self.model)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> LanguageModelSettings:
        """Settings from ``YANPAN_LLM_URL``, ``YANPAN_LLM_MODEL`` and so on; empty variables count as unset.

        Raises:
            ConfigurationError: a variable has a value of the wrong kind; the message names it.
        """
        variables = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for item in fields(cls):
            name = PREFIX + item.name.upper()
            text = variables.get(name, "").strip()
            if not text:
                continue
            try:
                values[item.name] = _READERS.get(item.name, str)(text)
            except ValueError:
                raise ConfigurationError(
                    f"{name} is {text!r}", expected="a number", hint="change or unset the variable"
                ) from None
        return cls(**values)


def _temperature(text: str) -> float | None:
    return None if text == "default" else float(text)


_READERS: dict[str, Callable[[str], Any]] = {
    "timeout": float,
    "retries": int,
    "cache": Path,
    "ca_file": Path,
    "temperature": _temperature,
    "max_characters": int,
    "band_low": float,
    "band_high": float,
    "neighbours": int,
    "score": float,
}
