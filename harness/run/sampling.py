"""Which outcomes are worked out all the same, although they are kept: a few each day, and others every day. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from harness.config.plan import Plan
    from harness.terms import Artifact, Cell

#: Of a run's cells one in so many is worked out again: over a month of days a tenth of them.
ONE_IN = 300
#: At least so many cells, so that a small run has a sample, too.
LEAST = 60


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One consumer, and some cases: all that it loads of them is worked out again. Likewise what it writes of them."""

    consumer: str | None
    cases: frozenset[str]
    everything: bool = False

    @classmethod
    def of_day(cls, plan: Plan, day: str, *, everything: bool = False) -> Self:
        """The sample of a day, ``2026-11-30``: consumers take turns, and cases are chosen by the day's name."""
        if not plan.consumers or not plan.cases or not plan.producers:
            return cls(consumer=None, cases=frozenset(), everything=everything)
        consumer = plan.consumers[dt.date.fromisoformat(day).toordinal() % len(plan.consumers)]
        of_case = max(plan.cell_count_in([consumer]) // len(plan.cases), 1)
        count = math.ceil(max(plan.cell_count / ONE_IN, LEAST) / of_case)
        by_chance = sorted(plan.cases, key=lambda case: hashlib.sha256(f"{day} {case}".encode()).hexdigest())
        return cls(consumer=consumer, cases=frozenset(by_chance[:count]), everything=everything)

    def has_cell(self, cell: Cell) -> bool:
        """Whether a cell is worked out again."""
        return self.everything or (cell.consumer == self.consumer and cell.artifact.case in self.cases)

    def has_artifact(self, artifact: Artifact) -> bool:
        """Whether an artifact is written again."""
        return self.everything or (artifact.producer == self.consumer and artifact.case in self.cases)
