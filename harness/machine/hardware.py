"""The machine that a run was made on. Times are compared between runs of the same hardware only."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
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


def computing() -> dict[str, Any]:
    """What of this machine may change what a model predicts there: its processor, C library and Java."""
    told = _cpu_facts()
    return {
        "machine": platform.machine(),
        "cpu": _cpu(),
        "flags": sorted((told.get("flags") or told.get("Features") or "").split()),
        "processors": tools.processors(),
        "libc": " ".join(platform.libc_ver()),
        "java": _java(),
    }


def _java() -> str | None:
    """What the Java that guests find says of itself; None where there is none."""
    found = shutil.which("java", path="/usr/bin:/bin")
    if found is None:
        return None
    program = Path(found).resolve()
    try:
        return (program.parent.parent / "release").read_text(errors="replace")
    except OSError:
        return f"{program} {program.stat().st_size} {program.stat().st_mtime_ns}"


def _cpu() -> str | None:
    """The name of the processor's model; on arm64, which gives none, its part number."""
    found = _cpu_facts()
    return found.get("model name") or found.get("CPU part") or found.get("processor")


def _cpu_facts() -> dict[str, str]:
    """What the kernel says of the last processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        return {}
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
