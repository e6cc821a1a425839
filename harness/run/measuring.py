"""What one consumer measures: how fast its models load, and how much memory they take.

One guest works at a time, on a processor of its own, with a fresh child for each sample. The readers of one case take
turns, and each round begins with another one, so that a disturbance of the machine hits all of them. Rounds go on until
the median of `load_seconds` is precise enough, or the time is used up. The result are samples;
`harness.store.statistics` makes figures of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from harness.judging import outcome
from harness.run import loading
from harness.store import figures
from harness.store.statistics import uncertainty
from harness.terms import LOADED, YARDSTICKS, Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.messages import Kind, LoadTask, Measured, MeasureTask, Reply
    from harness.run.recorder import Recorder
    from harness.run.session import Session
    from harness.store.rows import Sample
    from harness.terms import Cell, Measure

#: The figures of each kind of sample.
KINDS: dict[Kind, tuple[Figure, ...]] = {
    "speed": (Figure.LOAD, Figure.EVICTED_LOAD, Figure.PREDICT),
    "memory": (Figure.LOAD_PEAK, Figure.LOAD_PRIVATE),
    "sharing": (Figure.SHARED_PSS, Figure.SHARED_PRIVATE),
    "cold": (Figure.COLD_START, Figure.COLD_START_PEAK, Figure.FIRST_LOAD),
}
#: How long one child goes on with warm loads. Seconds.
WARM_SECONDS = 0.05
#: Setting up several processes takes half a second, and their figures hardly vary between samples.
SHARING_ROUNDS = 5
#: Smaller artifacts are not measured for what processes share. Bytes.
LEAST_SHARED = 1_000_000
#: The limit, however uncertain the median still is: loads of microseconds would never use up their seconds.
MOST_ROUNDS = 100
#: An answer with more values, or a longer reason, is nonsense.
_MOST_VALUES = 1000
_LONGEST_REASON = 2000
#: A child loads more often than in the correctness pass, and a fresh interpreter has to import first.
PATIENCE = 4


def owed(recorder: Recorder, consumer: str) -> list[list[Cell]]:
    """The cells of a consumer that are to be measured and were not, those of one case together."""
    found = ([cell for cell in cells if _is_owed(recorder, cell)] for cells in recorder.plan.measured(consumer))
    return [cells for cells in found if cells]


def _is_owed(recorder: Recorder, cell: Cell) -> bool:
    if recorder.journal.has_measurement(cell.id):
        return False
    row = recorder.journal.cell(cell.id)
    return row is not None and row["status"] in LOADED


def measure(session: Session, recorder: Recorder, groups: list[list[Cell]]) -> None:
    """Measure the cells, case by case, and record them. Raises NotReadyError."""
    for one in measured_cells(session, recorder, groups):
        recorder.measurement(one.cell.id, one.samples, one.missing)


def measured_cells(session: Session, recorder: Recorder, groups: list[list[Cell]]) -> Iterator[MeasuredCell]:
    """Measure the cells, case by case. Raises NotReadyError."""
    wanted = recorder.plan.profile.measure
    if wanted is None:
        return
    session.measure_from_now_on()
    seconds = PATIENCE * recorder.plan.profile.limits.seconds
    for cells in groups:
        measured = {cell.id: _prepare(recorder, cell, wanted) for cell in cells}
        for batches in _rounds(list(measured.values())):
            for reply in session.replies("measure", batches, seconds=seconds):
                at = recorder.seconds_since_start()
                measured[reply.task["cell"]].take(reply, at)
        yield from measured.values()


def _prepare(recorder: Recorder, cell: Cell, measure: Measure) -> MeasuredCell:
    artifact = recorder.journal.written(cell.artifact.id)
    assert artifact is not None  # a cell that was loaded
    return MeasuredCell(cell, loading.load_task(recorder, cell, cell.id), measure, artifact["size_bytes"])


def give_up(recorder: Recorder, groups: list[list[Cell]], reason: str) -> None:
    """Record that the remaining cells cannot be measured, and why."""
    wanted = recorder.plan.profile.measure
    for cell in (cell for cells in groups for cell in cells):
        if wanted is not None and not recorder.journal.has_measurement(cell.id):
            recorder.measurement(cell.id, [], dict.fromkeys(map(str, wanted.figures), reason))


def _rounds(measured: list[MeasuredCell]) -> Iterator[list[list[MeasureTask]]]:
    """The batches of each round, with one task each, until no cell wants another sample."""
    number = 0
    while True:
        turn = number % len(measured)
        order = measured[turn:] + measured[:turn]
        batches = [[one.task(kind)] for kind in KINDS for one in order if one.wants(kind, number)]
        if not batches:
            return
        yield batches
        number += 1


class MeasuredCell:
    """One cell that is being measured."""

    def __init__(self, cell: Cell, load: LoadTask, measure: Measure, size: int) -> None:
        self.cell = cell
        self.samples: list[Sample] = []
        self.missing: dict[str, str] = {}  # by figure, why
        self._load = load
        self._measure = measure
        self._imports: list[str] | None = None  # what a first load brings in; known after the first speed sample
        if size < LEAST_SHARED:
            why = f"the artifact is smaller than {LEAST_SHARED // 1000} kB: there is little to share"
            self.missing |= dict.fromkeys(map(str, KINDS["sharing"]), why)

    def wants(self, kind: Kind, number: int) -> bool:
        """Whether it wants a sample of that kind in that round, counted from 0."""
        if not self._measure.sharing and kind == "sharing":
            return False
        if all(figure in self.missing for figure in KINDS[kind]):
            return False
        if kind == "speed":
            return number < self._measure.rounds or (number < MOST_ROUNDS and self._is_uncertain())
        if kind == "cold":
            return number < self._measure.cold_starts
        # From the second round on: then it is known what a load imports.
        most = SHARING_ROUNDS if kind == "sharing" else self._measure.rounds
        return 0 < number <= min(most, self._measure.rounds)

    def _is_uncertain(self) -> bool:
        if Figure.LOAD in self.missing:
            return False
        found = figures.summarized(self.samples, Figure.LOAD)
        spent = sum(sum(sample["values"]) for sample in self.samples if sample["figure"] in KINDS["speed"])
        return found is not None and uncertainty(found) > self._measure.precision and spent < self._measure.seconds

    def task(self, kind: Kind) -> MeasureTask:
        return {
            **self._load,
            "id": f"{self.cell.id}#{kind}",
            "kind": kind,
            "cell": self.cell.id,
            "seconds": WARM_SECONDS,
            "imports": self._imports or [],
            "processes": self._measure.sharing,
        }

    def take(self, reply: Reply[MeasureTask], at: float) -> None:
        """Take a child's answer, which came ``at`` seconds after the run's start.

        Afterwards each figure of its kind has one more sample, or the reason why not. An answer that makes no sense
        adds no sample.
        """
        kind, event = reply.task["kind"], cast("Measured", reply.event)  # or one that says how the child ended
        try:
            why = outcome.why_not(event)
            samples, missing = _read(event, reply, at) if why is None else ([], dict.fromkeys(KINDS[kind], why))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            why = f"its answer makes no sense: {type(error).__name__}: {error}"
            samples, missing = [], dict.fromkeys(KINDS[kind], why)
        self.samples += samples
        self._miss(missing)
        if kind != "speed" or self._imports is not None:
            return
        if samples:
            self._imports = event["imported"]
        else:
            unknown = "which modules a load imports is not known"
            self._miss(dict.fromkeys((*KINDS["memory"], *KINDS["sharing"]), f"{unknown}: {missing[Figure.LOAD]}"))

    def _miss(self, missing: Mapping[Figure, str]) -> None:
        self.missing |= {str(figure): " ".join(why.split())[:_LONGEST_REASON] for figure, why in missing.items()}


def _read(event: Measured, reply: Reply[MeasureTask], at: float) -> tuple[list[Sample], dict[Figure, str]]:
    """The samples of an answer, and why figures are missing. Raises KeyError, TypeError or ValueError for nonsense."""
    kind = reply.task["kind"]
    expected = KINDS[kind]
    answered, missing = event["figures"], {Figure(name): str(why) for name, why in event.get("missing", {}).items()}
    found = {Figure(name) for name in answered}
    if found & missing.keys() or found | missing.keys() != set(expected):
        raise ValueError(f"it answers for {', '.join(sorted([*answered, *missing])) or 'nothing'}")
    if kind == "speed" and not _are_names(event["imported"]):
        raise ValueError("what it imported is no list of names")
    guest, child = reply.child or (None, None)
    yardsticks = event.get("yardsticks", {})
    where = {"guest": guest, "child": child, "at": at}
    for name in YARDSTICKS:
        value = yardsticks.get(name)
        where[f"{name}_yardstick"] = None if value is None else outcome.number(value, name)
    samples = [{"figure": name, "values": _values(values, name), **where} for name, values in answered.items()]
    return cast("list[Sample]", samples), missing


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _values(values: object, name: str) -> list[float]:
    if not isinstance(values, list) or not 0 < len(values) <= _MOST_VALUES:
        raise ValueError(f"{name} is no list of numbers")
    return [outcome.number(value, name) for value in values]
