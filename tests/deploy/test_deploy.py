"""What lies in ``deploy/`` fits the product: settings, paths, commands, units that systemd accepts, the administrator's script."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from service.api.operation import router
from service.cli import app
from service.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
SETTINGS = {f"YANPAN_{name.upper()}" for name in Settings.model_fields}
# Of deploy/yanpan-admin itself.
SCRIPT = {"YANPAN_ENV_FILE", "YANPAN_PROGRAM", "YANPAN_USER"}
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def variables(path: Path) -> set[str]:
    return set(re.findall(r"YANPAN_[A-Z_]+", path.read_text(encoding="utf-8"))) - {"YANPAN_"}


@pytest.mark.parametrize("path", sorted(path for path in DEPLOY.iterdir()), ids=lambda path: path.name)
def test_every_variable_is_a_setting(path: Path) -> None:
    assert variables(path) - SCRIPT <= SETTINGS


def test_the_operations_manual_explains_every_setting_and_no_other() -> None:
    named = set(re.findall(r"YANPAN_[A-Z0-9_]+", OPERATIONS))
    assert named == SETTINGS


def test_the_manual_names_what_there_is() -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"\byanpan(?:-admin)? ([a-z]+)\b", OPERATIONS)) - {"yanpan"}
    assert named <= commands | {"serve"}, named - commands
    for name in re.findall(r"deploy/([\w.-]+\w)", OPERATIONS):
        assert (DEPLOY / name).exists(), name
    metrics = (ROOT / "service" / "operation" / "metrics.py").read_text(encoding="utf-8")
    for name in re.findall(r"`(yanpan_[a-z_]+?)(?:_total)?(?:\{[a-z,]+\})?`", OPERATIONS):
        assert f'"{name}"' in metrics, name
    paths = {route.path for route in router.routes} | {"/healthz"}  # type: ignore[attr-defined]
    assert {"/readyz", "/metrics", "/healthz"} <= paths


def test_the_example_is_a_valid_environment() -> None:
    given = {}
    for line in (DEPLOY / "yanpan.env.example").read_text(encoding="utf-8").splitlines():
        name, mark, value = line.removeprefix("# ").partition("=")
        if mark and name in SETTINGS:
            given[name.removeprefix("YANPAN_").lower()] = value
    assert given
    Settings(**given)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_and_ends_it_in_time(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    words = re.search(r"^ExecStart=/opt/yanpan/bin/(\w+) (\w+)$", text, re.MULTILINE)
    assert words is not None
    assert words[1] in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert words[2] in get_command(app).commands  # type: ignore[attr-defined]
    longest = int(re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)[1])  # type: ignore[index]
    # Requests, where it answers any; the watch; the jobs: each may take that long.
    stages = 3 if words[2] == "serve" else 2
    assert longest > stages * Settings.model_fields["shutdown_seconds"].default
    state = re.search(r"^StateDirectory=(\w+)$", text, re.MULTILINE)[1]  # type: ignore[index]
    for name in ("YANPAN_DATA_DIR", "YANPAN_INDEX_DIR"):
        assert re.search(rf"^Environment={name}=/var/lib/{state}(/|$)", text, re.MULTILINE)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_accepts_a_unit(unit: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    # The program is not installed here; everything else is judged as it stands.
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text(encoding="utf-8").replace("/opt/yanpan/bin/yanpan", "/bin/true"), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_container_file() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    known = "FROM ARG RUN COPY ENV USER WORKDIR VOLUME EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split()
    assert {word for word, _ in lines} <= set(known)
    for word, rest in lines:
        if word == "COPY" and not rest.startswith("--from"):
            for source in rest.split()[:-1]:
                assert (ROOT / source).exists(), source
    found = dict(lines)
    assert f":{Settings.model_fields['port'].default}/readyz" in found["HEALTHCHECK"]
    assert found["EXPOSE"] == str(Settings.model_fields["port"].default)
    assert found["USER"] == "yanpan"
    # What the build needs of the source beside the packages themselves.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    copied = {source for word, rest in lines if word == "COPY" for source in rest.split()[:-1]}
    needed = {project["project"]["readme"], *project["project"]["license-files"], "pyproject.toml", "constraints.txt"}
    assert needed <= copied
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages <= copied


def script(tmp_path: Path, text: str, *words: str) -> str:
    """Run the administrator's script with a settings file, and a program that tells what it was given."""
    (tmp_path / "yanpan.env").write_text(text, encoding="utf-8")
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\nenv | grep "^YANPAN_" | sort\nprintf "<%s>" "$@"\numask\n', encoding="utf-8")
    program.chmod(0o755)
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    own = {
        "YANPAN_ENV_FILE": str(tmp_path / "yanpan.env"),
        "YANPAN_PROGRAM": str(program),
        "YANPAN_USER": user,
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [DEPLOY / "yanpan-admin", *words], env=own, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_script_gives_commands_the_settings_of_the_service(tmp_path: Path) -> None:
    text = (
        "# YANPAN_PORT=1\n"
        'YANPAN_DATABASE="postgresql://yanpan:a$b`c=d #e@db/x"\n'
        "YANPAN_HOST='::1'\n"
        "PATH=/nowhere\n"
        "YANPAN_INDEX_DIR=/srv/索引"
    )
    told = script(tmp_path, text, "unit", "create", "a 1", "A镇 $HOME")
    assert "YANPAN_DATABASE=postgresql://yanpan:a$b`c=d #e@db/x\n" in told
    assert "YANPAN_HOST=::1\n" in told
    assert "YANPAN_INDEX_DIR=/srv/索引\n" in told
    assert "YANPAN_DATA_DIR=/var/lib/yanpan\n" in told
    assert "YANPAN_PORT" not in told
    assert "<unit><create><a 1><A镇 $HOME>" in told
    assert told.rstrip().endswith("0077")


def test_the_script_works_without_a_settings_file(tmp_path: Path) -> None:
    assert "YANPAN_INDEX_DIR=/var/lib/yanpan/index\n" in script(tmp_path, "")
