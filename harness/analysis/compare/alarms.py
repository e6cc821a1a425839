"""What a run would raise an alarm of, against the last run of its profile: it measures that again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import store
from harness.analysis.compare import between_runs, figure_changes, measurements, past_runs
from harness.errors import InputError

if TYPE_CHECKING:
    from harness.store import RunTables


def against_last_run(new: RunTables) -> tuple[str, list[tuple[str, str, str]]] | None:
    """Compare a run with the last complete one of its profile beside it.

    Returns
    -------
    The id of that run; and the cells and figures that changed, each with "more" or "less".
    None where there is no such run.
    """
    path = store.earlier(new.path.resolve(), new.run)
    try:
        base = None if path is None else store.read_measured(path)
    except InputError:
        return None
    if base is None:
        return None
    table = measurements.pair_samples(base, new)
    shown = between_runs.past_ratios(past_runs.before(base, new))
    judged = figure_changes.judge(table[table["why"].isna()].reset_index(drop=True), shown)
    changed = judged[judged["change"].notna()]
    return base.run["run_id"], list(zip(changed["cell_id"], changed["figure"], changed["change"], strict=True))
