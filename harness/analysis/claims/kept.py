"""Statements on which models a format can keep. A model is kept if it is written, and loads in its own producer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from harness.analysis.claims.claim import ENOUGH, SHOWN, Assessment, Conclusion, no_data
from harness.analysis.claims.evidence import side
from harness.terms import Status

if TYPE_CHECKING:
    from harness.analysis.claims.evidence import Evidence

KEYS = ["producer", "case"]
#: Statuses that mean that a format cannot keep a model. Drift, timeouts and lack of memory are different problems.
CANNOT = [Status.DUMP_ERROR, Status.UNSUPPORTED, Status.REFUSED, Status.LOAD_ERROR, Status.PREDICT_ERROR, Status.CRASH]


def kept(evidence: Evidence, name: str) -> pd.Series[bool]:
    """Return by producer and case whether the format can keep the model. Cells that show neither are left out.

    Parameters
    ----------
    name : format/reader. A producer that wrote nothing in the format lacks its tool, and is left out.
    """
    artifacts = side(evidence.artifacts, name)
    able = artifacts[artifacts["status"] == Status.OK]["producer"].unique()
    artifacts = artifacts[artifacts["producer"].isin(able)]
    cells = side(evidence.cells, name)
    home = cells[(cells["producer"] == cells["consumer"])].set_index("artifact_id")["status"]
    found = home.reindex(artifacts["artifact_id"]).to_numpy()
    # If the producer lacks the reader, we only know that the model could be written.
    untried = (
        pd.isna(found) | pd.Series(found).isin([Status.NO_ARTIFACT, Status.NOT_RUN, Status.UNSUPPORTED]).to_numpy()
    )
    status = artifacts["status"].where((artifacts["status"] != Status.OK) | untried, found)
    rows = artifacts[KEYS].assign(can=status == Status.OK, cannot=status.isin(CANNOT))
    rows = rows[rows["can"] | rows["cannot"]]
    return rows.groupby(KEYS)["can"].any()


@dataclass(frozen=True, kw_only=True)
class KeepsFewer:
    """``fewer`` keeps fewer models than ``more``, of those that both were asked to keep.

    With ``one_is_enough``, one model that it does not keep shows the statement, whatever it keeps besides.
    """

    fewer: str
    more: str
    one_is_enough: bool = False

    def __call__(self, evidence: Evidence) -> Assessment:
        where = _where(self.fewer)
        one, other = kept(evidence, self.fewer), kept(evidence, self.more)
        both = pd.concat({"fewer": one, "more": other}, axis=1, join="inner").astype(bool)
        if len(both) < ENOUGH:
            return no_data(_too_few(evidence, (self.fewer, self.more), len(both), "models asked of both"), where=where)
        lost, won = both[both["more"] & ~both["fewer"]], both[both["fewer"] & ~both["more"]]
        figures = (
            f"of {len(both)} models {self.more} keeps {both['more'].sum()}, {self.fewer} {both['fewer'].sum()}",
            f"{len(lost)} only the first, {len(won)} only the second",
        )
        if len(lost) == len(won) and not self.one_is_enough:
            return no_data(*figures, "no difference between them", where=where)
        right = len(lost) > 0 if self.one_is_enough else len(lost) > len(won)
        answer = Conclusion.SUPPORTED if right else Conclusion.CONTRADICTED
        # Where one is enough, each model that is kept was a chance to see one that is not.
        against = len(both) - len(lost) if self.one_is_enough else len(won)
        return Assessment(
            answer=answer, figures=(*figures, *_cases(lost)), supporting=len(lost), contradicting=against,
            examples=_ids(lost, self.fewer), counterexamples=_ids(won, self.fewer), where=where,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Rescues:
    """``able`` keeps models that ``unable`` cannot. One is enough; none contradicts, if at least one was tried."""

    able: str
    unable: str

    def __call__(self, evidence: Evidence) -> Assessment:
        where = _where(self.unable)
        able, unable = kept(evidence, self.able), kept(evidence, self.unable)
        tried = able[able.index.intersection(unable[~unable].index)].to_frame("able")
        if tried.empty:
            words = f"models that {self.unable} cannot keep and {self.able} was asked to"
            return no_data(_too_few(evidence, (self.able, self.unable), 0, words), where=where)
        rescued, lost = tried[tried["able"]], tried[~tried["able"]]
        figures = (f"{self.able} keeps {len(rescued)} of {len(tried)} models that {self.unable} cannot keep",)
        return Assessment(
            answer=Conclusion.SUPPORTED if len(rescued) else Conclusion.CONTRADICTED,
            figures=(*figures, *_cases(rescued)), supporting=len(rescued), contradicting=len(lost),
            examples=_ids(rescued, self.able), counterexamples=_ids(lost, self.able), where=where,
        )  # fmt: skip


def _too_few(evidence: Evidence, names: tuple[str, ...], count: int, words: str) -> str:
    for name in names:
        if kept(evidence, name).empty:
            return f"{name} was not written in this run"
    return f"{count} {words}"


def _where(name: str) -> str:
    form = name.partition("/")[0]
    return f"cells.query(\"format.str.match('{form.rstrip('*')}') and producer == consumer and status != 'ok'\")"


def _cases(rows: pd.DataFrame) -> list[str]:
    counts = rows.groupby("case").size().sort_values(ascending=False)
    more = len(counts) - 2 * SHOWN
    names = ", ".join(f"{name} ({count})" for name, count in counts.head(2 * SHOWN).items())
    return [names + (f" and {more} more cases" if more > 0 else "")] if len(counts) else []


def _ids(rows: pd.DataFrame, name: str) -> tuple[str, ...]:
    """Ids of artifacts. A pattern of formats stays a pattern."""
    firsts = rows.reset_index().drop_duplicates("case").head(SHOWN)
    return tuple(f"{row['producer']}/{row['case']}/{name.partition('/')[0]}" for row in firsts.to_dict("records"))
