"""Saved searches, and the cases that are new for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from nlp.codebook import Codebook
from nlp.retrieval import Filters
from service.api.deps import Caller, EngineDep
from service.api.searches import list_alerts, list_searches
from service.render import DOC_TYPE_ZH
from service.review.labels import codebook
from service.store.etags import etag
from service.store.models import AlertHit, SavedSearch
from service.workbench.rendering import allowed, render
from service.workbench.words import label_classes, label_names

router = APIRouter()
Cursor = Annotated[str | None, Query(max_length=2000)]


@router.get("/searches")
def searches(
    request: Request,
    engine: EngineDep,
    caller: Caller = allowed("search.save"),
    cursor: Cursor = None,
    alerts_cursor: Cursor = None,
    search: Annotated[str | None, Query(max_length=36)] = None,
    seen: bool = False,
) -> HTMLResponse:
    """The own searches, and above them the new cases; those that were seen as well when asked for."""
    found = list_searches(caller, 50, cursor)
    alerts = list_alerts(caller, 30, alerts_cursor, search or None, unseen=not seen)
    book = codebook(engine.settings.codebook)
    with caller.read() as session:
        unseen = session.execute(
            select(AlertHit.saved_search_id, func.count(AlertHit.id))
            .where(AlertHit.known.is_(False), AlertHit.seen_at.is_(None))
            .group_by(AlertHit.saved_search_id)
        )
        of_alerts = {alert.saved_search_id for alert in alerts.items} | ({search} if search else set())
        names = session.scalars(select(SavedSearch).where(SavedSearch.id.in_(of_alerts)))
        return render(
            request,
            caller,
            "searches/list.html",
            searches=[(row, etag(row), conditions(row.filters, book)) for row in found.items],
            next_cursor=found.next_cursor,
            cursor=cursor,
            alerts=alerts.items,
            next_alerts=alerts.next_cursor,
            alerts_cursor=alerts_cursor,
            names={row.id: row.name for row in names},
            unseen=Counter({row[0]: row[1] for row in unseen}),
            chosen=search or "",
            seen=seen,
            label_zh=label_names(book),
            label_css=label_classes(book),
        )


def conditions(filters: Filters | Mapping[str, Any], book: Codebook) -> list[str]:
    """Filters in words: ``材料类型：专项调研、走访核查``."""
    given = Filters.of(filters)
    zh = label_names(book)
    signs = {"+": "＋", "-": "－"}
    made = [
        _words("材料类型", [DOC_TYPE_ZH.get(one, one) for one in sorted(given.doc_type or ())]),
        _words("单位", sorted(given.unit or ())),
        _words("结果", sorted(given.outcome or ())),
        _words("来源", sorted(given.source or ())),
        _words("表现", [f"{zh.get(one[:-1], one[:-1])}{signs[one[-1]]}" for one in sorted(given.labels or ())]),
    ]
    if given.date_from or given.date_to:
        made.append(f"时间：{given.date_from or '不限'} 至 {given.date_to or '不限'}")
    for key, values in given.meta.items():
        made.append(_words(key, sorted(values)))
    for name, ids in (("只在指定的案例中", given.ids), ("不含指定的案例", given.exclude_ids)):
        if ids is not None:
            made.append(f"{name}（{len(ids)} 个）")
    return [one for one in made if one]


def _words(name: str, values: Sequence[str]) -> str:
    return f"{name}：{'、'.join(values)}" if values else ""
