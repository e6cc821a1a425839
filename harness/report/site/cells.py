"""The cells of a run as the page reads them: columns of numbers, and each text once. Pure.

The browser gets one block of bytes: the length of a JSON header (uint32, little-endian), the header, and the columns at
the offsets that it states, each at a multiple of eight. A column of text is a column of places in its list of values.
"""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from harness.analysis import causes, pair_signs
from harness.analysis.ask import subjects, tabulating
from harness.analysis.cells import trace_causes
from harness.config.deciding import deciding
from harness.report.site import answers
from harness.store import tracebacks
from harness.terms import BY_NAME, Parity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import numpy.typing as npt

    from harness.analysis.models import Model
    from harness.store import RunTables

#: Figures that the page shows of a cell.
NUMBERS = (
    "max_abs_diff", "max_rel_diff", "max_ulp_diff", "tolerance_used", "label_mismatch", "score", "score_producer",
    "load_seconds", "predict_seconds", "size_bytes",
)  # fmt: skip
_TEXTS = ("case", "format", "reader", "reason", "error_type", "traceback", "original_sklearn_version")
_ALIGNED = 8
_SEQUENCES = (list, tuple, np.ndarray)
#: Of one traceback, its end; and of all together. The whole of each is in the run's logs.
TRACEBACK = 6_000
TRACEBACKS = 12_000_000


def packed(tables: RunTables, order: list[str], more: Mapping[str, Any]) -> bytes:
    """Pack all cells and what belongs to them, compressed with gzip.

    Parameters
    ----------
    order : of the environments.
    more : goes into the header.
    """
    cells = tables.cells
    coded = {
        "producer": _coded(cells["producer"], order),
        "consumer": _coded(cells["consumer"], order),
        "status": _coded(cells["status"], [str(status) for status in Status]),
        "parity": _coded(cells["parity"], [str(parity) for parity in Parity]),
        **{name: _coded(cells[name]) for name in _TEXTS},
        **{name: _coded(_joined(cells[name])) for name in ("findings", "compared", "differing")},
        "warnings": _coded(_warnings(cells["warnings"])),
        "cause": _coded(cells["cause"]),
        **{name: _coded(column) for name, column in _traced(tables).items()},
    }
    arrays: dict[str, npt.NDArray[Any]] = {name: codes for name, (_, codes) in coded.items()}
    arrays["sign"] = pair_signs.cell_signs(cells)
    arrays["warned"] = cells["version_warning"].eq(True).to_numpy().astype(np.uint8)
    arrays |= {name: cells[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in NUMBERS}
    places = {case: place for place, case in enumerate(coded["case"][0])}
    facts, answered = answers.packed(tabulating.tabulate(tables), places)
    fitted, arrays["model"] = _models(tables, coded["case"][0], order)
    header = {
        "rows": len(cells),
        "answers": facts,
        "models": fitted,
        "values": {name: values for name, (values, _) in coded.items()},
        "families": dict(zip(cells["case"], cells["family"], strict=True)),
        # Formats that an answer leaves out unless they are asked for.
        "converted": sorted(cells.loc[cells["converts"] | cells["format"].isin(BY_NAME), "format"].unique()),
        "causes": _causes(coded["cause"][0]),
        "tracebacks": _tracebacks(tables.path, coded["traceback"][0]),
        **more,
    }
    return gzip.compress(_block(header, arrays | answered), compresslevel=6, mtime=0)


def _models(tables: RunTables, cases: list[str], order: list[str]) -> tuple[list[dict[str, Any]], npt.NDArray[Any]]:
    """The distinct models, and by case and environment the place of its model plus one; 0 if none was fitted."""
    fitted = subjects.models(tables.artifacts)
    texts = {key: json.dumps(_model(model)) for key, model in fitted.items()}
    found = {text: place for place, text in enumerate(dict.fromkeys(texts.values()), start=1)}
    codes = [found[texts[name, case]] if (name, case) in texts else 0 for case in cases for name in order]
    return [json.loads(text) for text in found], np.array(codes, dtype=np.uint32)


def _model(model: Model) -> dict[str, Any]:
    """What a model is made of, the parameters that decide first."""
    parts = []
    for part in model.parts:
        given, known = dict(part.parameters or {}), deciding().get(part.name, {})
        first = {name: given.pop(name) for name in known if name in given}
        parts.append({"name": part.name, "deciding": first, "others": given})
    return {"parts": parts, "data": dict(model.data)}


def _traced(tables: RunTables) -> dict[str, pd.Series[Any]]:
    """What brought each cell's cause, and where that is described; null where it is not known."""
    traced = trace_causes(tables)
    return {name: traced[name] for name in ("since", "upstream")}


def _causes(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """By name, what the page says of a cause; nothing of an unknown one."""
    known = causes.by_name()
    return {name: {"sentence": known[name].sentence, "helps": known[name].helps} for name in names if name in known}


def _block(header: dict[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    offset, places, body = 0, {}, bytearray()
    for name, array in arrays.items():
        raw = array.astype(array.dtype.newbyteorder("<")).tobytes()
        places[name] = {"type": _TYPES[array.dtype.str[1:]], "offset": offset, "length": array.size}
        body += raw + bytes(-len(raw) % _ALIGNED)
        offset = len(body)
    text = json.dumps({**header, "columns": places}, allow_nan=False).encode()
    text += b" " * (-(len(text) + 4) % _ALIGNED)
    return len(text).to_bytes(4, "little") + text + bytes(body)


#: JavaScript's names of NumPy's types.
_TYPES = {"u1": "Uint8Array", "u2": "Uint16Array", "u4": "Uint32Array", "f8": "Float64Array"}


def _coded(column: pd.Series[Any], values: list[str] | None = None) -> tuple[list[str], npt.NDArray[Any]]:
    """Return the distinct values, and for each row the position of its value plus one; 0 if it has none."""
    if values is None:
        codes, found = pd.factorize(column, sort=True)
        values = [str(value) for value in found]
    else:
        codes = pd.Categorical(column, categories=values).codes
    kind = next(kind for kind in (np.uint8, np.uint16, np.uint32) if len(values) < np.iinfo(kind).max)
    return values, (np.asarray(codes, dtype=np.int64) + 1).astype(kind)


def _joined(column: pd.Series[Any]) -> pd.Series[Any]:
    """Lists of words as one text each; None where there is no list."""
    return pd.Series([", ".join(words) if isinstance(words, _SEQUENCES) else None for words in column], dtype=object)


def _warnings(column: pd.Series[Any]) -> pd.Series[Any]:
    """Lists of warnings as JSON, which factorize can tell apart; None where nothing was warned of."""
    return pd.Series(
        [json.dumps(list(some)) if some is not None and len(some) else None for some in column], dtype=object
    )


def _tracebacks(folder: Path, wanted: Iterable[str]) -> dict[str, str]:
    """The tracebacks of cells, by digest, up to the limit of the page."""
    names, room, found = set(wanted), TRACEBACKS, {}
    for digest, text in tracebacks(folder):
        if digest in names and room > 0:
            found[digest] = text if len(text) <= TRACEBACK else f"…\n{text[-TRACEBACK:]}"
            room -= len(found[digest])
    return found
