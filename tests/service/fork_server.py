"""A process that has loaded everything and forks: each child is a command of its own within milliseconds.

Reads requests from standard input, one JSON object a line, and writes what happens to standard output: ``{"pid": …}`` for
each request in order, ``{"ended": pid, "status": …}`` for each child. ``tests/service/forked.py`` is its other end. It has
one thread only, since a fork copies no other.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import select
import signal
import sys
from importlib import import_module
from typing import Any

_SERVICE = (
    "dbos",
    "service.app",
    "service.backup.making",
    "service.backup.restoring",
    "service.batches.ingesting",
    "service.jobs.worker",
    "service.operation.logs",
    "service.records.batch_ingest",
    "service.searching.alerting",
    "service.searching.syncing",
    "uvicorn",
)
_MODELS = ("nlp.near_duplicates", "nlp.retrieval.index", "service.case_index", "service.items", "service.render_hits")
_loaded: set[str] = set()


def _load(what: str) -> None:
    """``commands``, ``service`` or ``models``: each needs time once."""
    if what in _loaded:
        return
    _loaded.add(what)
    import_module("service.cli")
    if what == "service":
        from nlp.pipeline import load

        load(finder="lexicon").annotate("该同志从不推诿扯皮。")
        for name in _SERVICE:
            import_module(name)
    if what == "models":
        import nlp
        from nlp.encoding import load_encoder
        from nlp.structure.words import default_words

        default_words()
        nlp.annotate("该同志从不推诿扯皮。")
        load_encoder().encode(["该同志从不推诿扯皮。"])
        for name in _MODELS:
            import_module(name)
    gc.collect()
    gc.freeze()


def _become(request: dict[str, Any]) -> None:
    """Make this process, just forked, the one that was asked for."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for target, source in enumerate((nothing, os.open(request["stdout"], flags), os.open(request["stderr"], flags))):
        os.dup2(source, target)
        os.close(source)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.argv = [request["module"], *request["words"]]


def main() -> None:
    ended, wake = os.pipe()
    for end in (ended, wake):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends pytest, which closes our standard input
    signal.set_wakeup_fd(wake)
    buffer = b""
    while True:
        ready, _, _ = select.select([0, ended], [], [])
        if ended in ready:
            os.read(ended, 4096)
            _reap()
        if 0 not in ready:
            continue
        got = os.read(0, 65536)
        if not got:
            return
        *lines, buffer = (buffer + got).split(b"\n")
        for line in lines:
            request = json.loads(line)
            for what in request["needs"]:
                _load(what)
            pid = os.fork()
            if pid == 0:
                os.close(ended)
                os.close(wake)
                _become(request)
                runpy.run_module(request["module"], run_name="__main__", alter_sys=True)
                return
            _say({"pid": pid})


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say({"ended": pid, "status": os.waitstatus_to_exitcode(status)})


def _say(message: dict[str, int]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main()
