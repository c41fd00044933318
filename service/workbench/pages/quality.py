"""Quality: how far reviewers agree, what was missed, what is known of the models, which labels drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.codebook import Codebook
from nlp.errors import InvalidInputError
from service.access import Principal
from service.api.deps import Caller, EngineDep
from service.audit.log import record
from service.quality.drift import drift
from service.quality.models import ModelCard, model_cards
from service.render import DOC_TYPE_ZH
from service.review import agreement, sampling
from service.review.agreement import FINISHED, RoundAgreement
from service.review.labels import codebook
from service.store.models import Record, ReviewRound
from service.workbench.guideline import Guideline, to_html
from service.workbench.quality_charts import drift_chart, labels_chart, missed_chart, rounds_chart
from service.workbench.rendering import allowed, render
from service.workbench.words import label_classes, label_names

router = APIRouter()
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One finished blind round."""

    round: ReviewRound
    title: str
    found: RoundAgreement


@router.get("/quality")
def quality(
    request: Request,
    engine: EngineDep,
    caller: Caller = allowed("record.read"),
    by: Literal["month", "batch"] | None = None,
) -> HTMLResponse:
    """Everything on one page; figures are of the records that the reader may see."""
    book = codebook(engine.settings.codebook)
    may_batches = caller.principal.may("batch.write")
    by = by if by is not None and (by == "month" or may_batches) else ("batch" if may_batches else "month")
    with caller.read() as session:
        overall = agreement.of_all(session, caller.principal, book)
        rounds = _rounds(session, caller.principal, book)
        record(session, "review_round.agreement", "review_round", None, rounds=overall.rounds)
        missed, too_many = _missed(session, caller.principal)
        record(session, "review_sample.estimate", "review_sample", None, read=missed.read if missed else 0)
        drifted = drift(session, caller.principal, by)
    return render(
        request,
        caller,
        "quality/view.html",
        overall=overall,
        rounds=rounds,
        charts={
            "rounds": rounds_chart([row.found for row in rounds]),
            "labels": labels_chart(overall, label_names(book)),
            "missed": missed_chart(missed),
            "drift": drift_chart(drifted, label_names(book)),
        },
        missed=missed,
        too_many=too_many,
        drift=drifted,
        shares={group.id: _shares(group.shown, group.records) for group in drifted.groups},
        may_batches=may_batches,
        models=[(card, _html(card)) for card in model_cards()],
        model_names=MODEL_NAMES,
        figure_names=FIGURE_NAMES,
        trained_names=TRAINED_NAMES,
        doc_types={**DOC_TYPE_ZH, "": "类型未知"},
        label_zh=label_names(book),
        label_css=label_classes(book),
    )


MODEL_NAMES = {"tagger": "标注模型", "encoder": "检索编码器"}
FIGURE_NAMES = {
    "tag_f1_on_dev": "标签 F1(开发集)",
    "calibration_error_on_dev": "校准误差（开发集）",
    "threshold": "出标签的分数线",
    "seconds": "训练用时（秒）",
}
TRAINED_NAMES = {"documents": "材料", "authors": "作者", "clauses": "小句", "pairs": "句对"}


def _rounds(session: Session, principal: Principal, book: Codebook) -> list[RoundRow]:
    """The newest finished rounds, oldest first."""
    newest = session.scalars(
        select(ReviewRound)
        .where(ReviewRound.blind.is_(True), ReviewRound.state.in_(FINISHED))
        .order_by(ReviewRound.id.desc())
        .limit(_ROUNDS)
    ).all()
    titles = {
        one.id: one.title for one in session.scalars(select(Record).where(Record.id.in_({r.record_id for r in newest})))
    }
    return [
        RoundRow(one, titles.get(one.record_id) or "无题材料", agreement.of_round(session, principal, book, one.id))
        for one in reversed(newest)
    ]


def _missed(session: Session, principal: Principal) -> tuple[sampling.Missed | None, str]:
    """The estimate, or why there is none."""
    try:
        return sampling.missed(session, principal), ""
    except InvalidInputError as error:
        return None, error.message


def _shares(shown: dict[str, int], records: int) -> dict[str, float]:
    return {cell: count / records for cell, count in shown.items()} if records else {}


def _html(card: ModelCard) -> Guideline:
    return to_html(card.card, prefix=f"card-{card.name}")
