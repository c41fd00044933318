"""A disk that is full: nothing is acknowledged that was not kept, and work goes on where it stopped once there is room."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.crash.checking import check_index, check_spool, check_store
from tests.service.crash.rig import Rig
from tests.service.forked import ForkServer

SIZE_MIB = 24


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only a user who may mount file systems can have a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Leave not one byte."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        size = 1 << 20
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2
    return ballast


@pytest.mark.parametrize("killed", [False, True], ids=["goes on", "killed meanwhile"])
def test_nothing_is_lost_on_a_full_disk(fork_server: ForkServer, disk: Path, killed: bool) -> None:
    rig = Rig(disk, fork_server, seed=5)
    try:
        rig.start("both")
        rig.load(0.7)
        ballast = fill(disk)
        rig.load(1.5)
        assert rig.ledger.refused, "the disk was never full"
        if killed:
            rig.kill("both")
        ballast.unlink()
        if killed:
            rig.start("both")
        rig.load(1)
        rig.settle()
        rig.stop()
        check_store(rig.repository, rig.ledger, rig.heads)
        check_index(rig.repository, disk / "index", rig.ledger)
        check_spool(rig.repository, disk)
    finally:
        rig.close()
