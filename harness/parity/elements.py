"""What differs between two arrays of one shape, element by element. Pure.

Floating-point numbers are *numeric*: they may differ within a tolerance. Everything else is *discrete* and must be
equal. NaN equals NaN and -0.0 equals 0.0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from harness.model import Parity, Tolerance
from harness.parity.decoding import Array, Date, Dense, Items, Missing, Opaque

ToleranceOf: TypeAlias = Callable[[str], Tolerance]  # of a dtype such as "<f4"; the method is settled

_SEVERITY = {Parity.IDENTICAL: 0, Parity.CLOSE: 1, Parity.DRIFT: 2}
_FAMILIES = {
    "f": "float", "c": "complex", "i": "integer", "u": "integer", "b": "bool",
    "U": "string", "S": "bytes", "M": "date", "m": "duration",
}  # fmt: skip
_NUMBERS = frozenset({"float", "complex", "integer", "bool"})
_NUMERIC = frozenset({"float", "complex"})
_TYPES: dict[type, str] = {
    str: "string", bool: "bool", int: "integer", float: "float", complex: "complex", bytes: "bytes",
    Date: "date", Missing: "missing", Opaque: "opaque", tuple: "tuple", type(None): "None",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What was found, with the largest figures; a figure is None where there was nothing to take it from."""

    parity: Parity = Parity.IDENTICAL
    max_abs: float | None = None
    max_rel: float | None = None
    max_ulp: float | None = None
    mismatch: float | None = None
    findings: tuple[str, ...] = ()  # without the method's name, no full stop


def merged(parts: Iterable[Difference]) -> Difference:
    """The worst of everything, and all findings."""
    parts = tuple(parts)
    return Difference(
        parity=max((part.parity for part in parts), key=_SEVERITY.__getitem__, default=Parity.IDENTICAL),
        max_abs=_largest(part.max_abs for part in parts),
        max_rel=_largest(part.max_rel for part in parts),
        max_ulp=_largest(part.max_ulp for part in parts),
        mismatch=_largest(part.mismatch for part in parts),
        findings=tuple(finding for part in parts for finding in part.findings),
    )


def drift(*findings: str) -> Difference:
    return Difference(parity=Parity.DRIFT, findings=findings)


def _largest(figures: Iterable[float | None]) -> float | None:
    return max((figure for figure in figures if figure is not None), default=None)


@dataclass(frozen=True, eq=False, kw_only=True)
class Places:
    """Where the compared elements stand in the output: all of it in C order, or some flat positions."""

    shape: tuple[int, ...]
    noun: str  # "labels" or "values"
    positions: Array | None = None
    parts: int = 1  # of each element: a complex number has two

    @property
    def total(self) -> int:
        return math.prod(self.shape) * self.parts

    def at(self, element: int) -> str:
        if not self.shape:
            return ""
        position = element if self.positions is None else int(self.positions[element])
        return f" at [{', '.join(str(i) for i in np.unravel_index(position, self.shape))}]"


def family(dtype: str) -> str:
    return _FAMILIES[dtype[1]]


def is_numeric(dtype: str) -> bool:
    return family(dtype) in _NUMERIC


def named(item: Any) -> tuple[str, Any]:
    """An item with its family, to be compared: 1, 1.0 and True are equal to Python, and not to us.

    NaN equals NaN. Nothing opaque equals anything, not even itself.
    """
    name = _TYPES[type(item)]
    if name == "tuple":
        return name, tuple(map(named, item))
    if name == "complex":
        return name, (named(item.real), named(item.imag))
    if name == "opaque":
        return name, object()
    return name, "NaN" if item != item else item  # noqa: PLR0124  # that is what NaN is


def show(value: Any) -> str:
    """A short text of a decoded item or NumPy scalar."""
    if isinstance(value, np.floating):
        return str(value)  # the shortest that its own precision needs
    if isinstance(value, np.generic) and value.dtype.kind not in "mM":
        value = value.item()
    if isinstance(value, int) and value.bit_length() > 128:  # noqa: PLR2004  # Python refuses to print the largest
        return f"an integer of {value.bit_length()} bits"
    text = str(value) if isinstance(value, np.generic) else repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."  # noqa: PLR2004


def of_arrays(reference: Dense, output: Dense, places: Places, tolerance: ToleranceOf) -> Difference:
    """Two arrays of the same number of elements."""
    b, a = reference.array.ravel(), output.array.ravel()
    families = family(reference.dtype), family(output.dtype)
    if families[0] != families[1]:
        return _of_families(b, a, families, places)
    if families[0] == "complex":
        positions = np.arange(len(b)) if places.positions is None else places.positions
        parts = Places(shape=places.shape, noun="parts", positions=np.repeat(positions, 2), parts=2)
        return of_numbers(_components(b), _components(a), parts, tolerance(reference.dtype))
    if families[0] == "float":
        return of_numbers(b, a, places, tolerance(reference.dtype))
    return _of_labels(b, a, _unequal(b, a), places)


def _unequal(b: Array, a: Array) -> Array:
    try:
        different = np.asarray(b != a)
    except TypeError:  # durations in months against some in days
        return np.ones(len(b), dtype=np.bool_)
    return different & ~(np.isnat(b) & np.isnat(a)) if b.dtype.kind in "mM" else different


def _components(array: Array) -> Array:
    return np.ascontiguousarray(array).view(np.dtype(f"<f{array.dtype.itemsize // 2}"))


def _of_families(b: Array, a: Array, families: tuple[str, str], places: Places) -> Difference:
    """Never better than drift. Says whether at least the values are equal."""
    comparable = _NUMBERS.issuperset(families)
    different = np.asarray(b != a) if comparable else np.ones(len(b), dtype=np.bool_)
    found = _of_labels(b, a, different, places)
    values = found.findings or ("values equal",)
    return Difference(
        parity=Parity.DRIFT,
        mismatch=None if _NUMERIC.issuperset(families) else found.mismatch,
        findings=(f"{families[0]} became {families[1]}, {values[0]}",),
    )


def _of_labels(b: Sequence[Any] | Array, a: Sequence[Any] | Array, different: Array, places: Places) -> Difference:
    count = int(np.count_nonzero(different))
    if not count:
        return Difference(mismatch=0.0)
    first = int(np.argmax(different))
    text = (
        f"{count} of {places.total} {places.noun} differ, first{places.at(first)}: {show(b[first])} -> {show(a[first])}"
    )
    return Difference(parity=Parity.DRIFT, mismatch=count / places.total, findings=(text,))


def of_numbers(reference: Array, output: Array, places: Places, tolerance: Tolerance) -> Difference:
    """Two 1-d arrays of floats.

    ``max_abs``, ``max_rel`` and ``max_ulp`` are over the places where both are finite; ``max_rel`` leaves out those
    where the reference is 0, and is None if nothing else differs. ``max_ulp`` counts the numbers of the reference's
    precision from one to the other.
    """
    b, a = reference.astype(np.float64), output.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if same.all():
        return Difference(max_abs=0.0, max_rel=0.0, max_ulp=0.0)
    finite = np.isfinite(a) & np.isfinite(b)
    with np.errstate(over="ignore", invalid="ignore"):
        gap = np.where(finite, np.abs(a - b), 0.0)
        scale = np.max(np.abs(b), where=np.isfinite(b), initial=0.0)
        limit = np.where(finite, tolerance.rtol * np.abs(b) + tolerance.atol * scale, 0.0)
    # An overflow of the difference must not be forgiven by one of the limit.
    beyond = finite & ~((gap <= limit) & np.isfinite(gap))
    unmatched = _of_special(b, a, ~same & ~finite, places)
    figures = Difference(
        max_abs=float(gap.max()), max_rel=_relative(gap, b, finite), max_ulp=_ulps(reference, output, finite)
    )
    text = _gaps(np.where(beyond, gap, 0.0) if beyond.any() else gap, reference, output, places)
    bounds = f"rtol {tolerance.rtol:g}, atol {tolerance.atol:g}"
    if beyond.any():
        return merged([figures, drift(f"{text} ({bounds})"), unmatched])
    if not gap.any():
        return merged([figures, unmatched])
    used = 100 * float(np.max(gap[gap > 0] / limit[gap > 0]))
    text += f", within {bounds}, used {used:.2g} % of it"
    return merged([figures, Difference(parity=Parity.CLOSE, findings=(text,)), unmatched])


def _gaps(gap: Array, reference: Array, output: Array, places: Places) -> str:
    worst = int(np.argmax(gap))
    example = f"worst{places.at(worst)}: {show(reference[worst])} -> {show(output[worst])}"
    noun = "values" if places.noun == "labels" else places.noun  # a regression predicts no labels
    return f"{np.count_nonzero(gap)} of {places.total} {noun} differ by up to {gap[worst]:.3g}, {example}"


def _of_special(b: Array, a: Array, unmatched: Array, places: Places) -> Difference:
    """Places where exactly one is NaN, or where infinities do not match."""
    found = []
    masks = {
        "became NaN": unmatched & np.isnan(a),
        "were NaN and are numbers": unmatched & np.isnan(b),
        "are infinite on one side or with another sign": unmatched & ~np.isnan(a) & ~np.isnan(b),
    }
    for what, mask in masks.items():
        if mask.any():
            first = int(np.argmax(mask))
            example = f"first{places.at(first)}: {show(b[first])} -> {show(a[first])}"
            found.append(drift(f"{np.count_nonzero(mask)} of {places.total} {places.noun} {what}, {example}"))
    return merged(found)


def _relative(gap: Array, b: Array, finite: Array) -> float | None:
    where = finite & (b != 0)
    with np.errstate(over="ignore"):
        largest = float(np.max(gap[where] / np.abs(b[where]), initial=0.0))
    return None if largest == 0 and gap.any() else largest


def _ulps(reference: Array, output: Array, finite: Array) -> float:
    with np.errstate(over="ignore"):
        b, a = _ordered(reference[finite]), _ordered(output[finite].astype(reference.dtype))
    apart = np.maximum(a, b).astype(np.uint64) - np.minimum(a, b).astype(np.uint64)  # modulo 2**64: cannot overflow
    return float(np.max(apart, initial=0))


def _ordered(array: Array) -> Array:
    """Floats as int64 in the same order, neighbours one apart, both zeros 0."""
    bits = array.view(np.dtype(f"<i{array.dtype.itemsize}"))
    lowest = np.iinfo(bits.dtype).min
    return np.where(bits < 0, lowest - bits, bits).astype(np.int64)


def to_items(value: Dense | Items) -> Items:
    if isinstance(value, Items):
        return value
    flat = value.array.ravel()
    if flat.dtype.kind in "mM":
        items: list[Any] = [Date(dtype=value.dtype, count=count) for count in flat.view(np.int64).tolist()]
    else:
        items = flat.tolist()
    return Items(items=tuple(items), shape=value.shape, dtype=value.dtype, container=value.container)


def of_items(reference: Items, output: Items, places: Places, tolerance: ToleranceOf) -> Difference:
    """Two sequences of Python scalars of one length: floats are compared as numbers, the others must be equal."""
    pairs = list(zip(reference.items, output.items, strict=True))
    numeric = [i for i, (b, a) in enumerate(pairs) if type(b) is float and type(a) is float]
    parts = []
    if numeric:
        # Python's floats are doubles, unless they stood in an array of another precision.
        dtype = reference.dtype if reference.dtype[1:2] == "f" and reference.dtype[0] in "<>" else "<f8"
        precision = np.dtype(f"<f{min(int(dtype[2:]), 8)}")
        b, a = (
            np.array([pairs[i][side] for i in numeric], dtype=kind) for side, kind in ((0, precision), (1, np.float64))
        )
        where = Places(shape=places.shape, noun=places.noun, positions=np.array(numeric))
        parts.append(of_numbers(b, a, where, tolerance(dtype)))
    if len(numeric) < len(pairs):
        parts.append(_of_discrete(pairs, places))
    return merged(parts)


def _of_discrete(pairs: list[tuple[Any, Any]], places: Places) -> Difference:
    positions = [i for i, (b, a) in enumerate(pairs) if not (type(b) is float and type(a) is float)]
    pairs = [pairs[i] for i in positions]
    where = Places(shape=places.shape, noun=places.noun, positions=np.array(positions))
    different = np.array([named(b) != named(a) for b, a in pairs], dtype=np.bool_)
    found = _of_labels([b for b, _ in pairs], [a for _, a in pairs], different, where)
    if found.mismatch:
        found = Difference(parity=found.parity, mismatch=float(different.mean()), findings=found.findings)
    opaque = {value.type for pair in pairs for value in pair if isinstance(value, Opaque)}
    if not opaque:
        return found
    return merged([found, drift(f"cannot be compared: {', '.join(sorted(opaque))}")])
