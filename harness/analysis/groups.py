"""Groups of cells or artifacts that fail or change in the same way. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.analysis import columns, sides
from harness.analysis.signatures import alike
from harness.terms import UNTRIED, Finding, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

#: What is read of a cell, if its table has it.
_READ = (
    "status", "reason", "case", "format", "producer", "consumer", "cell_id", "converts", "version_warning", "findings",
    "label_mismatch", "max_abs_diff", "cause", "since",
)  # fmt: skip
#: Outcomes that end the process come before errors; among equals the most frequent comes first.
_DEADLY = ("crash", "oom", "timeout")
_DIFFERS = {
    Finding.LABELS: "labels differ",
    Finding.PROBABILITIES: "probabilities drift",
    Finding.VALUES: "values drift",
    Finding.MISSING: "NaN or infinities on one side only",
    Finding.ERROR: "an error on one side only, or another error",
    Finding.SHAPE: "another shape",
    Finding.NAMES: "other names",
    Finding.INCOMPARABLE: "cannot be compared",
    Finding.SCORE: "score out of range",
    Finding.CONTAINER: "another container",
    Finding.DTYPE: "another dtype",
    Finding.INPUT: "writes into its rows",
    Finding.ABSENT: "attributes are gone",
    Finding.ADDED: "attributes or methods are new",
}


@dataclass(frozen=True, kw_only=True)
class OutcomeGroup:
    """Cells or artifacts that fail in the same way."""

    status: str
    message: str
    count: int
    cases: tuple[str, ...]
    formats: tuple[str, ...]
    pairs: int  # how many (producer, consumer)
    dumped_by: str  # by the package that differs, such as "1.5 to 1.7" of scikit-learn; see `harness.analysis.sides`
    loaded_by: str
    example: str  # an id
    silent: int  # of the cells: without any warning about versions
    at_home: int  # of the cells: in their own producer
    cause: str | None  # the commonest of the cells, see `harness.analysis.causes`
    since: str | None  # what brought that cause, such as "scikit-learn 1.3"
    findings: dict[str, int]  # of the cells that drift: how many have each, the most serious first
    converts: bool = False  # of the cells that drift: their format carries models into another kind of program

    @property
    def differs(self) -> str:
        """What differs, in words, such as "labels differ in 3 of 8, probabilities drift"."""
        return differs(self.findings, self.count)


def differs(findings: Mapping[str, int], of: int) -> str:
    """Describe findings in words, each with the number of cells that have it."""
    return ", ".join(
        _DIFFERS[Finding(kind)] + (f" in {count} of {of}" if count < of else "") for kind, count in findings.items()
    )


def group_cells(
    rows: pd.DataFrame, everything: pd.DataFrame, held: sides.Held, *, by_case: bool = False
) -> tuple[OutcomeGroup, ...]:
    """Group cells that fail or change in the same way, the worst first.

    Parameters
    ----------
    rows : the cells to group, with the columns of `harness.analysis.cells`, and perhaps ``since``.
    everything : all cells of the run.
    held : the packages of its environments, which name them; see `sides.held_by`.
    by_case : one group for each case and cause, as for drifts: their figures differ from pair to pair. A converting
        format is a group of its own, after the others. Of one format, what answers otherwise comes before what only
        raises on one side. What also drifts in its own producer comes last.
    """
    if rows.empty:
        return ()
    tried = sides.tried_with(everything[~columns.among(everything["status"], UNTRIED - {Status.UNSUPPORTED})])
    # Each group takes rows of every column, and texts of Arrow are slow to take in small numbers.
    rows = columns.as_objects(rows[[name for name in _READ if name in rows]])
    marked = rows.assign(alike=_place(rows) if by_case else [alike(text) for text in rows["reason"]])
    groups = []
    for (status, words), group in marked.groupby(["status", "alike"], sort=False):
        worst = _worst(group)
        dumped_by, loaded_by = _sides(group, tried, held)
        groups.append(
            OutcomeGroup(
                status=str(status),
                message=str(worst["reason"]).partition("; ")[0] if by_case else str(words),
                count=len(group),
                cases=columns.most(group["case"]),
                formats=columns.most(group["format"]),
                pairs=len(group[["producer", "consumer"]].drop_duplicates()),
                dumped_by=dumped_by,
                loaded_by=loaded_by,
                example=str(worst["cell_id"]),
                silent=int((~group["version_warning"].eq(True)).sum()),
                at_home=int((group["producer"] == group["consumer"]).sum()),
                **_cause(group),
                findings=columns.findings(group),
                converts=bool(worst["converts"]),
            )
        )
    return tuple(sorted(groups, key=_of_drift if by_case else lambda group: (_rank(group.status), -group.count)))


#: Findings of cells in which no answer is another one.
_NO_ANSWER = {Finding.ERROR, Finding.ABSENT, Finding.ADDED, Finding.INPUT}


def _of_drift(group: OutcomeGroup) -> tuple[bool, bool, bool, int, int]:
    return group.at_home > 0, group.converts, set(group.findings) <= _NO_ANSWER, -group.silent, -group.count


def _cause(group: pd.DataFrame) -> dict[str, str | None]:
    """The commonest cause, and what brought it. Tables without these columns have none."""
    known = group.reindex(columns=["cause", "since"])
    names = columns.most(known["cause"].dropna())
    if not names:
        return {"cause": None, "since": None}
    since = columns.most(known.loc[known["cause"] == names[0], "since"].dropna())
    return {"cause": names[0], "since": since[0] if since else None}


def _worst(group: pd.DataFrame) -> pd.Series[Any]:
    order = group.sort_values(["label_mismatch", "max_abs_diff"], ascending=False, na_position="last")
    return order.iloc[0]


def _place(rows: pd.DataFrame) -> pd.Series[Any]:
    place = rows["case"] + _base(rows["format"]).where(rows["converts"], "").radd(" ")
    return place + " " + rows["cause"].fillna("") if "cause" in rows else place


def _base(formats: pd.Series[Any]) -> pd.Series[Any]:
    """The format without its variant: "onnx" of "onnx-float64"."""
    return formats.str.split("-", n=1).str[0]


def group_artifacts(artifacts: pd.DataFrame) -> tuple[OutcomeGroup, ...]:
    """Group the artifacts that could not be written, by their reason."""
    rows = artifacts[~columns.among(artifacts["status"], {Status.OK, Status.NOT_RUN})]
    groups = []
    for (status, message), group in rows.assign(alike=[alike(t) for t in rows["reason"]]).groupby(
        ["status", "alike"], sort=False
    ):
        groups.append(
            OutcomeGroup(
                status=str(status), message=str(message), count=len(group), cases=columns.most(group["case"]),
                formats=columns.most(group["format"]), pairs=0, dumped_by="", loaded_by="",
                example=str(group.iloc[0]["artifact_id"]), silent=0, at_home=0, cause=None, since=None, findings={},
            )
        )  # fmt: skip
    return tuple(sorted(groups, key=lambda g: (_rank(g.status), -g.count)))


def _sides(
    group: pd.DataFrame, tried: Mapping[tuple[str, str], tuple[set[str], set[str]]], held: sides.Held
) -> tuple[str, str]:
    """Name the producers and consumers of a group, beside those between which the same was tried."""
    pairs = set(group[["producer", "consumer"]].itertuples(index=False, name=None))
    found = [tried[key] for key in set(group[["case", "format"]].itertuples(index=False, name=None)) if key in tried]
    producers, consumers = ({name for pair in found for name in pair[place]} for place in (0, 1))
    return sides.names_of(pairs, producers, consumers, held)


def _rank(status: str) -> int:
    return 0 if status in _DEADLY else 1
