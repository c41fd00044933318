"""The recognition models (PP-OCRv6 small, inside rapidocr's wheel), loaded once in a process at their first use.

Measured with tests/bench/bench_ocr.py; onnxruntime takes two threads unless ``configure`` says otherwise. The memory of
the process grows with the pages read (RapidOCR issue 187), so a long run should replace a process once
``should_recycle`` says so.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Lock, RLock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from nlp.errors import ConfigurationError, TimeLimitError, UnsupportedFormatError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Quads = NDArray[np.float32]

RECYCLE_PAGES: Final = 400
"""Pages after which a process that reads scans is better replaced."""

DETECTION_SIDE: Final = 1600
"""Pixels of the longer side of the image in which lines are looked for. At 200 dpi an A4 page has 2339: looking there
costs three times as much and finds the same lines down to 10.5 points. Lines are read from the full image."""

_MODELS: Final = 3
_TURNED: Final = 0.9


class Reading(NamedTuple):
    """What stands in one line image; ``confidence`` is the mean over its characters, 0 to 1."""

    text: str
    confidence: float


class Deadline:
    """How long one page may still take.

    Args:
        seconds: from now.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raise a ``TimeLimitError`` when the time is over."""
        if time.monotonic() > self._end:
            raise TimeLimitError(
                f"recognising the page took more than {self._seconds:g} seconds",
                expected=f"at most {self._seconds:g} seconds (max_page_seconds)",
                hint="scan the page anew with fewer dots per inch, or raise the limit",
            )


class Engine:
    """Finds lines in a page and reads line images; one page at a time. Use ``engine()``.

    Args:
        threads: of onnxruntime inside one operation.
    """

    def __init__(self, threads: int) -> None:
        import rapidocr

        models = Path(rapidocr.__file__).parent / "models"
        # RapidOCR would go to the network for a model that is not there.
        if len(list(models.glob("*.onnx"))) < _MODELS:
            raise missing("rapidocr is installed without its models")
        self._engine: Any = rapidocr.RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.max_side_len": 1 << 16,
                # Lines one by one: six at once take 200 MB more and no less time.
                "Rec.rec_batch_num": 1,
                "EngineConfig.onnxruntime.intra_op_num_threads": min(threads, os.cpu_count() or 1),
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def find(self, page: Pixels) -> Quads:
        """The lines of a page.

        Args:
            page: height x width x 3.

        Returns:
            For each line its corners (x, y) in pixels: upper left, upper right, lower right, lower left.
        """
        import cv2
        import numpy as np

        height, width = page.shape[:2]
        scale = min(1.0, DETECTION_SIDE / max(height, width))
        small = cv2.resize(
            page, (max(1, round(width * scale)), max(1, round(height * scale))), interpolation=cv2.INTER_AREA
        )
        found = self._engine(small, use_det=True, use_cls=False, use_rec=False)
        if found.boxes is None:
            return np.zeros((0, 4, 2), np.float32)
        back = np.array([width / small.shape[1], height / small.shape[0]])
        return np.asarray(found.boxes * back, np.float32)

    def upside_down(self, lines: Sequence[Pixels]) -> bool:
        """Whether most of some line images stand on their heads."""
        if not lines:
            return False
        _, found = self._engine.cls_and_rotate(list(lines))
        sure: list[str] = [label for label, score in found.cls_res if score >= _TURNED]
        return 2 * sure.count("180") > len(sure)

    def read(self, lines: Sequence[Pixels], deadline: Deadline) -> list[Reading]:
        """What stands in line images, in their order.

        Raises:
            TimeLimitError: the page's time is over.
        """
        readings: list[Reading] = []
        for line in lines:
            deadline.check()
            found = self._engine.recognize_txt([line])
            sure = float(found.scores[0])
            readings.append(Reading(found.txts[0], 0.0 if math.isnan(sure) else min(max(sure, 0.0), 1.0)))
        return readings


# A page holds the lock: a second thread that read at the same time would double the memory and gain nothing.
LOCK: Final = RLock()
_COUNT_LOCK: Final = Lock()
_state: dict[str, Any] = {"engine": None, "threads": 2, "pages": 0}


def configure(*, threads: int) -> None:
    """Set how many threads recognition may use; models that are loaded already are loaded anew at the next page.

    Args:
        threads: at least 1; a process of a run that keeps all cores busy with processes takes 1.

    Raises:
        ConfigurationError: fewer than one.
    """
    if threads < 1:
        raise ConfigurationError("recognition needs at least one thread")
    with LOCK:
        if threads != _state["threads"]:
            _state.update(threads=threads, engine=None)


def available() -> bool:
    """Whether the packages of the extra ``ocr`` are installed; nothing is imported."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime", "cv2", "PIL"))


def missing(what: str) -> UnsupportedFormatError:
    """The error that says how to install recognition; ``what`` could not be read without it."""
    return UnsupportedFormatError(
        f"{what}: its text must be recognised (OCR), which is not installed",
        expected="the packages of the extra ocr",
        hint="pip install yanpan[ocr], or give the file a text layer with another program",
    )


def engine(what: str) -> Engine:
    """The engine of this process; callers hold ``LOCK``.

    Args:
        what: the thing to be read, for the error.

    Raises:
        UnsupportedFormatError: the extra ``ocr`` is not installed.
    """
    if _state["engine"] is None:
        if not available():
            raise missing(what)
        _state["engine"] = Engine(_state["threads"])
    loaded: Engine = _state["engine"]
    return loaded


def count_page() -> None:
    """Note that one more page was read in this process."""
    with _COUNT_LOCK:
        _state["pages"] += 1


def pages_read() -> int:
    """Pages recognised in this process so far."""
    return int(_state["pages"])


def should_recycle() -> bool:
    """Whether this process has read so many pages that a long run should go on in a fresh one."""
    return pages_read() >= RECYCLE_PAGES
