"""``/v1/quality``: what is known of the models, and labels that drift. Agreement and misses are with the reviews."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from service.api.deps import Caller, get_caller, requires
from service.quality.drift import By, Drift, drift
from service.quality.models import ModelCard, model_cards

router = APIRouter(prefix="/quality", tags=["质量"])
Reader = Annotated[Caller, requires("record.read")]


class ModelsOut(BaseModel):
    """The models that ship."""

    items: list[ModelCard]


@router.get("/models", summary="随附模型的说明和数据", dependencies=[Depends(get_caller)])
def list_models() -> ModelsOut:
    """The card of each model and the figures that were measured when it was made."""
    return ModelsOut(items=model_cards())


@router.get("/drift", summary="标签出现率在批次之间的变化")
def label_drift(caller: Reader, by: By = "month") -> Drift:
    """How often records show each label, by the month in which they were taken in, or by batch (with ``batch.write``)."""
    with caller.read() as session:
        return drift(session, caller.principal, by)
