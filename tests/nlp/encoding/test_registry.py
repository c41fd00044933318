import os
import pickle
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from nlp.encoding import GENERAL_ENCODER, Encoder, load_encoder
from nlp.errors import EncoderError

ROOT = Path(__file__).parents[3]


def run_python(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_import_is_light() -> None:
    code = (
        "import sys, nlp.encoding; print([m for m in ('torch', 'sentence_transformers', 'numba') if m in sys.modules])"
    )
    assert run_python(code) == "[]"


@pytest.mark.slow
def test_other_process_loads_it_by_name(encoder: Encoder, tmp_path: Path) -> None:
    pickled = pickle.dumps(encoder)
    assert len(pickled) < 500
    assert pickle.loads(pickled) is encoder
    (tmp_path / "encoder").write_bytes(pickled)
    texts = ["李某工作认真", "", "𠮷某"]
    code = (
        "import pathlib, pickle, sys, numpy\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "encoder = pickle.loads((folder / 'encoder').read_bytes())\n"
        "numpy.save(folder / 'vectors.npy', encoder.encode(sys.argv[2:]))\n"
        "print(encoder.version, 'sentence_transformers' in sys.modules)"
    )
    # The default encoder must not pay for importing sentence_transformers.
    assert run_python(code, str(tmp_path), *texts) == f"{encoder.version} False"
    np.testing.assert_allclose(np.load(tmp_path / "vectors.npy"), encoder.encode(texts), atol=1e-5)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_child_can_encode(encoder: Encoder, sentences: list[str]) -> None:
    expected = encoder.encode(sentences)  # starts torch's thread pool, which the child does not have
    child = os.fork()
    if child == 0:
        # The default action, not the handler of pytest-timeout, which could not run while torch waits.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(60)
        found = encoder.encode(sentences)
        os._exit(0 if np.allclose(found, expected, atol=1e-5) and load_encoder(GENERAL_ENCODER) is encoder else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.slow
def test_threads_get_one_encoder(saved_folder: Path) -> None:
    barrier = Barrier(8)

    def load(_: int) -> Encoder:
        barrier.wait()
        return load_encoder(saved_folder)

    with ThreadPoolExecutor(8) as pool:
        loaded = list(pool.map(load, range(8)))
    assert all(found is loaded[0] for found in loaded)
    assert load_encoder(str(saved_folder)) is loaded[0]
    assert load_encoder(GENERAL_ENCODER) is not loaded[0]


@pytest.mark.slow
def test_threads_encode_at_once(encoder: Encoder, sentences: list[str]) -> None:
    parts = [sentences[start::6] for start in range(6)]
    alone = [encoder.encode(part) for part in parts]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(encoder.encode, parts))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nobody/no-such-model", "no-such-model", "a/b/c", "./no/such/folder", "名字"])
def test_unknown_name_offline(name: str) -> None:
    with pytest.raises(EncoderError, match="is not on this machine") as caught:
        load_encoder(name)
    assert repr(name) in caught.value.message
    assert "folder" in str(caught.value.hint)
    assert pickle.loads(pickle.dumps(caught.value)).message == caught.value.message


@pytest.mark.parametrize("name", ["", "  "])
def test_empty_name(name: str) -> None:
    with pytest.raises(EncoderError, match="no name"):
        load_encoder(name)


@pytest.mark.slow
def test_unknown_device() -> None:
    with pytest.raises(EncoderError, match="'abacus' cannot be used"):
        load_encoder(device="abacus")
