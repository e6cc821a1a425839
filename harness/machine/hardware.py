"""The machine that a run was made on. Times are compared between runs of the same hardware only."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from pathlib import Path
from typing import Any

from harness.machine import tools

_GIB = 1024**3


def facts() -> dict[str, Any]:
    """What ``run.json`` has under ``host``; ``fingerprint`` is the same on machines that measure alike."""
    lasting = {
        "machine": platform.machine(),
        "cpu": _cpu(),
        "processors": tools.processors(),
        "memory_gib": round(_memory_bytes() / _GIB),
    }
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": lasting["machine"],
        "processors": lasting["processors"],
        "cpu": lasting["cpu"],
        "memory_bytes": _memory_bytes(),
        "fingerprint": hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:16],
    }


def _cpu() -> str | None:
    """The name of the processor's model; on arm64, which gives none, its part number."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        return None
    found = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return found.get("model name") or found.get("CPU part") or found.get("processor")


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
