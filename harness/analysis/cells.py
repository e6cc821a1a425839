"""What each cell means, decided once. The columns are computed when a run is read, so that new rules reach old runs.

converts       its format carries the model into another kind of program, or fits it again
meaning        what happened to the model, a `harness.analysis.meanings.Meaning`
verdict        what an answer may say, a `harness.analysis.verdicts.Verdict`; null if the cell shows nothing
also_at_home   it also fails or changes in its own producer, so the version is not the reason
cause          why it fails or changes, see `harness.analysis.causes`; null if it does neither

Terminal, Markdown, page, ``--json`` and ``export`` read these columns and decide nothing. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from harness import terms
from harness.analysis import causes
from harness.analysis.meanings import BAD, INCONCLUSIVE, SOUND, VERDICTS, Meaning
from harness.errors import one_line
from harness.terms import BROKEN, Parity, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from harness.store import RunTables

COLUMNS = ("converts", "meaning", "verdict", "also_at_home", "cause")


_BY_STATUS = {
    Status.DRIFT: Meaning.CHANGED,
    Status.INCOMPARABLE: Meaning.INCOMPARABLE,
    Status.NOT_RUN: Meaning.NOT_RUN,
    Status.NO_ARTIFACT: Meaning.UNWRITTEN,
    Status.UNSUPPORTED: Meaning.IMPOSSIBLE,
    Status.REFUSED: Meaning.REFUSED,
    Status.OK: Meaning.NOT_COMPARED,
    **dict.fromkeys(BROKEN | {Status.FIT_ERROR, Status.DUMP_ERROR}, Meaning.BROKEN),
}
_BY_PARITY = {Parity.IDENTICAL: Meaning.IDENTICAL, Parity.CLOSE: Meaning.CLOSE}


def with_meaning(tables: RunTables) -> RunTables:
    """The tables of a run, their cells with `COLUMNS`. Reasons of older runs say as much as those of today."""
    tables = replace(tables, cells=_with_reasons(tables.cells), artifacts=_with_reasons(tables.artifacts))
    cells = explained(tables.cells, tables.artifacts, tables.environments, converts=tables.converts)
    return replace(tables, cells=cells)


def _with_reasons(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with reasons from all lines that decide: those of older runs have the first one only."""
    if not {"error_type", "error_message", "reason"} <= set(rows.columns):
        return rows
    several = rows["error_message"].str.contains("\n", regex=False).eq(True) & rows["error_type"].notna()
    if not several.any():
        return rows
    messages = zip(rows.loc[several, "error_type"], rows.loc[several, "error_message"], strict=True)
    reasons = rows["reason"].astype(object).copy()
    reasons[several] = [one_line(str(kind), str(message)) for kind, message in messages]
    return rows.assign(reason=reasons)


def trace_causes(tables: RunTables) -> pd.DataFrame:
    """What brought the cause of each cell; see `harness.analysis.causes.traced`. Null for a cell without a cause."""
    with_cause = tables.cells[tables.cells["cause"].notna()]
    traced = causes.traced(with_cause, tables.artifacts, tables.environments)
    return traced.reindex(tables.cells.index)


def explained(
    cells: pd.DataFrame,
    artifacts: pd.DataFrame,
    environments: pd.DataFrame,
    *,
    converts: Callable[[str], bool] = terms.converts,
) -> pd.DataFrame:
    """The cells with `COLUMNS`.

    Parameters
    ----------
    cells, artifacts, environments : the tables of one run, as it is stored.
    converts : whether a format does, see `harness.store.RunTables`; by default only those of this project are known.
    """
    meaning = meanings(cells, unrun_artifacts(artifacts))
    names = {name: converts(str(name)) for name in cells["format"].unique()}
    converting = cells["format"].map(names).astype(bool)
    found = cells.assign(converts=converting, meaning=meaning, verdict=_mapped(meaning, VERDICTS))
    found["also_at_home"] = _also_at_home(found)
    return found.assign(cause=causes.recognise(found, artifacts, environments))


def unrun_artifacts(artifacts: pd.DataFrame) -> frozenset[str]:
    """List the ids of artifacts that were never tried. Those that cannot be written are not among them."""
    return frozenset(artifacts.loc[artifacts["status"] == Status.NOT_RUN, "artifact_id"])


def meanings(cells: pd.DataFrame, unrun: Collection[str]) -> pd.Series[Any]:
    """Return the `Meaning` of each cell.

    Parameters
    ----------
    cells : with ``status``, ``parity`` and ``artifact_id``.
    unrun : see `unrun_artifacts`: their cells were not run.
    """
    meaning = meanings_of_statuses(cells["status"])
    compared = _mapped(cells["parity"], _BY_PARITY)
    meaning = meaning.mask((cells["status"] == Status.OK) & compared.notna(), compared)
    lost = (cells["status"] == Status.NO_ARTIFACT) & cells["artifact_id"].isin(list(unrun))
    return meaning.mask(lost, str(Meaning.NOT_RUN))


def left(cells: pd.DataFrame) -> pd.Series[bool]:
    """Whether each cell was left for another run, because the profile gives such cells a share of the time."""
    untried = cells["status"] == Status.NOT_RUN
    return untried & cells["reason"].where(untried, "").astype("string").str.startswith(terms.LEFT).eq(True)


def meanings_of_statuses(statuses: pd.Series[Any]) -> pd.Series[Any]:
    """The `Meaning` of statuses by themselves: of cells, or of artifacts; null where there is no status."""
    return _mapped(statuses, _BY_STATUS)


def is_in(meaning: pd.Series[Any], wanted: Collection[Meaning]) -> pd.Series[bool]:
    """Mark the values of a column that are among the wanted meanings."""
    return meaning.isin([str(one) for one in wanted])


def is_at_home(cells: pd.DataFrame) -> pd.Series[bool]:
    """Mark the cells that are loaded by the environment that dumped them."""
    return cells["producer"] == cells["consumer"]


def sound_at_home(cells: pd.DataFrame) -> pd.Series[bool]:
    """Mark the cells whose artifact works in its own producer.

    The same reader counts. If it was not tried there, any reader counts.
    """
    known = cells[is_at_home(cells) & ~is_in(cells["meaning"], INCONCLUSIVE - {Meaning.REFUSED})]
    sound = is_in(known["meaning"], SOUND)
    by_reader = dict(zip(zip(known["artifact_id"], known["reader"], strict=True), sound, strict=True))
    by_any = set(known.loc[sound, "artifact_id"])
    keys = zip(cells["artifact_id"], cells["reader"], strict=True)
    return pd.Series([bool(by_reader.get(key, key[0] in by_any)) for key in keys], index=cells.index, dtype=bool)


def _also_at_home(cells: pd.DataFrame) -> pd.Series[bool]:
    """Whether a cell is bad in the same way in its own producer.

    A converting format changes models by itself. If its producer has no reader for it, the change counts as its
    producer's.
    """
    home = cells[is_at_home(cells)]
    bad = home[is_in(home["meaning"], BAD)]
    known = set(zip(bad["artifact_id"], bad["reader"], bad["meaning"], strict=True))
    untried = is_in(home["meaning"], INCONCLUSIVE - {Meaning.REFUSED})
    silent = home[home["converts"] & untried]
    known |= {
        (artifact, reader, str(Meaning.CHANGED))
        for artifact, reader in zip(silent["artifact_id"], silent["reader"], strict=True)
    }
    keys = zip(cells["artifact_id"], cells["reader"], cells["meaning"], strict=True)
    return pd.Series(np.fromiter((key in known for key in keys), dtype=bool, count=len(cells)), index=cells.index)


def _mapped(column: pd.Series[Any], values: dict[Any, Any]) -> pd.Series[Any]:
    """Look up each value, as text; null if the table of values has none."""
    known = {str(key): str(value) for key, value in values.items()}
    return pd.Series([known.get(one) for one in column], index=column.index, dtype=object)
