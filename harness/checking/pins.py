"""The packages of a requirements file: names with versions, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from harness.errors import InputError, shown

if TYPE_CHECKING:
    from pathlib import Path

_MOST = 4 << 20  # bytes


def read(path: Path) -> dict[str, str]:
    """Its requirements by name. Options, hashes, comments, and what is for other machines are left out.

    Raises
    ------
    InputError : there is no such file, or it has something else in it, such as a URL.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    if path.stat().st_size > _MOST:
        raise InputError(f"{path}: {path.stat().st_size:,} bytes are no requirements file")
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        text = line.partition(" #")[0].partition("--hash")[0].strip().rstrip("\\").strip()
        if not text or text.startswith(("#", "-")):
            continue
        try:
            one = Requirement(text)
        except InvalidRequirement:
            told = f"{path}, line {number}: {shown(text)} is no requirement such as scikit-learn==1.9.1"
            raise InputError(told) from None
        if one.url:
            raise InputError(f"{path}, line {number}: only packages of the index are taken, no URLs")
        if one.marker is None or one.marker.evaluate():
            found[one.name.lower().replace("_", "-")] = f"{one.name}{one.specifier}"
    return found
