"""A real endpoint on this machine that speaks the chat completions protocol and answers what a test lays down."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from nlp.codebook import Codebook
from nlp.llm.client import ChatClient
from nlp.llm.settings import LanguageModelSettings
from nlp.schema import Kind, Polarity, Status, Subject, TagSource
from nlp.structure.parse import Structure, parse_structure
from nlp.tagging.candidate import Candidate
from nlp.tagging.context import Assertion

Reply = Callable[["Endpoint", BaseHTTPRequestHandler, dict[str, Any]], None]


class Endpoint:
    """What was asked, with what headers, and what is answered next; the last reply is given again and again."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.replies: list[Reply] = []
        self.release = threading.Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.requests.append(body)
                endpoint.headers.append({name.lower(): value for name, value in self.headers.items()})
                endpoint.paths.append(self.path)
                reply = endpoint.replies.pop(0) if len(endpoint.replies) > 1 else endpoint.replies[0]
                reply(endpoint, self, body)

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: pytest shows what matters."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def stop(self) -> None:
        self.release.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def asked(self) -> list[str]:
        """The user part of each request."""
        return [body["messages"][1]["content"] for body in self.requests]

    # What may be answered.

    def tags(self, *tags: dict[str, Any]) -> None:
        self.content(json.dumps({"tags": list(tags)}, ensure_ascii=False))

    def content(self, content: str | None, finish_reason: str = "stop") -> None:
        self.body(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 0,
                "model": "m",
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": finish_reason,
                        "message": {"role": "assistant", "content": content},
                    }
                ],
            }
        )

    def body(self, value: Any) -> None:
        self.raw(json.dumps(value).encode("utf-8"))

    def raw(self, data: bytes, *, status: int = 200, content_type: str = "application/json", **headers: str) -> None:
        def reply(_: Endpoint, handler: BaseHTTPRequestHandler, __: dict[str, Any]) -> None:
            handler.send_response(status)
            handler.send_header("Content-Type", content_type)
            handler.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(data)

        self.replies.append(reply)

    def status(self, status: int, **headers: str) -> None:
        self.raw(b'{"error": {"message": "no"}}', status=status, **headers)

    def silence(self) -> None:
        """No answer at all until the test is over."""

        def reply(endpoint: Endpoint, handler: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
            endpoint.release.wait(20)
            handler.close_connection = True

        self.replies.append(reply)

    def hang_up(self) -> None:
        def reply(_: Endpoint, handler: BaseHTTPRequestHandler, __: dict[str, Any]) -> None:
            handler.close_connection = True

        self.replies.append(reply)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    yield endpoint
    endpoint.stop()


@pytest.fixture
def settings(endpoint: Endpoint) -> Callable[..., LanguageModelSettings]:
    def make(**changes: Any) -> LanguageModelSettings:
        return LanguageModelSettings(**{"url": endpoint.url, "model": "m", "timeout": 5.0, "mode": "tagger", **changes})

    return make


@pytest.fixture
def connected() -> Iterator[Callable[..., ChatClient]]:
    clients: list[ChatClient] = []

    def make(*args: Any, **kwargs: Any) -> ChatClient:
        clients.append(ChatClient(*args, **kwargs))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds the client would have waited between attempts; it does not really wait."""
    seconds: list[float] = []
    monkeypatch.setattr(time, "sleep", seconds.append)
    return seconds


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return Codebook.load()


TALK = (
    "谈话记录\n考察对象:某局局长李某\n\n"
    "问:李某是不是敢于担当?\n答:他敢于担当,揽下了拆迁难题。学习刻苦、作风扎实。\n"
    "问:还有呢?\n答:有时急躁,听不进不同意见。\n"
)


@pytest.fixture(scope="session")
def talk() -> Structure:
    return parse_structure(TALK)


@pytest.fixture(scope="session")
def tag() -> Callable[..., dict[str, Any]]:
    def make(
        quote: str,
        label: str,
        polarity: str = "+",
        status: str = "observed",
        subject: str = "target",
        kind: str = "judgement",
    ) -> dict[str, Any]:
        return {
            "quote": quote, "label": label, "polarity": polarity, "status": status, "subject": subject, "kind": kind,
        }  # fmt: skip

    return make


@pytest.fixture(scope="session")
def local() -> Callable[..., Assertion]:
    """What a local tagger found."""

    def make(
        structure: Structure,
        quote: str,
        label: str,
        score: float,
        polarity: Polarity = "+",
        status: Status = "observed",
        subject: Subject = "target",
        kind: Kind | None = None,
        source: TagSource = "lexicon",
        cues: tuple[Any, ...] = (),
    ) -> Assertion:
        start = structure.text.rindex(quote)
        candidate = Candidate(start, start + len(quote), label, polarity, source, score)
        return Assertion(candidate, polarity, status, subject, False, cues, kind)

    return make


@pytest.fixture(scope="session")
def shown() -> Callable[..., list[tuple[str, str, str]]]:
    def make(structure: Structure, assertions: list[Assertion]) -> list[tuple[str, str, str]]:
        return [
            (structure.text[item.candidate.start : item.candidate.end], item.candidate.label, item.polarity)
            for item in assertions
        ]

    return make
