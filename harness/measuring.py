"""One consumer's measuring turn: how fast its models load, and how much memory they take.

One guest at a time, on a processor of its own, and a fresh child for each sample. The readers of one case take turns,
and begin with another one in each round, so that whatever happens to the machine happens to all of them. Rounds go on
until the median of `load_seconds` is known well enough, or time is up. What comes out are samples; what they amount to
is `harness.statistics`' to say.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from harness import loading, outcome
from harness.model import LOADED, Figure
from harness.statistics import summary, uncertainty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.ledger import Ledger
    from harness.model import Cell, Measure
    from harness.station import Station

#: What each kind of sample tells.
KINDS = {
    "speed": (Figure.LOAD, Figure.EVICTED_LOAD, Figure.PREDICT),
    "memory": (Figure.LOAD_PEAK, Figure.LOAD_PRIVATE),
    "sharing": (Figure.SHARED_PSS, Figure.SHARED_PRIVATE),
    "cold": (Figure.COLD_START, Figure.COLD_START_PEAK, Figure.FIRST_LOAD),
}
#: How long one child goes on with warm loads. Seconds.
WARM_SECONDS = 0.05
#: Several processes each with a copy of the guest take half a second to set up, and hardly differ from time to time.
SHARING_ROUNDS = 5
#: Bytes of an artifact below which nobody asks what processes share of it.
LEAST_SHARED = 1_000_000
#: A child loads more often than in the correctness pass, and a fresh interpreter has to import first.
PATIENCE = 4


def owed(ledger: Ledger, consumer: str) -> list[list[Cell]]:
    """The cells of a consumer that are to be measured and were not, those of one case together."""
    found = ([cell for cell in cells if _is_owed(ledger, cell)] for cells in ledger.plan.measured(consumer))
    return [cells for cells in found if cells]


def _is_owed(ledger: Ledger, cell: Cell) -> bool:
    if ledger.journal.has_measurement(cell.id):
        return False
    row = ledger.journal.cell(cell.id)
    return row is not None and row["status"] in LOADED


def measure(station: Station, ledger: Ledger, groups: list[list[Cell]]) -> None:
    """Measure the cells, case by case. Raises NotReadyError."""
    wanted = ledger.plan.profile.measure
    if wanted is None:
        return
    station.measure_from_now_on()
    seconds = PATIENCE * ledger.plan.profile.limits.seconds
    for cells in groups:
        subjects = {cell.id: _subject(ledger, cell, wanted) for cell in cells}
        for batches in _rounds(list(subjects.values())):
            for event in station.events("measure", batches, seconds=seconds):
                at = ledger.seconds_since_start()
                subjects[event["task"]["cell"]].take(event, at)
        for subject in subjects.values():
            ledger.measurement(subject.cell.id, subject.samples, subject.missing)


def _subject(ledger: Ledger, cell: Cell, measure: Measure) -> Subject:
    size = ledger.journal.artifacts[cell.artifact.id]["size_bytes"]
    return Subject(cell, loading.load_task(ledger, cell, cell.id), measure, size)


def give_up(ledger: Ledger, groups: list[list[Cell]], reason: str) -> None:
    """Nothing more can be measured there: say so of each cell that still waits."""
    wanted = ledger.plan.profile.measure
    for cell in (cell for cells in groups for cell in cells):
        if wanted is not None and not ledger.journal.has_measurement(cell.id):
            ledger.measurement(cell.id, [], dict.fromkeys(map(str, wanted.figures), reason))


def _rounds(subjects: list[Subject]) -> Iterator[list[list[dict[str, Any]]]]:
    """The batches of each round, each a task alone, until nobody wants any more."""
    number = 0
    while True:
        turn = number % len(subjects)
        order = subjects[turn:] + subjects[:turn]
        batches = [[subject.task(kind)] for kind in KINDS for subject in order if subject.wants(kind, number)]
        if not batches:
            return
        yield batches
        number += 1


class Subject:
    """One cell that is being measured."""

    def __init__(self, cell: Cell, load: dict[str, Any], measure: Measure, size: int) -> None:
        self.cell = cell
        self.samples: list[dict[str, Any]] = []
        self.missing: dict[str, str] = {}  # by figure, why
        self._load = load
        self._measure = measure
        self._imports: list[str] | None = None  # what a first load brings in; known after the first speed sample
        if size < LEAST_SHARED:
            why = f"the artifact is smaller than {LEAST_SHARED // 1000} kB: there is little to share"
            self.missing |= dict.fromkeys(map(str, KINDS["sharing"]), why)

    def wants(self, kind: str, number: int) -> bool:
        """Whether it wants a sample of that kind in that round, counted from 0."""
        if not self._measure.sharing and kind == "sharing":
            return False
        if all(figure in self.missing for figure in KINDS[kind]):
            return False
        if kind == "speed":
            return number < self._measure.rounds or self._is_uncertain()
        if kind == "cold":
            return number < self._measure.cold_starts
        # From the second round on: then it is known what a load imports.
        most = SHARING_ROUNDS if kind == "sharing" else self._measure.rounds
        return 0 < number <= min(most, self._measure.rounds)

    def _is_uncertain(self) -> bool:
        values = [statistics.median(sample["values"]) for sample in self._of(Figure.LOAD)]
        spent = sum(sum(sample["values"]) for figure in KINDS["speed"] for sample in self._of(figure))
        return uncertainty(summary(values)) > self._measure.precision and spent < self._measure.seconds

    def _of(self, figure: Figure) -> list[dict[str, Any]]:
        return [sample for sample in self.samples if sample["figure"] == figure]

    def task(self, kind: str) -> dict[str, Any]:
        more = {"kind": kind, "cell": self.cell.id, "id": f"{self.cell.id}#{kind}", "seconds": WARM_SECONDS}
        return {**self._load, **more, "imports": self._imports or [], "processes": self._measure.sharing}

    def take(self, event: dict[str, Any], at: float) -> None:
        """A child's answer, ``at`` seconds after the run's start."""
        figures = KINDS[event["task"]["kind"]]
        why = outcome.why_not(event)
        if why is None:
            try:
                self._keep(event, at)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                why = f"its answer makes no sense: {type(error).__name__}: {error}"
        if why is not None:
            self.missing |= dict.fromkeys(map(str, figures), why)

    def _keep(self, event: dict[str, Any], at: float) -> None:
        if self._imports is None and "imported" in event:
            self._imports = [str(name) for name in event["imported"]]
        self.missing |= {str(Figure(name)): str(why) for name, why in event.get("missing", {}).items()}
        guest, child = event["child"]
        for name, values in event["figures"].items():
            sample = {"figure": str(Figure(name)), "guest": guest, "child": child, "at": at}
            checked = [outcome.number(value, name) for value in values]
            if not checked:
                raise ValueError(f"no {name}")
            yardstick = event.get("yardstick")
            self.samples.append({**sample, "values": checked, "yardstick": yardstick})
