"""Where artifacts and inputs wait for the workers: a folder or a bucket that all can reach, by sha256."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

import fsspec

from harness.errors import MachineError

if TYPE_CHECKING:
    from pathlib import Path

#: Here a file is whole or not there; elsewhere it is written aside and renamed.
_WHOLE_WRITES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az"})


class DamagedError(Exception):
    """What is stored under a digest has another, or is not there."""


class ObjectStore:
    """Files by digest under an fsspec URL. Safe to use from several threads."""

    def __init__(self, url: str) -> None:
        """Raises MachineError where fsspec cannot reach such a place."""
        self.url = url
        try:
            self._files: Any
            self._files, root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError, OSError) as error:
            raise MachineError(
                f"{url}: {error}: give --store a folder or an fsspec URL such as s3://bucket/run"
            ) from error
        self._root = root.rstrip("/")
        protocol = self._files.protocol
        self._whole = bool(_WHOLE_WRITES & {protocol, *(protocol if isinstance(protocol, tuple) else ())})
        self._there: set[str] = set()

    def ensure(self, digest: str, path: Path) -> None:
        """Have the file stored, if it is not yet. Raises OSError."""
        if digest in self._there:
            return
        if not self._files.exists(self._place(digest)):
            self.put(digest, path)
        self._there.add(digest)

    def put(self, digest: str, path: Path) -> None:
        """Store a file under its digest, whole or not at all. Raises OSError."""
        place = self._place(digest)
        self._files.makedirs(place.rpartition("/")[0], exist_ok=True)
        if self._whole:
            self._files.put_file(str(path), place)
        else:
            part = f"{place}.{secrets.token_hex(8)}.part"
            self._files.put_file(str(path), part)
            self._files.mv(part, place)

    def fetch(self, digest: str, path: Path, *, checked: bool = True) -> None:
        """Copy what is stored to a place of one's own, whole or not at all.

        Raises
        ------
        DamagedError
            Its bytes have another digest, or it is not there.
        OSError
            The store does not answer.
        """
        try:
            data: bytes = self._files.cat_file(self._place(digest))
        except FileNotFoundError as error:
            raise DamagedError(f"{digest} is not in {self.url}") from error
        if checked and hashlib.sha256(data).hexdigest() != digest:
            raise DamagedError(f"{digest} has other bytes in {self.url} (sha256 differs)")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
        part.write_bytes(data)
        part.replace(path)

    def _place(self, digest: str) -> str:
        return f"{self._root}/{digest[:2]}/{digest}"
