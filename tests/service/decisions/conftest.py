from tests.service.assessment.conftest import database, database_url, desk, world

__all__ = ["database", "database_url", "desk", "world"]
