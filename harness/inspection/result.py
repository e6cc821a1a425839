"""What an inspection finds: values only. Texts from the file are cut, and are cleaned where they are shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


#: Attributes with an estimator that was never fitted, where it has no number of features.
_TEMPLATES = (".estimator", ".estimator_", ".base_estimator", ".base_estimator_", ".template_estimator_")

#: In the path of a member of an ensemble; gradient boosting has its own in an array.
_MEMBERS = (".estimators_[", ".estimators_.flat[")


class PartKind(StrEnum):
    """What a part of a file's content is."""

    ESTIMATOR = "estimator"
    CONTAINER = "container"  # a dict, a list, a tuple
    ARRAY = "array"
    OBJECT = "object"  # of any other class
    NAME = "name"  # a class or function, by name
    VALUE = "value"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of what the file holds, with those within it that hold estimators, and the large ones.

    Attributes
    ----------
    path : how Python reaches it from the whole: ``['model'].steps[1][1]``; empty for the whole
    name : of its class, with its module
    count : how many parts that are alike this one stands for: the trees of a forest
    version : of scikit-learn, as the estimator's state keeps it
    parameters : names with their values as text, where these are plain
    features : the number of features that it was fitted on
    feature_names : some of them
    output : what ``set_output`` was told, such as ``pandas``; empty where it was not called
    size : bytes of the file, or after unpacking, for all that it stands for
    detail : such as dtype and shape of an array
    """

    path: str
    kind: PartKind
    name: str
    count: int = 1
    version: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    features: int | None = None
    feature_names: tuple[str, ...] = ()
    output: str = ""
    size: int = 0
    detail: str = ""
    parts: tuple[Part, ...] = ()

    def walk(self) -> Iterator[Part]:
        """Give this part and all within it, from the outside in."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.parts))

    @property
    def class_name(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What tells of one package of the writer's.

    Attributes
    ----------
    package : by its name on PyPI, or ``python``
    version : ``1.2.2``, or what bounds it: ``>=2``, ``3.8 to 3.10``
    exact : whether it is the very version
    why : what it stands on
    where : paths of parts that say so; some of them
    count : of how many parts
    """

    package: str
    version: str
    exact: bool
    why: str
    where: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class Need:
    """A package that must be importable.

    Attributes
    ----------
    module : the top of its modules
    package : its name on PyPI; None where that is not known
    names : of what is taken from it, with modules; some of them
    """

    module: str
    package: str | None
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Call:
    """A name outside the list of what the artifacts of a scikit-learn release contain.

    Attributes
    ----------
    called : whether it would be called on loading; else it is only named
    offset : of the opcode, after unpacking
    """

    name: str
    called: bool
    offset: int


@dataclass(frozen=True, kw_only=True)
class Calls:
    """What the file names and calls, beside the list of known names.

    Attributes
    ----------
    outside : names that the list does not have, those that are called first
    known : how many names the list has, too
    compared : releases that the list is of, of those that wrote the file; all of them if it knows none
    is_of_writer : whether the list knows the writer's minor release
    """

    outside: tuple[Call, ...] = ()
    known: int = 0
    compared: tuple[str, ...] = ()
    is_of_writer: bool = False


class Damage(StrEnum):
    DAMAGED = "damaged"
    TOO_LARGE = "too large"


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why a file could not be read to its end.

    Attributes
    ----------
    offset : after unpacking
    limit : the name that `--limit` takes, where the file is too large
    """

    kind: Damage
    what: str
    offset: int | None = None
    limit: str | None = None


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a model file is, without anything of it having been run.

    Attributes
    ----------
    path : as it was given
    size : bytes of the file
    format : ``pickle``, ``joblib``, ``cloudpickle``, ``skops``, ``zip``, ``onnx``, ``pmml``, ``mlflow``, ``xgboost``,
        ``lightgbm`` or ``catboost``; ``not known`` where it could not be read so far
    wrapping : compression around it, from the outside in
    unpacked : bytes after unpacking that were read
    protocols : of its pickles
    evidence : of the writer
    content : what it holds; None where it could not be read
    classes : of every estimator, with their modules, also of those that ``content`` leaves out
    needs : packages and modules that loading it takes
    own : classes and functions of ``__main__``, and of modules that belong to no known package
    names : everything that it names, and that it calls of what a call returned
    calls : what is outside the list of known names
    large : the largest parts
    droppable : parts that predictions do not need, with the reason
    can_map : whether its arrays can be memory-mapped; None where it has none
    notes : whatever else there is to say
    trouble : why it could not be read to its end
    """

    path: str
    size: int
    format: str
    wrapping: tuple[str, ...] = ()
    unpacked: int = 0
    protocols: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    content: Part | None = None
    classes: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    own: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    calls: Calls = Calls()
    large: tuple[Part, ...] = ()
    droppable: tuple[tuple[str, int, str], ...] = ()
    can_map: bool | None = None
    notes: tuple[str, ...] = ()
    trouble: Trouble | None = None

    @property
    def estimators(self) -> tuple[Part, ...]:
        """Every estimator in it, the outermost first."""
        parts = () if self.content is None else self.content.walk()
        return tuple(part for part in parts if part.kind is PartKind.ESTIMATOR)

    @property
    def models(self) -> tuple[Part, ...]:
        """The estimators without those that others were cloned from, and without the members of ensembles."""
        return tuple(
            part
            for part in self.estimators
            if not any(member in part.path for member in _MEMBERS)
            and (part.features is not None or not part.path.endswith(_TEMPLATES))
        )

    @property
    def templates(self) -> tuple[Part, ...]:
        """The estimators that others were cloned from: of what the members of an ensemble are."""
        return tuple(part for part in self.estimators if part.features is None and part.path.endswith(_TEMPLATES))

    @property
    def sklearn_versions(self) -> tuple[str, ...]:
        """Each distinct release of scikit-learn that it keeps, that of most estimators first."""
        return tuple(one.version for one in self.evidence if one.package == "scikit-learn" and one.exact)

    def to_frame(self) -> pd.DataFrame:
        """One row for each estimator.

        Columns: ``path``, ``estimator`` (its class with its module), ``version`` (of scikit-learn; null if none is
        kept), ``count`` (how many alike it stands for), ``features`` (number), ``size`` (bytes) and ``parameters``.
        """
        import pandas as pd  # noqa: PLC0415  # half a second that nobody else need pay

        columns = ["path", "estimator", "version", "count", "features", "size", "parameters"]
        rows = [
            (one.path, one.name, one.version, one.count, one.features, one.size, dict(one.parameters))
            for one in self.estimators
        ]
        return pd.DataFrame(rows, columns=columns)

    def as_data(self) -> dict[str, Any]:
        """Return it as data for JSON."""
        return {**asdict(self), "sklearn_versions": list(self.sklearn_versions)}
