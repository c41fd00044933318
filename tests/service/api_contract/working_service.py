"""A service that listens, with something of everything in it, and somebody of one role who sees all of that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.access.roles import HIGHEST, ROLES
from tests.service.access_matrix.making import copied
from tests.service.access_matrix.scenery import Scenery
from tests.service.api_contract.generating import Contract
from tests.service.conftest import serving


@dataclass(frozen=True)
class Asking:
    """Somebody of one role.

    Attributes:
        headers: with their key.
        ids: objects that they may know of, by kind.
    """

    headers: Mapping[str, str]
    ids: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Working:
    """The service at work."""

    contract: Contract
    scenery: Scenery

    def somebody(self, role: str) -> Asking:
        """Of a role, in the root unit and with the highest clearance."""
        client, user_id = self.scenery.client(role, unit="above", clearance=HIGHEST)
        ids: dict[str, list[str]] = {}
        for made in (*self.scenery.cells.values(), self.scenery.belongings(client, user_id, role), self.scenery.theirs):
            for kind, id_ in made.items():
                ids.setdefault(kind, []).append(id_)
        return Asking(client.headers, ids)


@contextmanager
def working(folder: Path) -> Iterator[Working]:
    """A service of one's own, which may be changed."""
    with copied(folder) as scenery, serving(scenery.app) as url:
        yield Working(Contract(scenery.app.openapi(), url), scenery)


ROLE_NAMES = tuple(sorted(ROLES))
