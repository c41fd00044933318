"""The FastAPI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from nlp.version import PIPELINE_VERSION
from service import problems
from service.access import Principal, Repository
from service.access.accounts import demo_user
from service.access.authentication import Authenticator
from service.access.oidc import OidcClient
from service.access.throttle import Throttle
from service.api import (
    annotate,
    assessments,
    audit,
    batches,
    cases,
    codebook,
    decisions,
    deps,
    documents,
    dossiers,
    exports,
    jobs,
    keys,
    observation,
    operation,
    quality,
    records,
    review_rounds,
    review_samples,
    reviews,
    searches,
    session,
    subjects,
    units,
    users,
)
from service.api.query_strings import each_once
from service.engine import Engine
from service.limits import BodyLimit, Larger
from service.opening import open_repository
from service.operation.metrics import Metrics
from service.operation.readiness import Readiness
from service.operation.requests import Requests
from service.settings import Settings, load_settings
from service.store.paging import Cursors, secret_of
from service.workbench import site as workbench


class Health(BaseModel):
    """The service answers."""

    status: str
    version: str


def create_app(settings: Settings | None = None, repository: Repository | None = None) -> FastAPI:
    """Assemble the application.

    Args:
        settings: read from the environment by default.
        repository: of an open database; by default the one that the settings name.
    """
    settings = settings or load_settings()
    repository = repository or open_repository(settings)
    engine = Engine(settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if settings.warm_up:
            await run_in_threadpool(engine.warm_up)
        yield
        repository.database.close()

    app = FastAPI(
        title="研判 yanpan",
        version=PIPELINE_VERSION,
        description="考察评价材料的行为标注与相似案例检索。每个标签都带证据原文;不计算、不显示对人的总体评分。",
        lifespan=lifespan,
        openapi_url=None,  # service.api.documents shows it, to those who may see it
    )
    app.state.engine = engine
    _open_doors(app, settings, repository)
    api = APIRouter()
    for module in (
        session,
        annotate,
        cases,
        codebook,
        units,
        users,
        keys,
        audit,
        jobs,
        batches,
        searches,
        records,
        observation,
        subjects,
        assessments,
        decisions,
        dossiers,
        exports,
        quality,
        review_rounds,  # before reviews, whose /reviews/{id} would take its paths
        review_samples,
        reviews,
    ):
        api.include_router(module.router)
    # The prefix here and not on the router: without one FastAPI makes every route once more, only to look at its path.
    app.include_router(api, prefix="/v1", dependencies=[Depends(each_once)])
    app.include_router(operation.router)

    @app.get("/healthz", summary="存活检查", tags=["运行"])
    async def health() -> Health:
        return Health(status="ok", version=PIPELINE_VERSION)

    problems.install(app)
    documents.install(app)
    workbench.install(app)
    larger = {"/v1/batches": Larger(settings.max_batch_bytes, "batch.write")}
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes, sender_of=deps.sender_of, larger=larger)
    app.state.readiness = Readiness(settings, repository)
    app.state.metrics = Metrics(settings, repository, engine, app.state.readiness)
    app.add_middleware(Requests, metrics=app.state.metrics, max_in_flight=settings.max_in_flight)
    return app


def _open_doors(app: FastAPI, settings: Settings, repository: Repository) -> None:
    """What finds out who calls, and what they are given."""
    with repository.system_read("start") as opened:
        secret = secret_of(opened)
    app.state.repository = repository
    app.state.authenticator = Authenticator(repository, settings)
    app.state.cursors = Cursors(secret)
    app.state.throttle = Throttle(settings.login_attempts)
    app.state.oidc = OidcClient(settings, secret) if settings.oidc_issuer else None
    app.state.demo = Principal.demo(*demo_user(repository)) if settings.insecure_demo else None
