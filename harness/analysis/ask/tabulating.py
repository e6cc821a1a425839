"""Every answer that one run can give, at once: of each subject, in each format, from and to each version. Pure.

The page and the static pages look their answers up here. `harness.analysis.ask.ask` gives the same for one question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from harness.analysis import versions
from harness.analysis.ask import breadth, subjects
from harness.analysis.ask.carried import Lost
from harness.analysis.ask.question import Question
from harness.analysis.ask.subjects import Kind
from harness.analysis.meanings import Meaning
from harness.analysis.verdicts import BAD, SAFE, Verdict, rank
from harness.terms import BROKEN, BY_NAME, Status, minor_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from harness.analysis.ask.subjects import Subject
    from harness.analysis.carrying import Carrier
    from harness.analysis.models import Model
    from harness.store import RunTables

    Bools = npt.NDArray[np.bool_]
    Ranks = npt.NDArray[np.uint8]

_ORDER = tuple(Verdict)
_NOTHING = len(_ORDER)  # the rank of what says nothing
_SAFE = tuple(map(rank, SAFE))
#: The first ranks; the causes of cells with others are not asked for.
_BAD = tuple(sorted(map(rank, BAD)))
#: How a cell breaks.
BREAKING = tuple(status for status in Status if status in BROKEN)
_UNSEEN = rank(Verdict.UNSEEN)


@dataclass(frozen=True, kw_only=True)
class Places:
    """The environments that a question can mean on one side, by every name that it can be given."""

    names: Mapping[str, int]  # of a minor, of a release, of an environment: a place in `members`
    members: tuple[tuple[int, ...], ...]  # environments, by their position
    minors: tuple[str, ...]  # those that the run has on this side, the oldest first

    @classmethod
    def of(cls, held: Mapping[str, str | None], used: set[str]) -> Places:
        """Gather the names.

        Parameters
        ----------
        held : scikit-learn's version by environment, in their order; None: it has none.
        used : the environments that stand on this side.
        """
        sets: dict[str, tuple[int, ...]] = {}
        for place, (name, version) in enumerate(held.items()):
            if name in used:
                for key in dict.fromkeys((name, *((version, minor_of(version)) if version else ()))):
                    sets[key] = (*sets.get(key, ()), place)
        members = tuple(dict.fromkeys(sets.values()))
        minors = versions.ordered(minor_of(version) for name, version in held.items() if version and name in used)
        return cls(
            names={name: members.index(one) for name, one in sets.items()}, members=members, minors=tuple(minors)
        )


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Arrays of one shape: subject, format, place that saves, place that loads."""

    environments: tuple[str, ...]
    subjects: tuple[Subject, ...]
    formats: Mapping[str, int]  # the place of each; "" means all that give the object back
    saved: Places
    loaded: Places
    verdict: Ranks  # the rank of the verdict; `len(Verdict)` where the run has no such cell
    models: npt.NDArray[np.uint16]  # that were tried
    changes: npt.NDArray[np.uint16]  # of these: their worst cell changes predictions
    breaks: npt.NDArray[np.uint16]  # of these: their worst cell breaks
    statuses: npt.NDArray[np.uint8]  # of the cells that break, one bit for each of `BREAKING`
    warned: Bools  # scikit-learn warned of another version
    cause: npt.NDArray[np.uint16]  # the commonest among the worst cells: a place in `causes` plus one; 0: none
    causes: tuple[str, ...]
    carriers: Mapping[tuple[int, int, int], tuple[Carrier, ...]]  # between minors: what gets over it

    def verdict_at(self, *place: int) -> Verdict | None:
        """The verdict; None where the run has no such cell."""
        found = int(self.verdict[place])
        return None if found == _NOTHING else _ORDER[found]


def tabulate(tables: RunTables) -> Answers:
    """Answer every question about a run."""
    fitted = subjects.models(tables.artifacts)
    return _Table(tables, fitted).answers(_askable(tables, fitted))


def _askable(tables: RunTables, fitted: Mapping[tuple[str, str], Model]) -> tuple[Subject, ...]:
    """What can be asked about, each name once: a class before a case before a family."""
    order = list(Kind)
    found = []
    for some in _by_name(subjects.known(tables.artifacts, fitted)).values():
        kind = min((one.kind for one in some), key=order.index)
        found.append(subjects.joined([one for one in some if one.kind is kind]))
    return tuple(found)


def _by_name(known: Sequence[Subject]) -> dict[str, list[Subject]]:
    found: dict[str, list[Subject]] = {}
    for one in known:
        found.setdefault(one.name.lower(), []).append(one)
    return found


@dataclass(frozen=True, kw_only=True)
class _Slice:
    """What the cells of some formats say, by case and two environments."""

    rank: Ranks
    there: Bools
    tried: Bools
    warned: Bools
    statuses: Ranks
    impossible: Bools
    by_format: tuple[Bools, ...]  # of each format that was tried: where
    rows: Mapping[str, npt.NDArray[Any]]  # the bad cells, sorted by case


class _Table:
    def __init__(self, tables: RunTables, fitted: Mapping[tuple[str, str], Model]) -> None:
        held = {
            name: packages.get(versions.DEFAULT_PACKAGE)
            for name, packages in versions.holdings(tables.environments).items()
        }
        cells = tables.cells
        self.environments = tuple(held)
        self.cases = tuple(dict.fromkeys([*tables.artifacts["case"], *cells["case"]]))
        self.place = {name: place for place, name in enumerate(self.cases)}
        self.saved = Places.of(held, set(cells["producer"]))
        self.loaded = Places.of(held, set(cells["consumer"]))
        self.fitted = fitted
        self.by_case = {case: model for (_, case), model in fitted.items()}
        own = [(name, case) in fitted for case in self.cases for name in self.environments]
        self.own = np.array(own, dtype=bool).reshape(len(self.cases), len(self.environments))  # with no case, too
        self.causes = tuple(sorted(cells["cause"].dropna().unique()))
        self.cells = _coded(cells, self.cases, self.environments, self.causes)
        self.lost = Lost(cells)
        self.enough: dict[tuple[Any, ...], bool] = {}

    def answers(self, askable: Sequence[Subject]) -> Answers:
        every = self.cells[~self.cells["by_name"]]
        formats = {str(name): rows for name, rows in self.cells.groupby("format", observed=True)}
        alike = [name for name, rows in formats.items() if len(rows) == len(every) and not rows["by_name"].any()]
        different = {"": every} | {name: rows for name, rows in formats.items() if name not in alike}
        slices = [self._slice(rows) for rows in different.values()]
        found = [[self._subject(one, cut) for cut in slices] for one in askable]
        shape = (len(askable), len(slices), len(self.saved.members), len(self.loaded.members))
        kinds: dict[str, type[np.generic]] = {"verdict": np.uint8, "statuses": np.uint8, "warned": np.bool_}
        kinds |= dict.fromkeys(("models", "changes", "breaks", "cause"), np.uint16)
        arrays: dict[str, Any] = {
            name: np.array([[cut[name] for cut in one] for one in found], dtype=kind).reshape(shape)
            for name, kind in kinds.items()
        }
        return Answers(
            environments=self.environments,
            subjects=tuple(askable),
            formats={name: place for place, name in enumerate(different)} | dict.fromkeys(alike, 0),
            saved=self.saved,
            loaded=self.loaded,
            causes=self.causes,
            carriers=self._carriers(askable, arrays["verdict"][:, 0]),
            **arrays,
        )

    def _carriers(self, askable: Sequence[Subject], verdicts: Ranks) -> dict[tuple[int, int, int], tuple[Carrier, ...]]:
        """By the places of subject and minor releases; between single environments there would be ten times as many."""
        found = {}
        savers, loaders = ({side.names[minor] for minor in side.minors} for side in (self.saved, self.loaded))
        for s, subject in enumerate(askable):
            cases, about = self._about(Question(subject=subject, producers=(), consumers=()))
            bad = np.argwhere(np.isin(verdicts[s], _BAD)).tolist()
            for a, b in ((a, b) for a, b in bad if a in savers and b in loaders):
                of = [
                    (self.cases[c], self.environments[p])
                    for c, asked in zip(cases, about, strict=True)
                    for p in self.saved.members[a]
                    if asked[p]
                ]
                found[s, a, b] = self.lost.carriers(of, [self.environments[q] for q in self.loaded.members[b]])
        return found

    def _slice(self, rows: pd.DataFrame) -> _Slice:
        shape = (len(self.cases), len(self.environments), len(self.environments))

        def where(some: pd.DataFrame) -> Bools:
            marked = np.zeros(shape, dtype=bool)
            marked[some["c"], some["p"], some["q"]] = True
            return marked

        ranks = np.full(shape, _NOTHING, dtype=np.uint8)
        np.minimum.at(ranks, (rows["c"], rows["p"], rows["q"]), rows["rank"])
        statuses = np.zeros(shape, dtype=np.uint8)
        np.bitwise_or.at(statuses, (rows["c"], rows["p"], rows["q"]), rows["status"])
        tried = rows[rows["tried"]]
        return _Slice(
            rank=ranks,
            there=where(rows),
            tried=where(tried),
            warned=where(rows[rows["warned"]]),
            statuses=statuses,
            impossible=where(rows[rows["unsupported"]]) & ~self.own[:, :, None],
            by_format=tuple(where(some) for _, some in tried.groupby("format", observed=True)),
            rows=_columns(rows[rows["bad"]].sort_values("c", kind="stable")),
        )

    def _subject(self, subject: Subject, cut: _Slice) -> dict[str, npt.NDArray[Any]]:
        question = Question(subject=subject, producers=(), consumers=())
        cases, about = self._about(question)
        held = {name: getattr(cut, name)[cases] & about[:, :, None] for name in ("there", "tried", "warned")}
        ranks = np.where(held["there"], cut.rank[cases], _NOTHING)
        pairs = ranks.min(axis=0, initial=_NOTHING)
        asked = held["there"].any(axis=0)
        pairs[asked & (pairs == _NOTHING)] = rank(Verdict.UNKNOWN)
        for p, q in zip(*np.nonzero(np.isin(pairs, _SAFE)), strict=True):
            there = tuple(some[cases, p, q] & about[:, p] for some in cut.by_format)
            impossible = cut.impossible[cases, p, q] & about[:, p]
            if not self._is_enough(question, cases, int(p), there, impossible):
                pairs[p, q] = _UNSEEN
        verdict = self._joined(pairs, np.minimum)
        by_case = self._joined(ranks, np.minimum)
        statuses = np.bitwise_or.reduce(np.where(about[:, :, None], cut.statuses[cases], 0), axis=0)
        return {
            "verdict": verdict,
            "models": self._joined(held["tried"], np.logical_or).sum(axis=0),
            "changes": (by_case == rank(Verdict.CHANGES)).sum(axis=0),
            "breaks": (by_case == rank(Verdict.BREAKS)).sum(axis=0),
            "statuses": self._joined(statuses, np.bitwise_or),
            "warned": self._joined(held["warned"].any(axis=0), np.logical_or),
            "cause": self._main_causes(cases, about, cut.rows, verdict),
        }

    def _about(self, question: Question) -> tuple[npt.NDArray[np.intp], Bools]:
        """The cases of a question's subject, and by environment whether what it fits of each is asked about."""
        known = question.subject.cases
        cases = np.array([self.place[case] for case in known if case in self.place], dtype=np.intp)
        about = np.array(
            [[question.is_about(self._model(name, self.cases[c])) for name in self.environments] for c in cases],
            dtype=bool,
        ).reshape(len(cases), len(self.environments))
        return cases, about

    def _model(self, producer: str, case: str) -> Model | None:
        return self.fitted.get((producer, case)) or self.by_case.get(case)

    def _is_enough(
        self, question: Question, cases: npt.NDArray[np.intp], p: int, there: tuple[Bools, ...], impossible: Bools
    ) -> bool:
        """Whether "safe" may be said of what a producer saved. Most consumers have loaded the same models of it.

        Parameters
        ----------
        there : of each format, which of the cases were tried.
        impossible : which of them the producer's release does not know.
        """
        if question.class_name is None:
            return False
        key = (question.subject.name, p, impossible.tobytes(), *(one.tobytes() for one in there))
        if key not in self.enough:
            producer, names = self.environments[p], [self.cases[c] for c in cases]
            models = [
                {
                    case: model
                    for case, tried in zip(names, some, strict=True)
                    if tried and (model := self._model(producer, case))
                }
                for some in there
                if some.any()
            ]
            never = [
                self.by_case[case]
                for case, gone in zip(names, impossible, strict=True)
                if gone and case in self.by_case
            ]
            self.enough[key] = breadth.are_enough(models, never, question)
        return self.enough[key]

    def _joined(self, pairs: npt.NDArray[Any], join: np.ufunc) -> npt.NDArray[Any]:
        """Of pairs of environments (the last two axes), what their places have together."""
        columns = np.stack([join.reduce(pairs[..., list(some)], axis=-1) for some in self.loaded.members], axis=-1)
        return np.stack([join.reduce(columns[..., list(some), :], axis=-2) for some in self.saved.members], axis=-2)

    def _main_causes(
        self, cases: npt.NDArray[np.intp], about: Bools, rows: Mapping[str, npt.NDArray[Any]], verdict: Ranks
    ) -> npt.NDArray[np.uint16]:
        """The commonest cause of each place's worst cells, if they are bad."""
        ends = [np.searchsorted(rows["c"], [c, c + 1]) for c in cases]
        taken = np.concatenate([np.arange(*some) for some in ends]) if ends else np.empty(0, dtype=np.intp)
        line = np.repeat(np.arange(len(cases)), [end - start for start, end in ends])
        some = {name: column[taken] for name, column in rows.items()}
        kept = about[line, some["p"]] & (some["cause"] > 0)
        size, kinds = len(self.environments), len(self.causes) + 1
        counts = np.zeros((len(_BAD), size, size, kinds), dtype=np.float32)
        np.add.at(counts, tuple(some[name][kept] for name in ("rank", "p", "q", "cause")), 1)
        savers, loaders = (_membership(side, size) for side in (self.saved, self.loaded))
        joined = np.tensordot(
            savers, np.tensordot(loaders, counts, axes=(1, 2)), axes=(1, 2)
        )  # saved, loaded, rank, cause
        main = np.where(joined.any(axis=3), joined.argmax(axis=3), 0)
        at = np.minimum(verdict, len(_BAD) - 1)
        found = np.take_along_axis(main, at[:, :, None], axis=2)[:, :, 0]
        return np.where(verdict < len(_BAD), found, 0).astype(np.uint16)


def _columns(rows: pd.DataFrame) -> dict[str, npt.NDArray[Any]]:
    return {name: rows[name].to_numpy(dtype=np.intp) for name in ("c", "p", "q", "rank", "cause")}


def _membership(side: Places, size: int) -> npt.NDArray[np.float32]:
    marked = np.zeros((len(side.members), size), dtype=np.float32)
    for place, some in enumerate(side.members):
        marked[place, list(some)] = 1
    return marked


def _coded(
    cells: pd.DataFrame, cases: Sequence[str], environments: Sequence[str], causes: Sequence[str]
) -> pd.DataFrame:
    """What counts of each cell, its names as positions."""
    order = [str(verdict) for verdict in _ORDER]
    ranks = pd.Categorical(cells["verdict"], categories=order).codes.astype(np.int16)
    bits = {str(status): 1 << place for place, status in enumerate(BREAKING)}
    return pd.DataFrame(
        {
            "c": pd.Categorical(cells["case"], categories=list(cases)).codes,
            "p": pd.Categorical(cells["producer"], categories=list(environments)).codes,
            "q": pd.Categorical(cells["consumer"], categories=list(environments)).codes,
            "format": pd.Categorical(cells["format"]),
            "by_name": cells["converts"].to_numpy(dtype=bool) | cells["format"].isin(BY_NAME).to_numpy(),
            "rank": np.where(ranks < 0, _NOTHING, ranks).astype(np.uint8),
            "tried": (ranks >= 0) & (cells["meaning"] != Meaning.NOT_RUN).to_numpy(dtype=bool),
            "bad": np.isin(ranks, _BAD),
            "status": np.where(ranks == rank(Verdict.BREAKS), cells["status"].map(bits).fillna(0), 0).astype(np.uint8),
            "warned": cells["version_warning"].eq(True).to_numpy(dtype=bool),
            "unsupported": cells["reason"].fillna("").str.startswith(f"{Status.UNSUPPORTED}:").to_numpy(dtype=bool),
            "cause": (pd.Categorical(cells["cause"], categories=list(causes)).codes + 1).astype(np.int32),
        }
    )
