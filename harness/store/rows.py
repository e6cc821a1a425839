"""The rows of a run's journal, as types, and the one parser of its lines.

A line is a row with its ``kind``. The parser checks kind, key and status; the rest was written by this program. Keys
that are optional here are absent from rows of failures, and from rows of older releases.
"""

from __future__ import annotations

import functools
import json
from types import UnionType
from typing import (
    Any,
    Literal,
    NotRequired,
    TypeAlias,
    TypedDict,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from harness.errors import cut
from harness.terms import ARTIFACT_STATUSES, CELL_STATUSES, Status

_LONGEST_TEXT = 8_000  # characters of one text of a row, and entries of one list
Kind: TypeAlias = Literal["environment", "fit", "artifact", "cell", "measurement"]


class Warned(TypedDict):
    category: str
    message: str


class EnvironmentRow(TypedDict):
    """The outcome of an environment; its keys are columns of `harness.store.tables.ENVIRONMENTS`."""

    environment: str
    status: str
    reason: str | None
    at: NotRequired[str]  # ISO 8601
    emulated: NotRequired[bool]
    seconds: NotRequired[float]  # that it took to build
    how_built: NotRequired[str]
    lock_sha256: NotRequired[str]
    python: NotRequired[str | None]
    sklearn: NotRequired[str | None]
    numpy: NotRequired[str | None]
    packages: NotRequired[str]  # JSON, as the next three and the last
    blas: NotRequired[str]
    variables: NotRequired[str]
    estimators: NotRequired[str]
    cpu: NotRequired[str | None]
    byteorder: NotRequired[str]
    bits: NotRequired[int]
    libc: NotRequired[str]
    implementation: NotRequired[str]
    python_build: NotRequired[str | None]
    cpu_features: NotRequired[str]
    trouble: NotRequired[str]  # of one that is not-run: why a further call may have it, see `harness.terms.Trouble`


class FitRow(TypedDict):
    """What the journal has of a fit; all of it is the object ``fitted_sha256``."""

    fitted_sha256: str
    inputs_sha256: str
    methods: list[str]
    probes: NotRequired[list[str]]
    not_compared: NotRequired[dict[str, str]]
    written: NotRequired[list[str]]
    outputs: dict[str, Any]  # layouts by method
    warnings: NotRequired[list[Warned]]
    estimator: NotRequired[str]
    parameters: NotRequired[dict[str, str]]
    parts: NotRequired[list[dict[str, Any]]]
    input: NotRequired[dict[str, Any]]
    reach: NotRequired[list[dict[str, Any]] | None]  # of rows that were made from a user's model
    score_kind: NotRequired[str | None]
    score: NotRequired[float | None]
    cv_scores: NotRequired[list[float] | None]
    fit_seconds: NotRequired[float]
    fitted_at: NotRequired[float]  # seconds since 1970
    n_samples: NotRequired[int]
    n_features: NotRequired[int | None]
    data_stored: NotRequired[bool]
    train_sha256: NotRequired[str]
    data_sha256: NotRequired[str]
    code_sha256: NotRequired[str]
    case: NotRequired[dict[str, Any]]
    reference_sha256: NotRequired[str]  # of what its loaded models are asked and held against


class _Outcome(TypedDict):
    status: str
    reason: str | None
    reused_from: NotRequired[str | None]  # the run that worked it out; absent: this one
    signal: NotRequired[int]  # that the process died of
    error_type: NotRequired[str]
    error_message: NotRequired[str]
    traceback: NotRequired[str | None]
    warnings: NotRequired[list[Warned]]


class ArtifactRow(_Outcome):
    artifact_id: str
    fitted_sha256: NotRequired[str | None]
    sha256: NotRequired[str | None]
    size_bytes: NotRequired[int | None]
    dump_seconds: NotRequired[float | None]
    facts: NotRequired[dict[str, Any] | None]


class WrittenRow(_Outcome):
    """The row of an artifact whose status is ok."""

    artifact_id: str
    fitted_sha256: str
    sha256: str
    size_bytes: int


class CellRow(_Outcome):
    cell_id: str
    parity: NotRequired[str]
    compared: NotRequired[list[str]]
    differing: NotRequired[list[str]]
    findings: NotRequired[list[str]]
    max_abs_diff: NotRequired[float | None]
    max_rel_diff: NotRequired[float | None]
    max_ulp_diff: NotRequired[float | None]
    tolerance_used: NotRequired[float | None]
    label_mismatch: NotRequired[float | None]
    by_method: NotRequired[dict[str, Any]]  # of a user's model, see `harness.judging.outcome`
    score: NotRequired[float | None]
    version_warning: NotRequired[bool]
    original_sklearn_version: NotRequired[str | None]
    load_seconds: NotRequired[float | None]
    first_load_seconds: NotRequired[float | None]
    predict_seconds: NotRequired[float | None]
    mapped_arrays: NotRequired[int]
    mapped_bytes: NotRequired[int]


class Sample(TypedDict):
    """Values of one figure, from one child of one guest, ``at`` seconds after the run's start."""

    figure: str
    values: list[float]
    guest: int | None
    child: int | None
    at: float
    processor_yardstick: float | None
    memory_yardstick: float | None


class MeasurementRow(TypedDict):
    cell_id: str
    samples: list[Sample]
    missing: dict[str, str]  # by figure, why
    host: NotRequired[dict[str, Any]]


Row: TypeAlias = EnvironmentRow | FitRow | ArtifactRow | CellRow | MeasurementRow

_KEYS: dict[Kind, str] = {
    "environment": "environment",
    "fit": "fitted_sha256",
    "artifact": "artifact_id",
    "cell": "cell_id",
    "measurement": "cell_id",
}
#: The statuses that each kind may have; the other kinds have none.
_STATUSES: dict[Kind, frozenset[Status]] = {
    "environment": frozenset({Status.OK, Status.NOT_RUN}),
    "artifact": ARTIFACT_STATUSES,
    "cell": CELL_STATUSES,
}


def row_key(kind: Kind, row: Row) -> str:
    """The key of a row: the name of what it is about."""
    return str(dict(row)[_KEYS[kind]])


def short(value: Any) -> Any:
    """A row, with texts and lists of models cut: a journal of many cells must stay readable."""
    if isinstance(value, str):
        return cut(value, _LONGEST_TEXT)
    if isinstance(value, dict):
        return {key: short(item) for key, item in value.items()}
    return [short(item) for item in value[:_LONGEST_TEXT]] if isinstance(value, list) else value


_ROWS: dict[Kind, Any] = {
    "environment": EnvironmentRow,
    "fit": FitRow,
    "artifact": ArtifactRow,
    "cell": CellRow,
    "measurement": MeasurementRow,
}


def wrong_value(kind: Kind, row: Row) -> str | None:
    """The key of a row whose value is of another type than this program writes; None where all are right."""
    plain, hints = _hints(kind)
    for key, value in dict(row).items():
        if type(value) in plain.get(key, ()):  # nearly all: runs read a million of these
            continue
        if key in hints and not _is_a(value, hints[key]):
            return key
    return None


@functools.cache
def _hints(kind: Kind) -> tuple[dict[str, frozenset[type]], dict[str, Any]]:
    """Of each key, the types whose values are right whatever they hold; and what is annotated."""
    hints = get_type_hints(_ROWS[kind])
    samples: tuple[Any, ...] = (None, "", 0, 0.0, False)
    return {key: frozenset(type(one) for one in samples if _is_a(one, hint)) for key, hint in hints.items()}, hints


def _is_a(value: object, hint: Any) -> bool:
    """Whether a value of JSON is of an annotated type. What may be absent may be null; every number is a float."""
    if value is None or hint is Any:
        return True
    if is_typeddict(hint):
        return isinstance(value, dict)
    parts = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        return any(_is_a(value, part) for part in parts)
    if get_origin(hint) in (list, dict):
        within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return isinstance(value, get_origin(hint)) and all(_is_a(one, parts[-1]) for one in within)
    plain = hint is bool if isinstance(value, bool) else isinstance(value, (int, float) if hint is float else hint)
    return bool(plain)


def parse(line: bytes) -> tuple[Kind, Row] | None:
    """One line of the journal, or None where a kill or a power cut broke it."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not line.endswith(b"\n") or not isinstance(entry, dict):
        return None
    kind = entry.pop("kind", None)
    return (cast("Kind", kind), cast("Row", entry)) if is_row(kind, entry) else None


def is_row(kind: object, row: object) -> bool:
    """Whether a value of JSON is a row of a kind, as far as its key and its status tell."""
    if not isinstance(kind, str) or kind not in _KEYS or not isinstance(row, dict):
        return False
    status = row.get("status")
    known = kind not in _STATUSES or (isinstance(status, str) and status in _STATUSES[kind])
    return known and isinstance(row.get(_KEYS[kind]), str)
