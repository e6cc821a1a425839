"""The glossary's words as types: what is planned, and what became of it. Imports nothing of the harness. Internal."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import datetime as dt

Option: TypeAlias = "str | int | float | tuple[str | int | float, ...]"


class Status(StrEnum):
    """The closed list of what can become of an artifact or a cell."""

    OK = "ok"
    DRIFT = "drift"
    INCOMPARABLE = "incomparable"
    FIT_ERROR = "fit-error"
    DUMP_ERROR = "dump-error"
    LOAD_ERROR = "load-error"
    PREDICT_ERROR = "predict-error"
    REFUSED = "refused"
    CRASH = "crash"
    TIMEOUT = "timeout"
    OOM = "oom"
    UNSUPPORTED = "unsupported"
    NO_ARTIFACT = "no-artifact"
    NOT_RUN = "not-run"


#: Nothing was tried: such a row never counts as passing.
UNTRIED = frozenset({Status.NO_ARTIFACT, Status.NOT_RUN, Status.UNSUPPORTED})
#: A model was loaded and its methods answered.
LOADED = frozenset({Status.OK, Status.DRIFT, Status.INCOMPARABLE})
#: Those of cells only.
_OF_CELLS = LOADED - {Status.OK} | {Status.LOAD_ERROR, Status.PREDICT_ERROR, Status.NO_ARTIFACT}
ARTIFACT_STATUSES = frozenset(Status) - _OF_CELLS
CELL_STATUSES = frozenset(Status) - {Status.FIT_ERROR, Status.DUMP_ERROR}
#: A cell that raised, crashed, hung or ran out of memory.
BROKEN = CELL_STATUSES - LOADED - UNTRIED - {Status.REFUSED}


class Parity(StrEnum):
    """How the outputs of a loaded model relate to those of the model that was dumped."""

    IDENTICAL = "identical"
    CLOSE = "close"
    DRIFT = "drift"


class Finding(StrEnum):
    """The closed list of what can differ between two outputs, what weighs most first.

    Numbers that differ within their tolerance are no finding. The cell is `Parity.CLOSE`, and ``tolerance_used`` says
    how much of the tolerance the difference takes.
    """

    LABELS = "labels"  # discrete outputs that are not equal: classes, clusters, counts, strings
    PROBABILITIES = "probabilities"  # those of predict_proba and predict_log_proba beyond their tolerance
    VALUES = "values"  # other numbers beyond their tolerance
    MISSING = "missing"  # NaN, an infinity or None on one side only
    ERROR = "error"  # an exception on one side only, or one of another type
    SHAPE = "shape"  # another number of rows, columns or outputs
    NAMES = "names"  # other names or another order of columns or rows
    INCOMPARABLE = "incomparable"  # something that could not be sent as data: nobody knows whether it differs
    SCORE = "score"  # a cross-validation score outside the producer's range
    CONTAINER = "container"  # sparse to dense, list to tuple, frame to array
    DTYPE = "dtype"
    INPUT = "input"  # a method writes into the rows that it is given
    ABSENT = "absent"  # an attribute, or a method without arguments, that only the producer's model has
    ADDED = "added"  # what only the consumer's model has; it changes no parity


class Figure(StrEnum):
    """The closed list of what can be measured of a cell; each fills the column of its name. Seconds and bytes."""

    LOAD = "load_seconds"  # again, in a process that has loaded it before
    EVICTED_LOAD = "evicted_load_seconds"  # the same, with the artifact out of the page cache
    PREDICT = "predict_seconds"  # every method that is timed, for the first time: no attributes, no other rows
    FIRST_LOAD = "first_load_seconds"  # in a fresh interpreter that has imported the library and nothing of its parts
    COLD_START = "cold_start_seconds"  # a fresh interpreter, from nothing to its first prediction
    COLD_START_PEAK = "cold_start_peak_bytes"
    LOAD_PEAK = "load_peak_bytes"  # while loading, above what was held before
    LOAD_PRIVATE = "load_private_bytes"  # after loading, above what was held before
    SHARED_PSS = "mmap_pss_bytes"  # of several processes that hold it, above what they held before
    SHARED_PRIVATE = "mmap_private_bytes"

    @property
    def unit(self) -> str:
        return "s" if self.endswith("_seconds") else "B"


#: Seconds that fixed pieces of work took beside a sample. They show how fast the machine was: `harness.guest.measure`.
YARDSTICKS = ("processor", "memory")

#: Formats that convert a model into another kind of program, or fit it again. They give back another object, which need
#: not be identical even in its own producer. "onnx" stands for "onnx-float64", too. For runs that are older than
#: `Format.converts`; the others say it themselves.
CONVERTED = frozenset({"onnx", "pmml", "recipe"})


#: Formats that an answer is about only where they are named, like those that convert: they are for the way over, and
#: nobody's models lie in them.
BY_NAME = frozenset({"portable"})
#: How the reason of a cell begins whose format is one of these, and for which the profile left no time in this run.
LEFT = "left for another run"


def converts(format_name: str) -> bool:
    """Whether a format is one of those, or a variant of one. Stored runs: `harness.store.RunTables.converts`."""
    return format_name.partition("-")[0] in CONVERTED


class Compare(StrEnum):
    """What of a model a profile compares."""

    EVERYTHING = "everything"  # methods, attributes, and methods on other forms of the rows
    METHODS = "methods"  # only those that are timed, on the held-out rows


class Pairs(StrEnum):
    """Which environments load what which others wrote."""

    EVERY = "every"
    UPGRADES = "upgrades"  # of one minor release in both directions, and from each to the newest of every later minor


class AsOf(StrEnum):
    """Which day's package index an environment is resolved against, when it is not a date."""

    RELEASE = "release"  # the day its scikit-learn was released: the dependencies that its users had
    NEWEST = "newest"


class Trouble(StrEnum):
    """Why an environment that is not-run may be had by ``--resume``, when it is not the environment's own fault."""

    TRY = "try"  # a try failed that may succeed: no answer from the index, a process that was killed
    MACHINE = "machine"  # the machine lacks something, such as an interpreter


@dataclass(frozen=True, kw_only=True)
class OwnCode:
    """A wheel or a module of a user's own, which only some environments have: known by its content."""

    name: str  # of the distribution, or of the module
    version: str | None  # of the wheel; None: it is a module
    digest: str  # sha256
    path: str = field(compare=False)  # where it lies; no part of a plan's digest

    @property
    def requirement(self) -> str:
        """What a wheel is asked for as, PEP 508."""
        return f"{self.name}=={self.version}"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A named set of interpreter, packages and platform."""

    name: str
    scikit_learn: str | None  # "1.5.2" is that release, "1.5" the newest micro release of that minor; None: a runtime
    python: str | None  # "3.12"; None: a runtime without it
    numpy: str | None  # as scikit_learn; None leaves it to the resolver
    platform: str  # "linux/amd64"
    kind: str  # what builds it, by name, see harness.environments.kinds
    as_of: AsOf | dt.date
    packages: tuple[str, ...]  # further requirements, PEP 508
    tools: tuple[str, ...] = ()  # the same, each installed where it resolves
    days: tuple[tuple[str, AsOf | dt.date], ...] = ()  # packages whose index is that of another day than as_of
    from_source: tuple[str, ...] = ()  # packages, by normalized name, that are built from archives where no wheel is
    wheels: tuple[OwnCode, ...] = ()  # of the user's own
    modules: tuple[OwnCode, ...] = ()  # the same, laid beside the guest
    origin: str  # why it is there: "environments.include[3]" or "environments.axes (pairwise)"
    options: tuple[tuple[str, Option], ...] = ()  # keys of its kind's own, sorted; what its file reads and nobody else
    folder: str = ""  # of the matrix; what its options name may be relative to that

    @property
    def arch(self) -> str:
        return self.platform.partition("/")[2]

    @property
    def produces(self) -> bool:
        """Without scikit-learn there is nothing to fit: such an environment consumes only."""
        return self.scikit_learn is not None

    @property
    def own(self) -> dict[str, str]:
        """The user's own code that it holds: by name its version, if it has one, and the beginning of its digest."""
        return {
            one.name: f"{one.version or ''} sha256:{one.digest[:16]}".strip() for one in (*self.wheels, *self.modules)
        }


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What can be said of one environment before a run."""

    reason: str | None  # why it cannot be had; None: it can
    emulated: bool
    requirements: tuple[str, ...]  # what it asks the index for, PEP 508
    details: tuple[str, ...] = ()  # what else it asks for, in words


@dataclass(frozen=True, kw_only=True)
class Format:
    name: str
    module: str  # the guest module that implements it
    options: dict[str, int | str]
    readers: tuple[str, ...]
    partial: bool = False  # a loaded model may lack methods of the fitted one
    converts: bool = False  # into another program, or by another fit: not even its producer need find it identical
    tolerances: tuple[Tolerance, ...] = ()  # its own, for when the matrix has none that applies
    file: str | None = None  # where it was declared; None: it is one of the guest's
    digest: str | None = None  # sha256 of that file's text


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A file that is handed on in the place of a user's own, and held against that."""

    file: str  # where it lies
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Given:
    """A user's model file, in the place of a recipe. The host reads it as bytes, and never as what it holds."""

    file: str  # where it lies
    sha256: str
    format: Format  # its first reader loads it
    at: str = ""  # the model's path within what the file holds
    rows: str | None = None  # a file of rows to ask it with; None: they are made from the model
    example: bool = False  # whether the rows are an example, to which others are added
    main: tuple[tuple[str, str], ...] = ()  # names of ``__main__`` that it needs, each with the module that has it
    again: bool = False  # whether the model alone is saved again in each format but the file's own
    carried: Carried | None = None

    @property
    def reader(self) -> str:
        return self.format.readers[0]

    def is_handed_on(self, format_name: str) -> bool:
        """Whether an artifact of a format is the file itself, as it is."""
        return self.carried is None and not (self.again and format_name != self.format.name)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A recipe, known to the host by name and place only: the host never imports it."""

    name: str
    family: str
    module: str  # importable inside the guest
    function: str
    file: str  # where it was declared, for messages
    digest: str  # sha256 of the function's source text, and of all that lies beside it and may be used by it
    estimator: str | None = None  # the function's first argument, where one function builds many cases
    beside: tuple[tuple[str, str], ...] = ()  # of a user's file: helpers and data, by name where it runs, and path here
    given: Given | None = None  # instead of the recipe


#: The modules of the cases that come with the harness begin so, inside the guest.
BUILT_IN_CASES = "guest.cases."
#: Between an artifact's part of a cell's id and its consumer's.
_LOADED_BY = ">"


@dataclass(frozen=True, kw_only=True)
class Artifact:
    """One planned artifact: (producer, case, format)."""

    producer: str
    case: str
    format: str

    @property
    def id(self) -> str:
        return f"{self.producer}/{self.case}/{self.format}"

    @classmethod
    def parse(cls, text: str) -> Artifact:
        """The artifact of an id. Raises ValueError."""
        producer, case, name, *_ = split_id(text)
        if not _are_names(producer, case, name) or text != f"{producer}/{case}/{name}":
            raise ValueError(f'"{text}" is no artifact\'s id, which is PRODUCER/CASE/FORMAT')
        return cls(producer=producer, case=case, format=name)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One planned cell: an artifact loaded by one reader in one consumer."""

    artifact: Artifact
    consumer: str
    reader: str

    @property
    def id(self) -> str:
        return f"{self.artifact.id}{_LOADED_BY}{self.consumer}/{self.reader}"

    @classmethod
    def parse(cls, text: str) -> Cell:
        """The cell of an id. Raises ValueError."""
        producer, case, name, consumer, reader = split_id(text)
        if not _are_names(producer, case, name, consumer, reader):
            raise ValueError(f'"{text}" is no cell\'s id, which is PRODUCER/CASE/FORMAT>CONSUMER/READER')
        return cls(artifact=Artifact(producer=producer, case=case, format=name), consumer=consumer, reader=reader)


def split_id(text: str) -> tuple[str, str, str, str, str]:
    """Producer, case, format, consumer and reader of an id, or of a pattern of ids; "" is what it does not have.

    Nothing is refused here, whatever parts the text has. `Cell.parse` and `Artifact.parse` check an id.
    """
    artifact, _, loaded = text.partition(_LOADED_BY)
    producer, _, rest = artifact.partition("/")
    case, _, name = rest.partition("/")
    consumer, _, reader = loaded.partition("/")
    return producer, case, name, consumer, reader


def _are_names(*parts: str) -> bool:
    return all(part and not {"/", _LOADED_BY} & set(part) for part in parts)


def artifact_part(text: str) -> str:
    """The artifact's part of an id of a cell or an artifact, or of a pattern of ids."""
    return text.partition(_LOADED_BY)[0]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one guest may take. Seconds and bytes."""

    fit_seconds: float = 120.0  # fitting one case and dumping it in one format
    seconds: float = 30.0  # loading one artifact and calling its methods
    memory: int = 2 * 1024**3  # above what the guest holds before it starts
    build_seconds: float = 900.0  # building one environment
    rescue_share: float | None = None  # of an environment's time, for the formats of `BY_NAME`; None: all they need


@dataclass(frozen=True, kw_only=True)
class Tolerance:
    """When two floating-point outputs count as close: ``|a - b| <= rtol * |b| + atol * max|b|``.

    ``formats``, ``methods`` and ``dtypes`` restrict it; empty means every one. The dtype of a comparison is the coarser
    of the reference's and the output's.
    """

    rtol: float
    atol: float
    formats: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What a profile measures, and how well. Every field that lists names is already expanded."""

    environments: tuple[str, ...]  # that load
    cases: tuple[str, ...]
    formats: tuple[Format, ...]  # with the readers that are measured
    rounds: int = 15  # children for each kind of sample
    seconds: float = 2.0  # loading one cell, when more rounds than those are needed for the precision
    precision: float = 0.02  # of the median of load_seconds, relative
    cold_starts: int = 5  # fresh interpreters for each cell
    sharing: int = 4  # processes that hold one artifact together; 0: not measured

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Those that each measured cell has."""
        cold = {Figure.COLD_START, Figure.COLD_START_PEAK, Figure.FIRST_LOAD} if not self.cold_starts else set()
        shared = {Figure.SHARED_PSS, Figure.SHARED_PRIVATE} if not self.sharing else set()
        return tuple(figure for figure in Figure if figure not in cold | shared)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A named selection; every field lists names, already expanded."""

    name: str
    seed: int  # handed to every case
    environments: tuple[Environment, ...]
    cases: tuple[Case, ...]
    formats: tuple[Format, ...]
    limits: Limits
    tolerances: tuple[Tolerance, ...]  # the first that applies counts
    trusted_types: tuple[str, ...] = ()  # names or patterns that readers may build which ask before they do
    measure: Measure | None = None
    compare: Compare = Compare.EVERYTHING
    pairs: Pairs = Pairs.EVERY


def minor_of(release: str) -> str:
    """The minor of a release: 1.5 of 1.5.2."""
    return ".".join(release.split(".")[:2])


def within(value: str, wanted: str) -> bool:
    """Whether a release is the wanted one or one of its minor: 1.0.2 is within 1.0, 1.10 is not within 1.1."""
    return value == wanted or value.startswith(f"{wanted}.")
