"""What a release changes for stored models: older ones, loaded with it and with the release before it. Pure.

Both loads are from one run and of the same artifacts. Only the environment that loads differs.

consumers   the two environments, and whose models they load
changes     what changed between the two loads, cell by cell, in one run
findings    the changes of several runs by effect and cause
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from harness.analysis.compare.status_changes import ChangeKind
from harness.analysis.release import findings
from harness.analysis.release.changes import Changes, changes_of
from harness.analysis.release.findings import Effect, ReleaseFinding, Share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.analysis.compare.suspects import PackageChange
    from harness.analysis.release.consumers import Consumers

__all__ = ["Changes", "Effect", "Release", "ReleaseFinding", "Share", "changes_of", "joined"]


@dataclass(frozen=True, kw_only=True)
class Release:
    """What a release changes, from one run or several.

    Attributes
    ----------
    consumers : of the run that leads
    others : the other packages that differ between the two loads of some run
    runs : the run.json of each, the one that says most first
    example_run : by cell id of an example, the run that has it
    models, estimators : how many cases were compared, and how many classes they are
    never_tried : cells that did not run with the release
    not_compared : classes whose models load with the release, and of which nothing could be compared
    counts : cells by kind of change, the most serious first
    newly_warned : models that are ok in both, and have a version warning only with the release
    findings : the most serious first
    """

    package: str
    consumers: Consumers
    others: tuple[PackageChange, ...]
    runs: tuple[dict[str, Any], ...]
    example_run: dict[str, Changes]
    producers: tuple[str, ...]
    saved_by: str
    formats: tuple[str, ...]
    cells: int
    models: int
    estimators: int
    never_tried: int
    not_compared: tuple[str, ...]
    counts: dict[ChangeKind, int]
    newly_warned: int
    findings: tuple[ReleaseFinding, ...]

    def of(self, *effects: Effect) -> tuple[ReleaseFinding, ...]:
        """The findings with one of some effects."""
        return tuple(one for one in self.findings if one.effect in effects)

    def estimators_of(self, *effects: Effect) -> tuple[str, ...]:
        """The classes that some effects concern."""
        return tuple(dict.fromkeys(share.name for one in self.of(*effects) for share in one.shares))


def joined(found: Sequence[Changes]) -> Release:
    """Join what several runs say of one release.

    Parameters
    ----------
    found : of at least one run. The purest comparison leads, and of these that with most cells. What compares two other
        versions, or less purely, is left out. Of a cell that several runs have, the newest counts.
    """
    main = max(found, key=lambda one: (-one.consumers.impurity, len(one.cells)))
    some = [one for one in found if _pair(one) == _pair(main)]
    some.sort(key=lambda one: str(one.run["started"]), reverse=True)
    cells = pd.concat([one.cells.assign(place=place) for place, one in enumerate(some)], ignore_index=True)
    cells = cells.drop_duplicates("cell_id").reset_index(drop=True)
    held = {name: packages for one in reversed(some) for name, packages in one.held.items()}
    gathered = findings.gather(cells, held)
    examples = {share.example for one in gathered for share in one.shares}
    rows = cells[cells["cell_id"].isin(examples)]
    return Release(
        package=main.package,
        consumers=main.consumers,
        others=tuple(dict.fromkeys(change for one in (main, *some) for change in one.consumers.others)),
        runs=tuple(one.run for one in sorted(some, key=lambda one: -len(one.cells))),
        example_run={str(key): some[place] for key, place in zip(rows["cell_id"], rows["place"], strict=True)},
        producers=tuple(dict.fromkeys(name for one in some for name in one.producers)),
        saved_by=findings.saved_by(cells, cells, held),
        formats=tuple(dict.fromkeys(cells["format"])),
        cells=len(cells),
        models=int(cells["case"].nunique()),
        estimators=int(cells["estimator"].nunique()),
        never_tried=int(cells["never_tried"].sum()),
        not_compared=_not_compared(cells),
        counts={kind: int((cells["kind"] == kind).sum()) for kind in ChangeKind},
        newly_warned=int(cells.loc[cells["newly_warned"], "case"].nunique()),
        findings=gathered,
    )


def _not_compared(cells: pd.DataFrame) -> tuple[str, ...]:
    of_class = cells.groupby("estimator", sort=False)[["compared", "incomparable"]].any()
    return tuple(map(str, of_class.index[of_class["incomparable"] & ~of_class["compared"]]))


def _pair(one: Changes) -> tuple[str, str, int]:
    return one.consumers.was, one.consumers.now, one.consumers.impurity
