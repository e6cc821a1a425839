"""How many cells of a run have which status: of a run whose cells are too many to be looked at one by one. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.store import counting, read_run_json
from harness.terms import BROKEN, Parity, Status

if TYPE_CHECKING:
    from pathlib import Path

#: More cells than this are counted and not shown: their tables take some gigabytes, and no browser reads the page.
MOST_SHOWN = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One producer and one consumer; numbers of cells."""

    same: int
    changed: int
    failed: int
    others: int  # not tried, not supported, or not comparable


@dataclass(frozen=True, kw_only=True)
class Totals:
    """A run in numbers."""

    path: Path
    run: dict[str, Any]
    statuses: dict[str, int]
    reused: int
    pairs: dict[tuple[str, str], Pair]

    @property
    def cells(self) -> int:
        return sum(self.statuses.values())

    @property
    def conclusive(self) -> int:
        """Cells that say something of a model."""
        return sum(pair.same + pair.changed + pair.failed for pair in self.pairs.values())


def is_large(path: Path) -> bool:
    """Whether a stored run has more cells than are shown; not where it is not finished. Raises InputError."""
    return (path / "cells.parquet").exists() and counting.rows(path, "cells") > MOST_SHOWN


def count(path: Path) -> Totals:
    """The totals of a stored run; its memory is that of the pairs. Raises InputError."""
    found = counting.combinations(path, "cells", ("producer", "consumer", "status", "parity"))
    by_status: Counter[str] = Counter()
    by_pair: dict[tuple[str, str], Counter[str]] = {}
    for (producer, consumer, status, parity), number in found.items():
        by_status[str(status)] += number
        by_pair.setdefault((str(producer), str(consumer)), Counter())[_word(status, parity)] += number
    reused = counting.combinations(path, "cells", ("reused_from",))
    return Totals(
        path=path,
        run=read_run_json(path),
        statuses=dict(by_status.most_common()),
        reused=sum(number for (name,), number in reused.items() if name is not None),
        pairs={
            names: Pair(**{word: words[word] for word in ("same", "changed", "failed", "others")})
            for names, words in sorted(by_pair.items())
        },
    )


def _word(status: str | None, parity: str | None) -> str:
    if status == Status.DRIFT:
        return "changed"
    if status in BROKEN:
        return "failed"
    return "same" if status == Status.OK and parity in (Parity.IDENTICAL, Parity.CLOSE) else "others"
