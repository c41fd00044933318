from tests.service.assessment.conftest import database_url, desk, world

__all__ = ["database_url", "desk", "world"]
