from tests.service.assessment.conftest import database, database_url, desk, kept_engine, world

__all__ = ["database", "database_url", "desk", "kept_engine", "world"]
