"""Documents taken in with the lexicon alone; see the records' tests."""

from tests.service.records.conftest import archivist, database_url, lexicon, take

__all__ = ["archivist", "database_url", "lexicon", "take"]
