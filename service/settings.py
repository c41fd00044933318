"""One typed set of settings; every field can be set by an environment variable ``YANPAN_<FIELD>``."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from nlp.encoding.contract import DEFAULT_ENCODER
from nlp.errors import ConfigurationError


class Settings(BaseSettings):
    """Settings of a process; wrong values fail at start-up with the field's name."""

    model_config = SettingsConfigDict(env_prefix="YANPAN_", extra="ignore", frozen=True)

    codebook: Path | None = Field(default=None, description="another organisation's codebook file")
    encoder: str = Field(default=DEFAULT_ENCODER, description="sentence encoder by name or path")
    index_dir: Path = Field(default=Path("yanpan-index"), description="folder of the case index the API serves")
    index_backend: Literal["embedded", "milvus"] = Field(
        default="embedded", description="where commands keep the case index: files, or Milvus"
    )
    milvus_uri: str = Field(default="", description="http://host:19530, or a file ending in .db for Milvus Lite")
    milvus_token: SecretStr = Field(default=SecretStr(""), description="user:password or an API key")
    milvus_database: str = Field(default="", description="database of the server; empty for its default")
    milvus_name: str = Field(default="yanpan_cases", description="name of the index in the database")
    milvus_index: Literal["FLAT", "HNSW", "IVF_FLAT", "IVF_SQ8"] = Field(
        default="IVF_SQ8", description="over vectors, in large indexes on a server"
    )
    milvus_bm25_over_all: bool = Field(
        default=False, description="BM25 for readers of a part too, though Milvus counts every case in it"
    )
    host: str = "127.0.0.1"
    port: int = Field(default=8017, ge=0, le=65535)
    max_body_bytes: int = Field(default=8 * 1024 * 1024, ge=1024, description="largest request body")
    max_hits: int = Field(default=1000, ge=1, description="largest k of one search request")
    warm_up: bool = Field(default=True, description="load the models before the first request is taken")
    data_dir: Path = Field(
        default=Path("yanpan-data"), description="folder of the database file, unless database is set"
    )
    database: str | None = Field(default=None, description="postgresql://user:password@host/name or sqlite:////file.db")
    migrate_on_start: bool = Field(default=False, description="let serve bring an older database to its own schema")
    insecure_demo: bool = Field(default=False, description="no sign-in, everybody may do everything; loopback only")
    open_docs: bool = Field(
        default=False, description="/docs, /redoc and /openapi.json answer without sign-in; they do in the demo"
    )
    session_idle_minutes: int = Field(
        default=30, ge=1, description="a session of the workbench ends after so long unused"
    )
    session_hours: int = Field(
        default=12, ge=1, description="a session of the workbench ends after so long in any case"
    )
    login_attempts: int = Field(default=10, ge=1, description="failed sign-ins of one address in five minutes")
    lockout_after: int = Field(default=5, ge=1, description="failed sign-ins after which an account rests")
    worker_inside: bool = Field(default=True, description="serve does the background work itself, in its own process")
    worker_threads: int = Field(default=2, ge=1, le=64, description="background jobs at work at the same time")
    max_batch_bytes: int = Field(default=512 * 1024 * 1024, ge=1024, description="largest upload of files for a batch")
    max_in_flight: int = Field(
        default=16, ge=1, description="requests that annotate or search at work at once; one more is told 429"
    )
    computing_at_once: int | None = Field(
        default=None, ge=1, description="annotations and searches computed at the same time, others wait; one a core"
    )
    shutdown_seconds: int = Field(default=30, ge=1, description="how long requests in flight may end after SIGTERM")
    disk_low_bytes: int = Field(
        default=1024**3, ge=0, description="free room of a disk below which /readyz says that it is nearly full"
    )
    worker_silent_seconds: int = Field(
        default=60, ge=5, description="without a sign of life of the worker for so long /readyz says that it is silent"
    )
    metrics_access: Literal["loopback", "key"] = Field(
        default="loopback",
        description="who reads /metrics without a key: this machine (loopback), or nobody (key)",
    )
    log_format: Literal["json", "text"] = Field(default="json", description="of the lines on stderr")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    oidc_issuer: str | None = Field(default=None, description="address of an OpenID Connect issuer")
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_redirect_url: str | None = Field(default=None, description="https://this-host/v1/session/oidc/callback")

    @property
    def database_url(self) -> str:
        """The database: the one set, or a SQLite file in ``data_dir``."""
        return self.database or f"sqlite:///{(self.data_dir / 'yanpan.db').absolute()}"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.insecure_demo and not is_loopback(self.host):
            raise ValueError(f"insecure_demo opens everything to everybody and only binds to loopback, not {self.host}")
        oidc = (self.oidc_issuer, self.oidc_client_id, self.oidc_redirect_url)
        if any(oidc) and not all(oidc):
            raise ValueError("oidc_issuer, oidc_client_id and oidc_redirect_url come together")
        return self


def is_loopback(host: str) -> bool:
    """Whether a host name or address stands for this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        ConfigurationError: a variable has a value of the wrong kind; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"YANPAN_{str(first['loc'][0]).upper()}: " if first["loc"] else ""
        raise ConfigurationError(f"{name}{first['msg']}", hint="change or unset the variable") from None
