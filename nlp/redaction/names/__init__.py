"""Names of persons: candidates by likelihood and context, then every mention of the persons they make known."""

from nlp.redaction.names.find import find_names

__all__ = ["find_names"]
