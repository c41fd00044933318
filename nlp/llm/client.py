"""One question to an OpenAI-compatible endpoint: schema or not, retries, and what counts as no answer."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

from nlp.errors import ConfigurationError, LanguageModelError
from nlp.llm.connection import connect
from nlp.llm.settings import LanguageModelSettings

log = logging.getLogger(__name__)

GIVE_UP = 3
"""Documents in a row whose requests fail before the endpoint is left alone for a while."""
PAUSE = 60.0
"""Seconds it is left alone: a dead endpoint must not cost every document of a run its timeouts."""

_REFUSED = (400, 404, 415, 422, 501)
"""Statuses with which endpoints turn down a parameter they do not know."""


class ChatClient:
    """Asks one endpoint. Safe to share between threads, not between processes.

    Args:
        settings: with ``url`` and ``model``.
        clock: seconds that only go up.

    Raises:
        ConfigurationError: the settings name no endpoint, the package ``openai`` is not installed, or the certificates
            cannot be read.
    """

    def __init__(self, settings: LanguageModelSettings, clock: Callable[[], float] = time.monotonic) -> None:
        if not settings.configured:
            raise ConfigurationError("no language model is configured", hint="set YANPAN_LLM_URL and YANPAN_LLM_MODEL")
        self._settings = settings
        self._clock = clock
        self._failures = 0
        self._paused_until = 0.0
        self._takes_schema = True
        self._openai = connect(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._openai.close()

    def ask(self, system: str, user: str, schema: dict[str, Any]) -> str:
        """One question, with the retries of the settings.

        Args:
            system: rules.
            user: the material.
            schema: JSON schema the answer is to keep. An endpoint that does not know schemas is asked without.

        Returns:
            The text of the answer, unchecked.

        Raises:
            LanguageModelError: no answer after all attempts, an answer of another form, a refusal, an answer cut short.
        """
        if self._clock() < self._paused_until:
            raise LanguageModelError(
                f"the endpoint failed {GIVE_UP} times in a row and is left alone for {PAUSE:.0f} s",
                path=self._settings.url,
            )
        try:
            answer = self._ask(system, user, schema)
        except LanguageModelError:
            self._failures += 1
            if self._failures >= GIVE_UP:
                self._failures, self._paused_until = 0, self._clock() + PAUSE
            raise
        self._failures = 0
        return answer

    def _ask(self, system: str, user: str, schema: dict[str, Any]) -> str:
        import openai

        form = {"type": "json_schema", "json_schema": {"name": "tags", "strict": True, "schema": schema}}
        try:
            if self._takes_schema:
                try:
                    return self._content(self._complete(system, user, {"response_format": form}))
                except openai.APIStatusError as error:
                    if error.status_code not in _REFUSED:
                        raise
                    log.info("the endpoint answers %s to a request with a JSON schema", error.status_code)
            answer = self._content(self._complete(system, user, {}))
        except openai.APIStatusError as error:
            # The body is left out: some endpoints repeat the request in it, and messages end up in logs.
            raise self._failed(f"the endpoint answers {error.status_code}", _hint(error.status_code)) from error
        except openai.APITimeoutError as error:
            raise self._failed(
                f"no answer within {self._settings.timeout:g} s", "raise YANPAN_LLM_TIMEOUT or see to the endpoint"
            ) from error
        except openai.OpenAIError as error:
            raise self._failed(f"no connection ({type(error).__name__})", "check YANPAN_LLM_URL") from error
        except (ValueError, RecursionError) as error:  # a body that claims to be JSON and is not
            raise self._failed("the answer is no chat completion", "check YANPAN_LLM_URL") from error
        self._takes_schema = False
        return answer

    def _complete(self, system: str, user: str, more: dict[str, Any]) -> object:
        if self._settings.temperature is not None:
            more = {**more, "temperature": self._settings.temperature}
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        create: Callable[..., object] = self._openai.chat.completions.create
        return create(model=self._settings.model, messages=messages, **more)

    def _content(self, completion: Any) -> str:
        # The library does not check what it is given: a page of HTML arrives here as a string, a missing field as None.
        try:
            choice = completion.choices[0]
            content, finished = choice.message.content, choice.finish_reason
        except (AttributeError, IndexError, TypeError) as error:
            raise self._failed("the answer is no chat completion", "check YANPAN_LLM_URL") from error
        if finished == "length":
            raise self._failed("the answer was cut short", "lower YANPAN_LLM_MAX_CHARACTERS")
        if not isinstance(content, str) or not content.strip():
            raise self._failed("the answer is empty or a refusal", None)
        return content

    def _failed(self, message: str, hint: str | None) -> LanguageModelError:
        return LanguageModelError(message, path=self._settings.url, hint=hint)


def _hint(status: int) -> str | None:
    if status == 400:
        return "try YANPAN_LLM_TEMPERATURE=default, or a lower YANPAN_LLM_MAX_CHARACTERS"
    if status in (401, 403):
        return "check YANPAN_LLM_KEY"
    if status == 404:
        return "check YANPAN_LLM_URL and YANPAN_LLM_MODEL"
    return None


def shared_client(settings: LanguageModelSettings) -> ChatClient:
    """The client of these settings in this process, made on first use."""
    return _client(settings, os.getpid())


@lru_cache(maxsize=4)
def _client(settings: LanguageModelSettings, _process: int) -> ChatClient:
    # Worker processes are forked and must not write to the parent's sockets, hence the process in the key.
    return ChatClient(settings)
