"""One question to a real endpoint."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from nlp.errors import ConfigurationError, LanguageModelError
from nlp.llm.client import GIVE_UP, PAUSE
from nlp.llm.settings import LanguageModelSettings

SCHEMA = {"type": "object"}


def test_the_request_is_what_the_protocol_asks_for(endpoint, settings, connected) -> None:
    endpoint.content("回答")
    client = connected(settings(key="k", temperature=0.5))
    assert client.ask("rules", "text", SCHEMA) == "回答"
    assert endpoint.paths == ["/v1/chat/completions"]
    assert endpoint.requests == [
        {
            "model": "m",
            "messages": [{"role": "system", "content": "rules"}, {"role": "user", "content": "text"}],
            "temperature": 0.5,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "tags", "strict": True, "schema": SCHEMA},
            },
        }
    ]
    assert endpoint.headers[0]["authorization"] == "Bearer k"


def test_the_temperature_may_be_left_out(endpoint, settings, connected) -> None:
    endpoint.content("a")
    connected(settings(temperature=None)).ask("rules", "text", SCHEMA)
    assert "temperature" not in endpoint.requests[0]


def test_nothing_of_the_environment_is_sent(endpoint, settings, connected, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # the discard port: a request by way of it would fail
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID"):
        monkeypatch.setenv(f"OPENAI_{name}", "leaked")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "Authorization: leaked\nX-Whose: leaked")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    endpoint.content("a")
    connected(settings(retries=0)).ask("rules", "text", SCHEMA)
    headers = endpoint.headers[0]
    assert set(headers) <= {
        "host", "content-type", "content-length", "accept", "accept-encoding", "connection", "user-agent",
    }  # fmt: skip
    assert "leaked" not in "".join(headers.values())
    assert headers["user-agent"].startswith("yanpan/")


def test_a_redirect_is_not_followed(endpoint, settings, connected) -> None:
    endpoint.status(307, Location="/elsewhere")
    with pytest.raises(LanguageModelError, match="307"):
        connected(settings()).ask("rules", "text", SCHEMA)
    assert endpoint.paths == ["/v1/chat/completions"]


def test_a_server_error_is_tried_again(endpoint, settings, connected, waits: list[float]) -> None:
    endpoint.status(500)
    endpoint.status(503)
    endpoint.content("a")
    assert connected(settings(retries=2)).ask("rules", "text", SCHEMA) == "a"
    assert len(endpoint.requests) == 3
    assert len(waits) == 2
    assert 0 < waits[0] < waits[1]


def test_a_busy_endpoint_is_waited_for_as_long_as_it_says(endpoint, settings, connected, waits: list[float]) -> None:
    endpoint.status(429, Retry_After="17")
    endpoint.content("a")
    assert connected(settings()).ask("rules", "text", SCHEMA) == "a"
    assert waits == [17.0]


def test_an_endpoint_that_asks_for_an_hour_is_not_waited_for(endpoint, settings, connected, waits: list[float]) -> None:
    endpoint.status(429, Retry_After="3600")
    with pytest.raises(LanguageModelError, match="429"):
        connected(settings()).ask("rules", "text", SCHEMA)
    assert waits == []


@pytest.mark.parametrize("status", [429, 500])
def test_attempts_are_bounded(status: int, endpoint, settings, connected, waits: list[float]) -> None:
    endpoint.status(status)
    with pytest.raises(LanguageModelError, match=str(status)):
        connected(settings(retries=3)).ask("rules", "text", SCHEMA)
    assert len(endpoint.requests) == 4


def test_a_wrong_key_is_not_tried_again_and_the_message_says_what_to_do(endpoint, settings, connected) -> None:
    endpoint.status(401)
    with pytest.raises(LanguageModelError, match="check YANPAN_LLM_KEY"):
        connected(settings()).ask("rules", "text", SCHEMA)
    assert len(endpoint.requests) == 1


def test_no_answer_in_time_is_tried_again(endpoint, settings, connected, waits: list[float]) -> None:
    endpoint.silence()
    endpoint.content("a")
    assert connected(settings(timeout=0.2)).ask("rules", "text", SCHEMA) == "a"
    assert len(endpoint.requests) == 2


def test_no_answer_at_all_is_an_error(endpoint, settings, connected, waits: list[float]) -> None:
    endpoint.silence()
    with pytest.raises(LanguageModelError, match=r"within 0\.1 s"):
        connected(settings(timeout=0.1, retries=1)).ask("rules", "text", SCHEMA)
    assert len(endpoint.requests) == 2


def test_a_connection_cut_off_is_an_error(endpoint, settings, connected, waits: list[float]) -> None:
    endpoint.hang_up()
    with pytest.raises(LanguageModelError, match="no connection"):
        connected(settings(retries=1)).ask("rules", "text", SCHEMA)
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize("status", [400, 422])
def test_an_endpoint_without_schemas_is_asked_without_from_then_on(status: int, endpoint, settings, connected) -> None:
    endpoint.status(status)
    endpoint.content("a")
    client = connected(settings())
    assert client.ask("rules", "text", SCHEMA) == "a"
    assert client.ask("rules", "more", SCHEMA) == "a"
    assert ["response_format" in body for body in endpoint.requests] == [True, False, False]


def test_a_request_refused_both_ways_does_not_turn_schemas_off(endpoint, settings, connected) -> None:
    endpoint.status(400)
    endpoint.status(400)
    endpoint.content("a")
    client = connected(settings())
    with pytest.raises(LanguageModelError, match="400"):
        client.ask("rules", "far too long", SCHEMA)
    client.ask("rules", "text", SCHEMA)
    assert ["response_format" in body for body in endpoint.requests] == [True, False, True]


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"<html>welcome</html>", "text/html"),
        (b'{"choices": [', "application/json"),
        (b'{"choices": []}', "application/json"),
        (b'{"choices": null}', "application/json"),
        (b'{"choices": [{"message": null, "finish_reason": "stop"}]}', "application/json"),
        (b"[]", "application/json"),
        (b"", "application/json"),
    ],
)
def test_what_is_no_chat_completion_is_an_error(data: bytes, content_type: str, endpoint, settings, connected) -> None:
    endpoint.raw(data, content_type=content_type)
    with pytest.raises(LanguageModelError, match="no chat completion"):
        connected(settings(retries=0)).ask("rules", "text", SCHEMA)


@pytest.mark.parametrize(
    ("content", "reason", "match"), [(None, "stop", "refusal"), (" ", "stop", "empty"), ("[", "length", "cut short")]
)
def test_no_content_or_half_of_it_is_an_error(content, reason, match, endpoint, settings, connected) -> None:
    endpoint.content(content, reason)
    with pytest.raises(LanguageModelError, match=match):
        connected(settings()).ask("rules", "text", SCHEMA)


def test_an_endpoint_that_keeps_failing_is_left_alone_for_a_while(endpoint, settings, connected) -> None:
    now = [0.0]
    client = connected(settings(retries=0), clock=lambda: now[0])
    endpoint.status(500)
    for _ in range(GIVE_UP + 2):
        with pytest.raises(LanguageModelError):
            client.ask("rules", "text", SCHEMA)
    assert len(endpoint.requests) == GIVE_UP
    now[0] = PAUSE + 1
    endpoint.replies.clear()
    endpoint.content("a")
    assert client.ask("rules", "text", SCHEMA) == "a"


def test_failures_with_an_answer_between_them_do_not_add_up(endpoint, settings, connected) -> None:
    client = connected(settings(retries=0))
    for _ in range(GIVE_UP - 1):
        endpoint.status(500)
    endpoint.content("a")
    for _ in range(GIVE_UP - 1):
        endpoint.status(500)
    endpoint.content("b")
    answers = []
    for _ in range(2 * GIVE_UP):
        try:
            answers.append(client.ask("rules", "text", SCHEMA))
        except LanguageModelError:
            answers.append("")
    assert "".join(answers) == "ab"


def test_without_an_endpoint_there_is_no_client(connected) -> None:
    with pytest.raises(ConfigurationError, match="YANPAN_LLM_URL"):
        connected(LanguageModelSettings())


def test_without_the_package_the_message_names_the_extra(settings, connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ConfigurationError, match=r"yanpan\[llm\]"):
        connected(settings())


def test_certificates_that_are_none_are_an_error(settings, connected, tmp_path: Path) -> None:
    pem = tmp_path / "ca.pem"
    pem.write_text("not a certificate", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"ca\.pem"):
        connected(settings(ca_file=pem))


def test_the_text_does_not_get_into_the_log(
    endpoint, settings, connected, caplog: pytest.LogCaptureFixture, waits: list[float]
) -> None:
    endpoint.raw(b'{"error": {"message": "secret text"}}', status=500)
    endpoint.raw(b'{"error": {"message": "secret text"}}', status=400)
    with caplog.at_level(logging.DEBUG), pytest.raises(LanguageModelError) as caught:
        connected(settings()).ask("rules", "secret text", SCHEMA)
    assert "secret" not in caplog.text
    assert "secret" not in str(caught.value)
