"""Do the outputs of a loaded model equal those of the model that was dumped? Pure.

identical   the same shapes, dtypes and values; NaN equals NaN at the same place, -0.0 equals 0.0
close       numbers within tolerance, everything discrete equal; or equal values in another dtype or container
drift       anything else, and whatever cannot be compared

`harness.parity.differences` has the rules for each kind of value, `harness.parity.elements` those for single elements.
A longdouble is compared as the double that it was sent as.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.model import Parity, Tolerance
from harness.parity.decoding import Encoded, decode
from harness.parity.differences import difference
from harness.parity.elements import Difference, is_numeric, merged
from harness.parity.scoring import score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["Comparison", "compare", "score", "tolerance_for"]

#: Where no tolerance of the profile applies: a few thousand units in the last place, which a sum in another order
#: may need and a changed model exceeds. Everything that is not single or half precision counts as double.
DEFAULT = Tolerance(rtol=1e-9, atol=1e-12)
DEFAULTS = {
    "float16": Tolerance(rtol=1e-2, atol=1e-3),
    "float32": Tolerance(rtol=1e-4, atol=1e-6),
    "complex64": Tolerance(rtol=1e-4, atol=1e-6),
}
_FINDINGS = 4  # of one method; a frame may have hundreds of columns


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The worst of all methods, with its evidence.

    ``max_abs_diff``, ``max_rel_diff`` and ``max_ulp_diff`` are over the numbers that are finite on both sides, None if
    there were none to compare. ``max_rel_diff`` leaves out places where the reference is 0. ``max_ulp_diff`` is in
    units of the reference's precision. ``label_mismatch`` is the fraction of discrete outputs (labels, integers,
    strings, bools) that differ, None if there were none. Outputs of different shapes have no figures at all.
    """

    parity: Parity
    compared: tuple[str, ...]  # methods
    max_abs_diff: float | None
    max_rel_diff: float | None
    max_ulp_diff: float | None
    label_mismatch: float | None
    findings: tuple[str, ...]  # one sentence per method that is not identical


def compare(
    reference: Mapping[str, Any], outputs: Mapping[str, Any], *, tolerance: Callable[[str, str], Tolerance]
) -> Comparison:
    """Compare the outputs of each method of ``reference``; further ones in ``outputs`` are ignored.

    Parameters
    ----------
    reference, outputs : method to encoded value, as `harness.guest.values` writes them.
    tolerance : of a method and the reference's dtype (``"<f4"``; ``"<f8"`` for Python floats).

    Raises
    ------
    ValueError
        Nothing to compare, a method is missing, or a value is malformed: no verdict, and never a good one.
    """
    if not reference:
        raise ValueError("nothing to compare: the reference has no methods")
    found: dict[str, Difference] = {}
    for method, expected in reference.items():
        if method not in outputs:
            raise ValueError(f"{method}: no output to compare")
        found[method] = _of_method(method, expected, outputs[method], tolerance)
    total = merged(found.values())
    return Comparison(
        parity=total.parity,
        compared=tuple(found),
        max_abs_diff=total.max_abs,
        max_rel_diff=total.max_rel,
        max_ulp_diff=total.max_ulp,
        label_mismatch=total.mismatch,
        findings=tuple(_sentence(method, one.findings) for method, one in found.items() if one.findings),
    )


def _of_method(method: str, expected: Encoded, got: Encoded, tolerance: Callable[[str, str], Tolerance]) -> Difference:
    if expected == got:
        contents = _contents(expected, got)
        if contents is not None:
            return _IDENTICAL[frozenset(contents)]
    noun = "labels" if method in ("predict", "fit_predict") else "values"
    try:
        return difference(decode(expected), decode(got), noun=noun, tolerance=lambda dtype: tolerance(method, dtype))
    except ValueError as error:
        raise ValueError(f"{method}: {error}") from error


def _sentence(method: str, findings: Sequence[str]) -> str:
    more = len(findings) - _FINDINGS
    return f"{method}: {'; '.join(findings[:_FINDINGS])}{f'; and {more} more' if more > 0 else ''}"


def _identical(contents: Iterable[str]) -> Difference:
    number = 0.0 if "numeric" in contents else None
    return Difference(max_abs=number, max_rel=number, max_ulp=number, mismatch=0.0 if "discrete" in contents else None)


_NUMERIC = frozenset({"numeric"})
_DISCRETE = frozenset({"discrete"})
_IDENTICAL = {kinds: _identical(kinds) for kinds in (frozenset[str](), _NUMERIC, _DISCRETE, _NUMERIC | _DISCRETE)}


def _contents(encoded: Encoded, equal: Encoded) -> frozenset[str] | None:
    """What is in a value that equals its counterpart; None sends both the slow way, as everything opaque must go."""
    match encoded:
        case {"kind": "dense", "dtype": str(dtype), "npy": str()} | {"kind": "csr", "data": {"dtype": str(dtype)}}:
            return _NUMERIC if is_numeric(dtype) else _DISCRETE
        case {"kind": "texts"}:
            return _DISCRETE
        case {"kind": "objects", "items": items}:
            # To Python, 1, 1.0 and True are equal.
            same = list(map(type, items)) == list(map(type, equal["items"]))
            return _of_all(map(_item_contents, items)) if same else None
        case {"kind": "list", "items": items}:
            return _of_all(map(_contents, items, equal["items"]))
    return None


def _item_contents(item: Any) -> frozenset[str] | None:
    if isinstance(item, dict):
        return _NUMERIC if "float" in item else _DISCRETE if item.keys() <= {"int", "bytes", "missing"} else None
    return _NUMERIC if isinstance(item, float) else _DISCRETE


def _of_all(parts: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    kinds: set[str] = set()
    for part in parts:
        if part is None:
            return None
        kinds |= part
    return frozenset(kinds)


def tolerance_for(tolerances: Sequence[Tolerance], format: str) -> Callable[[str, str], Tolerance]:  # noqa: A002
    """Return the tolerance of (method, dtype) in one format: the first of ``tolerances`` that applies.

    Their ``dtypes`` are NumPy's names (``"float32"``) or type strings (``"<f4"``). None applies: `DEFAULTS`, `DEFAULT`.
    """
    mine = [one for one in tolerances if not one.formats or format in one.formats]

    def tolerance(method: str, dtype: str) -> Tolerance:
        name = _name(dtype)
        for one in mine:
            if one.methods and method not in one.methods:
                continue
            if not one.dtypes or name in map(_name, one.dtypes):
                return one
        return DEFAULTS.get(name, DEFAULT)

    return tolerance


def _name(dtype: str) -> str:
    kind, size = dtype[1:2], dtype[2:]
    if size.isdecimal() and int(size) > {"f": 8, "c": 16}.get(kind, int(size)):  # of a platform that ours may not know
        return {"f": "longdouble", "c": "clongdouble"}[kind]
    return dtype if dtype in ("longdouble", "clongdouble") else str(np.dtype(dtype).name)
