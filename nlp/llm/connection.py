"""The connection to an OpenAI-compatible endpoint.

What leaves the machine is the request itself: no proxy, certificate or credential is taken from the environment,
redirects are not followed, and headers that tell about the sender (``X-Stainless-*``, what the library reads from
``OPENAI_*`` variables) are taken off.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from nlp.errors import ConfigurationError
from nlp.llm.settings import LanguageModelSettings
from nlp.version import PIPELINE_VERSION

if TYPE_CHECKING:
    import httpx2
    import openai

_CONNECT_TIMEOUT = 10.0
_HEADERS = {"host", "content-type", "content-length", "accept", "accept-encoding", "connection", "user-agent"}


def connect(settings: LanguageModelSettings) -> openai.OpenAI:
    """The library's client for the endpoint of the settings; nothing is sent yet.

    Raises:
        ConfigurationError: the package ``openai`` is not installed, or the certificates cannot be read.
    """
    try:
        import httpx2
        import openai
    except ImportError as error:
        raise ConfigurationError(
            "the language-model stage needs the package openai", hint="pip install 'yanpan[llm]'"
        ) from error

    def strip(request: httpx2.Request) -> None:
        for name in [name for name in request.headers if name.lower() not in _HEADERS]:
            del request.headers[name]
        request.headers["User-Agent"] = f"yanpan/{PIPELINE_VERSION}"
        if settings.key:
            request.headers["Authorization"] = f"Bearer {settings.key}"

    try:
        verify = ssl.create_default_context(cafile=str(settings.ca_file)) if settings.ca_file else True
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"the certificates cannot be read ({error})", path=str(settings.ca_file), expected="a PEM file"
        ) from error
    timeout = httpx2.Timeout(settings.timeout, connect=min(settings.timeout, _CONNECT_TIMEOUT))
    http = httpx2.Client(
        trust_env=False, follow_redirects=False, timeout=timeout, verify=verify, event_hooks={"request": [strip]}
    )
    return openai.OpenAI(
        # Given a key, the library does not look for one in the environment; the hook above has the last word.
        api_key=settings.key or "none",
        base_url=settings.url,
        timeout=timeout,
        max_retries=settings.retries,
        http_client=http,
    )
