"""Commands in processes of their own that need not load everything again: they are forked from one that has.

A forked process has its own arguments, folder, environment and streams, takes real signals and has a real exit status.
What it does not show is that a new interpreter finds all it imports; ``fresh=True`` is for that.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
_MODELS = frozenset({"alert", "annotate", "evaluate", "evaluate-search", "index", "search"})
_SERVICE = frozenset({"backup", "demo", "migrate", "restore", "serve", "worker"})


class Forked:
    """A running process, with the parts of ``subprocess.Popen`` that tests use.

    Attributes:
        pid: of the process.
        stdout, stderr: files that its streams go to.
    """

    def __init__(self, pid: int, folder: Path) -> None:
        self.pid = pid
        self.stdout, self.stderr = folder / "stdout", folder / "stderr"
        self.returncode: int | None = None
        self._ended = threading.Event()

    def poll(self) -> int | None:
        """The exit status (negative: the signal), None while it runs."""
        return self.returncode

    def wait(self, timeout: float = 240) -> int:
        """Wait for the end.

        Raises:
            TimeoutExpired: it runs on.
        """
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def told(self) -> str:
        """What it has written to stderr so far."""
        return self.stderr.read_text(encoding="utf-8", errors="replace")

    def _end(self, status: int) -> None:
        self.returncode = status
        self._ended.set()


class ForkServer:
    """The process that forks; started when first asked, ended by :meth:`close`, with all it has started."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._pids: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._table = threading.Lock()
        self._running: dict[int, Forked] = {}
        self._early: dict[int, int] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="yanpan-forked-")
        self._count = 0

    def start(
        self,
        module: str,
        words: list[str],
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        needs: Sequence[str] | None = None,
    ) -> Forked:
        """Run a module as ``python -m`` would.

        Args:
            module: ``service`` for ``yanpan``.
            words: its arguments.
            cwd: folder to run in.
            env: whole environment; by default that of this process.
            needs: of ``commands``, ``service`` and ``models``; by default what the command will need.
        """
        if needs is None:
            first = words[0] if words else ""
            needs = ["models"] if first in _MODELS else ["service"] if first in _SERVICE else ["commands"]
        with self._lock:
            self._count += 1
            folder = Path(self._folder.name) / str(self._count)
            folder.mkdir()
            for name in ("stdout", "stderr"):
                (folder / name).touch()
            request = {
                "module": module,
                "words": words,
                "cwd": str(cwd),
                "env": dict(os.environ if env is None else env),
                "stdout": str(folder / "stdout"),
                "stderr": str(folder / "stderr"),
                "needs": list(needs),
            }
            stdin = self._opened().stdin
            assert stdin is not None
            stdin.write(json.dumps(request).encode() + b"\n")
            stdin.flush()
            made = Forked(self._pids.get(timeout=120), folder)
            with self._table:
                if made.pid in self._early:
                    made._end(self._early.pop(made.pid))
                else:
                    self._running[made.pid] = made
            return made

    def close(self) -> None:
        """End everything."""
        for process in list(self._running.values()):
            process.kill()
        if self._process is not None and self._process.stdin is not None and self._process.stdout is not None:
            self._process.stdin.close()
            self._process.wait(timeout=30)
            self._reader.join(timeout=30)
            self._process.stdout.close()
        self._folder.cleanup()

    def _opened(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            # A thread pool made before a fork is gone after it, and who asks for it waits for ever.
            one = {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.service.fork_server"],
                cwd=ROOT,
                env={**os.environ, **one},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
            self._reader.start()
        return self._process

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            message = json.loads(line)
            if "pid" in message:
                self._pids.put(message["pid"])
                continue
            with self._table:
                found = self._running.pop(message["ended"], None)
                if found is None:
                    self._early[message["ended"]] = message["status"]
                else:
                    found._end(message["status"])
