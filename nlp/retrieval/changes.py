"""Writing the next generation of an index, and mending a damaged or outdated index. The caller holds the lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from nlp.encoding import Encoder
from nlp.errors import IndexMismatchError, IndexTornError
from nlp.retrieval.case import Case, read_cases
from nlp.retrieval.embedder import Embedder, EncoderStamp
from nlp.retrieval.generation import Generation
from nlp.retrieval.layout import DenseSettings
from nlp.retrieval.recovery import open_current, salvage
from nlp.retrieval.store import commit, generations
from nlp.retrieval.tagmatch import Annotate
from nlp.retrieval.writing import Base, GenerationWriter, Progress, Tools
from nlp.structure.words import Words


def silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that goes unseen."""


def put_in_force(
    folder: Path, new: Iterable[Case], tools: Tools, base: Base | None = None, drop: frozenset[int] = frozenset()
) -> Generation:
    """Write a generation of the cases of ``base``, less ``drop``, plus ``new``; put it in force and open it.

    Raises:
        DuplicateCaseError, CaseIndexError, EncoderError: from the writing; the generation in force stays.

    """
    number = max((number for number, _ in generations(folder)), default=0) + 1
    commit(
        folder,
        number,
        lambda target: GenerationWriter(target, number, tools, base=base, drop=drop).write(new),
        lambda stage: tools.progress(stage, 0, 0),
    )
    return open_current(folder, tokenizer=tools.words.version, verify=False)


def whole(generation: Generation) -> Base:
    """A sound generation as the base of the next one."""
    return Base(
        folder=generation.folder,
        manifest=generation.manifest,
        heads=generation.heads,
        lexical=generation.lexical,
        store=generation.dense.store,
        lists=True,
    )


def matching(stamp: EncoderStamp, encoder: Encoder | str | None, folder: Path) -> Embedder:
    """The encoder for an index built with ``stamp``; loads none when only the same name is given, or nothing.

    Raises:
        IndexMismatchError: it is another encoder.

    """
    embedder = Embedder(stamp.name if encoder is None else encoder)
    if (embedder.loaded or embedder.name != stamp.name) and embedder.stamp != stamp:
        found = embedder.stamp
        raise IndexMismatchError(
            f"the index was built with the encoder {stamp.name} {stamp.version}",
            path=str(folder),
            expected=f"{found.name} {found.version}",
            hint="open the index with rebuild=True or with the encoder it was built with",
        )
    return embedder


def mend(
    folder: Path, encoder: Encoder | str | None, annotate: Annotate | None, words: Words, progress: Progress
) -> tuple[Generation, Embedder]:
    """Bring a damaged or outdated index to order, deriving anew only what cannot be used.

    Raises:
        IndexTornError: the cases are damaged, or nothing says which encoder to use.
        EncoderError: the encoder cannot be loaded.

    """
    try:
        # Another process may have mended it while this one waited for the lock.
        generation = open_current(folder, tokenizer=words.version, verify=True)
        return generation, matching(generation.manifest.encoder, encoder, folder)
    except (IndexTornError, IndexMismatchError):
        pass
    wanted = Embedder(encoder).stamp if encoder is not None else None
    rest = salvage(folder, tokenizer=words.version, encoder=wanted)
    if encoder is None:
        if rest.manifest is None:
            raise IndexTornError(
                "the manifest is damaged, so the encoder of the index is not known",
                path=str(folder),
                hint="name the encoder when opening the index",
            )
        encoder = rest.manifest.encoder.name
    embedder = Embedder(encoder)
    dense = rest.manifest.dense if rest.manifest else DenseSettings()
    tools = Tools(embedder, words, annotate, dense, progress)
    if rest.base is not None:
        return put_in_force(folder, [], tools, rest.base), embedder
    return put_in_force(folder, untagged(read_cases(rest.cases), annotate), tools), embedder


def untagged(cases: Iterable[Case], annotate: Annotate | None) -> Iterator[Case]:
    """The cases, those that an annotator tagged without their tags when there is an annotator to find them anew."""
    for case in cases:
        again = annotate is not None and case.tags_by == "annotate"
        yield case.model_copy(update={"tags": None, "tags_by": "record", "leaning": None}) if again else case
