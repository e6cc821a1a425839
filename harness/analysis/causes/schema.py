"""What may stand in a file of causes, as pydantic models: they need their annotations at run time."""

import re
from typing import Annotated, Literal, Self

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from harness.terms import BROKEN, Finding, Status

#: How a sentence names what `packages` lists: the first word of `since`.
PACKAGES = {
    "scikit-learn": "scikit-learn", "NumPy": "numpy", "SciPy": "scipy", "joblib": "joblib", "pandas": "pandas",
    "cloudpickle": "cloudpickle", "skops": "skops", "skl2onnx": "skl2onnx", "onnxruntime": "onnxruntime",
    "Python": "python", "LightGBM": "lightgbm", "XGBoost": "xgboost-cpu",
}  # fmt: skip
#: What a rule can ask to be different in producer and consumer. Of Python the minor version counts.
DIFFERENCES = ("python", "arch", "byteorder", "bits", "own")
_WORDS = 30


def _specifiers(text: str) -> str:
    try:
        SpecifierSet(text)
    except InvalidSpecifier as error:
        raise ValueError(str(error)) from error
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return text


def _recognisable(status: Status) -> Status:
    if status not in BROKEN | {Status.DRIFT, Status.REFUSED}:
        raise ValueError(f"a cell that is {status} has no cause")
    return status


def _plain(text: str) -> str:
    if len(text.split()) > _WORDS or not text.endswith("."):
        raise ValueError(f"one sentence of at most {_WORDS} words, with a full stop")
    return text


Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Sentence = Annotated[str, AfterValidator(_plain)]
Address = Annotated[str, StringConstraints(pattern=r"^https://\S+$")]
Pattern = Annotated[str, AfterValidator(_pattern)]
Versions = dict[str, Annotated[str, AfterValidator(_specifiers)]]
Recognisable = Annotated[Status, AfterValidator(_recognisable)]


class Part(BaseModel):
    """A table of a file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Side(Part):
    """An environment of an example: package versions beside what it runs on."""

    packages: dict[str, str] = Field(default_factory=dict)
    own: dict[str, str] = Field(default_factory=dict)  # the user's wheels and modules, as the column has them
    arch: str = "amd64"
    byteorder: Literal["little", "big"] = "little"
    bits: Literal[32, 64] = 64

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, value: object) -> object:
        """``{python = "3.11", bits = 32}``: what is no property of the machine is a package."""
        if not isinstance(value, dict) or "packages" in value:
            return value
        machine = {key: item for key, item in value.items() if key in cls.model_fields}
        return {**machine, "packages": {key: item for key, item in value.items() if key not in machine}}


class Example(Part):
    """A row of a real run, as far as its rule looks at it."""

    status: Recognisable
    error_type: str | None = None
    error_message: str | None = None
    reason: str | None = None
    findings: tuple[Finding, ...] = ()
    outputs: tuple[str, ...] = ()  # that differ
    case: str = "a_case"
    family: str = "a_family"
    format: str = "pickle"
    reader: str = "pickle"
    also_at_home: bool = False
    estimators: tuple[str, ...] = ()  # the class that is fitted, then those within it
    parameters: dict[str, str] = Field(default_factory=dict)
    producer: Side
    consumer: Side


class Rule(Part):
    """Conditions, of which each that is given must hold. Lists are alternatives."""

    statuses: tuple[Recognisable, ...] = Field(min_length=1)
    error_type: tuple[str, ...] = ()
    message: Pattern = ""  # searched for in error_message, and where there is none in reason; never in a drift's
    findings: tuple[Finding, ...] = ()  # one of these is among the cell's
    outputs: Pattern = ""  # found in the name of every output that differs, and one does
    cases: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    estimators: tuple[str, ...] = ()  # class names; within a pipeline or another estimator, too
    parameters: dict[str, Pattern] = Field(default_factory=dict)  # of the estimator that is fitted, as they are written
    formats: tuple[str, ...] = ()  # names or patterns: "onnx*" is every variant
    readers: tuple[str, ...] = ()
    producer: Versions = Field(default_factory=dict)
    consumer: Versions = Field(default_factory=dict)
    crosses: Literal["upwards", "downwards", "either"] | None = None  # from before `since` to it or later, or back
    differs: tuple[Literal["python", "arch", "byteorder", "bits", "own"], ...] = ()  # each of these
    same: tuple[
        Literal["python", "arch", "byteorder", "bits", "packages"], ...
    ] = ()  # each; packages: but the user's own
    elsewhere: bool = False  # its own producer does well
    since: Text | None = None  # the cause's, where it is left out
    upstream: Address | None = None
    each: tuple[dict[str, str], ...] = ()  # a rule each, its values put in for {key}
    example: Example
    counterexamples: tuple[Example, ...] = ()


class CauseTable(Part):
    name: Name
    sentence: Sentence
    since: Text
    upstream: Address
    helps: Sentence
    rule: tuple[Rule, ...] = Field(min_length=1)


class File(Part):
    cause: tuple[CauseTable, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        names = [cause.name for cause in self.cause]
        if len(names) != len(set(names)):
            raise ValueError("two causes of one name")
        return self
