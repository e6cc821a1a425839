"""The single values of matrix.yaml: each arrives as the text that was written, and is checked for itself here.

Those of environments are in `harness.environments.keys`.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, ByteSize, Field

from harness.environments import keys, kinds
from harness.environments.keys import json_type, read_word
from harness.errors import one_of, shown

DTYPES = ("float16", "float32", "float64", "longdouble", "complex64", "complex128")
DAY = 86_400
MEMORY_FLOOR, MEMORY_CEILING = 64 * 1024**2, 1024**4


def _schema(text: str) -> str:
    if text != "1":
        raise ValueError(f"this harness reads schema 1, not {shown(text)}")
    return text


def _method(text: str) -> str:
    if not text.isidentifier():
        raise ValueError(f"{shown(text)} is not the name of a method")
    return text


def _memory(size: ByteSize) -> ByteSize:
    if not MEMORY_FLOOR <= size <= MEMORY_CEILING:
        raise ValueError(f"{size.human_readable()} is not between 64 MiB and 1 TiB")
    return size


_Strategies = Literal["every", "newest-compatible", "one-at-a-time", "pairwise"]

Word = keys.Word
Date = keys.Date
PackagesDay = keys.PackagesDay
Project = keys.Project
Kind = Annotated[
    Word, AfterValidator(one_of("kind of environment", kinds.OF)), json_type("string", enum=list(kinds.OF))
]
Dtype = Annotated[Word, AfterValidator(one_of("floating-point dtype", DTYPES)), json_type("string", enum=list(DTYPES))]
Method = Annotated[Word, AfterValidator(_method)]
Strategy = Annotated[
    _Strategies, BeforeValidator(one_of("strategy", get_args(_Strategies))), BeforeValidator(read_word)
]
Seconds = Annotated[float, Field(gt=0, le=DAY, allow_inf_nan=False)]
Memory = Annotated[
    ByteSize, BeforeValidator(read_word), AfterValidator(_memory), json_type("string", examples=["2 GiB"])
]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]  # what NumPy's RandomState takes
Rounds = Annotated[int, Field(ge=1, le=1000)]
Count = Annotated[int, Field(ge=0, le=1000)]
SchemaVersion = Annotated[Word, AfterValidator(_schema), json_type("integer", "string", enum=[1, "1"])]
