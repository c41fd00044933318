"""The kinds of jobs by name. A kind's module is imported when a worker first meets it."""

from __future__ import annotations

from importlib import import_module

from nlp.errors import ConfigurationError
from service.jobs.contract import Kind

KINDS: dict[str, str] = {
    "batch": "service.batches.ingesting:Ingesting",
    "index.sync": "service.searching.syncing:Syncing",
    "alerts": "service.searching.alerting:Alerting",
    "reannotate": "service.batches.reannotating:Reannotating",
    "export": "service.exports.background.making:Exporting",
}
# Short work of the service itself, which must not wait behind a batch of a thousand files.
OWN_QUEUE = frozenset({"index.sync", "alerts"})


def kind_of(name: str) -> Kind:
    """The kind with a name.

    Raises:
        ConfigurationError: this version knows no such kind.
    """
    if name not in KINDS:
        raise ConfigurationError(f"no such kind of job: {name}", expected=", ".join(KINDS))
    module, _, attribute = KINDS[name].partition(":")
    made: Kind = getattr(import_module(module), attribute)()
    return made
