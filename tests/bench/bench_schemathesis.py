"""Generated requests for each role against the OpenAPI document.

Run as ``python -m tests.bench.bench_schemathesis [--requests 20000] [--role analyst] [--number 1]``. Every role has a service of
its own, with something of everything in it. Ends with status 1 when an answer broke the document.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.service.api_contract.generating import MODES, Outcome
from tests.service.api_contract.working_service import ROLE_NAMES, Working, working

_PASS = 8  # requests of each kind to an operation in one pass: what one pass makes, the next may find


def ask(service: Working, role: str, requests: int, number: int) -> Outcome:
    """So many requests of one role."""
    somebody, total = service.somebody(role), Outcome()
    while total.requests < requests:
        left = requests - total.requests
        examples = max(1, min(_PASS, -(-left // (len(service.contract.operations) * len(MODES)))))
        outcome = service.contract.check(somebody.headers, somebody.ids, examples, number=number)
        total.answers.update(outcome.answers)
        for place, example in outcome.failures.items():
            if place not in total.failures:
                print(f"\n{place[0]}: {place[1]}\n{example}\n", flush=True)
                total.failures[place] = example
        number += 1
        print(f"{role}: {total.requests} of {requests}", file=sys.stderr, flush=True)
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000, help="for each role")
    parser.add_argument("--role", choices=ROLE_NAMES, action="append", help="these only")
    parser.add_argument("--number", type=int, default=1, help="the same requests for the same number")
    given = parser.parse_args()
    broken = 0
    for role in given.role or ROLE_NAMES:
        with tempfile.TemporaryDirectory(prefix="yanpan-contract-") as folder, working(Path(folder)) as service:
            began = time.perf_counter()
            outcome = ask(service, role, given.requests, given.number)
            seconds = time.perf_counter() - began
        by_class = {
            f"{first}xx": sum(n for code, n in outcome.answers.items() if code // 100 == first) for first in range(2, 6)
        }
        answers = " ".join(f"{name} {count}" for name, count in by_class.items())
        print(
            f"{role:12} {outcome.requests} requests  {answers}  {len(outcome.failures)} broken  {seconds:.0f} s",
            flush=True,
        )
        broken += len(outcome.failures)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
