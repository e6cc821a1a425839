"""What cancellation allows two numbers to differ, where a guest said how they were computed. Pure.

`harness.guest.conditioning` has the formulas, and says which methods of which classes they are for. Distances are
compared by their squares, because the squares have the error. So near 0 some 1e-7 of the norms are allowed, and far
from it nearly nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.judging.decoding import Array

#: No allowance may hide what was ever seen to be a change: a tenth of the smallest true drift.
MOST = 2.6e-3
_EPS = 2.0**-52
_OF = {"weighted": "weights by distances", "sum": "large terms with a small sum"}
_LARGEST = 1e150  # its square is finite


@dataclass(frozen=True, kw_only=True)
class Cancellation:
    """What is allowed besides the tolerance."""

    square: float = 0.0  # of distances: how far their squares may be off
    error: float = 0.0  # of other numbers
    of: str = ""  # what these are

    def used(self, gap: Array, reference: Array, output: Array) -> Array:
        """How much of what is allowed each gap takes: up to 1 is within it."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if self.square:
                return np.where(gap > 0, gap * (np.abs(reference) + np.abs(output)) / self.square, 0.0)
            return np.where(gap > 0, gap / self.error, 0.0)

    def __str__(self) -> str:
        """What the sentence of a difference says of it."""
        if self.square:
            return f"of distances, whose squares are exact to {self.square:.2g}"
        return f"of {self.of}, exact to {self.error:.2g}"


def cancellation_of(conditioning: Any, method: str) -> Cancellation | None:
    """What a ``fitted`` event says of a method; None if it says nothing, or nothing that makes sense."""
    facts: Mapping[str, Any] = conditioning if isinstance(conditioning, dict) else {}
    fact = facts.get(method)
    match fact:
        case {"kind": "distance", "norm": float(norm), "terms": int(terms)} if 0 < norm < _LARGEST and terms > 0:
            relative = 2 * (terms + 2) * _EPS
            return Cancellation(square=relative * norm**2) if relative <= MOST**2 else None
        case {"kind": "weighted" | "sum" as kind, "error": float(error), "scale": float(scale)} if 0 < error <= 1:
            return Cancellation(error=min(error, MOST) * scale, of=_OF[kind]) if 0 < scale < _LARGEST else None
    return None
