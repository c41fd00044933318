from tests.service.jobs.conftest import database_url, tools

__all__ = ["database_url", "tools"]
