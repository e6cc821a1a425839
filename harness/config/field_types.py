"""The single values of matrix.yaml: each arrives as the text that was written, and is checked for itself here."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal, get_args

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import is_normalized_name
from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, BeforeValidator, ByteSize, Field, PlainValidator, WithJsonSchema

from harness.config.problems import one_of, shown
from harness.machine import platforms
from harness.machine.platforms import SUITES
from harness.terms import AsOf

PYTHON_FLOOR = (3, 8)
NODE_FLOOR = 20
PLATFORMS = ("native", *platforms.OF)
KINDS = ("local", "node", "rootfs", "docker")  # the modules of harness.environments; the first lend others their names
SOURCES = ("pypi", "debian")
DTYPES = ("float16", "float32", "float64", "longdouble", "complex64", "complex128")
DAY = 86_400
MEMORY_FLOOR, MEMORY_CEILING = 64 * 1024**2, 1024**4
QUOTED = "Quote versions: to your editor, an unquoted 3.10 is the number 3.1. The harness reads what is written."


def _schema(text: str) -> str:
    if text != "1":
        raise ValueError(f"this harness reads schema 1, not {shown(text)}")
    return text


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be a single word or number")  # noqa: TRY004  # pydantic collects ValueErrors
    if len(value) > 200:  # noqa: PLR2004  # far above any name, version or requirement
        raise ValueError(f"{shown(value)} is too long")
    return value


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


def _image(text: str) -> str:
    """A registry's image by its digest: a tag is another image tomorrow."""
    if not re.fullmatch(r"[a-z0-9][A-Za-z0-9._/:-]*(@sha256:[0-9a-f]{64})?", text):
        raise ValueError(f'{shown(text)} is not an image such as "python:3.12-slim@sha256:..."')
    if "@" not in text:
        raise ValueError(f"{shown(text)} is another image tomorrow; add its digest (`docker image ls --digests`)")
    return text


def _name(text: str) -> str:
    if len(text) > 80 or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):  # noqa: PLR2004
        raise ValueError(f"{shown(text)} is not a name: up to 80 letters, digits and . _ - after a letter or digit")
    return text


def _method(text: str) -> str:
    if not text.isidentifier():
        raise ValueError(f"{shown(text)} is not the name of a method")
    return text


def _requirement(text: str) -> str:
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        raise ValueError(f'{shown(text)} is not a requirement such as "pandas>=2" (PEP 508)') from None
    if requirement.url:
        raise ValueError(f"{shown(text)} comes from a URL; only packages of the index can be locked")
    return text


def _variable(text: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", text):
        raise ValueError(f"{shown(text)} is not the name of an environment variable such as NIGHTLY_WHEELS_INDEX")
    return text


def _node(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d(\.\d{1,3}){0,2}", text):
        raise ValueError(f'{shown(text)} is not a version of Node.js such as "24" or "24.19.0"')
    if int(text.partition(".")[0]) < NODE_FLOOR:
        raise ValueError(f"{text} is below the guest's floor, {NODE_FLOOR}")
    return text


def _npm_package(text: str) -> str:
    """A name and perhaps a version or its beginning; nothing that npm would fetch from elsewhere than its registry."""
    name = r"[a-z0-9~][a-z0-9._~-]*"
    if not re.fullmatch(rf"(@{name}/)?{name}(@[\^~]?\d+(\.[0-9A-Za-z.+-]+)?)?", text):
        raise ValueError(f'{shown(text)} is not a package of npm such as "onnxruntime-node@1.30.0"')
    return text


def _as_of(value: object) -> AsOf | dt.date:
    text = _word(value)
    if text in set(AsOf):
        return AsOf(text)
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass  # 2024-02-30
    raise ValueError(f'{shown(text)} is neither "release" nor "newest" nor a day such as 2024-09-11')


def _date(value: object) -> dt.date:
    day = _as_of(value)
    if isinstance(day, AsOf):
        raise ValueError(f"{shown(day)} is not a day such as 2024-09-11")  # noqa: TRY004  # pydantic collects ValueErrors
    return day


def _project(text: str) -> str:
    if not is_normalized_name(text):
        raise ValueError(f"{shown(text)} is not the name of a package, in lower case and with hyphens")
    return text


def _memory(size: ByteSize) -> ByteSize:
    if not MEMORY_FLOOR <= size <= MEMORY_CEILING:
        raise ValueError(f"{size.human_readable()} is not between 64 MiB and 1 TiB")
    return size


def _json(*types: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": list(types) if len(types) > 1 else types[0], **more})


_Strategies = Literal["every", "newest-compatible", "one-at-a-time", "pairwise"]

Word = Annotated[str, BeforeValidator(_word)]
Release = Annotated[Word, AfterValidator(_release), _json("string", "number", description=QUOTED, examples=["1.5.2"])]
Python = Annotated[Word, AfterValidator(_python), _json("string", "number", description=QUOTED, examples=["3.12"])]
Platform = Annotated[Word, AfterValidator(one_of("platform", PLATFORMS)), _json("string", enum=list(PLATFORMS))]
Kind = Annotated[Word, AfterValidator(one_of("kind of environment", KINDS)), _json("string", enum=list(KINDS))]
Suite = Annotated[Word, AfterValidator(one_of("suite of Debian", SUITES)), _json("string", enum=list(SUITES))]
Source = Annotated[Word, AfterValidator(one_of("source of packages", SOURCES)), _json("string", enum=list(SOURCES))]
Image = Annotated[Word, AfterValidator(_image), _json("string", examples=["python:3.12-slim@sha256:..."])]
Dtype = Annotated[Word, AfterValidator(one_of("floating-point dtype", DTYPES)), _json("string", enum=list(DTYPES))]
Method = Annotated[Word, AfterValidator(_method)]
Name = Annotated[Word, AfterValidator(_name)]
Package = Annotated[Word, AfterValidator(_requirement)]
Variable = Annotated[Word, AfterValidator(_variable), _json("string", examples=["NIGHTLY_WHEELS_INDEX"])]
Node = Annotated[Word, AfterValidator(_node), _json("string", "number", examples=["24"])]
NpmPackage = Annotated[Word, AfterValidator(_npm_package), _json("string", examples=["onnxruntime-node@1.30.0"])]
Strategy = Annotated[_Strategies, BeforeValidator(one_of("strategy", get_args(_Strategies))), BeforeValidator(_word)]
Day = Annotated[AsOf | dt.date, PlainValidator(_as_of), _json("string", examples=["release", "newest", "2024-09-11"])]
Date = Annotated[dt.date, PlainValidator(_date), _json("string", examples=["2024-09-11"])]
Project = Annotated[Word, AfterValidator(_project)]
Seconds = Annotated[float, Field(gt=0, le=DAY, allow_inf_nan=False)]
Memory = Annotated[ByteSize, BeforeValidator(_word), AfterValidator(_memory), _json("string", examples=["2 GiB"])]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]  # what NumPy's RandomState takes
Rounds = Annotated[int, Field(ge=1, le=1000)]
Count = Annotated[int, Field(ge=0, le=1000)]
SchemaVersion = Annotated[Word, AfterValidator(_schema), _json("integer", "string", enum=[1, "1"])]
