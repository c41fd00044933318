"""Which float type the processor multiplies fastest."""

from __future__ import annotations

from pathlib import Path

import torch

CPU_FLAGS = Path("/proc/cpuinfo")


def has_native_bfloat16(device: str) -> bool:
    """Whether ``device`` has units for bfloat16 matrix products (AMX tiles or AVX-512 BF16).

    Elsewhere bfloat16 is emulated and slower than float32. Only processors are looked at: a GPU keeps float32, which is
    fast enough there for this network. Where the processor's flags cannot be read the answer is no.
    """
    if torch.device(device).type != "cpu":
        return False
    try:
        lines = CPU_FLAGS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), [])
    return "amx_bf16" in flags or "avx512_bf16" in flags
