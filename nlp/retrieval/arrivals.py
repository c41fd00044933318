"""Which cases an index has ever held, in the order in which they came.

``ARRIVALS.bin`` is a row of 16-byte fingerprints of what was given as a case, its id included. It outlives the index beside
it: a case that an index built anew holds as before has its old place, and one with another content a new one. Places rise
and are never given twice, so a place tells what came before and what after. The first 16 bytes are the ledger's own name,
made up when it is begun, so that places of a ledger that was lost are not taken for those of another.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

FILE = "ARRIVALS.bin"
_SIZE = 16


class Arrivals:
    """The ledger of one index. The caller sees to it that one process at a time has it.

    Args:
        folder: where it lies; made when something is written.

    Attributes:
        name: of the ledger.

    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        content = self._path.read_bytes() if self._path.exists() else b""
        self._name = content[:_SIZE] if len(content) >= _SIZE else secrets.token_bytes(_SIZE)
        self.name = self._name.hex()
        held = content[_SIZE:]
        # What a crash has left of a fingerprint does not count.
        whole = len(held) - len(held) % _SIZE
        self._places = {held[at : at + _SIZE]: at // _SIZE for at in range(0, whole, _SIZE)}
        self._size = whole // _SIZE

    def __len__(self) -> int:
        return self._size

    def take_up(self, cases: Iterable[tuple[str, str]]) -> dict[str, int]:
        """Give a place to every case that has none yet, and keep it.

        Args:
            cases: id and content of all cases of the index.

        Returns:
            The place of each case by id.

        """
        found: dict[str, int] = {}
        new: list[bytes] = []
        for id_, content in cases:
            fingerprint = hashlib.blake2b(f"{len(id_)}:{id_}{content}".encode(), digest_size=_SIZE).digest()
            if fingerprint not in self._places:
                self._places[fingerprint] = self._size + len(new)
                new.append(fingerprint)
            found[id_] = self._places[fingerprint]
        if new:
            self._append(b"".join(new))
        return found

    def _append(self, fingerprints: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("r+b" if self._path.exists() else "w+b") as file:
            file.write(self._name)
            file.seek(_SIZE + self._size * _SIZE)
            file.write(fingerprints)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        self._size += len(fingerprints) // _SIZE
