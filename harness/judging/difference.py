"""Differences between outputs, and the rules that a comparison needs to find them. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.terms import Finding, Parity, Tolerance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.judging.cancellation import Cancellation
    from harness.judging.decoding import Array

_SEVERITY = {Parity.IDENTICAL: 0, Parity.CLOSE: 1, None: 2, Parity.DRIFT: 3}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What differs, with the largest figures; a figure is None if there was nothing to compute it from.

    Parity is None where something could not be compared, and nothing else drifts: then nobody knows.
    """

    parity: Parity | None = Parity.IDENTICAL
    max_abs: float | None = None
    max_rel: float | None = None
    max_ulp: float | None = None
    used: float | None = None  # of the tolerance
    mismatch: float | None = None
    findings: frozenset[Finding] = frozenset()
    sentences: tuple[str, ...] = ()  # without the method's name, no full stop


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules for the outputs of one method."""

    noun: str  # what their elements are called in sentences: "labels" or "values"
    drifting: Finding  # what numbers beyond their tolerance are
    exact: bool  # all elements are labels, even where they are floats: no tolerance is for them
    tolerance: Callable[[str], Tolerance]  # of a dtype such as "<f4"
    cancellation: Cancellation | None = None  # what is allowed besides the tolerance
    converted: bool = False  # of a format with types of its own: equal numbers of another kind are close


@dataclass(frozen=True, eq=False, kw_only=True)
class Places:
    """The positions of the compared elements in the output: all of it in C order, or some flat positions."""

    shape: tuple[int, ...]
    noun: str  # "labels", "values" or "parts"
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


def merged(parts: Iterable[Difference]) -> Difference:
    """The worst of everything, and all findings."""
    parts = tuple(parts)
    if len(parts) == 1:
        return parts[0]
    return Difference(
        parity=max((part.parity for part in parts), key=_SEVERITY.__getitem__, default=Parity.IDENTICAL),
        max_abs=_largest(part.max_abs for part in parts),
        max_rel=_largest(part.max_rel for part in parts),
        max_ulp=_largest(part.max_ulp for part in parts),
        used=_largest(part.used for part in parts),
        mismatch=_largest(part.mismatch for part in parts),
        findings=frozenset[Finding]().union(*(part.findings for part in parts)),
        sentences=tuple(sentence for part in parts for sentence in part.sentences),
    )


def drift(finding: Finding, sentence: str) -> Difference:
    return Difference(parity=Parity.DRIFT, findings=frozenset({finding}), sentences=(sentence,))


def incomparable(sentence: str) -> Difference:
    return Difference(parity=None, findings=frozenset({Finding.INCOMPARABLE}), sentences=(sentence,))


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each once, in the order of the closed list."""
    found = frozenset(findings)
    return tuple(finding for finding in Finding if finding in found) if found else ()


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


def describe_tolerance(used: float) -> str:
    """How much of its tolerance a difference takes, in words; "" if it is little, or not finite."""
    if used <= 0.1 or not math.isfinite(used):  # noqa: PLR2004  # below a tenth the tolerance decides nothing
        return ""
    if used <= 1:
        return f"{100 * used:.0f} % of its tolerance"
    times = f"{used:.2g}" if used < 100 else f"{used:,.0f}" if used < 1e6 else f"{used:.1e}"  # noqa: PLR2004
    return f"{times} times its tolerance"


def _largest(figures: Iterable[float | None]) -> float | None:
    return max((figure for figure in figures if figure is not None), default=None)
