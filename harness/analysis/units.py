"""Seconds, bytes, counts and lists as people read them. SI units, three digits, no exponents. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMED = 3  # names of a list
CUT = 300  # characters of a message


def figure(name: str, value: float) -> str:
    """A figure by its name, which ends in its unit."""
    return seconds(value) if name.endswith("_seconds") else size(value)


def seconds(value: float) -> str:
    """Such as 31.4 ms."""
    for unit, factor in (("s", 1.0), ("ms", 1e-3)):
        if value >= factor:
            return f"{_digits(value / factor)} {unit}"
    return f"{_digits(value / 1e-6)} µs"


def size(value: float) -> str:
    """Such as 80.8 MB; SI units, as ``ls -l --si``."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= factor:
            return f"{_digits(value / factor)} {unit}"
    return f"{value:.0f} B"


def _digits(value: float) -> str:
    """Three of them, and no exponent."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004


def counted(number: int, noun: str) -> str:
    """``1 cell``, ``2 cells``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def some(names: Sequence[str], noun: str, shown: int = NAMED) -> str:
    """A few names in full, more of them by number: ``ridge, lasso``, ``40 cases``."""
    return ", ".join(names) if len(names) <= shown else f"{len(names)} {noun}s"
