"""Who may do and see what: roles, keys, sessions, and the one place every query passes (``Repository``)."""

from service.access.principal import Principal
from service.access.repository import Repository

__all__ = ["Principal", "Repository"]
