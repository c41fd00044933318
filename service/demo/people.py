"""Units, users and subjects of the demo."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from nlp.errors import DemoError
from service.demo.person import Exchange, Person
from service.demo.shapes import Cast, SubjectItem, UserItem


def administrator(base_url: str, login: str, password: str, tell: Callable[[Exchange], None] | None) -> Person:
    """The administrator, signed in; a one-time password is changed at once, to one that nobody is told.

    Raises:
        DemoError: the password is wrong.
    """
    person = Person(base_url, login, tell)
    if person.sign_in(password):
        person.choose_password(password, secrets.token_urlsafe(24))
    return person


def add_units(admin: Person, cast: Cast) -> dict[str, str]:
    """Give the root its name and hang the other units below it; returns ids by key.

    Raises:
        DemoError: the service holds other units already.
    """
    present = list(admin.pages("/v1/units"))
    if len(present) != 1:
        raise DemoError("the service is in use already", expected="a new database", hint="choose another folder")
    made: dict[str, str] = {}
    for unit in cast.units:
        if unit.parent is None:
            root = admin.request("GET", f"/v1/units/{present[0]['id']}")
            admin.patch(f"/v1/units/{present[0]['id']}", {"name": unit.name}, etag=root.headers["etag"])
            made[unit.key] = present[0]["id"]
        else:
            body = {"code": unit.code, "name": unit.name, "parent_id": made[unit.parent]}
            made[unit.key] = admin.post("/v1/units", body)["id"]
    return made


def add_user(admin: Person, base_url: str, user: UserItem, units: dict[str, str]) -> Person:
    """Make a user, who signs in with the one-time password and chooses one that nobody is told."""
    body: dict[str, Any] = {
        "login": user.login,
        "display_name": user.name,
        "unit_id": units[user.unit],
        "roles": user.roles,
        "clearance": user.clearance,
    }
    made = admin.post("/v1/users", body)
    person = Person(base_url, user.login, admin.tell)
    person.sign_in(made["one_time_password"])
    person.choose_password(made["one_time_password"], secrets.token_urlsafe(24))
    return person


def hand_over(admin: Person, person: Person) -> str:
    """A new one-time password for whoever goes on as this user; the session of the demo ends."""
    return str(admin.post(f"/v1/users/{person.id}/password-reset")["one_time_password"])


def add_subject(analyst: Person, subject: SubjectItem, units: dict[str, str]) -> str:
    """Register a subject with the name behind the code; returns its id."""
    body = {
        "unit_id": units[subject.unit],
        "confidentiality": subject.confidentiality,
        "kind": subject.kind,
        "code": subject.code,
        "identity": {"name": subject.name, "position": subject.position, "aliases": subject.aliases},
    }
    return str(analyst.post("/v1/subjects", body)["id"])
