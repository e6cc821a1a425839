"""What differs between two arrays of floats. Pure. NaN equals NaN, and -0.0 is close to 0.0."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from harness.judging.difference import Difference, Places, Rules, describe_tolerance, drift, merged, show
from harness.judging.tolerances import coarser
from harness.terms import Finding, Parity

if TYPE_CHECKING:
    from harness.judging.decoding import Array

_FLOOR = (
    1e-2  # of the largest value: a column that is nearly zero is what is left of larger numbers, and of their rounding
)


def compare_numbers(
    reference: Array, output: Array, places: Places, rules: Rules, dtypes: tuple[str, str]
) -> Difference:
    """Compare two 1-d arrays of floats; ``dtypes`` are those of the outputs that they come from.

    ``max_abs``, ``max_rel``, ``max_ulp`` and ``used`` are over the places where both are finite; ``max_rel`` leaves
    out those where the reference is 0, and is None if nothing else differs. ``max_ulp`` counts the numbers of the
    reference's precision from one to the other. ``used`` is in tolerances: above 1 is drift.
    """
    b, a = reference.astype(np.float64), output.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if same.all():
        return replace(_signs(b, a, places), max_abs=0.0, max_rel=0.0, max_ulp=0.0, used=0.0)
    # A format that stores every bit must not give a coarser output than the model gave.
    tolerance = rules.tolerance(coarser(*dtypes) if rules.converted else dtypes[0])
    finite = np.isfinite(a) & np.isfinite(b)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        gap = np.where(finite, np.abs(a - b), 0.0)
        scale = _scale(b, places)
        used = np.where(gap > 0, gap / (tolerance.rtol * np.abs(b) + tolerance.atol * scale), 0.0)
    used[np.isnan(used)] = np.inf  # an overflow of the difference must not be hidden by one of the limit
    cancelled = False
    if rules.cancellation is not None and used.max() > 1:
        cancelled, used = True, np.fmin(used, rules.cancellation.used(gap, b, a))
    beyond = used > 1
    worst = float(used.max())
    figures = Difference(
        max_abs=float(gap.max()),
        max_rel=_relative(gap, b, finite),
        max_ulp=_ulps(reference, output, finite),
        used=worst,
    )
    parts = [figures]
    bounds = f"rtol {tolerance.rtol:g}, atol {tolerance.atol:g}"
    if cancelled:
        bounds += f", or what cancellation allows {rules.cancellation}"
    share = describe_tolerance(worst)
    if beyond.any():
        text = _gaps(np.where(beyond, gap, 0.0), reference, output, places)
        parts.append(drift(rules.drifting, f"{text}, {share} ({bounds})" if share else f"{text} ({bounds})"))
    elif gap.any():
        text = f"{_gaps(gap, reference, output, places)}, within {bounds}{share and ': '}{share}"
        parts.append(Difference(parity=Parity.CLOSE, sentences=(text,)))
    return merged([*parts, *_compare_special(b, a, ~same & ~finite, places)])


def _signs(b: Array, a: Array, places: Places) -> Difference:
    """Of equal numbers: zeros with another sign. What a NaN carries besides being one is no part of the value."""
    other = (np.signbit(b) != np.signbit(a)) & (b == 0)
    if not other.any():
        return Difference()
    first = int(np.argmax(other))
    sentence = f"{np.count_nonzero(other)} of {places.total} zeros have another sign"
    example = f"first{places.at(first)}: {show(b[first])} -> {show(a[first])}, values equal"
    return Difference(parity=Parity.CLOSE, sentences=(f"{sentence}, {example}",))


def _scale(b: Array, places: Places) -> Array | float:
    """The value that atol is a fraction of: the largest one; in a table the largest of the same column.

    A column counts at least a hundredth of the largest of all. So a column of billions hides no change in one of units.
    """
    size = np.where(np.isfinite(b), np.abs(b), 0.0)
    largest = float(size.max(initial=0.0))
    if len(places.shape) != 2 or places.parts != 1:  # noqa: PLR2004
        return largest
    positions = np.arange(len(b)) if places.positions is None else places.positions
    columns = positions % places.shape[1]
    by_column = np.zeros(places.shape[1])
    np.maximum.at(by_column, columns, size)
    return np.maximum(by_column, _FLOOR * largest)[columns]


def _gaps(gap: Array, reference: Array, output: Array, places: Places) -> str:
    worst = int(np.argmax(gap))
    example = f"worst{places.at(worst)}: {show(reference[worst])} -> {show(output[worst])}"
    noun = "values" if places.noun == "labels" else places.noun  # a regression predicts no labels
    return f"{np.count_nonzero(gap)} of {places.total} {noun} differ by up to {gap[worst]:.3g}, {example}"


def _compare_special(b: Array, a: Array, unmatched: Array, places: Places) -> list[Difference]:
    """Find positions where exactly one is NaN, or where infinities do not match."""
    if not unmatched.any():
        return []
    masks = {
        "became NaN": unmatched & np.isnan(a),
        "were NaN and are numbers": unmatched & np.isnan(b),
        "are infinite on one side or with another sign": unmatched & ~np.isnan(a) & ~np.isnan(b),
    }
    found = []
    for what, mask in masks.items():
        if mask.any():
            first = int(np.argmax(mask))
            example = f"first{places.at(first)}: {show(b[first])} -> {show(a[first])}"
            sentence = f"{np.count_nonzero(mask)} of {places.total} {places.noun} {what}, {example}"
            found.append(drift(Finding.MISSING, sentence))
    return found


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
