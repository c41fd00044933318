"""The channel weights that were learned for an encoder; see ``nlp.training.search_fusion``."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path
from nlp.retrieval.feedback import Feedback
from nlp.retrieval.fusion import Fusion
from nlp.retrieval.neighbours import Neighbours
from nlp.retrieval.query import is_phrase

FORMAT = 1


def weights_path() -> Path:
    """The file that ships."""
    return corpora_path("models", "search", "weights.json")


@lru_cache(maxsize=4)
def _learned(path: Path) -> dict[str, dict[str, Fusion]]:
    """Encoder name to kind of query to fusion.

    Raises:
        ConfigurationError: the file is broken or of another format.
    """
    if not path.is_file():
        return {}
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ConfigurationError(f"format {data['format']}", path=str(path), expected=f"format {FORMAT}")
        return {
            encoder: {
                kind: Fusion(
                    weights=kinds[kind],
                    feedback=Feedback(**kinds.get("feedback", {}).get(kind, {})),
                    understanding=float(kinds.get("understanding", {}).get(kind, 0.0)),
                    neighbours=Neighbours(**kinds.get("neighbours", {}).get(kind, {})),
                )
                for kind in ("phrase", "narrative")
            }
            for encoder, kinds in data["encoders"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"the search weights cannot be read: {error!r}", path=str(path), expected="a file of `yanpan train fusion`"
        ) from error


def default_fusion(encoder: str, text: str, path: Path | None = None) -> Fusion:
    """The fusion for a query: learned for the encoder and the kind of query, or the fixed one for other encoders."""
    kinds = _learned(path or weights_path()).get(encoder)
    if kinds is None:
        return Fusion()
    return kinds["phrase" if is_phrase(text) else "narrative"]
