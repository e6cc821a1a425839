"""The reference that the program carries: the indexes of the kept runs, whole, in one small file.

The file is an xz stream: a line of JSON, then bytes. The line lists tables and columns, each column with its distinct
values. The bytes number those values: for each column the lowest byte of every row, then the next higher one.

`pack` loses nothing: the indexes that `unpack` gives hold what the packed ones hold. It needs the standard library.
"""

from __future__ import annotations

import array
import hashlib
import io
import json
import lzma
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.analysis.ask.index import TABLES, Index
from harness.errors import HarnessError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: In the package; the verb `keep` makes it of the kept runs.
FILE = Path(__file__).with_name("reference.xz")
MOST_BYTES = 500_000
_FORMAT = 1
_WIDTH = array.array("I").itemsize


def reference(cache: Path, file: Path = FILE) -> list[Index]:
    """The indexes of the reference that the program carries; none if it carries none.

    They are unpacked once into the folder ``cache``, and again if a byte of them there is another.
    """
    if not file.is_file():
        return []
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    folder = cache / "reference" / digest[:16]
    kept = [(path.stem, Index.kept(file / path.stem, path, digest)) for path in sorted(folder.glob("*.sqlite"))]
    found = {name: index for name, index in kept if index is not None}
    names = (folder / "names").read_text("utf-8").split() if (folder / "names").is_file() else []
    if names and all(name in found for name in names):
        return [found[name] for name in names]
    made = list(unpack(content, file))
    for index in made:
        index.keep(folder / f"{index.path.name}.sqlite", digest)
    _remember(folder, made)
    return made


def pack(indexes: Iterable[Index]) -> bytes:
    """Pack indexes into the bytes of a file. Each is named as the folder of its run."""
    runs, planes = [], io.BytesIO()
    for index in indexes:
        tables = {
            name: [_packed(column, planes) for column in _columns(index.rows(name), len(names))]
            for name, names in TABLES.items()
        }
        runs.append({"name": index.path.name, "tables": tables})
    line = json.dumps({"format": _FORMAT, "runs": runs}, ensure_ascii=False, separators=(",", ":"))
    return lzma.compress(f"{line}\n".encode() + planes.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def unpack(content: bytes, file: Path = FILE) -> Iterator[Index]:
    """Unpack what `pack` made. Raises HarnessError if it is damaged, or of another format.

    The path of each index is the name of its run below that of the file.
    """
    try:
        line, _, planes = lzma.decompress(content).partition(b"\n")
        head = json.loads(line)
    except (lzma.LZMAError, ValueError) as error:
        raise HarnessError(f"the reference of this program is damaged ({error}): install it again") from error
    if head["format"] != _FORMAT:
        raise HarnessError(f"the reference of this program has format {head['format']}, not {_FORMAT}")
    stream = io.BytesIO(planes)
    for run in head["runs"]:
        database = sqlite3.connect(":memory:")
        tables = {
            name: zip(*[_unpacked(column, stream) for column in columns], strict=True)
            for name, columns in run["tables"].items()
        }
        yield Index.from_rows(file / run["name"], database, tables)


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> Sequence[Sequence[Any]]:
    return list(zip(*rows, strict=True)) or [()] * width


def _packed(column: Sequence[Any], planes: io.BytesIO) -> dict[str, Any]:
    """Describe a column, and write the numbers of its values."""
    places: dict[tuple[type, Any], int] = {}  # 1 and 1.0 are two values
    numbers = array.array("I", (places.setdefault((type(value), value), len(places)) for value in column))
    width = _bytes_for(len(places))
    if sys.byteorder == "big":
        numbers.byteswap()
    whole = numbers.tobytes()
    planes.writelines(whole[place::_WIDTH] for place in range(width))
    return {"rows": len(column), "values": [value for _, value in places]}


def _unpacked(column: Mapping[str, Any], planes: io.BytesIO) -> list[Any]:
    values, rows = column["values"], column["rows"]
    read = [planes.read(rows) for _ in range(_bytes_for(len(values)))]
    numbers = read[0] if len(read) == 1 else map(_joined, *read)
    return [values[number] for number in numbers]


def _joined(lowest: int, *higher: int) -> int:
    return lowest | int.from_bytes(higher, "little") << 8


def _bytes_for(count: int) -> int:
    """How many bytes number so many values: at least one, so that a column without values has rows."""
    return max((max(count - 1, 0).bit_length() + 7) // 8, 1)


def _remember(folder: Path, made: Sequence[Index]) -> None:
    """Say which runs lie in the cache: written last, so that all are there."""
    try:
        (folder / "names").write_text(" ".join(index.path.name for index in made), "utf-8")
    except OSError:
        return  # the next question unpacks it again
