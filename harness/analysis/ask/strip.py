"""A verdict for each minor release that may load a model: the environments of one release folded into it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.verdicts import BAD, SAFE, Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, kw_only=True)
class Minor:
    """One minor release of scikit-learn as the one that loads.

    Attributes
    ----------
    verdict : the worst of all environments that have it
    newer_numpy : the verdict without pairs whose NumPy goes back a major release; None where that is no other
    causes : of the worst cell of each pair with that verdict, without those that nobody knows
    reason : of the worst cell; empty if it has none
    """

    minor: str
    verdict: Verdict
    newer_numpy: Verdict | None = None
    causes: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Strip:
    """The minor releases that stored runs know, the oldest first."""

    minors: tuple[Minor, ...] = ()
    home: str | None = None  # the minor that saved the model, if one was asked about

    @property
    def verdict(self) -> Verdict:
        return worst(one.verdict for one in self.minors)

    def ranges(self, verdicts: Collection[Verdict]) -> list[tuple[str, str]]:
        """The first and the last of each stretch of neighbours with these verdicts."""
        found: list[tuple[str, str]] = []
        before = False
        for one in self.minors:
            holds = one.verdict in verdicts
            if holds and before:
                found[-1] = (found[-1][0], one.minor)
            elif holds:
                found.append((one.minor, one.minor))
            before = holds
        return found

    def widest(self, verdicts: Collection[Verdict] = SAFE) -> tuple[str, str] | None:
        """The stretch with the release that saved the model; if it is in none, the one with most releases."""
        order = [one.minor for one in self.minors]
        ranges = self.ranges(verdicts)
        if self.home in order:
            here = order.index(str(self.home))
            at_home = [one for one in ranges if order.index(one[0]) <= here <= order.index(one[1])]
            ranges = at_home or ranges
        return max(ranges, key=lambda one: order.index(one[1]) - order.index(one[0]), default=None)

    def only(self, minors: Collection[str]) -> Strip:
        """The same for some of its releases."""
        return Strip(minors=tuple(one for one in self.minors if one.minor in minors), home=self.home)

    def explained(self) -> list[tuple[str, str, Minor]]:
        """Neighbours that break or change for the same causes: the first, the last, and one of them."""
        found: list[tuple[str, str, Minor]] = []
        before: tuple[Verdict, tuple[str, ...]] | None = None
        for one in self.minors:
            key = (one.verdict, one.causes) if one.verdict in BAD else None
            if key is not None and key == before:
                found[-1] = (found[-1][0], one.minor, found[-1][2])
            elif key is not None:
                found.append((one.minor, one.minor, one))
            before = key
        return found
