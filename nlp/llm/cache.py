"""Answers kept on disk, so that the same question is not paid for twice.

An entry is found by the digest of all that decides the answer: endpoint, model, temperature, prompt version and the full
prompt, which holds the text, the rules and the labels. Entries hold quotes from the documents: folder and files are for
their owner only.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

from nlp.llm.prompt import PROMPT_VERSION
from nlp.llm.settings import LanguageModelSettings

_FORMAT = 1


class AnswerCache:
    """A folder of answers. Several processes may use it at once.

    Args:
        folder: made when the first answer is kept.
        settings: of the endpoint that answers.
    """

    def __init__(self, folder: Path, settings: LanguageModelSettings) -> None:
        self._folder = folder
        self._fixed = [settings.url, settings.model, settings.temperature, PROMPT_VERSION]

    def path(self, system: str, user: str) -> Path:
        """Where the answer to a question lies, or would."""
        question = json.dumps([*self._fixed, system, user], ensure_ascii=False)
        digest = hashlib.sha256(question.encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / digest[:2] / f"{digest}.json"

    def get(self, system: str, user: str) -> str | None:
        """The kept answer; None if there is none, or none that can be read."""
        path = self.path(system, user)
        try:
            entry = json.loads(path.read_text(encoding="utf-8"))
            content = entry["content"]
            sound = entry["format"] == _FORMAT and entry["sha256"] == _digest(content)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        return content if sound and isinstance(content, str) else None

    def put(self, system: str, user: str, content: str) -> None:
        """Keep an answer in place of what lies there.

        Raises:
            OSError: the folder cannot be written to.
        """
        path = self.path(system, user)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        entry = {"format": _FORMAT, "sha256": _digest(content), "content": content}
        # mkstemp gives the file to its owner only; the rename puts a whole entry in place or none.
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        fresh = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                json.dump(entry, stream)
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
