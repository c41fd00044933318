"""Document intelligence for Chinese evaluation narratives.

>>> import nlp
>>> pipeline = nlp.load()
>>> pipeline.annotate("该同志从不推诿扯皮。").tags[0].label
'responsibility'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from nlp.version import PIPELINE_VERSION as __version__

if TYPE_CHECKING:
    from nlp.codebook import Codebook
    from nlp.pipeline import Pipeline
    from nlp.schema import Annotation

__all__ = ["Annotation", "Codebook", "Pipeline", "__version__", "annotate", "load", "pipe"]


def load(**options: Any) -> Pipeline:
    """Load a pipeline; see ``nlp.pipeline.load`` for the options."""
    # spaCy takes a second to import, so it waits until somebody annotates.
    from nlp.pipeline import load as load_pipeline

    return load_pipeline(**options)


def annotate(text: str) -> Annotation:
    """Annotate one text with the shipped data (loaded at the first call)."""
    from nlp.pipeline import default_pipeline

    return default_pipeline().annotate(text)


def pipe(texts: Iterable[str], *, n_process: int = 1) -> Iterator[Annotation]:
    """Annotate many texts in order with the shipped data."""
    from nlp.pipeline import default_pipeline

    return default_pipeline().pipe(texts, n_process=n_process)


def __getattr__(name: str) -> Any:
    if name in ("Annotation", "Codebook", "Pipeline"):
        import importlib

        module = {"Annotation": "nlp.schema", "Codebook": "nlp.codebook", "Pipeline": "nlp.pipeline"}[name]
        return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
