"""One encoder a name and device for the whole process, loaded when first asked for."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock

from nlp.encoding.contract import BEHAVIOUR_ENCODER, DEFAULT_ENCODER, GENERAL_ENCODER, Encoder
from nlp.errors import EncoderError
from nlp.resources import corpora_path

_SHIPPED = (DEFAULT_ENCODER, BEHAVIOUR_ENCODER, GENERAL_ENCODER)
_Key = tuple[str, str]
_encoders: dict[_Key, Encoder] = {}
_locks: dict[_Key, Lock] = {}
_guard = Lock()


def load_encoder(name: str | Path = DEFAULT_ENCODER, *, device: str = "cpu") -> Encoder:
    """The encoder of this name; the same object every time in one process, also from several threads.

    The first call loads the weights and imports torch (and sentence_transformers for any but the default and encoders
    trained from it). A folder that changes after it was loaded is not read again.

    Args:
        name: ``"yanpan-joined-v1"``, ``"yanpan-behaviour-v1"``, ``"use-multilingual-v3"``, the folder of an encoder written by ``yanpan train
            encoder`` or of a SentenceTransformer, or the name of one in the local Hugging Face cache. Nothing is ever
            downloaded.
        device: a torch device such as ``"cpu"`` or ``"cuda"``.

    Raises:
        EncoderError: the encoder is not on this machine or cannot be used, or the device does not exist.
    """
    text = str(name)
    if not text.strip():
        raise EncoderError("the encoder has no name", expected=f"{DEFAULT_ENCODER!r}, a folder or a model name")
    key = (str(Path(text).resolve()) if text not in _SHIPPED and Path(text).is_dir() else text, device)
    with _guard:
        lock = _locks.setdefault(key, Lock())
    with lock:
        if key not in _encoders:
            _encoders[key] = _load(*key)
        return _encoders[key]


def _load(name: str, device: str) -> Encoder:
    _check_device(device)
    reload = (_reload, (name, device))
    if name == DEFAULT_ENCODER:
        from nlp.encoding.joined import BEHAVIOUR_SHARE, JoinedEncoder

        behaviour = load_encoder(BEHAVIOUR_ENCODER, device=device)
        general = load_encoder(GENERAL_ENCODER, device=device)
        return JoinedEncoder(name, behaviour, general, BEHAVIOUR_SHARE, reload=reload)
    folder = corpora_path("models", "encoder") if name == BEHAVIOUR_ENCODER else Path(name)
    if name != GENERAL_ENCODER:
        from nlp.encoding.saved import holds_pooled, holds_use, read_use

        if name == BEHAVIOUR_ENCODER or (folder.is_dir() and holds_pooled(folder)):
            from nlp.encoding.pooled import PooledEncoder

            return PooledEncoder(name, folder, device=device, reload=reload)

        if not (folder.is_dir() and holds_use(folder)):
            from nlp.encoding.transformer import TransformerEncoder

            return TransformerEncoder(name, device=device, reload=reload)
        saved = read_use(folder)
    else:
        from nlp.encoding.weights import load_package

        saved = load_package()
    from nlp.encoding.use import UseEncoder

    return UseEncoder(name, *saved, device=device, reload=reload)


def _check_device(device: str) -> None:
    import torch

    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise EncoderError(
            f"the device {device!r} cannot be used: {str(error).splitlines()[0]}",
            expected='"cpu", or a device of this machine such as "cuda"',
        ) from error


def _reload(name: str, device: str) -> Encoder:
    return load_encoder(name, device=device)


def _after_fork() -> None:
    # A lock held by another thread at the moment of the fork would stay held in the child for ever, and torch's thread
    # pool does not exist there: its first parallel product would wait for threads that are gone.
    global _guard  # noqa: PLW0603
    _guard = Lock()
    _locks.clear()
    if _encoders:
        import torch

        torch.set_num_threads(1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
