"""Requests to Milvus, with errors that say what to do."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from nlp.errors import CaseIndexError, IndexMissingError
from nlp.retrieval.milvus.settings import MilvusSettings

_UNREACHABLE = 2
_NO_COLLECTION = 100

_T = TypeVar("_T")

Row = dict[str, Any]


def pymilvus() -> Any:
    """The client package.

    Raises:
        CaseIndexError: it is not installed.

    """
    try:
        return importlib.import_module("pymilvus")
    except ImportError as error:
        raise CaseIndexError(
            f"the Milvus client cannot be imported ({error})", hint="pip install yanpan[milvus]"
        ) from error


class Connection:
    """A client of one server. Safe to share between threads.

    Raises:
        CaseIndexError: the package is missing, or the server cannot be reached.

    """

    def __init__(self, settings: MilvusSettings) -> None:
        self.settings = settings
        self._module = pymilvus()
        if settings.lite:
            try:
                importlib.import_module("milvus_lite")
            except ImportError as error:
                raise CaseIndexError(
                    f"Milvus Lite cannot be imported ({error})",
                    path=settings.uri,
                    hint="pip install milvus-lite, or give the uri of a server such as http://localhost:19530",
                ) from error
            # Milvus Lite gives iterators no timestamp, and the client warns of that each time.
            logging.getLogger("pymilvus.client.iterator.query_iterator").setLevel(logging.ERROR)
        self._failures = (
            self._module.MilvusException,
            importlib.import_module("grpc").RpcError,
            # What the client raises of itself: a closed channel, a value it cannot send.
            ValueError,
            TypeError,
        )
        try:
            self._client = self._module.MilvusClient(
                uri=settings.uri, token=settings.token, db_name=settings.database, timeout=settings.timeout
            )
        except self._failures as error:
            raise self._unreachable(error) from error

    @property
    def types(self) -> Any:
        """``pymilvus.DataType``."""
        return self._module.DataType

    def schema(self) -> Any:
        """A new, empty collection schema."""
        return self._module.MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)

    def bm25(self, source: str, target: str) -> Any:
        """The function that fills ``target`` from the text in ``source``."""
        kind = self._module.FunctionType.BM25
        return self._module.Function(
            name="bm25", function_type=kind, input_field_names=[source], output_field_names=[target]
        )

    def call(self, request: str, *args: Any, **more: Any) -> Any:
        """Send a request, named as the client's method.

        Raises:
            IndexMissingError: a collection it names was never made, or was replaced by another process meanwhile.
            CaseIndexError: the server cannot be reached, or refused.

        """
        try:
            return getattr(self._client, request)(*args, **{"timeout": self.settings.timeout, **more})
        except self._failures as error:
            code = getattr(error, "code", None)
            code = code() if callable(code) else code
            reason = str(getattr(error, "message", "") or error)
            if code == _NO_COLLECTION:
                raise IndexMissingError(
                    f"there is no index named {self.settings.name} ({reason})",
                    path=self.settings.uri,
                    hint="build it with MilvusCaseIndex.build, or mend name or database in the settings",
                ) from error
            if code == _UNREACHABLE or "UNAVAILABLE" in str(code) or "DEADLINE" in str(code):
                raise self._unreachable(error) from error
            raise CaseIndexError(
                f"Milvus refused the request {request}: {reason}",
                path=self.settings.uri,
                expected="a Milvus server of 2.5 or later, or Milvus Lite",
                hint="see the server's log; if the index was made by another version, build it anew",
            ) from error

    def index_params(self) -> Any:
        """An empty set of index parameters."""
        return self._client.prepare_index_params()

    def count(self, collection: str, expression: str = "") -> int:
        """Number of rows an expression holds for."""
        (row,) = self.call("query", collection, filter=expression, output_fields=["count(*)"])
        return int(row["count(*)"])

    def query(self, collection: str, expression: str, fields: Sequence[str]) -> list[Row]:
        """Rows an expression holds for; the caller keeps them below the window."""
        return [dict(row) for row in self.call("query", collection, filter=expression, output_fields=list(fields))]

    def everything(self, collection: str, expression: str, fields: Sequence[str], batch: int) -> Iterator[list[Row]]:
        """Rows an expression holds for, however many, a batch at a time."""
        rows = self.call("query_iterator", collection, filter=expression, batch_size=batch, output_fields=list(fields))
        try:
            while found := rows.next():
                yield [dict(row) for row in found]
        finally:
            rows.close()

    def search(
        self,
        collection: str,
        field: str,
        data: Sequence[Any],
        limit: int,
        *,
        metric: str,
        expression: str | None = None,
        fields: Sequence[str] = (),
        params: dict[str, Any] | None = None,
    ) -> list[list[tuple[float, Row]]]:
        """For each of ``data`` the best rows as (score, fields); the sign of scores is the server's."""
        found = self.call(
            "search",
            collection,
            data=list(data),
            anns_field=field,
            limit=limit,
            filter=expression or "",
            output_fields=list(fields),
            search_params={"metric_type": metric, "params": params or {}},
        )
        return [[(float(hit["distance"]), dict(hit["entity"])) for hit in hits] for hits in found]

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _unreachable(self, error: Exception) -> CaseIndexError:
        return CaseIndexError(
            f"the Milvus server cannot be reached ({getattr(error, 'message', None) or error})",
            path=self.settings.uri,
            expected="a server that answers at this address, or a file ending in .db for Milvus Lite",
            hint="start the server, or mend uri, token or database in the settings",
        )


def chunks(items: Sequence[_T], size: int) -> Iterator[list[_T]]:
    """The items, so many at a time."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
