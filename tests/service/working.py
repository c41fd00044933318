"""What tests of background work share: an engine that loads no network, a worker in the process, waiting for an end."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nlp.pipeline import Pipeline, load
from service.access import Repository
from service.engine import Engine
from service.store.models.working import Job


class BigramEncoder:
    """A sentence encoder without a model: hashed counts of character bigrams, of length 1."""

    name = "bigrams"
    version = "1"
    dimension = 64

    def encode(self, texts: Sequence[str], *, batch_size: int = 64) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for first, second in pairwise(text):
                vectors[row, zlib.crc32((first + second).encode()) % self.dimension] += 1
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(norms > 0, norms, 1)


class LightEngine(Engine):
    """Annotates with the lexicon and encodes with bigrams."""

    @cached_property
    def pipeline(self) -> Pipeline:
        return load(finder="lexicon")

    @cached_property
    def encoder(self) -> BigramEncoder:
        return BigramEncoder()


def ended(repository: Repository, job_id: str) -> Job:
    """The row of a job once it has ended."""
    for _ in range(600):
        with repository.system_read("test") as session:
            job = session.get_one(Job, job_id)
        if job.state in ("done", "failed", "cancelled"):
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job is still {job.state}")
