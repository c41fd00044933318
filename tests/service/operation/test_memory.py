"""Free memory goes back: tried in processes of their own, as the heaps of a process are set once."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import pytest

from service.operation.memory import FreeMemory

_GROW = """
import ctypes, sys, threading
from service.operation.memory import FreeMemory, keep_few_heaps
if sys.argv[1] == "few":
    assert keep_few_heaps()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
ctypes.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]

def own():
    return int(open("/proc/self/status").read().partition("RssAnon:")[2].split()[0])

def work():
    with turn:  # one after the other: one heap would do for all of them
        held = [libc.malloc(60_000) for _ in range(300)]
        for one in held:
            ctypes.memset(one, 1, 60_000)
        stays.append(libc.malloc(60_000))  # at the end of the heap, so that it cannot simply be cut short
        for one in held:
            libc.free(one)
    gate.wait(20)

turn, gate, stays = threading.Lock(), threading.Barrier(9), []
before = own()
threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
gate.wait(20)
grown = own() - before
assert FreeMemory(every_s=0).give_back()
print(grown, own() - before)
"""


def grown(how: str) -> tuple[int, int]:
    """KiB that eight threads leave behind after each needed 18 MB for a while, and KiB after giving back."""
    own = ("MALLOC_ARENA_MAX", "GLIBC_TUNABLES")
    environment = {name: value for name, value in os.environ.items() if name not in own}
    ran = subprocess.run(
        [sys.executable, "-c", _GROW, how], env=environment, capture_output=True, check=True, text=True
    )
    left, after = ran.stdout.split()
    return int(left), int(after)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="another C library than glibc")
def test_threads_share_their_heaps_and_free_room_goes_back() -> None:
    (many, many_after), (few, few_after) = grown("many"), grown("few")
    assert few < many / 2
    assert max(many_after, few_after) < 18_000


def test_not_more_often_than_asked() -> None:
    memory = FreeMemory(every_s=3600)
    assert not memory.give_back()
