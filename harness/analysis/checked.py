"""What the run of a user's model file says: a verdict for each target, and the releases that are safe. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd
from packaging.specifiers import SpecifierSet

from harness.analysis import causes, versions
from harness.analysis.ask import breadth
from harness.analysis.meanings import unusual_rows
from harness.analysis.verdicts import BAD, SAFE, Verdict, worst
from harness.errors import cut
from harness.terms import Status, minor_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.version import Version

    from harness.store import RunTables

#: The least share of what trees, encoders and vocabularies have learnt that rows made from a model must come to.
REACH = 0.5
_REASON = 200  # characters of a reason that no cause explains
_FEW = 2  # methods that are named
#: Why a method that its own release was about to take away is not compared; see `harness.guest.choosing`.
DEPRECATED = "deprecated where the model was written"


@dataclass(frozen=True, kw_only=True)
class Target:
    """What became of the model in one environment.

    Attributes
    ----------
    name, scikit_learn, python, numpy : of the environment; versions are None where it could not be built
    verdict : what may be said
    why : the reason, for people; empty where it is safe
    cause : from the list of causes; None where it is safe
    helps : what to do; None where nobody knows
    warned : whether scikit-learn warned of another version
    differing : what differs or raises
    raises : the method that raises where nothing else differs, so that predictions are the same; None: it is not so
    beside_labels : the methods that alone are answered otherwise, where ``predict`` answers as before; else empty
    error : what was raised, for people; None where nothing was
    largest : the largest difference, absolute; None where nothing was compared
    called : what the user calls it, such as ``.venv``; None where it is known by its release
    """

    name: str
    scikit_learn: str | None
    python: str | None
    numpy: str | None
    verdict: Verdict
    why: str
    cause: str | None = None
    helps: str | None = None
    warned: bool = False
    differing: tuple[str, ...] = ()
    raises: str | None = None
    beside_labels: tuple[str, ...] = ()
    error: str | None = None
    largest: float | None = None
    called: str | None = None

    @property
    def only_for(self) -> tuple[str, ...]:
        """The forms of rows for which alone its predictions change, such as ``missing values``; else empty."""
        return unusual_rows(self.differing) if self.verdict is Verdict.CHANGES else ()

    @property
    def minor(self) -> str:
        """``1.5`` of ``1.5.2``; the name of what has no scikit-learn."""
        return self.name if self.scikit_learn is None else minor_of(self.scikit_learn)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The answer for a model file.

    Attributes
    ----------
    writer : the target that wrote it
    verdict : the worst of all targets
    targets : without the writer, the oldest first
    safe_range : the releases around the writer's that were found safe, such as ``scikit-learn>=1.2.2,<1.3``
    compared : methods, attributes and forms of rows
    rows : how many there were; None where there are none
    reach : how much of the model the rows come to; None where the rows are the user's
    stands_in : why the writer is not the file's own; then nothing is safe, and at best no difference is seen
    deprecated : methods that the writer's release was about to take away; they are not compared
    """

    writer: Target
    verdict: Verdict
    targets: tuple[Target, ...]
    safe_range: str | None
    compared: tuple[str, ...]
    rows: int | None
    reach: tuple[dict[str, Any], ...] | None
    stands_in: str | None = None
    deprecated: tuple[str, ...] = ()

    @property
    def safe_apart(self) -> tuple[str, ...]:
        """The releases beyond the range that are safe too: a range ends where one is not, or was not tried."""
        if self.safe_range is None:
            return ()
        within = SpecifierSet(self.safe_range.removeprefix("scikit-learn"), prereleases=True)
        safe = (one.scikit_learn for one in self.targets if one.verdict in SAFE)
        return tuple(dict.fromkeys(one for one in safe if one is not None and one not in within))

    def to_frame(self) -> pd.DataFrame:
        """One row for each target, with the columns of `Target`."""
        return pd.DataFrame([vars(one) for one in self.targets], columns=list(Target.__dataclass_fields__))

    def spans(self) -> list[tuple[Target, Target]]:
        """Neighbours with the same verdict for the same cause: the first and the last of them."""
        grouped = [list(group) for _, group in groupby(self.targets, key=lambda one: (one.verdict, one.cause))]
        return [(group[0], group[-1]) for group in grouped]


class Attempted(Protocol):
    """What was tried; see `harness.checking.Attempt`."""

    @property
    def writer(self) -> str: ...
    @property
    def targets(self) -> Sequence[str]: ...
    @property
    def called(self) -> Mapping[str, str]: ...
    @property
    def stands_in(self) -> str | None: ...


def of_attempt(tables: RunTables, attempt: Attempted) -> Checked:
    """The answer that the run of an attempt gives, or what is known of it while it goes on."""
    return answer(
        tables,
        writer=attempt.writer,
        asked=attempt.targets,
        called=attempt.called,
        stands_in=attempt.stands_in,
    )


def answer(
    tables: RunTables,
    *,
    writer: str,
    asked: Sequence[str],
    called: Mapping[str, str] = MappingProxyType({}),
    stands_in: str | None = None,
) -> Checked:
    """The answer that a run gives, or what is known of it while it goes on.

    Parameters
    ----------
    writer : the name of the environment that wrote the file.
    asked : the names of the targets, the oldest first.
    called : what the user calls some of them, by name.
    stands_in : why it is another than that which wrote the file; None if it is the same.
    """
    artifact = tables.artifacts.iloc[0]
    manifest = json.loads(artifact["manifest"]) if isinstance(artifact["manifest"], str) else {}
    cells = {row["consumer"]: row for _, row in tables.cells.iterrows()}
    known = causes.by_name()
    doubt = _doubt(artifact, cells[writer], manifest)
    home, *targets = [replace(_target(cells[name], doubt, known), called=called.get(name)) for name in (writer, *asked)]
    if stands_in is not None:
        home, *targets = [_unproved(one, home) for one in (home, *targets)]
    compared = cells[writer]["compared"]
    return Checked(
        writer=home,
        verdict=worst([one.verdict for one in targets or [home]]),
        targets=tuple(targets),
        safe_range=None if doubt is not None or stands_in is not None else _safe_range(home, targets),
        compared=tuple(compared) if compared is not None else (),
        rows=(manifest.get("data") or {}).get("n_samples"),
        reach=None if manifest.get("reach") is None else tuple(manifest["reach"]),
        stands_in=stands_in,
        deprecated=tuple(name for name, why in (manifest.get("not_compared") or {}).items() if why == DEPRECATED),
    )


def unanswered(releases: Mapping[str, str], *, writer: str, why: str) -> Checked:
    """The answer where nothing can be tried, which is known before anything is built.

    Parameters
    ----------
    releases : of scikit-learn, by the names of the writer and of the targets, the oldest first.
    """
    asked = [name for name in releases if name != writer]
    home, *targets = [
        Target(name=name, scikit_learn=releases[name], python=None, numpy=None, verdict=Verdict.UNKNOWN, why=why)
        for name in (writer, *asked)
    ]
    return Checked(
        writer=home,
        verdict=Verdict.UNKNOWN,
        targets=tuple(targets),
        safe_range=None,
        compared=(),
        rows=None,
        reach=None,
    )


def _unproved(one: Target, home: Target) -> Target:
    """The same, held against what only stands in for the writer: nothing is safe for agreeing with it."""
    if one.verdict in SAFE:
        return replace(
            one, verdict=Verdict.UNSEEN, why=f"it agrees with {home.scikit_learn or home.name}, which stands in"
        )
    return one


def _doubt(artifact: pd.Series[Any], home: pd.Series[Any], manifest: Mapping[str, Any]) -> str | None:
    """Why nothing can be said to be safe; None: something can."""
    if artifact["status"] != Status.OK:
        return f"the environment that wrote it cannot answer for it: {artifact['reason']}"
    if home["verdict"] not in SAFE:
        return f"where it was written it answers otherwise each time: {home['reason']}"
    for name, why in (manifest.get("not_compared") or {}).items():
        if breadth.predicts(name) and why != DEPRECATED:
            return f"{name} was not compared: {why}"
    return unreached(manifest)


def doubt(tables: RunTables, *, writer: str) -> str | None:
    """Why nothing can be said to be safe by a run; None: something can."""
    artifact = tables.artifacts.iloc[0]
    manifest = json.loads(artifact["manifest"]) if isinstance(artifact["manifest"], str) else {}
    home = tables.cells[tables.cells["consumer"] == writer].iloc[0]
    return _doubt(artifact, home, manifest)


def unreached(manifest: Mapping[str, Any]) -> str | None:
    """What rows made from a model leave out of it, where that is much; None: it is little, or the rows are a user's."""
    for one in manifest.get("reach") or ():
        if one["of"] and one["reached"] < REACH * one["of"]:
            return f"rows made from it reach {one['reached']} of its {one['of']} {one['what']}: give yours with --data"
    return None


def _target(row: pd.Series[Any], doubt: str | None, known: dict[str, causes.Cause]) -> Target:
    verdict = Verdict(row["verdict"]) if isinstance(row["verdict"], str) else Verdict.UNKNOWN
    why = row["reason"] if isinstance(row["reason"], str) else ""
    if doubt is not None and verdict not in BAD:
        verdict, why = Verdict.UNKNOWN, doubt
    cause = known.get(row["cause"]) if isinstance(row["cause"], str) else None
    differing = tuple(row["differing"]) if row["differing"] is not None else ()
    return Target(
        name=row["consumer"],
        scikit_learn=_text(row["consumer_sklearn"]),
        python=_text(row["consumer_python"]),
        numpy=_text(row["consumer_numpy"]),
        verdict=verdict,
        why=cause.sentence if cause is not None else cut(why, _REASON),
        cause=_text(row["cause"]),
        helps=None if cause is None else cause.helps,
        warned=row["version_warning"] is True,
        differing=differing,
        raises=differing[0] if doubt is None and _raises_alone(row, differing) else None,
        beside_labels=_beside_labels(row, differing) if verdict is Verdict.CHANGES else (),
        error=cut(why, _REASON) if verdict is Verdict.BREAKS and _text(row["error_type"]) is not None else None,
        largest=None if pd.isna(row["max_abs_diff"]) else float(row["max_abs_diff"]),
    )


def _raises_alone(row: pd.Series[Any], differing: Sequence[str]) -> bool:
    """Whether one method raises that predicts nothing, and all the others answer as before."""
    if row["status"] != Status.PREDICT_ERROR or row["compared"] is None or len(differing) != 1:
        return False
    return not breadth.predicts(differing[0])


def _beside_labels(row: pd.Series[Any], differing: Sequence[str]) -> tuple[str, ...]:
    """The one or two methods that are answered otherwise, where ``predict`` was asked as well and is not among them."""
    names = tuple(dict.fromkeys(name.partition("(")[0] for name in differing))
    attributes = any(name.endswith("_") for name in names)
    if row["compared"] is None or "predict" not in row["compared"] or "predict" in names or attributes:
        return ()
    return names if len(names) <= _FEW else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _safe_range(home: Target, targets: Sequence[Target]) -> str | None:
    """The releases around the writer's that are safe, one after the other, as a specifier.

    It ends where a minor was not tried: models break and work again.
    """
    here = versions.parsed(home.scikit_learn or "")
    if here is None:
        return None
    placed = [(version, one) for one in targets if (version := versions.parsed(one.scikit_learn or "")) is not None]
    first = last = here
    for version, one in reversed(placed):
        if version < here:
            if one.verdict not in SAFE or not _are_next(version, first):
                break
            first = version
    for version, one in placed:
        if version > here:
            if one.verdict not in SAFE or not _are_next(last, version):
                break
            last = version
    return f"scikit-learn>={first},<{last.major}.{last.minor + 1}"


def _are_next(one: Version, other: Version) -> bool:
    """Whether no minor release lies between two: after 0.24 came 1.0."""
    if one.major == other.major:
        return other.minor - one.minor <= 1
    return (one.major, one.minor, other.major, other.minor) == (0, 24, 1, 0)
