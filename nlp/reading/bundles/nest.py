"""What the bundles around a file have used of their limits, and the way to read what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from nlp.errors import ReadingError, TooLargeError
from nlp.reading.document import RawDocument
from nlp.reading.limits import Limits

Item = RawDocument | ReadingError

SEPARATOR = "!/"
"""Parts the path of a bundle from the name of a member inside it."""


@dataclass(slots=True)
class _Used:
    members: int = 0
    unpacked: int = 0


@dataclass(frozen=True, slots=True)
class Nest:
    """The place of one file inside bundles. Bundles inside one another share what they may use.

    Attributes:
        read: reads a member: its bytes, its path, and the place it stands in.
        limits: ``max_members``, ``max_bundle_bytes`` and ``max_depth`` apply.
        depth: how many bundles are around the file.
    """

    read: Callable[[bytes, str, Nest], Iterator[Item]]
    limits: Limits
    depth: int = 0
    _used: _Used = field(default_factory=_Used)

    def check_depth(self) -> None:
        """Refuse to open one bundle more.

        Raises:
            TooLargeError: ``max_depth`` bundles are open already.
        """
        if self.depth >= self.limits.max_depth:
            raise TooLargeError(
                "the bundle stands too deep inside other bundles",
                expected=f"at most {self.limits.max_depth} inside one another (max_depth)",
                hint="unpack it and read it on its own",
            )

    def count(self, members: int) -> None:
        """Note how many members a bundle has.

        Raises:
            TooLargeError: more than ``max_members`` together with those of the bundles around it.
        """
        self._used.members += members
        if self._used.members > self.limits.max_members:
            raise TooLargeError(
                f"the bundle has {self._used.members:,} members, those of inner bundles included",
                expected=f"at most {self.limits.max_members:,} (max_members)",
                hint="split it, or unpack it and read the folder",
            )

    @property
    def bytes_left(self) -> int:
        """Bytes that members may still unpack to."""
        return max(0, self.limits.max_bundle_bytes - self._used.unpacked)

    def member(self, data: bytes, path: str) -> Iterator[Item]:
        """Read one member.

        Args:
            data: what it unpacks to.
            path: bundle, ``!/`` and name.

        Yields:
            Its documents and errors; one ``TooLargeError`` when the bundle has used up ``max_bundle_bytes``.
        """
        self._used.unpacked += len(data)
        if self._used.unpacked > self.limits.max_bundle_bytes:
            yield self.spent(path)
            return
        yield from self.read(data, path, Nest(self.read, self.limits, self.depth + 1, self._used))

    def spent(self, path: str) -> TooLargeError:
        """The error of a member for which nothing is left of ``max_bundle_bytes``."""
        return TooLargeError(
            "the bundle unpacks to too much",
            path=path,
            expected=f"at most {self.limits.max_bundle_bytes:,} bytes (max_bundle_bytes)",
            hint="split it, or unpack it and read the folder",
        )
