"""Saved searches: queries that are asked again whenever cases come in, and tell what is new.

They lie in ``SAVED.json`` beside the index, with the key from which on a case counts as new for each of them. Keys are
never given twice, so a case that was replaced counts as new again, and nothing is told twice or forgotten by a crash: the
key moves on only after the hits were handed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlp.errors import CaseIndexError
from nlp.retrieval.filters import Filters
from nlp.retrieval.hits import Hit
from nlp.retrieval.index import CaseIndex

FILE = "SAVED.json"


class SavedSearch(BaseModel):
    """A stored query.

    Attributes:
        name: unique.
        text: the query.
        k: a new case is told when it is among this many best of all cases that pass the filters.
        filters: as of a search.
        told_before: key from which on cases count as new.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100)
    text: str = Field(min_length=1)
    k: int = Field(default=20, ge=1)
    filters: Filters = Filters()
    told_before: int = Field(default=0, ge=0)


class Alert(BaseModel):
    """What is new for a saved search, best first."""

    model_config = ConfigDict(frozen=True)

    search: SavedSearch
    hits: list[Hit]


class SavedSearches:
    """The saved searches of an index.

    Args:
        folder: of the index.
        index: the index itself, opened.
    """

    def __init__(self, folder: Path | str, index: CaseIndex) -> None:
        self._path = Path(folder) / FILE
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
        """
        told = self._index.next_key if from_now else 0
        kept = [other for other in self.all() if other.name != search.name]
        self._write([*kept, search.model_copy(update={"told_before": told})])

    def remove(self, name: str) -> bool:
        """Forget a search; returns whether there was one of this name."""
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
        for search in self.all():
            upto = self._index.next_key
            if search.told_before >= upto:
                continue
            hits = self._index.search(search.text, search.k, filters=search.filters)
            new = [hit for hit in hits if (self._index.key_of(hit.id) or 0) >= search.told_before]
            if new:
                yield Alert(search=search, hits=new)
            self._write(
                [one.model_copy(update={"told_before": upto}) if one.name == search.name else one for one in self.all()]
            )

    def _write(self, searches: list[SavedSearch]) -> None:
        rows = [search.model_dump(mode="json") for search in searches]
        for row in rows:
            row["filters"] = {key: value for key, value in row["filters"].items() if value not in (None, {})}
        partial = self._path.with_name(self._path.name + ".partial")
        with partial.open("w", encoding="utf-8") as file:
            file.write(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path)
