"""Saved searches: queries that are asked again whenever cases come in, and tell what is new.

They lie in ``SAVED.json`` beside the index, or in a folder of their own, with the place from which on a case counts as new
for each of them. Places are those of ``nlp.retrieval.arrivals``: a case whose content was replaced is new again, one that an
index built anew holds as before is not. Nothing is told twice or forgotten by a crash: the place moves on only after the
hits were handed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlp.errors import CaseIndexError
from nlp.retrieval.access import Access
from nlp.retrieval.arrivals import Arrivals
from nlp.retrieval.filters import Filters
from nlp.retrieval.hits import Hit
from nlp.retrieval.protocol import CaseSearch
from nlp.retrieval.store import file_lock

FILE = "SAVED.json"
LOCK = "SAVED.lock"
LOCK_TIMEOUT = 10.0
"""Seconds to wait for another process that tells or changes saved searches."""


class SavedSearch(BaseModel):
    """A stored query.

    Attributes:
        name: unique.
        text: the query.
        k: a new case is told when it is among this many best of all cases that pass the filters, near-duplicates counted
            one by one.
        filters: as of a search.
        access: of the reader it is asked for, null for everything.
        told_before: place from which on cases count as new.
        ledger: whose places these are; places of another count for nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100)
    text: str = Field(min_length=1)
    k: int = Field(default=20, ge=1)
    filters: Filters = Filters()
    access: Access | None = None
    told_before: int = Field(default=0, ge=0)
    ledger: str = ""


class Alert(BaseModel):
    """What is new for a saved search, best first."""

    model_config = ConfigDict(frozen=True)

    search: SavedSearch
    hits: list[Hit]


class SavedSearches:
    """The saved searches of an index. Processes take turns: what one is telling, no other tells.

    Args:
        folder: of the index; for an index that has none, any folder of its own.
        index: the index itself, opened.
    """

    def __init__(self, folder: Path | str, index: CaseSearch) -> None:
        self._folder = Path(folder)
        self._path = self._folder / FILE
        self._index = index

    def all(self) -> list[SavedSearch]:
        """Saved searches by name.

        Raises:
            CaseIndexError: the file is broken.
        """
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8"))
            return sorted((SavedSearch.model_validate(row) for row in rows), key=lambda search: search.name)
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, ValidationError) as error:
            raise CaseIndexError(
                f"the saved searches cannot be read: {error}",
                path=str(self._path),
                expected="a JSON list of saved searches",
                hint="mend or remove the file",
            ) from error

    def save(self, search: SavedSearch, *, from_now: bool = True) -> None:
        """Keep a search; one of the same name is replaced.

        Args:
            search: what to keep.
            from_now: only cases added from now on are new for it; otherwise all are.

        Raises:
            CaseIndexError: the file is broken, or another process holds it for too long.
        """
        with self._alone():
            arrivals = Arrivals(self._folder)
            arrivals.take_up(self._index.contents())
            told = {"told_before": len(arrivals) if from_now else 0, "ledger": arrivals.name}
            kept = [other for other in self.all() if other.name != search.name]
            self._write([*kept, search.model_copy(update=told)])

    def remove(self, name: str) -> bool:
        """Forget a search; returns whether there was one of this name."""
        with self._alone():
            kept = self.all()
            left = [search for search in kept if search.name != name]
            if len(left) < len(kept):
                self._write(left)
            return len(left) < len(kept)

    def alerts(self) -> Iterator[Alert]:
        """Ask every saved search; what is yielded counts as told once the caller asks for the next one or the end.

        Raises:
            CaseIndexError, EncoderError: as of a search.
        """
        if not self.all():
            return
        with self._alone():
            arrivals = Arrivals(self._folder)
            places = arrivals.take_up(self._index.contents())
            for search in self.all():
                # Where the ledger was lost, telling a case once more is better than telling it never.
                since = search.told_before if search.ledger == arrivals.name else 0
                if not any(place >= since for place in places.values()):
                    continue
                hits = self._index.search(
                    search.text, search.k, filters=search.filters, access=search.access, collapse=False
                )
                # A case that came in while this goes on has no place yet; the next time tells it.
                new = [hit for hit in hits if places.get(hit.id, -1) >= since]
                if new:
                    yield Alert(search=search, hits=new)
                told = search.model_copy(update={"told_before": len(arrivals), "ledger": arrivals.name})
                self._write([told if one.name == search.name else one for one in self.all()])

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with file_lock(self._folder, LOCK, LOCK_TIMEOUT, "another process is telling or changing saved searches"):
            yield

    def _write(self, searches: list[SavedSearch]) -> None:
        rows = [search.model_dump(mode="json") for search in searches]
        for row in rows:
            row["filters"] = {key: value for key, value in row["filters"].items() if value not in (None, {})}
            if row["access"] is None:
                del row["access"]
        partial = self._path.with_name(self._path.name + ".partial")
        with partial.open("w", encoding="utf-8") as file:
            file.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)
