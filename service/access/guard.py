"""The guard of a principal's session: it adds the rules to what is read, checks what is written, refuses the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import CTE, Column, ColumnElement, Join, Select, Subquery, Table, event, inspect, select
from sqlalchemy.orm import LoaderCriteriaOption, Mapper, ORMExecuteState, Session, UOWTransaction
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.selectable import AliasedReturnsRows
from sqlalchemy.sql.util import ClauseAdapter

from nlp.errors import AccessDeniedError, NotFoundError, UnguardedQueryError
from service.access.principal import Principal
from service.access.visibility import RULES, visible
from service.store.base import Base, Placed, table_of
from service.store.database import StoreSession
from service.store.models.people import Unit, UnitClosure

_MODELS: dict[str, type[Base]] = {table_of(model).name: model for model in RULES}
_UNCHECKED = {"users", "units"}  # ids of people and units are no secrets; reach is checked by itself


class Guard:
    """What every statement of a principal's session passes."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal
        self._criteria: dict[type[Base], Any] = {}

    def __call__(self, state: ORMExecuteState) -> None:
        """Add the rules of every table that the statement touches.

        Raises:
            UnguardedQueryError: it is no ORM query, or touches a table without a rule.
        """
        if state.is_column_load:
            return  # more columns of a row that was seen already
        if not (state.is_orm_statement and state.is_select):
            raise UnguardedQueryError(
                "a session of a principal reads with ORM queries and writes by its objects",
                hint="use models, not tables, text or bulk statements",
            )
        models = set(_touched(state.statement))
        if models:
            state.statement = state.statement.options(*(self._criterion(model) for model in models))

    def _criterion(self, model: type[Base]) -> Any:
        found = self._criteria.get(model)
        if found is None:
            found = _Criterion(model, visible(model, self.principal), include_aliases=True)
            self._criteria[model] = found
        return found


class _Criterion(LoaderCriteriaOption):
    """``with_loader_criteria`` that follows a model into every alias.

    SQLAlchemy adapts a plain expression to an alias that is selected from, but not to one that is joined to. The adapted
    expression keeps the bound values of the original, which compiled statements are cached by.
    """

    inherit_cache = True
    _cache_key_traversal = LoaderCriteriaOption._traverse_internals

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        found = super()._resolve_where_criteria(ext_info)
        if not ext_info.is_aliased_class:
            return found
        adapted: ColumnElement[bool] = ClauseAdapter(ext_info.selectable).traverse(found)
        return adapted


def system_guard(_state: ORMExecuteState) -> None:
    """Lets everything through: the service's own work, which no request steers."""


def _touched(part: Any, own: frozenset[Table] = frozenset()) -> Iterator[type[Base]]:
    """Every model that a statement selects from, and every model its rows could load through a relationship.

    SQLAlchemy puts the rules on models. A bare table (``Record.__table__``) takes none, so it is refused, unless the same
    SELECT reaches the same table by its model as well.

    Args:
        part: the statement, or a part of it.
        own: tables that the SELECT around the part reaches by their models.
    """
    if isinstance(part, TextClause):
        raise UnguardedQueryError("a statement with literal SQL")
    if isinstance(part, Select):
        joined = [join[0] for join in part._setup_joins]
        own = frozenset(_tables_of_models((*part._raw_columns, *part._from_obj, *joined)))
        for source in (*part._from_obj, *joined):
            _require_model(source, source, own)
    elif isinstance(part, Column):
        _require_model(part, part.table, own)
    elif isinstance(part, Join):
        _require_model(part.left, part.left, own)
        _require_model(part.right, part.right, own)
    elif isinstance(part, Table):
        model = _MODELS.get(part.name)
        if model is None:
            raise UnguardedQueryError(f"no access rule for the table {part.name}")
        yield from _reachable(inspect(model), set())
    for child in part.get_children():
        yield from _touched(child, own)


def _tables_of_models(parts: Iterable[Any]) -> Iterator[Table]:
    for part in parts:
        for piece in visitors.iterate(part):
            if isinstance(piece, Select):
                break  # a scope of its own
            source = piece.table if isinstance(piece, Column) else piece
            if "parententity" in piece._annotations and isinstance(source, Table):
                yield source


def _require_model(part: Any, source: Any, own: frozenset[Table]) -> None:
    aliased = False
    while isinstance(source, AliasedReturnsRows) and not isinstance(source, Subquery | CTE):
        source, aliased = source.element, True
    if isinstance(source, Table) and "parententity" not in part._annotations and (aliased or source not in own):
        raise UnguardedQueryError(f"the table {source.name} is not reached by its model")


def _reachable(mapper: Mapper[Any], seen: set[Mapper[Any]]) -> Iterator[type[Base]]:
    if mapper in seen:
        return
    seen.add(mapper)
    yield mapper.class_
    for relationship in mapper.relationships:
        yield from _reachable(relationship.mapper, seen)


@event.listens_for(StoreSession, "before_flush")
def _check_writes(session: Session, _context: UOWTransaction, _instances: object) -> None:
    """What a principal writes lies within reach, both before and after, and refers to nothing they may not know of."""
    principal: Principal | None = session.info.get("principal")
    if principal is None:
        return
    changed = [row for row in session.dirty if session.is_modified(row)]
    for row in (*session.new, *changed, *session.deleted):
        writers = RULES[type(row)].writers
        if "*" not in writers:
            principal.require(*writers or ("(nobody)",))
    written = (*session.new, *changed)
    _check_reach(session, principal, written)
    _check_references(session, written)


def _check_reach(session: Session, principal: Principal, rows: Iterable[Any]) -> None:
    for row in rows:
        if isinstance(row, Placed) and (row.confidentiality or 0) > principal.clearance:
            raise AccessDeniedError("the level is above the own clearance", expected=f"at most {principal.clearance}")
        unit_id = row.parent_id if isinstance(row, Unit) else getattr(row, "unit_id", None)
        if unit_id is not None and unit_id not in reach(session, principal):
            if isinstance(row, Unit) and not inspect(row).attrs.parent_id.history.has_changes():
                continue  # the own unit may be renamed; what it hangs under is another's
            raise NotFoundError("no such unit", path=unit_id)


def reach(session: Session, principal: Principal) -> frozenset[str]:
    """Ids of the principal's unit and of all below it, looked up once a session."""
    found: frozenset[str] | None = session.info.get("reach")
    if found is None:
        with session.no_autoflush:
            below = select(UnitClosure.descendant_id).where(UnitClosure.ancestor_id == principal.unit_id)
            found = session.info["reach"] = frozenset(session.scalars(below))
    return found


def _check_references(session: Session, rows: Iterable[Any]) -> None:
    known: set[tuple[str, str]] = session.info.setdefault("known", set())
    fresh = {(table_of(type(row)).name, row.id) for row in session.new if hasattr(row, "id")}
    for row in rows:
        for table, value in _references(row):
            if (table, value) in known or (table, value) in fresh:
                continue
            model: Any = _MODELS[table]
            with session.no_autoflush:
                if session.scalar(select(model.id).where(model.id == value)) is None:
                    raise NotFoundError("no such object", path=value, place=table)
            known.add((table, value))


def _references(row: Any) -> Iterator[tuple[str, str]]:
    state = inspect(row)
    for attribute in state.mapper.column_attrs:
        value = state.dict.get(attribute.key)
        if value is None or (state.persistent and not state.attrs[attribute.key].history.has_changes()):
            continue
        for key in attribute.columns[0].foreign_keys:
            if key.column.table.name not in _UNCHECKED:
                yield key.column.table.name, value
