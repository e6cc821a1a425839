"""Measures once more what a run would raise an alarm of, while its environments stand.

Noise seldom strikes the same series twice. An alarm that comes again is confirmed, one that does not is dismissed;
``run.json`` has both under ``alarms``. What cannot be measured again stays as it was: unconfirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import pandas as pd

from harness.environments import NotReadyError
from harness.run import measuring
from harness.run.session import CutShortError
from harness.store import finishing
from harness.store.reading import RunTables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.run.recorder import Recorder
    from harness.run.session import Session
    from harness.store.rows import Sample


class Alarm(NamedTuple):
    cell_id: str
    figure: str
    change: str  # "more" or "less"


#: Given the tables of a run that goes on, the id of the last good run and the alarms; None where there is no such run.
Alarming: TypeAlias = Callable[[RunTables], "tuple[str, Iterable[tuple[str, str, str]]] | None"]


def confirm(sessions: Iterable[Session], recorder: Recorder, alarming: Alarming) -> None:
    """Measure the cells of alarms again, and write into the run which of them came again."""
    if "alarms" in recorder.folder.run:  # of a run that goes on
        return
    tables = finishing.so_far(recorder.plan, recorder.folder)
    first = alarming(tables) if len(tables.samples) else None
    if first is None:
        return
    base, alarms = first[0], {Alarm(*one) for one in first[1]}
    again = _again(sessions, recorder, {one.cell_id for one in alarms})
    second = alarming(_with(tables, again)) if again else None
    confirmed = alarms & {Alarm(*one) for one in ([] if second is None else second[1])}
    confirmed = {one for one in confirmed if one.cell_id in again}
    dismissed = {one for one in alarms - confirmed if one.cell_id in again}
    recorder.folder.run["alarms"] = {
        "base": base,
        "confirmed": sorted(map(list, confirmed)),
        "dismissed": sorted(map(list, dismissed)),
    }


def _again(sessions: Iterable[Session], recorder: Recorder, wanted: set[str]) -> dict[str, list[Sample]]:
    """New samples of these cells, by cell; those that cannot be had are left out."""
    found: dict[str, list[Sample]] = {}
    for session in sessions:
        measured = recorder.plan.measured(session.name)
        groups = [some for cells in measured if (some := [cell for cell in cells if cell.id in wanted])]
        if not groups:
            continue
        try:
            for one in measuring.measured_cells(session, recorder, groups):
                if one.samples:
                    found[one.cell.id] = one.samples
        except (NotReadyError, CutShortError):  # the run has what it needs: only these stay unconfirmed
            continue
        finally:
            session.close()
    return found


def _with(tables: RunTables, again: Mapping[str, list[Sample]]) -> RunTables:
    """The tables with other samples of some cells."""
    kept = tables.samples[~tables.samples["cell_id"].isin(list(again))]
    rows = [{"cell_id": cell_id, **sample} for cell_id, samples in again.items() for sample in samples]
    return replace(tables, samples=pd.concat([kept, pd.DataFrame(rows).reindex(columns=kept.columns)]))
