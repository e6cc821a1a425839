"""All that a guest sees of this machine's environment variables."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from harness.machine import tools

if TYPE_CHECKING:
    from harness.terms import Environment

#: Variables of this machine that change what its BLAS does: they are passed on, and recorded among the facts.
PASSED_ON = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "LD_LIBRARY_PATH")


def of_guest(environment: Environment) -> dict[str, str]:
    """By name. What is meant for this machine's libraries goes to environments of its own platform only."""
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    native = environment.platform == tools.native_platform()
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "HOME": "/nonexistent",
        "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime from 1.29 on would collect some, and fill TMPDIR with its logs
        **one_thread,
        **{name: os.environ[name] for name in PASSED_ON if native and name in os.environ},
    }
