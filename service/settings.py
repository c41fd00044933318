"""One typed set of settings; every field can be set by an environment variable ``YANPAN_<FIELD>``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of a process; wrong values fail at start-up with the field's name."""

    model_config = SettingsConfigDict(env_prefix="YANPAN_", extra="ignore", frozen=True)

    codebook: Path | None = Field(default=None, description="another organisation's codebook file")
    encoder: str = Field(default="use-multilingual-v3", description="sentence encoder by name or path")
    index_dir: Path = Field(default=Path("yanpan-index"), description="folder of the case index the API serves")
    host: str = "127.0.0.1"
    port: int = Field(default=8017, ge=0, le=65535)
    max_body_bytes: int = Field(default=8 * 1024 * 1024, ge=1024, description="largest request body")
    max_hits: int = Field(default=1000, ge=1, description="largest k of one search request")
    warm_up: bool = Field(default=True, description="load the models before the first request is taken")
