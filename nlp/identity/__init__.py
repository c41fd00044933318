"""Who a document is about, when, where, by whom and why, as far as its header, title and signature say so."""

from nlp.identity.identify import identify
from nlp.identity.model import FIELD_NAMES, Conflict, Evidence, FieldName, Identity

__all__ = ["FIELD_NAMES", "Conflict", "Evidence", "FieldName", "Identity", "identify"]
