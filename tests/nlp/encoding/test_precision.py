from pathlib import Path

import pytest

from nlp.encoding import precision
from nlp.encoding.precision import has_native_bfloat16


@pytest.mark.parametrize(
    ("flags", "native"),
    [
        ("fpu avx2 avx512f", False),
        ("fpu avx512_bf16 avx2", True),
        ("amx_bf16 amx_tile", True),
        ("amx_bf16x", False),
        ("", False),
    ],
)
def test_flags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, native: bool) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(f"processor\t: 0\nflags\t\t: {flags}\nbugs\t: amx_bf16\n", encoding="utf-8")
    monkeypatch.setattr(precision, "CPU_FLAGS", path)
    assert has_native_bfloat16("cpu") is native
    assert not has_native_bfloat16("cuda")


def test_unreadable_flags_mean_no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "CPU_FLAGS", tmp_path / "none")
    assert not has_native_bfloat16("cpu")
