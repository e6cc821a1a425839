"""Arrays in files of their own, as joblib wrote them before 0.10: what their headers say."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from harness.inspection.arrays import dtype_name, layout
from harness.inspection.limits import Damaged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from harness.inspection.nodes import Array

_HEADER = 1 << 16
_MOST = 10_000


def with_files_beside(arrays: Sequence[Array], folder: Path) -> Iterator[str]:
    """Say which files a pickle needs beside it, and which are not there. Only names without a folder are looked at."""
    names = dict.fromkeys(array.file for array in arrays[:_MOST] if array.file)
    if not names:
        return
    odd = [name for name in names if re.search(r"[/\\:\0]", name) or name in {".", ".."}]
    missing = [name for name in names if name not in odd and not (folder / name).is_file()]
    size = sum((folder / name).stat().st_size for name in names if name not in odd and name not in missing)
    yield f"{len(names):,} arrays lie in files beside it ({size:,} bytes)"
    if missing:
        yield f"{len(missing):,} of them are not there, such as {missing[0][:80]!r}"
    if odd:
        yield f"{len(odd):,} of them are named in another folder, such as {odd[0][:80]!r}, and were not looked at"


def npy_header(head: bytes) -> tuple[str, tuple[int, ...], int] | None:
    """Of an `.npy` file by its beginning: dtype, shape and the bytes of an item; None if it is none."""
    if head[:6] != b"\x93NUMPY" or len(head) < 12:
        return None
    start = 10 if head[6] == 1 else 12
    length = int.from_bytes(head[8:start], "little")
    if length > min(len(head) - start, _HEADER):
        return None
    try:
        said = ast.literal_eval(head[start : start + length].decode("latin-1").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    descr, shape = (said.get("descr"), said.get("shape")) if isinstance(said, dict) else (None, None)
    if not isinstance(shape, tuple) or not all(isinstance(one, int) and one >= 0 for one in shape):
        return None
    fields = descr if isinstance(descr, list) else [("", descr)]
    itemsize = sum(_itemsize(field[1]) for field in fields if isinstance(field, tuple) and len(field) > 1)
    return (dtype_name(descr) if isinstance(descr, str) else f"record of {len(fields)} fields"), shape, itemsize


def _itemsize(code: object) -> int:
    try:
        return layout(code)[0]
    except Damaged:
        return 1
