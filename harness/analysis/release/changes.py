"""What changed between two loads of one run, cell by cell. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.analysis import causes, columns, sides
from harness.analysis.compare import status_changes
from harness.analysis.meanings import Meaning
from harness.analysis.release import consumers as sides_of
from harness.terms import Status

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from harness.analysis.release.consumers import Consumers
    from harness.analysis.versions import Wanted
    from harness.store import RunTables


_COMPARED = frozenset({Meaning.CHANGED, Meaning.BROKEN, Meaning.CLOSE, Meaning.IDENTICAL})
_INCOMPARABLE = frozenset({Meaning.INCOMPARABLE, Meaning.NOT_COMPARED})


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What one run says of a release.

    Attributes
    ----------
    run : run.json
    held : see `harness.analysis.sides.held_by`
    cells : one row per cell that the release loads, as `status_changes.compare_statuses` has it, and: ``estimator``
        (the class of the case), ``module`` (that it is of), ``newly_warned``, ``never_tried``, ``compared``,
        ``incomparable`` (it loads, and nothing is known of what it predicts), ``converts`` (bool), ``verdict``,
        ``max_abs_diff``, ``differing``; ``cause``, ``since``, ``upstream`` of what is bad with the release
    """

    package: str
    run: dict[str, Any]
    path: Path
    consumers: Consumers
    producers: tuple[str, ...]
    held: sides.Held
    cells: pd.DataFrame


def changes_of(tables: RunTables, wanted: Wanted) -> Changes:
    """Compare loads with a release and with the release before it.

    Parameters
    ----------
    tables : a run, as `harness.read_run` gives it.
    wanted : the package and the version of the release.

    Raises
    ------
    InputError : no environment of the run has the release, or none has an earlier one.
    """
    packages = columns.packages(tables.environments)
    chosen = sides_of.choose(packages, wanted, tables)
    producers = sides_of.writers(packages, wanted.package, chosen, tables)
    cells = tables.cells[tables.cells["producer"].isin(producers)]
    base, new = (_loaded(cells, name, chosen.after) for name in (chosen.before, chosen.after))
    found = status_changes.compare_statuses(base, new)
    warned = _newly_warned(base, new)
    names = _named(tables.artifacts)
    known = new.set_index("cell_id").reindex(found["cell_id"]).reset_index(drop=True)
    traced = causes.traced(new, tables.artifacts, tables.environments).assign(cell_id=new["cell_id"])
    traced = traced.set_index("cell_id").reindex(found["cell_id"]).reset_index(drop=True)
    found = found.assign(
        estimator=[names.get(case, ("", case))[1] for case in found["case"]],
        module=[names.get(case, ("", case))[0] for case in found["case"]],
        newly_warned=found["cell_id"].isin(warned) & found["kind"].isna(),
        never_tried=(known["meaning"] == Meaning.NOT_RUN).to_numpy(),
        compared=known["meaning"].isin(_COMPARED).to_numpy(),
        incomparable=known["meaning"].isin(_INCOMPARABLE).to_numpy(),
        converts=known["converts"].eq(True).to_numpy(),
        verdict=known["verdict"].to_numpy(),
        max_abs_diff=known["max_abs_diff"].to_numpy() if "max_abs_diff" in known else None,
        differing=known["differing"].to_numpy() if "differing" in known else None,
        **{name: traced[name].to_numpy() for name in ("cause", "since", "upstream")},
    )
    return Changes(
        package=wanted.package,
        run=tables.run,
        path=tables.path,
        consumers=chosen,
        producers=producers,
        held=sides.held_by(tables.environments),
        cells=found,
    )


def _named(artifacts: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """By case the public module and the class of what it fits. What nobody could fit is left out."""
    found = {}
    known = artifacts.dropna(subset=["manifest"]).drop_duplicates("case", keep="last")
    for case, text in zip(known["case"], known["manifest"], strict=True):
        path = str(columns.stored_object(text).get("estimator") or "")
        *modules, name = path.split(".")
        private = next((place for place, word in enumerate(modules) if word.startswith("_")), len(modules))
        if name:
            found[str(case)] = (".".join(modules[:private]), name)
    return found


def _loaded(cells: pd.DataFrame, consumer: str, after: str) -> pd.DataFrame:
    """The cells of one consumer, with the ids that they have in the other."""
    rows = cells[cells["consumer"] == consumer]
    ids = rows["artifact_id"] + f">{after}/" + rows["reader"]
    return rows.assign(consumer=after, cell_id=ids)


def _newly_warned(base: pd.DataFrame, new: pd.DataFrame) -> set[str]:
    def warned(rows: pd.DataFrame, *, really: bool) -> set[str]:
        fine = rows[rows["status"] == Status.OK]
        return set(fine.loc[fine["version_warning"].eq(True) == really, "cell_id"])

    return warned(new, really=True) & warned(base, really=False)
