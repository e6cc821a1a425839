"""A wheel that was built from a source archive: whether it is one, and where it says that it comes from.

Whatever wrote it is not trusted. Nothing here runs or unpacks it.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import zipfile
from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MOST = 64 * 1024**2  # bytes of a wheel
MOST_UNPACKED = 4 * MOST
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a zip knows


def only(files: Iterable[Path], name: str, version: str) -> Path:
    """The one file there, which is a wheel of plain Python of that release. Raises ValueError for anything else."""
    found = list(files)
    if len(found) != 1 or found[0].is_symlink() or not found[0].is_file() or found[0].stat().st_size > MOST:
        raise ValueError(f"it is no single file of at most {MOST:,} bytes")
    try:
        own_name, own_version, _, tags = parse_wheel_filename(found[0].name)
    except InvalidWheelFilename as error:
        raise ValueError(str(error)) from None
    if (own_name, own_version) != (name, Version(version)):
        raise ValueError(f"it is one of {own_name} {own_version}")
    if {(tag.abi, tag.platform) for tag in tags} != {("none", "any")}:
        raise ValueError("it has code that must be compiled, and only plain Python is built from source")
    return found[0]


def with_origin(wheel: Path, origin: Mapping[str, object]) -> bytes:
    """The wheel with a file direct_url.json, in which installers record an origin (PEP 610). Raises ValueError."""
    text, written = json.dumps(origin).encode(), io.BytesIO()
    try:
        with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
            record = _record(old)
            place = record.replace("/RECORD", "/direct_url.json")
            for item in old.infolist():
                if item.filename not in (record, place):
                    new.writestr(item, old.read(item))
            new.writestr(zipfile.ZipInfo(place, _EARLIEST), text)
            new.writestr(zipfile.ZipInfo(record, _EARLIEST), old.read(record) + _row(place, text))
    except zipfile.BadZipFile as error:
        raise ValueError(str(error)) from None
    return written.getvalue()


def _record(wheel: zipfile.ZipFile) -> str:
    """The name of the list of its files. Raises ValueError."""
    size = sum(item.file_size for item in wheel.infolist())
    if size > MOST_UNPACKED:
        raise ValueError(f"its files come to {size:,} bytes, more than {MOST_UNPACKED:,}")
    found = [name for name in wheel.namelist() if re.fullmatch(r"[^/]+\.dist-info/RECORD", name)]
    if len(found) != 1:
        raise ValueError("it has no single list of its files")
    return found[0]


def _row(name: str, content: bytes) -> bytes:
    """The line of a file in the list."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    row = io.StringIO()
    csv.writer(row, lineterminator="\n").writerow([name, f"sha256={digest}", len(content)])
    return row.getvalue().encode()
