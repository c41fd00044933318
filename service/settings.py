"""One typed set of settings; every field can be set by an environment variable ``YANPAN_<FIELD>``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from nlp.encoding.contract import DEFAULT_ENCODER
from nlp.errors import ConfigurationError


class Settings(BaseSettings):
    """Settings of a process; wrong values fail at start-up with the field's name."""

    model_config = SettingsConfigDict(env_prefix="YANPAN_", extra="ignore", frozen=True)

    codebook: Path | None = Field(default=None, description="another organisation's codebook file")
    encoder: str = Field(default=DEFAULT_ENCODER, description="sentence encoder by name or path")
    index_dir: Path = Field(default=Path("yanpan-index"), description="folder of the case index the API serves")
    host: str = "127.0.0.1"
    port: int = Field(default=8017, ge=0, le=65535)
    max_body_bytes: int = Field(default=8 * 1024 * 1024, ge=1024, description="largest request body")
    max_hits: int = Field(default=1000, ge=1, description="largest k of one search request")
    warm_up: bool = Field(default=True, description="load the models before the first request is taken")


def load_settings() -> Settings:
    """Settings from the environment.

    Raises:
        ConfigurationError: a variable has a value of the wrong kind; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"YANPAN_{str(first['loc'][0]).upper()}"
        raise ConfigurationError(f"{name}: {first['msg']}", hint="change or unset the variable") from None
