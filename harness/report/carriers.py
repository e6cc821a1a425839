"""Formats that get over what others lose, in words and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from harness.analysis.verdicts import Verdict

if TYPE_CHECKING:
    from harness.analysis.ask.carrying import Carrier


def told(one: Carrier) -> str:
    """A format with how exactly it carries: "skops (identical)", "onnx (predictions alone, 6e-08; 3 of 7 models)"."""
    exact = "identical" if one.verdict is Verdict.SAFE else f"{one.max_abs_diff or 0.0:.1g}"
    kept = f"predictions alone, {exact}" if one.converts else exact
    return (
        f"{one.format} ({kept})" if one.models == one.of else f"{one.format} ({kept}; {one.models} of {one.of} models)"
    )


def as_data(one: Carrier) -> dict[str, Any]:
    """Return it as data for JSON."""
    return {**asdict(one), "verdict": str(one.verdict)}
