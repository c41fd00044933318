"""The stage between the local taggers and the resolver: ask, verify, and go back to the local result if that fails."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nlp.codebook import Codebook
from nlp.errors import LanguageModelError
from nlp.llm.adjudication import adjudicate
from nlp.llm.answer import read_answer, read_claims
from nlp.llm.cache import AnswerCache
from nlp.llm.client import ChatClient, shared_client
from nlp.llm.passages import around, bundles, clause_of, whole_text
from nlp.llm.prompt import adjudication_prompt, answer_schema, is_open, system_prompt, tagging_prompt
from nlp.llm.settings import LanguageModelSettings
from nlp.llm.verify import verify
from nlp.structure.parse import Structure
from nlp.tagging.context import Assertion

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LanguageModelResult:
    """What became of a document.

    Attributes:
        assertions: for the resolver. The local ones as they came if nothing was sent or the endpoint failed.
        warnings: Chinese sentences for the user; empty if all went well. They hold nothing of the document.
        dropped: number of tags of the model that did not count, by reason: ``malformed``, ``unknown_label``,
            ``bad_value``, ``not_found`` (the quote is not in the text), ``repeated``, ``line_break``, ``too_short``,
            ``too_long``, ``muted`` (a question, header, plan), ``unasked`` (about a clause that was not in doubt).
    """

    assertions: list[Assertion]
    warnings: tuple[str, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)


def apply_language_model(
    structure: Structure,
    assertions: Sequence[Assertion],
    settings: LanguageModelSettings,
    codebook: Codebook,
    *,
    client: ChatClient | None = None,
) -> LanguageModelResult:
    """Let the language model tag a document, or judge the doubtful local tags, as the settings say.

    Args:
        structure: the document.
        assertions: what the local taggers found. Normative ones pass as they are in both modes.
        settings: where to ask and how; unless an endpoint is configured nothing is sent.
        codebook: the labels.
        client: by default the one of this process for these settings.

    Raises:
        ConfigurationError: the package ``openai`` is not installed, the certificates or the file of rules cannot be
            read. What the endpoint does wrong is a warning in the result.
    """
    if not settings.configured:
        return LanguageModelResult(list(assertions))
    asking = _Asking(structure, settings, codebook, client)
    try:
        kept = asking.tag(assertions) if settings.mode == "tagger" else asking.judge(assertions)
    except LanguageModelError as error:
        log.warning("language model not used: %s", error)
        # One tagger a document: half an answer would leave a text that is tagged in two ways.
        return LanguageModelResult(list(assertions), (*asking.warnings, f"大模型未能使用,保留本地结果:{error}"))
    dropped = {reason: count for reason, count in sorted(asking.dropped.items()) if count}
    if dropped:
        log.info("language model: tags left out: %s", dropped)
    return LanguageModelResult(kept, tuple(asking.warnings), dropped)


class _Asking:
    """The requests about one document."""

    def __init__(
        self, structure: Structure, settings: LanguageModelSettings, codebook: Codebook, client: ChatClient | None
    ) -> None:
        self.structure, self.settings, self.codebook = structure, settings, codebook
        self.client = client
        self.cache = AnswerCache(settings.cache, settings) if settings.cache else None
        self.system, self.schema = system_prompt(codebook), answer_schema(codebook)
        self.warnings: list[str] = []
        self.dropped: Counter[str] = Counter()

    def tag(self, assertions: Sequence[Assertion]) -> list[Assertion]:
        """The model's tags in place of the local ones."""
        kept: list[Assertion] = []
        for part in whole_text(self.structure, self.settings.max_characters):
            kept += self._ask(tagging_prompt(self.structure, part), [part])
        return kept + [item for item in assertions if item.status == "normative"]

    def judge(self, assertions: Sequence[Assertion]) -> list[Assertion]:
        """The local tags, the doubtful ones confirmed, re-labelled or left out."""
        waiting = [item for item in assertions if self._is_doubtful(item)]
        kept = [item for item in assertions if not self._is_doubtful(item)]
        numbers = {clause_of(self.structure, item) for item in waiting}
        most = self.settings.max_characters
        passages = around(self.structure, numbers, self.settings.neighbours, most)
        for bundle in bundles(self.structure, passages, most):
            shown = {index for passage in bundle for index in passage}
            asked = [item for item in waiting if clause_of(self.structure, item) in shown]
            waiting = [item for item in waiting if clause_of(self.structure, item) not in shown]
            if asked:
                found = self._ask(adjudication_prompt(self.structure, bundle, asked), bundle)
                kept += adjudicate(self.structure, asked, kept, found, self.dropped)
        return kept

    def _is_doubtful(self, item: Assertion) -> bool:
        index = clause_of(self.structure, item)
        low, high = self.settings.band_low, self.settings.band_high
        is_said = item.status != "normative" and index >= 0 and is_open(self.structure, index)
        return is_said and low <= item.candidate.score < high

    def _ask(self, user: str, ranges: Sequence[range]) -> list[Assertion]:
        items = self._kept_answer(user)
        if items is None:
            client = self.client or shared_client(self.settings)
            content = client.ask(self.system, user, self.schema)
            items = read_answer(content)
            self._keep(user, content)
        claims = read_claims(items, self.codebook, self.dropped)
        return verify(self.structure, claims, ranges, self.settings.score, self.dropped)

    def _kept_answer(self, user: str) -> list[Any] | None:
        content = self.cache.get(self.system, user) if self.cache else None
        try:
            return None if content is None else read_answer(content)
        except LanguageModelError:
            return None

    def _keep(self, user: str, content: str) -> None:
        if self.cache is None:
            return
        try:
            self.cache.put(self.system, user, content)
        except OSError as error:
            log.warning("answer not kept in %s: %s", self.settings.cache, error)
            warning = f"大模型的回答未能写入缓存 {self.settings.cache}:{error.strerror}"
            if warning not in self.warnings:
                self.warnings.append(warning)
