"""How far two blind reviewers agree: clause-level kappa, and alpha for the ends of their spans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.codebook import Codebook
from nlp.errors import ConflictError
from service.access import Principal
from service.access.repository import fetch
from service.review.shapes import TagWanted, wanted_of
from service.store.models import RecordVersion, Review, ReviewAssignment, ReviewRound, TagRow

FINISHED = ("adjudicating", "closed")
MOST_ROUNDS = 500


class LabelAgreement(BaseModel):
    """Agreement on one label."""

    label: str
    kappa: float | None = Field(description="beyond chance, -1 to 1; null where both gave one and the same answer")
    alpha: float | None = Field(description="for unitizing, at most 1; null where nobody marked anything")
    both: int = Field(description="clauses that both marked")
    first: int = Field(description="clauses that only the first marked")
    second: int = Field(description="clauses that only the second marked")


class RoundAgreement(BaseModel):
    """Agreement of the two reviewers of one round, or of many rounds together."""

    rounds: int
    clauses: int
    characters: int
    kappa: float | None = Field(description="over all pairs of clause and label of the codebook")
    alpha: float | None = Field(description="for unitizing, all labels together")
    decisions: int = Field(description="tags of the machine that both decided about")
    same_decisions: int
    labels: list[LabelAgreement] = Field(description="labels that either of them gave")


@dataclass(frozen=True)
class _Pair:
    """The tags that each of the two left, on one text."""

    version: RecordVersion
    tags: tuple[list[TagWanted], list[TagWanted]]
    decisions: int
    same: int


def of_round(session: Session, principal: Principal, book: Codebook, round_id: str) -> RoundAgreement:
    """Agreement in one blind round.

    Raises:
        NotFoundError: there is no such round for them.
        ConflictError: it is not blind, or its reviewers are still at work.
    """
    principal.require("record.read")
    round_ = fetch(session, ReviewRound, round_id)
    if not round_.blind or round_.state not in FINISHED:
        raise ConflictError("agreement is known of blind rounds whose reviewers have both finished", path=round_id)
    return _figures(book, [_pair(session, round_)])


def of_all(
    session: Session, principal: Principal, book: Codebook, *, reviewer_ids: Sequence[str] | None = None
) -> RoundAgreement:
    """Agreement over the newest finished blind rounds (at most ``MOST_ROUNDS``) that somebody may see.

    Args:
        session: decides which rounds those are.
        principal: who asks.
        book: whose labels count.
        reviewer_ids: only rounds in which one of these people reviewed.
    """
    principal.require("record.read")
    statement = select(ReviewRound).where(ReviewRound.blind.is_(True), ReviewRound.state.in_(FINISHED))
    if reviewer_ids is not None:
        parts = select(ReviewAssignment.round_id).where(ReviewAssignment.reviewer_id.in_(list(reviewer_ids)))
        statement = statement.where(ReviewRound.id.in_(parts))
    rounds = session.scalars(statement.order_by(ReviewRound.id.desc()).limit(MOST_ROUNDS)).all()
    return _figures(book, [_pair(session, round_) for round_ in rounds])


def _pair(session: Session, round_: ReviewRound) -> _Pair:
    version = fetch(session, RecordVersion, round_.version_id)
    reviewers = session.scalars(
        select(ReviewAssignment.reviewer_id).where(ReviewAssignment.round_id == round_.id).order_by(ReviewAssignment.id)
    ).all()
    live = select(Review).where(Review.round_id == round_.id, Review.undone_at.is_(None), Review.sealed.is_(False))
    reviews = session.scalars(live.order_by(Review.id)).all()
    tags = {
        tag.id: tag
        for tag in session.scalars(select(TagRow).where(TagRow.id.in_({one.tag_id for one in reviews if one.tag_id})))
    }
    sides = []
    decided: dict[str, list[tuple[str, object]]] = defaultdict(list)
    for reviewer in reviewers:
        own = [review for review in reviews if review.reviewer_id == reviewer]
        sides.append([tag for review in own if (tag := _left(review, tags)) is not None])
        for review in own:
            if review.tag_id is not None:
                decided[review.tag_id].append((review.action, review.proposal))
    both = [two for two in decided.values() if len(two) == 2]
    return _Pair(version, (sides[0], sides[1]), len(both), sum(one == other for one, other in both))


def _left(review: Review, tags: dict[str, TagRow]) -> TagWanted | None:
    """The tag that a reviewer would leave there."""
    if review.action == "reject":
        return None
    if review.proposal is not None:
        return TagWanted.model_validate(review.proposal)
    return wanted_of(tags[review.tag_id]) if review.tag_id in tags else None


def _figures(book: Codebook, pairs: Sequence[_Pair]) -> RoundAgreement:
    from nlp.evaluation.agreement import agreement
    from nlp.evaluation.comparing import compare
    from nlp.evaluation.gold import GoldDocument, GoldTag
    from nlp.evaluation.unitizing import unitizing, unitizing_of_labels

    comparisons = []
    coders: list[dict[str, list[tuple[int, int]]]] = [defaultdict(list), defaultdict(list)]
    length = 0
    for pair in pairs:
        gold = [tuple(GoldTag(**tag.model_dump()) for tag in side) for side in pair.tags]
        document = GoldDocument.model_validate(
            {"id": pair.version.id, "text": pair.version.text, "tags": gold[0], "doc_type": pair.version.doc_type}
        )
        comparisons.append(compare(document, gold[1]))
        for coder, side in zip(coders, pair.tags, strict=True):
            for label, spans in _spans(side).items():
                coder[label] += [(length + start, length + end) for start, end in spans]
        length += len(pair.version.text)
    found = agreement(comparisons, labels=book.ids)
    given = [label for label in book.ids if any(coder.get(label) for coder in coders)]
    return RoundAgreement(
        rounds=len(pairs),
        clauses=found.clauses,
        characters=length,
        kappa=found.pooled.value if pairs else None,
        alpha=unitizing_of_labels(coders, length).alpha if length else None,
        decisions=sum(pair.decisions for pair in pairs),
        same_decisions=sum(pair.same for pair in pairs),
        labels=[
            LabelAgreement(
                label=label,
                kappa=found.by_label[label].value,
                alpha=unitizing([coder.get(label, []) for coder in coders], length).alpha,
                both=found.by_label[label].both,
                first=found.by_label[label].first,
                second=found.by_label[label].second,
            )
            for label in given
        ],
    )


def _spans(tags: Iterable[TagWanted]) -> dict[str, list[tuple[int, int]]]:
    """Spans of each label; where one coder's overlap they are one unit."""
    by_label: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for tag in sorted(tags, key=lambda one: (one.start, one.end)):
        if tag.status == "normative":
            continue
        spans = by_label[tag.label]
        if spans and tag.start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], tag.end))
        else:
            spans.append((tag.start, tag.end))
    return by_label
