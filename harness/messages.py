"""The messages between host and guest, as types. `harness.guest.wire` says what each is for. Internal.

The host builds a task, so a task is what its type says. An event comes from a process in which a model may have done
anything. `parse` vouches for its ``event``, ``id``, ``child`` and ``step``, and for all that the guest itself says of a
child that ended (``died``, ``overtime``, ``fault``). The rest is what a sound child sends; whoever reads it must expect
that it is not so, see `harness.judging.outcome`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, NotRequired, TypeAlias, TypedDict, TypeVar, cast, final

from harness.errors import cut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Verb: TypeAlias = Literal["dump", "load", "measure"]
Step: TypeAlias = Literal["fit", "dump", "load", "predict"]
Kind: TypeAlias = Literal["speed", "memory", "sharing", "cold"]
#: A value as `harness.guest.encoding` writes it.
Encoded: TypeAlias = dict[str, Any]

STEPS = frozenset({"fit", "dump", "load", "predict"})


# ------------------------------------------------------------------------------------------------ host to guest


class GivenTask(TypedDict):
    """A user's model file in the place of a case, and a file of rows; see `harness.terms.Given`.

    ``module``, ``options`` and ``reader`` load it. ``carried`` is the file that is handed on in its place.
    """

    object: str
    sha256: str
    module: str
    options: dict[str, int | str]
    reader: str
    again: bool
    carried: str | None
    carried_sha256: str | None
    at: str
    rows: str | None
    example: bool
    main: dict[str, str]


class CaseTask(TypedDict):
    """Where a case is built. ``estimator`` is its function's first argument, where one function builds many.

    ``beside`` names the files that a user's case may use, helpers and data. ``compare`` is there
    where that is not everything.
    """

    module: str
    function: str
    seed: int
    estimator: str | None
    beside: list[str]
    compare: NotRequired[str]
    given: NotRequired[GivenTask]


class FormatTask(TypedDict):
    """One format of a dump; ``id`` is the artifact's."""

    id: str
    module: str
    options: dict[str, int | str]


@final
class DumpTask(TypedDict):
    id: str
    case: CaseTask
    spool: str
    formats: list[FormatTask]


class _ArtifactTask(TypedDict):
    """``methods`` are timed, and ``probes`` is what else is asked; a model that is measured is asked none of these.

    ``at`` is the path of the model within what the artifact holds, empty for the whole.
    ``known`` names everything that the producer compares or leaves out. ``case_name``, ``fitted_sha256``, ``format``
    and ``partial`` are for the host, which gets the task back with its answer.
    """

    id: str
    case_name: str
    artifact: str
    sha256: str
    inputs: str
    inputs_sha256: str
    methods: list[str]
    probes: list[str]
    known: list[str]
    module: str
    options: dict[str, Any]
    reader: str
    at: str
    main: dict[str, str]
    fitted_sha256: str
    format: str
    partial: bool


@final
class LoadTask(_ArtifactTask):
    pass


@final
class MeasureTask(_ArtifactTask):
    """``cell`` is for the host."""

    kind: Kind
    cell: str
    seconds: float
    imports: list[str]
    processes: int


Task: TypeAlias = DumpTask | LoadTask | MeasureTask
TaskT = TypeVar("TaskT", DumpTask, LoadTask, MeasureTask)


class JobLimits(TypedDict):
    """Of one step, and of memory in bytes above what the guest holds already."""

    seconds: float
    memory: int


class Job(TypedDict):
    do: Verb
    batches: Sequence[Sequence[Task]]
    limits: JobLimits


# ------------------------------------------------------------------------------------------------ guest to host


class Inability(TypedDict):
    """Why an environment cannot write a format, or use a reader: ``modules`` cannot be imported there."""

    reason: str
    modules: list[str]


class ErrorFacts(TypedDict):
    type: str
    message: str
    traceback: NotRequired[str | None]
    memory: NotRequired[bool]


class WarningFacts(TypedDict):
    category: str
    message: str
    count: NotRequired[int]
    original_sklearn_version: NotRequired[str]


class _FromChild(TypedDict):
    """``id`` is a task's, or that of one format of a dump; ``child`` counts the children of one guest from 1, and is
    ``fresh`` where it had answered for no task before.
    """

    id: str
    child: int | None
    fresh: NotRequired[bool]
    step: NotRequired[Step | None]


class _Attempt(_FromChild):
    """Something was tried. One of the first three is there when it did not succeed."""

    error: NotRequired[ErrorFacts]
    refused: NotRequired[str]
    unsupported: NotRequired[str]
    warnings: NotRequired[list[WarningFacts]]


class Fitted(_FromChild):
    """``data``, ``code`` and whatever else tells of the fit: see `harness.guest.fitting`."""

    event: Literal["fitted"]
    inputs: Encoded
    truth: Encoded | None
    reference: dict[str, Encoded]
    methods: list[str]
    probes: list[str]
    not_compared: dict[str, str]
    written: list[str]
    conditioning: NotRequired[dict[str, Any]]  # see `harness.guest.conditioning`
    data: dict[str, Any]
    code: dict[str, Any]
    warnings: list[WarningFacts]


class Written(_Attempt):
    event: Literal["artifact"]
    sha256: NotRequired[str]
    size_bytes: NotRequired[int]
    spooled: NotRequired[str]
    unspooled: NotRequired[str]
    dump_seconds: NotRequired[float]
    facts: NotRequired[dict[str, Any]]
    remark: NotRequired[str | None]


class Loaded(_Attempt):
    event: Literal["cell"]
    methods: NotRequired[list[str]]
    outputs: NotRequired[dict[str, Encoded]]
    written: NotRequired[list[str]]
    unasked: NotRequired[dict[str, str]]
    added: NotRequired[list[str]]
    observed: NotRequired[dict[str, Any]]
    load_seconds: NotRequired[float]
    predict_seconds: NotRequired[float]


class Measured(_Attempt):
    event: Literal["measured"]
    figures: NotRequired[dict[str, list[float]]]
    missing: NotRequired[dict[str, str]]
    imported: NotRequired[list[str]]
    yardsticks: NotRequired[dict[str, float]]


class Died(_FromChild):
    """A child ended without an answer, by a ``signal`` or with the code ``exit``."""

    event: Literal["died"]
    signal: NotRequired[int]
    exit: NotRequired[int]
    memory: NotRequired[bool]
    peak_bytes: NotRequired[int | None]
    lost_bytes: NotRequired[int]


class Overtime(_FromChild):
    event: Literal["overtime"]
    seconds: float


class Fault(_FromChild):
    """The guest's own trouble, such as that it cannot fork. It has ended."""

    event: Literal["fault"]
    what: str


class GuestDied(_FromChild):
    """The host's own word: the guest ended while it was at one task only, twice."""

    event: Literal["guest-died"]
    how: str


class Nonsense(_FromChild):
    """The host's own word: what was sent for a task is no event of its job."""

    event: Literal["nonsense"]
    why: str


Event: TypeAlias = Fitted | Written | Loaded | Measured | Died | Overtime | Fault | GuestDied | Nonsense
#: What may come instead of what was asked for.
Ended: TypeAlias = Died | Overtime | GuestDied | Nonsense


@dataclass(frozen=True, kw_only=True)
class Reply(Generic[TaskT]):
    """An event with the task that it is about.

    ``child`` is (guest, its child), None when the guest died; ``alone`` says that its child had no task before it.
    """

    event: Event
    task: TaskT
    child: tuple[int, int | None] | None
    alone: bool


#: Characters of texts, see `harness.guest.errors`.
_LONGEST = {"type": 500, "category": 500, "original_sklearn_version": 40, "traceback": 20_100}
_LONGEST_TEXT = 4_000
_TEXTS = frozenset({"refused", "unsupported", "unspooled", "what"})
_MOST_WARNINGS = 50
#: Parts of an event whose shape is a format's own; the journal keeps them.
_LOOSE = ("observed", "facts", "missing", "imported")
_MOST_LOOSE = 1_000_000  # characters
_MOST = 1 << 62  # of any number that a guest counts; no table holds more

_EVENTS = {
    "dump": frozenset({"fitted", "artifact", "fault", "died", "overtime"}),
    "load": frozenset({"cell", "fault", "died", "overtime"}),
    "measure": frozenset({"measured", "fault", "died", "overtime"}),
}


def parse(message: Mapping[str, Any], verb: Verb) -> Event:
    """The event that a message of a guest is, in answer to a job.

    Raises
    ------
    ValueError
        Such a job has no such event, or what `parse` vouches for is missing or of another type.
    """
    name = message.get("event")
    if not isinstance(name, str) or name not in _EVENTS[verb]:
        raise ValueError(f"a {verb} has no event {_shown(name)}")
    for key, is_sound in _KEYS.items():
        if not is_sound(message.get(key)):
            raise ValueError(f"the {key} of {name} is {_shown(message.get(key))}")
    wrong = _wrong(name, message)
    if wrong is not None:
        raise ValueError(f"{name} says {wrong}")
    return cast("Event", _cut(message))


_KEYS: dict[str, Callable[[object], bool]] = {
    "id": lambda value: isinstance(value, str),
    "child": lambda value: type(value) is int and 0 <= value < _MOST,
    "step": lambda value: value is None or (isinstance(value, str) and value in STEPS),
}


def _wrong(name: str, message: Mapping[str, Any]) -> str | None:
    """What is wrong with what the guest itself says of a child."""
    if name == "died":
        how = [message[key] for key in ("signal", "exit") if key in message]
        return (
            None if len(how) == 1 and type(how[0]) is int and abs(how[0]) < _MOST else f"that it ended by {_shown(how)}"
        )
    if name == "overtime":
        seconds = message.get("seconds")
        return (
            None
            if type(seconds) in (int, float) and 0 <= cast("float", seconds) < _MOST
            else f"that it had {_shown(seconds)} seconds"
        )
    if name == "fault":
        return None if isinstance(message.get("what"), str) else "no word of what it is"
    return None


def nonsense(message: Mapping[str, Any], why: str) -> Nonsense | None:
    """What stands for a message that `parse` refuses; None where it does not even say for which task it is."""
    name, child = message.get("id"), message.get("child")
    if not isinstance(name, str):
        return None
    return Nonsense(event="nonsense", id=name, child=cast("int", child) if _KEYS["child"](child) else None, why=why)


def _cut(message: Mapping[str, Any]) -> dict[str, Any]:
    """The message with its texts as short as a sound guest sends them: a journal keeps them all."""
    short: dict[str, Any] = {
        key: _shortened(value, _LONGEST_TEXT) if key in _TEXTS else value for key, value in message.items()
    }
    if "error" in short:
        short["error"] = _cut_texts(short["error"])
    if isinstance(short.get("warnings"), list):
        short["warnings"] = [_cut_texts(warning) for warning in short["warnings"][:_MOST_WARNINGS]]
    for key in _LOOSE:
        if key in short and len(json.dumps(short[key])) > _MOST_LOOSE:
            raise ValueError(f"{key} that are longer than {_MOST_LOOSE} characters")
    return short


def _cut_texts(facts: Any) -> Any:
    if not isinstance(facts, dict):
        return facts
    return {key: _shortened(value, _LONGEST.get(key, _LONGEST_TEXT)) for key, value in facts.items()}


def _shortened(value: object, most: int) -> object:
    return cut(value, most) if isinstance(value, str) else value


def _shown(value: object) -> str:
    try:
        return repr(value)[:40]
    except (RecursionError, ValueError):  # nested too deep, or a number of too many digits
        return f"a {type(value).__name__} that cannot be shown"
