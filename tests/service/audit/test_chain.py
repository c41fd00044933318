"""The log: one chain, no gap, nothing changed without being found."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, text

from nlp.errors import AuditChainError, InvalidInputError
from service.access import Repository
from service.audit import record
from service.audit.chain import GENESIS, entry_hash
from service.audit.verify import Head, head_of, read_head, verify
from service.store.database import Database
from service.store.models import AuditEntry, Unit
from tests.service.people import People

TRIGGERS = ("audit_entries_no_update", "audit_entries_no_delete")


def fill(repository: Repository, count: int = 12) -> None:
    for number in range(count):
        with repository.system_write("test") as session:
            record(session, "record.view", "record", f"r{number}", number=number)


def head(repository: Repository) -> Head:
    with repository.system_read("test") as session:
        return head_of(session)


def check(repository: Repository, anchor: Head | None = None) -> Head:
    with repository.system_read("test") as session:
        return verify(session, anchor)


def tamper(repository: Repository, *statements: str) -> None:
    """As somebody with the machine's rights would: the triggers off, then on again."""
    with repository.database.engine.begin() as connection:
        if repository.database.is_sqlite:
            made = [
                connection.execute(text(f"SELECT sql FROM sqlite_master WHERE name = '{name}'")).scalar()
                for name in TRIGGERS
            ]
            off, on = [f"DROP TRIGGER {name}" for name in TRIGGERS], [str(one) for one in made]
        else:
            off = ["ALTER TABLE audit_entries DISABLE TRIGGER ALL", "ALTER TABLE audit_head DISABLE TRIGGER ALL"]
            on = [statement.replace("DISABLE", "ENABLE") for statement in off]
        for statement in (*off, *statements, *on):
            connection.exec_driver_sql(statement)


def test_an_untouched_log_verifies(repository: Repository) -> None:
    assert check(repository).seq == 0
    fill(repository)
    assert check(repository).seq == 12
    with repository.system_read("test") as session:
        first = session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).first()
    assert first is not None
    assert first.prev_hash == GENESIS
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", first.at)


def test_the_hash_is_what_the_documentation_says() -> None:
    """Another program can check the chain: this value was computed from the documented form by hand."""
    import hashlib

    entry = {
        "seq": 1, "at": "2026-11-22T00:00:00.000000+00:00", "actor": "u", "actor_kind": "user", "action": "record.view",
        "object_type": "record", "object_id": "r", "details": "{}", "request_id": None, "prev_hash": GENESIS,
    }  # fmt: skip
    canonical = (
        '{"action":"record.view","actor":"u","actor_kind":"user","at":"2026-11-22T00:00:00.000000+00:00","details":"{}",'
        f'"object_id":"r","object_type":"record","prev_hash":"{GENESIS}","request_id":null,"seq":1}}'
    )
    assert entry_hash(entry) == hashlib.sha256(b"yanpan-audit-1\n" + canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE audit_entries SET actor = 'other' WHERE seq = 5", "entry 5"),
        ("UPDATE audit_entries SET details = '{\"number\":99}' WHERE seq = 1", "entry 1"),
        ("UPDATE audit_entries SET at = '2020-01-01' WHERE seq = 12", "entry 12"),
        ("DELETE FROM audit_entries WHERE seq = 7", "entry 7"),
        ("DELETE FROM audit_entries WHERE seq = 1", "entry 1"),
        ("DELETE FROM audit_entries WHERE seq > 9", "entry 10"),
        ("DELETE FROM audit_entries", "entry 1"),
        (
            "INSERT INTO audit_entries SELECT 13, at, actor, actor_kind, action, object_type, object_id, details,"
            " request_id, hash, 'x' FROM audit_entries WHERE seq = 12",
            "entry 13",
        ),
    ],
)
def test_every_kind_of_tampering_is_found_and_the_first_broken_entry_named(
    repository: Repository, statement: str, place: str
) -> None:
    fill(repository)
    tamper(repository, statement)
    with pytest.raises(AuditChainError) as caught:
        check(repository)
    assert caught.value.place == place


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor = 'x'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET seq = 1",
        "TRUNCATE audit_entries",
    ],
)
def test_the_database_itself_refuses_changes(repository: Repository, statement: str) -> None:
    if statement.startswith("TRUNCATE") and repository.database.is_sqlite:
        pytest.skip("SQLite has no TRUNCATE")
    fill(repository, 3)
    with pytest.raises(Exception, match=r"append-only|forward only"), repository.database.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert check(repository).seq == 3


def rewrite(repository: Repository) -> None:
    """All hashes computed anew after a change, head included: only an anchor kept elsewhere can tell."""
    with repository.system_read("test") as session:
        rows = [dict(row) for row in session.execute(select(AuditEntry.__table__).order_by(AuditEntry.seq)).mappings()]
    previous, statements = GENESIS, []
    for row in rows:
        row["actor"], row["prev_hash"] = "nobody", previous
        previous = entry_hash(row)
        statements.append(
            f"UPDATE audit_entries SET actor = 'nobody', prev_hash = '{row['prev_hash']}', hash = '{previous}'"
            f" WHERE seq = {row['seq']}"
        )
    tamper(repository, *statements, f"UPDATE audit_head SET hash = '{previous}'")


def test_an_exported_head_finds_what_the_chain_alone_cannot(repository: Repository, tmp_path: Path) -> None:
    fill(repository)
    (tmp_path / "head.json").write_text(head(repository).as_json(), encoding="utf-8")
    anchor = read_head(tmp_path / "head.json")
    fill(repository, 3)
    assert check(repository, anchor).seq == 15
    rewrite(repository)
    assert check(repository).seq == 15
    with pytest.raises(AuditChainError, match="written anew") as caught:
        check(repository, anchor)
    assert caught.value.place == "entry 12"


def test_an_exported_head_finds_a_cut_end(repository: Repository) -> None:
    fill(repository)
    anchor = head(repository)
    before = check(repository).hash
    with repository.system_read("test") as session:
        kept = session.get_one(AuditEntry, 8).hash
    assert kept != before
    if repository.database.is_sqlite:
        tamper(repository, "DROP TRIGGER audit_head_forward")
    tamper(repository, "DELETE FROM audit_entries WHERE seq > 8", f"UPDATE audit_head SET seq = 8, hash = '{kept}'")
    assert check(repository).seq == 8
    with pytest.raises(AuditChainError, match="missing"):
        check(repository, anchor)


def test_a_head_of_another_database_or_no_head_is_refused(repository: Repository, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="another database"):
        check(repository, Head("other", 0, GENESIS, ""))
    for content in ("", "[]", '{"seq": 1}'):
        (tmp_path / "h").write_text(content)
        with pytest.raises(InvalidInputError):
            read_head(tmp_path / "h")
    with pytest.raises(InvalidInputError):
        read_head(tmp_path / "none")


def test_many_writers_make_one_chain_without_gaps(repository: Repository, people: People) -> None:
    people.unit("某省/A县")
    url = repository.database.url.render_as_string(hide_password=False)
    others = [repository, Repository(Database(url))]  # two pools, as two processes would have

    def work(number: int) -> None:
        mine = others[number % 2]
        with mine.system_write("test") as session:
            record(session, "a.b", number=number)
            record(session, "a.c", number=number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))
    others[1].database.close()
    assert check(repository).seq == 80
    with repository.system_read("test") as session:
        rows = session.execute(
            select(AuditEntry.seq, AuditEntry.action, AuditEntry.details).order_by(AuditEntry.seq)
        ).all()
    assert [seq for seq, _, _ in rows] == list(range(1, 81))
    pairs = [(json.loads(one.details), json.loads(two.details)) for one, two in zip(rows[::2], rows[1::2], strict=True)]
    assert all(one == two for one, two in pairs)  # the entries of one transaction stand together


def test_an_entry_is_there_exactly_when_its_change_is(repository: Repository, people: People) -> None:
    root = people.unit()

    def fail() -> None:
        with repository.system_write("test") as session:
            session.get_one(Unit, root).name = "改"
            record(session, "unit.change", "unit", root)
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert head(repository).seq == 0
    with repository.system_write("test") as session:
        session.get_one(Unit, root).name = "改"
        record(session, "unit.change", "unit", root)
    assert head(repository).seq == 1


def test_what_was_looked_at_is_in_the_log_with_who_looked(repository: Repository, people: People) -> None:
    reader = people.principal("analyst")
    with repository.read(reader, "request-1") as session:
        record(session, "record.view", "record", "r1")
    with repository.system_read("test") as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.actor_kind, entry.request_id) == (reader.id, "user", "request-1")


@pytest.mark.parametrize("value", ["某人", "x" * 201, "a\nb", {"a": 1}, ["好"], object()])
def test_personal_text_does_not_get_in(repository: Repository, value: object) -> None:
    with repository.system_write("test") as session:
        with pytest.raises(ValueError, match="audit"):
            record(session, "a.b", value=value)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="audit"):
            record(session, "检索")
