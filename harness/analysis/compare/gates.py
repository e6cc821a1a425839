"""What ``--fail-on`` takes: when a comparison is bad enough to stop a pipeline. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from harness.analysis.compare.effects import EFFECTS, SIZE
from harness.errors import InputError, shown, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

STATUS, DRIFT, GONE = "status", "drift", "gone"
NAMES = (STATUS, DRIFT, GONE, *EFFECTS)
KEYS = ("producer", "consumer", "case", "family", "format", "reader")
_OF_CELLS = ("consumer", "reader")
_FORM = re.compile(r"\s*(?P<name>[\w-]+)\s*(\[(?P<scope>.*)\])?\s*(?P<bar>>.*)?", re.DOTALL)
_RATIO = re.compile(r">\s*(\d+(?:\.\d+)?)\s*x\s*")


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One gate. ``scope`` restricts it to cells whose columns fit the patterns; ``ratio`` is a figure's."""

    text: str  # as it was given
    name: str
    scope: tuple[tuple[str, str], ...] = ()
    ratio: float | None = None


class GateState(StrEnum):
    """The closed list of results. A gate that could not be judged does not count as held."""

    HELD = "held"
    CROSSED = "crossed"
    UNJUDGED = "could not be judged"


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """The result of a gate."""

    gate: Gate
    answer: GateState
    count: int  # cells, or artifacts, that cross it
    judged: int  # by which it was judged
    examples: tuple[str, ...] = ()
    powerless: int = 0  # of those judged: too few samples to cross it alone
    why: str = ""  # it could not be judged, or is crossed as a whole


def parse(text: str) -> Gate:
    """A gate from its text: ``status``, ``load_seconds[format=joblib,case=random_forest*]>1.3x``.

    Raises
    ------
    InputError
        The name, a key of the scope, or the ratio is wrong.
    """
    form = _FORM.fullmatch(text)
    if form is None:
        raise _wrong(text, 'write it as "status" or "load_seconds[format=joblib]>1.3x"')
    name, bar = form["name"], form["bar"]
    if name not in NAMES:
        raise _wrong(text, unknown("gate", name, NAMES))
    scope = () if form["scope"] is None else _scope(text, name, form["scope"])
    if name not in EFFECTS:
        if bar is not None:
            raise _wrong(text, f"{name} takes no ratio")
        return Gate(text=text, name=name, scope=scope)
    ratio = _RATIO.fullmatch(bar or "")
    if ratio is None or float(ratio[1]) <= 1:
        raise _wrong(text, f'a figure needs a ratio above 1, such as "{name}>1.3x"')
    return Gate(text=text, name=name, scope=scope, ratio=float(ratio[1]))


def parse_all(texts: Sequence[str]) -> tuple[Gate, ...]:
    """Every gate once, in order. Raises InputError."""
    return tuple(parse(text) for text in dict.fromkeys(texts))


def _scope(text: str, name: str, scope: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for part in scope.split(","):
        key, equals, pattern = (word.strip() for word in part.partition("="))
        if key not in KEYS:
            raise _wrong(text, unknown("key", key, KEYS))
        if not equals or not pattern:
            raise _wrong(text, f"{key} needs a pattern, such as {key}=*")
        if key in found:
            raise _wrong(text, f"{key} is given twice")
        if name == SIZE and key in _OF_CELLS:
            raise _wrong(text, f"an artifact has the same size for every {key}")
        found[key] = pattern
    return tuple(found.items())


def _wrong(text: str, why: str) -> InputError:
    return InputError(f"--fail-on {shown(text)}: {why}")
