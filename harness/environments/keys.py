"""The keys of an environment in matrix.yaml: those that any kind may have, and the types that kinds make theirs of.

A kind says its own keys in a subclass of `Keys`, in its file. Each value arrives as the text that was written. The
models need their annotations at run time, so none is deferred.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, is_normalized_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic import model_validator as _model_validator

from harness.errors import HarnessError, one_of, shown
from harness.machine import platforms
from harness.terms import AsOf, Environment, Option

PYTHON_FLOOR = (3, 6)
FIRST_YEAR, LAST_YEAR = 2000, 2199  # of a day of the package index
PLATFORMS = ("native", *platforms.OF)
QUOTED = "Quote versions: to your editor, an unquoted 3.10 is the number 3.1. The harness reads what is written."
#: What says that nothing was written.
_NOTHING: tuple[object, ...] = (None, (), {})


def read_word(value: object) -> str:
    """A single text. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("must be a single word or number")  # noqa: TRY004  # pydantic collects ValueErrors
    if len(value) > 200:  # noqa: PLR2004  # far above any name, version or requirement
        raise ValueError(f"{shown(value)} is too long")
    return value


def read_day(value: object) -> AsOf | dt.date:
    """A day, or a word for one. Raises ValueError."""
    text = read_word(value)
    if text in set(AsOf):
        return AsOf(text)
    try:
        day = dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        day = None  # 2024-02-30
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{shown(text)} is not within {FIRST_YEAR} to {LAST_YEAR}: no package index has such a day")
    if day is not None:
        return day
    raise ValueError(f'{shown(text)} is neither "release" nor "newest" nor a day such as 2024-09-11')


def _date(value: object) -> dt.date:
    day = read_day(value)
    if isinstance(day, AsOf):
        raise ValueError(f"{shown(day)} is not a day such as 2024-09-11")  # noqa: TRY004  # pydantic collects ValueErrors
    return day


def _packages_day(value: object) -> AsOf | dt.date:
    day = read_day(value)
    if day is AsOf.NEWEST:
        raise ValueError(f'{shown(day)} is neither a day such as 2024-09-11 nor "release"')
    return day


def _project(text: str) -> str:
    if not is_normalized_name(text):
        raise ValueError(f"{shown(text)} is not the name of a package, in lower case and with hyphens")
    return text


def _release(text: str) -> str:
    try:
        version = Version(text)
    except InvalidVersion:
        raise ValueError(f"{shown(text)} is not a version") from None
    if not re.fullmatch(r"\d[0-9a-z.]*", text) or not 2 <= len(version.release) <= 3:  # noqa: PLR2004
        raise ValueError(f'{shown(text)} is not a release such as "1.5.2", nor a minor such as "1.5"')
    return text


def _python(text: str) -> str:
    if re.fullmatch(r"3\.\d{1,2}\.\S*", text):
        raise ValueError(f'{text} names a micro release; write its minor, "{".".join(text.split(".")[:2])}"')
    if not re.fullmatch(r"\d\.(0|[1-9]\d?)", text):
        raise ValueError(f'{shown(text)} is not a Python minor such as "3.12"')
    major, minor = (int(part) for part in text.split("."))
    if (major, minor) < PYTHON_FLOOR:
        raise ValueError(f"{text} is below the guest's floor, {'.'.join(map(str, PYTHON_FLOOR))}")
    if major > PYTHON_FLOOR[0]:
        raise ValueError(f'{shown(text)} is not a Python minor such as "3.12"')
    return text


def _name(text: str) -> str:
    if len(text) > 80 or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):  # noqa: PLR2004
        raise ValueError(f"{shown(text)} is not a name: up to 80 letters, digits and . _ - after a letter or digit")
    return text


def is_wheel(text: str) -> bool:
    """Whether an entry of ``packages`` is a file of the user's, and no requirement."""
    return text.endswith(".whl") and " @ " not in text


def _requirement(text: str) -> str:
    if is_wheel(text):
        try:
            parse_wheel_filename(text.replace("\\", "/").rpartition("/")[2])
        except InvalidWheelFilename:
            raise ValueError(f"{shown(text)} is not named as wheels are, such as own-1.0-py3-none-any.whl") from None
        return text
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        raise ValueError(f'{shown(text)} is not a requirement such as "pandas>=2" (PEP 508)') from None
    if requirement.url:
        raise ValueError(f"{shown(text)} comes from a URL; name a wheel by its file, or a package of the index")
    return text


def json_type(*types: str, **more: Any) -> WithJsonSchema:
    """What JSON Schema calls a value."""
    return WithJsonSchema({"type": list(types) if len(types) > 1 else types[0], **more})


Word = Annotated[str, BeforeValidator(read_word)]
Release = Annotated[
    Word, AfterValidator(_release), json_type("string", "number", description=QUOTED, examples=["1.5.2"])
]
Python = Annotated[Word, AfterValidator(_python), json_type("string", "number", description=QUOTED, examples=["3.12"])]
Platform = Annotated[Word, AfterValidator(one_of("platform", PLATFORMS)), json_type("string", enum=list(PLATFORMS))]
Name = Annotated[Word, AfterValidator(_name)]
Package = Annotated[Word, AfterValidator(_requirement)]
Day = Annotated[
    AsOf | dt.date, PlainValidator(read_day), json_type("string", examples=["release", "newest", "2024-09-11"])
]
Date = Annotated[dt.date, PlainValidator(_date), json_type("string", examples=["2024-09-11"])]
PackagesDay = Annotated[
    AsOf | dt.date, PlainValidator(_packages_day), json_type("string", examples=["2024-09-11", "release"])
]
Project = Annotated[Word, AfterValidator(_project)]


class Part(BaseModel):
    """A mapping of matrix.yaml: unknown keys are refused, and a key with nothing after it means its default."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    @_model_validator(mode="before")
    @classmethod
    def _without_empty(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        known = set(cls.names())
        return {key: item for key, item in value.items() if item is not None or key not in known}

    @classmethod
    def names(cls) -> dict[str, str]:
        """The fields by what matrix.yaml calls them."""
        return {info.alias or name: name for name, info in cls.model_fields.items()}

    def given(self) -> dict[str, Any]:
        """What was written, by key, and is not empty."""
        found = {key: getattr(self, name) for key, name in self.names().items() if name in self.model_fields_set}
        return {key: value for key, value in found.items() if value not in _NOTHING}


class Included(Part):
    """What an entry of ``environments.include`` may have, whatever its kind."""

    scikit_learn: Release | None = Field(
        default=None, alias="scikit-learn", description="Without it, an environment that only loads; it needs a name."
    )
    python: Python | None = None
    numpy: Release | None = None
    platform: Platform = "native"
    as_of: Day | None = Field(default=None, description="Instead of environments.as_of.")
    packages: tuple[Package, ...] = Field(default=(), description="Besides environments.packages.")
    days: dict[Project, PackagesDay] = Field(default_factory=dict, description="Besides environments.days, or instead.")
    modules: tuple[Word, ...] = Field(default=(), description="Besides environments.modules.")
    name: Name | None = Field(default=None, description="Instead of one such as sk1.5-py3.12-np2.1-amd64.")


class Keys(Part):
    """The keys that one kind of environment has and others have not: none, but for a subclass.

    Their values are texts, numbers and tuples of such: they are a part of the plan.
    """

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """What an environment has of them."""
        return cls.taken(dict(environment.options))

    @classmethod
    def taken(cls, given: Mapping[str, Any]) -> Self:
        """Those among keys that were checked."""
        return cls.model_construct(**{key: value for key, value in given.items() if key in cls.names()})

    def options(self) -> tuple[tuple[str, Option], ...]:
        """The same for the plan: by name, without defaults. Raises HarnessError for what no plan can hold."""
        found = self.model_dump(by_alias=True, exclude_defaults=True)
        for key, value in found.items():
            parts = value if isinstance(value, tuple) else (value,)
            if not all(isinstance(part, str | int | float) for part in parts):
                raise HarnessError(f"the key {shown(key)} is no text, number or tuple of such")
        return tuple(sorted(found.items()))
