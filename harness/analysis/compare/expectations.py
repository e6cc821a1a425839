"""Changes that were accepted and outcomes that are expected, each with its reason: ``results/expectations.yaml``.

Pydantic needs its annotations at run time, so none is deferred here.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate
from pathlib import Path
from typing import Annotated, Any, Self

import pandas as pd
from pydantic import AfterValidator, Field, model_validator

from harness.analysis.compare.effects import EFFECTS
from harness.config import yaml_document
from harness.config.field_types import Date, Word
from harness.config.problems import Problem, refusal
from harness.config.spec import Part
from harness.config.validation import validated
from harness.errors import InputError, one_of, shown
from harness.terms import Status

NAME = "expectations.yaml"
STATUS = "status"
#: By default a cell is expected to pass. A cell that was not tried shows nothing.
_OUTCOMES = sorted(set(Status) - {Status.OK, Status.NOT_RUN, Status.NO_ARTIFACT})
#: An artifact that was not written for these reasons leaves its cells without one.
UNWRITTEN = frozenset({Status.FIT_ERROR, Status.DUMP_ERROR})


def _since(text: str) -> str:
    """A run's id, or a day as the beginning of an id: ids sort by time."""
    if re.fullmatch(r"\d{8}T\d{6}Z(-[\w.-]+)?", text):
        return text
    try:
        return dt.date.fromisoformat(text).strftime("%Y%m%d")
    except ValueError:
        raise ValueError(f"{shown(text)} is neither a run's id nor a day such as 2024-09-11") from None


Change = Annotated[Word, AfterValidator(one_of("change", (STATUS, *EFFECTS)))]
Outcome = Annotated[Word, AfterValidator(one_of("status that can be expected", _OUTCOMES))]
Since = Annotated[Word, AfterValidator(_since)]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]
Ratio = Annotated[float, Field(gt=1, allow_inf_nan=False)]


class Selection(Part):
    """Cells by patterns, all of which must fit. A word alone is a pattern of the cell's id."""

    cell: Word | None = None
    producer: Word | None = None
    consumer: Word | None = None
    case: Word | None = None
    family: Word | None = None
    format: Word | None = None
    reader: Word | None = None

    @model_validator(mode="before")
    @classmethod
    def _of_a_word(cls, value: object) -> object:
        return {"cell": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _not_everything(self) -> Self:
        if not any(dict(self).values()):
            raise ValueError('without a key this means every cell; say so with "*"')
        return self

    def of_cells(self, cells: pd.DataFrame) -> "pd.Series[bool]":
        """Mark the rows that are selected. The table has the identifying columns of cells."""
        return self._matching(cells, "cell_id")

    def of_artifacts(self, artifacts: pd.DataFrame, cells: pd.DataFrame) -> "pd.Series[bool]":
        """Mark the artifacts that are selected, by their own id or by one of their cells."""
        by_cell = artifacts["artifact_id"].isin(set(cells.loc[self.of_cells(cells), "artifact_id"]))
        if self.consumer or self.reader:
            return by_cell
        return by_cell | self._matching(artifacts, "artifact_id")

    def _matching(self, rows: pd.DataFrame, identifier: str) -> "pd.Series[bool]":
        found = pd.Series(data=True, index=rows.index, dtype=bool)
        for key, pattern in self:
            if pattern is not None:
                found &= fitting(rows[identifier if key == "cell" else key], pattern)
        return found


def fitting(column: "pd.Series[Any]", pattern: str) -> "pd.Series[bool]":
    """Mark the values that fit a pattern such as ``random_forest*``."""
    fits = re.compile(translate(pattern)).match
    known = {value: fits(str(value)) is not None for value in column.unique()}
    return column.map(known).astype(bool)


class Accepted(Part):
    """A change that is not reported again."""

    change: Change = Field(description="status, or the name of a figure.")
    cells: Selection
    since: Since = Field(description="The first run, or the day, that had the change.")
    reason: Reason
    up_to: Ratio | None = Field(default=None, description="Of a figure: larger ratios, either way, are still reported.")
    to: Outcome | None = Field(default=None, description="Of a status: changes to others are still reported.")

    @model_validator(mode="after")
    def _of_one_piece(self) -> Self:
        if self.up_to is not None and self.change == STATUS:
            raise ValueError('the key "up_to" is for figures')
        if self.to is not None and self.change != STATUS:
            raise ValueError('the key "to" is for statuses')
        return self

    def between(self, base: str, new: str) -> bool:
        """Whether the change lies between two runs, given their ids: they sort by time."""
        return base < self.since <= new


class Expected(Part):
    """An outcome that is expected, and not reported."""

    cells: Selection
    status: Outcome
    reason: Reason
    until: Date | None = Field(default=None, description="The last day on which it is expected.")

    @property
    def cell_status(self) -> str:
        """The status of the cells: those of an artifact that could not be written have none."""
        return str(Status.NO_ARTIFACT) if self.status in UNWRITTEN else self.status

    def on(self, run: str) -> bool:
        """Whether it is expected of a run, given its id."""
        return self.until is None or run[:8] <= f"{self.until:%Y%m%d}"


class Spec(Part):
    """Accepted changes and expected outcomes."""

    accepted: tuple[Accepted, ...] = ()
    expected: tuple[Expected, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Expectations:
    """A checked file. Entries are named by their place and line."""

    path: Path | None = None
    accepted: tuple[tuple[str, Accepted], ...] = ()
    expected: tuple[tuple[str, Expected], ...] = ()

    @property
    def selections(self) -> tuple[tuple[str, Selection], ...]:
        """The selection of each entry, with its place in the file."""
        accepted = ((place, entry.cells) for place, entry in self.accepted)
        return (*accepted, *((place, entry.cells) for place, entry in self.expected))


def read(path: Path) -> Expectations:
    """Read a file of expectations.

    Raises
    ------
    InputError : the file is missing or wrong; the message has every problem with its line.
    """
    try:
        document = yaml_document.read(path)
    except OSError as error:
        raise InputError(f"{path}: the expectations cannot be read: {error.strerror}") from None
    problems: list[Problem] = []
    spec = validated(Spec, document, problems)
    if spec is None:
        raise refusal(path, problems)
    return Expectations(
        path=path,
        accepted=_named(document, "accepted", spec.accepted),
        expected=_named(document, "expected", spec.expected),
    )


def beside(results: Path) -> Expectations:
    """Read the expectations of a folder of runs; none if it has no such file."""
    return read(results / NAME) if (results / NAME).exists() else Expectations()


def _named(document: yaml_document.Document, key: str, entries: Iterable[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((f"line {document.line((key, i))}, {key}[{i}]", entry) for i, entry in enumerate(entries))
