"""Which tolerance is for the numbers of one format, method and dtype. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from harness.terms import Tolerance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Used if no tolerance of the profile applies: a few thousand units in the last place. A sum in another order may need
#: that, and a changed model exceeds it. Everything that is not single or half precision counts as double.
DEFAULT = Tolerance(rtol=1e-9, atol=1e-12)
DEFAULTS = {
    "float16": Tolerance(rtol=2e-3, atol=5e-4),
    "float32": Tolerance(rtol=1e-4, atol=1e-6),
    "complex64": Tolerance(rtol=1e-4, atol=1e-6),
}


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


def coarser(reference: str, output: str) -> str:
    """The dtype, of two floating-point ones of one family, that a tolerance must be for.

    Two numbers agree no better than the coarser of them was rounded. With the reference's dtype alone, a float32 of
    ONNX would be compared with a float64 of scikit-learn as if both were float64. An entry for float32 would not apply.
    With "either of the two" the order of the entries would decide. This hides nothing: a change of dtype is a finding
    of its own, and never identical.
    """
    return min(reference, output, key=lambda dtype: int(dtype[2:]))


def _name(dtype: str) -> str:
    kind, size = dtype[1:2], dtype[2:]
    if size.isdecimal() and int(size) > {"f": 8, "c": 16}.get(kind, int(size)):  # of a platform that ours may not know
        return {"f": "longdouble", "c": "clongdouble"}[kind]
    return dtype if dtype in ("longdouble", "clongdouble") else str(np.dtype(dtype).name)
