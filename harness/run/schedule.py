"""Which environment is at work when: two passes, because they want opposite things.

The correctness pass wants breadth. Every environment is built and dumps its artifacts; when all have, every environment
loads everything. As many are at work as there are processors. A guest stays between its two turns, so that it imports
only once.

The measuring pass wants quiet. It comes when nothing else is at work any more, and takes one environment at a time.
"""

from __future__ import annotations

from concurrent.futures import FIRST_EXCEPTION, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.environments import NotReadyError
from harness.environments.stage import stage
from harness.machine import processes, tools
from harness.run import dumping, loading, measuring
from harness.run.environment_session import Station

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.run.recorder import Ledger

#: Guests that stay alive between dumping and loading; each holds some 150 MB.
KEPT_GUESTS = 24


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which environments produce and consume now; the others wait for another call on the same run."""

    producers: frozenset[str]
    consumers: frozenset[str]


def both_passes(ledger: Ledger, selection: Selection) -> None:
    """Dump with the producers, then load with the consumers, then measure what the profile says in those.

    Raises MachineError; KeyboardInterrupt passes. No process is left behind either way.
    """
    profile = ledger.plan.profile
    files = {Path(case.file) for case in profile.cases if case.module == Path(case.file).stem}
    staged = stage(sorted(files))
    stations = [Station(environment, ledger, staged) for environment in profile.environments]
    keep = len(stations) <= KEPT_GUESTS
    try:
        with processes.workers(tools.processors()) as pool:
            _all(pool.submit(_produce, s, ledger, keep) for s in stations if s.name in selection.producers)
            # The newest first: they can read most and take longest, and what takes longest must not come last.
            consumers = [station for station in reversed(stations) if station.name in selection.consumers]
            ledger.progress.expect("cells", sum(len(loading.owed(ledger, station.name)) for station in consumers))
            _all(pool.submit(_consume, station, ledger) for station in consumers)
        _measuring_pass(consumers, ledger)
    finally:
        for station in stations:
            station.close()


def _produce(station: Station, ledger: Ledger, keep: bool) -> None:
    try:
        artifacts = dumping.owed(ledger, station.name)
        if artifacts:
            station.open()
            dumping.dump(station, ledger, artifacts)
    except NotReadyError as reason:
        station.give_up(str(reason))
    if not keep:
        station.close()


def _consume(station: Station, ledger: Ledger) -> None:
    try:
        cells = loading.owed(ledger, station.name)
        if cells:
            loading.load(station, ledger, cells)
    except NotReadyError as reason:
        station.give_up(str(reason))
    finally:
        station.close()


def _measuring_pass(stations: list[Station], ledger: Ledger) -> None:
    owed = [(station, measuring.owed(ledger, station.name)) for station in stations]
    ledger.progress.expect("measured", sum(len(cells) for _, groups in owed for cells in groups))
    for station, groups in owed:
        if not groups:
            continue
        try:
            measuring.measure(station, ledger, groups)
        except NotReadyError as reason:
            measuring.give_up(ledger, groups, str(reason))
        finally:
            station.close()


def _all(submitted: Iterable[Future[None]]) -> None:
    """Wait for every one, or raise what the first to fail has raised."""
    for future in wait(list(submitted), return_when=FIRST_EXCEPTION).done:
        future.result()
