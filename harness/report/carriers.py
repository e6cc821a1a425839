"""Formats that get over what others lose, in words and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from harness.analysis.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.analysis.carrying import Carrier


_MOST = 4  # in a line


def told(some: Sequence[Carrier]) -> str:
    """Formats, each with how exactly it carries: "skops (identical), onnx (predictions alone, 6e-08)"."""
    return ", ".join(map(_told, some[:_MOST]))


def _told(one: Carrier) -> str:
    exact = "identical" if one.verdict is Verdict.SAFE or not one.max_abs_diff else f"{one.max_abs_diff:.1g}"
    exact += ", but for other forms of rows" if one.in_other_rows else ""
    kept = f"predictions alone, {exact}" if one.converts else exact
    return f"{one.format} ({kept}{_counted(one)})"


def _counted(one: Carrier) -> str:
    if one.models < one.tried:
        return f"; {one.models} of {one.tried} models tried"
    return f"; tried with {one.tried} of {one.of} models" if one.tried < one.of else ""


def as_data(one: Carrier) -> dict[str, Any]:
    """Return it as data for JSON."""
    return {**asdict(one), "verdict": str(one.verdict)}
