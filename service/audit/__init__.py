"""The audit log: append-only, chained by hash, written in the transaction of what it tells of."""

from service.audit.log import record

__all__ = ["record"]
