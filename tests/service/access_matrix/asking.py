"""Requests out of the table of endpoints, with the ids that somebody puts in."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import pypdfium2

from tests.service.access_matrix.endpoints import Endpoint
from tests.service.access_matrix.scenery import CELLS, SEEN, Client, Scenery

# What belongs to one user alone; everything else lies in a cell.
PERSONAL = frozenset({"search", "alert", "job", "export", "spare_key"})
# Found by unit, whatever its level; of the unit above one may know, so that it proves nothing.
BY_UNIT = frozenset({"unit", "unit_name", "user", "colleague"})
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?")
_AUDIT_HEAD = re.compile("审计日志末端：[^<本]*")
_NOWHERE = "00000000-0000-7000-8000-{:012}"

# Every role in every cell takes a minute; a short run gives every endpoint every role and every cell, not each of them together.
FULL = os.environ.get("YANPAN_MATRIX") == "full"


def ids_of(scenery: Scenery, role: str, cell: str = "own") -> dict[str, str]:
    """What a reader may name: everything in a cell, and what belongs to them."""
    return {**scenery.cells[cell], **scenery.mine[role]}


def kinds_of(endpoint: Endpoint) -> list[str]:
    """Kinds of objects that a request names, that of the path first."""
    found = [] if endpoint.about is None else [endpoint.about]
    found += [word[1:] for word in _words([endpoint.body, endpoint.params, endpoint.form]) if word.startswith("$")]
    return list(dict.fromkeys(found))


def hidden(scenery: Scenery, role: str, kind: str) -> list[str]:
    """Ids of objects of a kind that the reader may not know of."""
    if kind in PERSONAL:
        sees_all = kind == "job" and role == "admin"
        return [] if sees_all else [scenery.theirs[kind]]
    cells = ["other"] if kind in BY_UNIT else [cell for cell in CELLS if cell not in SEEN]
    return [scenery.cells[cell][kind] for cell in cells]


def nowhere(number: int = 1) -> str:
    """An id that nothing has."""
    return _NOWHERE.format(number)


def share(cells: list[str], number: int, of: int) -> list[str]:
    """The cells that one of several roles looks into: all of them in the full matrix, else each has its turn."""
    return cells if FULL else [cell for place, cell in enumerate(cells) if (place - number) % of == 0 or of == 1]


def ask(client: Client, method: str, path: str, endpoint: Endpoint, ids: Mapping[str, str]) -> Any:
    """Ask an endpoint about some objects."""
    if endpoint.about is not None:
        path = path.replace("{id}", ids[endpoint.about]).replace("{number}", "1")
    rest: dict[str, Any] = {"headers": endpoint.headers, "params": _filled(endpoint.params, ids)}
    if endpoint.body is not None:
        rest["json"] = _filled(endpoint.body, ids)
    if endpoint.form is not None:
        name = "file" if path.endswith("/uploads") else "files"
        rest |= {
            "data": _filled(endpoint.form, ids),
            "files": {name: ("n.txt", "从不推诿扯皮。".encode(), "text/plain")},
        }
    return client.request(method, path, **rest)


def told(scenery: Scenery, answer: Any, *ids: str) -> tuple[int, str]:
    """What an answer tells: status and body, without the ids that were asked about and what is new in every answer."""
    text = answer.content.decode("utf-8", "replace")
    for id_ in ids:
        text = text.replace(json.dumps(id_)[1:-1], "*").replace(id_, "*")
    known = {id_ for cell in scenery.cells.values() for id_ in cell.values()} | set(scenery.theirs.values())
    text = ID.sub(lambda found: found[0] if found[0] in known else "(new)", text)
    return answer.status_code, _MOMENT.sub("(moment)", text)


def readable(answer: Any) -> str:
    """What a person reads in an answer, be it JSON, a document or a workbook, without moments."""
    kind = answer.headers.get("content-type", "")
    if "openxmlformats" in kind or "zip" in kind:
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            names = sorted(name for name in packed.namelist() if not name.startswith("docProps"))
            text = "\n".join(packed.read(name).decode("utf-8", "replace") for name in names)
    elif "pdf" in kind:
        text = "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(answer.content))
    else:
        text = answer.content.decode("utf-8", "replace")
    return _AUDIT_HEAD.sub("(head)", _MOMENT.sub("(moment)", text))


def _filled(part: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        return ids[part[1:]] if part.startswith("$") else part
    if isinstance(part, Mapping):
        return {key: _filled(value, ids) for key, value in part.items()}
    return [_filled(value, ids) for value in part] if isinstance(part, list) else part


def _words(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        yield from _words(list(part.values()))
    elif isinstance(part, list):
        for value in part:
            yield from _words(value)
