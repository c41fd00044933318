"""Where two reviewers of one blind round decided differently."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.review.shapes import TagWanted
from service.store.models import Review

SHARE = 0.5
"""Added tags with one label are about the same thing when they share at least half of the shorter one."""


@dataclass(frozen=True)
class Matter:
    """One thing that was decided: a tag of the machine, or words that somebody added a tag to.

    Attributes:
        key: the tag's id, or the id of the first of the added tags' reviews.
        tag_id: None for added tags.
        reviews: at most one of each reviewer.
        agreed: both decided the same.
    """

    key: str
    tag_id: str | None
    reviews: tuple[Review, ...]
    agreed: bool

    @property
    def start(self) -> int:
        """First character of what was decided about."""
        return min(review.start for review in self.reviews)

    @property
    def end(self) -> int:
        """One past the last character."""
        return max(review.end for review in self.reviews)


def matters(reviews: Iterable[Review]) -> list[Matter]:
    """The live decisions of two reviewers, put side by side in the order of the text.

    Args:
        reviews: of one round, none taken back.
    """
    by_tag: dict[str, list[Review]] = defaultdict(list)
    added: list[Review] = []
    for review in sorted(reviews, key=lambda item: item.id):
        if review.tag_id is not None:
            by_tag[review.tag_id].append(review)
        elif review.action == "add":
            added.append(review)
    found = [Matter(tag_id, tag_id, tuple(both), _same(both)) for tag_id, both in by_tag.items()]
    found += [Matter(group[0].id, None, tuple(group), _same(group)) for group in _paired(added)]
    return sorted(found, key=lambda matter: (matter.start, matter.end, matter.key))


def _same(reviews: Sequence[Review]) -> bool:
    if len(reviews) != 2:
        return False
    one, other = reviews
    return one.action == other.action and one.proposal == other.proposal


def _paired(added: Sequence[Review]) -> list[list[Review]]:
    """Added tags of different reviewers that are about the same thing; identical ones first, then by overlap."""
    left = list(added)
    groups: list[list[Review]] = []
    candidates = sorted(
        (
            (-_closeness(one, other), one.id, other.id)
            for place, one in enumerate(added)
            for other in added[place + 1 :]
            if one.reviewer_id != other.reviewer_id and _closeness(one, other) > 0
        ),
    )
    by_id = {review.id: review for review in added}
    for _, one_id, other_id in candidates:
        one, other = by_id[one_id], by_id[other_id]
        if one in left and other in left:
            left.remove(one)
            left.remove(other)
            groups.append([one, other])
    return [*groups, *([review] for review in left)]


def _closeness(one: Review, other: Review) -> float:
    """2 for the same tag, else the shared part of the shorter span where label and overlap fit, else 0."""
    if one.proposal == other.proposal:
        return 2.0
    mine, theirs = TagWanted.model_validate(one.proposal), TagWanted.model_validate(other.proposal)
    if mine.label != theirs.label:
        return 0.0
    common = min(mine.end, theirs.end) - max(mine.start, theirs.start)
    share = common / min(mine.end - mine.start, theirs.end - theirs.start)
    return share if share >= SHARE else 0.0
