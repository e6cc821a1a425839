"""How much of a run was taken from earlier ones, and whether what was worked out again is what they say. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis import units

if TYPE_CHECKING:
    from harness.store import RunTables


@dataclass(frozen=True, kw_only=True)
class Reused:
    """What a run reused. As text it is one sentence, empty where nothing was."""

    cells: int
    of: int
    runs: int  # that worked them out
    sampled: int  # outcomes that were kept and were worked out all the same
    disagreeing: tuple[str, ...]  # ids of those that came out otherwise

    def __str__(self) -> str:
        if not self.cells and not self.sampled:
            return ""
        origin = units.counted(self.runs, "earlier run")
        text = (
            f"{self.cells:,} of {units.counted(self.of, 'cell')} reused from {origin}"
            if self.cells
            else "nothing reused"
        )
        agree = self.sampled - len(self.disagreeing)
        return f"{text}; of {units.counted(self.sampled, 'outcome')} worked out again, {agree:,} agree"


def count_reused(tables: RunTables) -> Reused:
    """Count what a run reused. ``run.json`` may be another's: what is no count or list there says nothing."""
    told = tables.run.get("reuse")
    facts = told if isinstance(told, dict) else {}
    sampled, names = facts.get("sampled"), facts.get("disagreeing")
    counts = sampled.values() if isinstance(sampled, dict) else ()
    origins = tables.cells["reused_from"].dropna()
    return Reused(
        cells=len(origins),
        of=len(tables.cells),
        runs=int(origins.nunique()),
        sampled=sum(one for one in counts if type(one) is int and one > 0),
        disagreeing=tuple(map(str, names)) if isinstance(names, list) else (),
    )
