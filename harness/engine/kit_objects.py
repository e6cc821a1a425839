"""The objects of a stored run, read and checked."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from harness.errors import InputError
from harness.files import read_foreign

if TYPE_CHECKING:
    from pathlib import Path

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Objects:
    """What lies under ``objects/`` of a run. Raises InputError where there is nothing."""

    def __init__(self, run: Path) -> None:
        self._folder = run / "objects"
        if not any(self._folder.glob("??/*")):
            raise InputError(
                f"{run}: its models are not kept. Take the run where it was made; of a model file of yours: "
                "`check FILE --keep-data`"
            )
        self.fit = functools.lru_cache(maxsize=256)(self._fit)

    def read(self, digest: str) -> bytes:
        """The bytes of one. Raises InputError where they are missing or others."""
        data = read_foreign(self._place(digest))
        if hashlib.sha256(data).hexdigest() != digest:
            raise InputError(f"{self._place(digest)}: its bytes are not those that were stored: take a sound copy")
        return data

    def size(self, digest: str) -> int:
        """Its bytes."""
        return self._place(digest).stat().st_size

    def _fit(self, digest: str) -> dict[str, Any]:
        """What was kept of a fit, its reference outputs among it."""
        fit: dict[str, Any] = json.loads(self.read(digest))
        return fit

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise InputError(f"{self._folder}: {digest[:80]!r} is no sha256")
        return self._folder / digest[:2] / digest
