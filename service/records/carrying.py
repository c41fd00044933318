"""What people decided about one version, carried to another one as far as its words stand there too."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access import Principal
from service.records.aligning import align
from service.records.rows import TagKey, tags_of
from service.store.models import RecordVersion, SubjectLink, TagRow

DECIDED = ("accepted", "rejected", "replaced")
Clauses = Sequence[tuple[int, int]]
_COLUMNS = (
    "quote", "label", "family", "group", "polarity", "status", "subject", "kind", "score", "source", "cues", "speaker",
    "speaker_role", "uncertainty",
)  # fmt: skip


class Correspondence:
    """Where the clauses of one text stand in another.

    Args:
        before, after: the texts.
        old, new: their clauses.
    """

    def __init__(self, before: str, after: str, old: Clauses, new: Clauses) -> None:
        self._before, self._after = before, after
        self._same = before == after
        self._starts: list[int] = []
        self._shifts: list[tuple[int, int]] = []  # end of the clause, how far it moved
        if not self._same:
            for first, second in matching(before, after, old, new):
                self._starts.append(old[first][0])
                self._shifts.append((old[first][1], new[second][0] - old[first][0]))

    def moved(self, start: int, end: int) -> tuple[int, int] | None:
        """The same words in the other text; None where they do not stand in clauses that both have."""
        if self._same:
            return start, end
        first, last = self._at(start), self._at(end - 1)
        if first is None or first != last:
            return None
        words = self._after[start + first : end + first]
        return (start + first, end + first) if words == self._before[start:end] else None

    def _at(self, offset: int) -> int | None:
        place = bisect_right(self._starts, offset) - 1
        if place < 0 or offset >= self._shifts[place][0]:
            return None
        return self._shifts[place][1]


def matching(before: str, after: str, old: Clauses, new: Clauses) -> list[tuple[int, int]]:
    """Pairs of clauses (place in ``old``, place in ``new``) that both texts have, in order."""
    one, other = ([text[start:end] for start, end in spans] for text, spans in ((before, old), (after, new)))
    return [
        pair
        for kind, first, last, since, until in align(one, other)
        if kind == "equal"
        for pair in zip(range(first, last), range(since, until), strict=True)
    ]


def carry_tags(
    session: Session, earlier: RecordVersion, later: RecordVersion, where: Correspondence, *, proposed: bool = False
) -> list[TagKey]:
    """Copy the tags that people decided about to the later version, with what they decided.

    The decisions themselves stay with the version they were made about.

    Args:
        session: for writing.
        earlier, later: the versions.
        where: the clauses of one in the other.
        proposed: also what nobody decided about, for a later version that is not annotated anew.

    Returns:
        What the copied tags say, so that an annotation does not propose it once more.
    """
    states = (*DECIDED, "proposed") if proposed else DECIDED
    copies: dict[str, TagRow] = {}
    for tag in tags_of(session, earlier.id, states):
        moved = where.moved(tag.start, tag.end)
        if moved is None:
            continue
        copies[tag.id] = TagRow(
            record_id=later.record_id,
            version_id=later.id,
            origin=tag.origin,
            state=tag.state,
            start=moved[0],
            end=moved[1],
            **{name: getattr(tag, name) for name in _COLUMNS if name != "cues"},
            cues=_moved_cues(tag, where),
        )
    session.add_all(copies.values())
    session.flush()
    for tag in tags_of(session, earlier.id, states):
        if tag.id in copies and tag.replaces_id in copies:
            copies[tag.id].replaces_id = copies[tag.replaces_id].id
    session.flush()
    return [(copy.start, copy.end, copy.label, copy.polarity, copy.subject) for copy in copies.values()]


def _moved_cues(tag: TagRow, where: Correspondence) -> list[dict[str, object]]:
    found = []
    for cue in tag.cues:
        moved = where.moved(cue["start"], cue["end"])
        if moved is not None:
            found.append({**cue, "start": moved[0], "end": moved[1]})
    return found


def carry_links(
    session: Session, principal: Principal, earlier: RecordVersion, later: RecordVersion, where: Correspondence
) -> int:
    """Let the links of a record rest on its later version, where the words that show them stand there too.

    Links whose words were corrected away stay with the earlier version, for a person to look at. So do all links where the
    principal may not write any. Returns how many were carried.
    """
    if not principal.may("subject.write"):
        return 0
    links = session.scalars(select(SubjectLink).where(SubjectLink.version_id == earlier.id)).all()
    carried = 0
    for link in links:
        if link.start is not None and link.end is not None:
            moved = where.moved(link.start, link.end)
            if moved is None:
                continue
            link.start, link.end = moved
        link.version_id = later.id
        carried += 1
    session.flush()
    return carried
