"""The FastAPI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from nlp.version import PIPELINE_VERSION
from service import problems
from service.api import annotate, cases, codebook
from service.engine import Engine
from service.limits import BodyLimit
from service.settings import Settings, load_settings


class Health(BaseModel):
    """The service answers."""

    status: str
    version: str


def create_app(settings: Settings | None = None) -> FastAPI:
    """Assemble the application.

    Args:
        settings: read from the environment by default.
    """
    settings = settings or load_settings()
    engine = Engine(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if settings.warm_up:
            await run_in_threadpool(engine.warm_up)
        yield

    # FastAPI's own /docs loads its script from a CDN, which a closed network does not reach.
    app: FastAPI = FastAPIOffline(
        title="研判 yanpan",
        version=PIPELINE_VERSION,
        description="考察评价材料的行为标注与相似案例检索。每个标签都带证据原文;不计算、不显示对人的总体评分。",
        lifespan=lifespan,
        responses={"4XX": {"model": problems.Problem, "description": "RFC 9457 problem"}},
    )
    app.state.engine = engine
    api = APIRouter(prefix="/v1")
    for module in (annotate, cases, codebook):
        api.include_router(module.router)
    app.include_router(api)

    @app.get("/healthz", summary="存活检查", tags=["运行"])
    async def health() -> Health:
        return Health(status="ok", version=PIPELINE_VERSION)

    problems.install(app)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    return app
