"""Which release changed what a model answers, from environments that were tried. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from harness.analysis import causes, cells, checked, upstream
from harness.analysis.environment_facts import list_environments
from harness.analysis.verdicts import BAD, SAFE, Verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from harness.store import RunTables

SCIKIT_LEARN = "scikit-learn"
PYTHON = "python"
_REASON = 300  # characters of a reason


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What became of the model in one environment.

    Attributes
    ----------
    name : of the environment
    versions : what it holds, by normalized name, ``python`` among them; empty where it could not be built
    verdict : ``no difference seen``, ``changes predictions``, ``breaks``, or ``not known`` where it cannot be judged
    why : the sentence of the cause, or the reason; empty where no difference was seen
    shown : what shows it first: a method with the first value that differs, or an error
    cause, since, upstream : from the list of causes; None where nobody knows
    differing : the methods, attributes and forms of rows that differ
    """

    name: str
    versions: Mapping[str, str]
    verdict: Verdict
    why: str = ""
    shown: str = ""
    cause: str | None = None
    since: str | None = None
    upstream: str | None = None
    differing: tuple[str, ...] = ()

    @property
    def answer(self) -> tuple[Verdict, str | None] | None:
        """What is compared between environments; None: it cannot be judged."""
        return None if self.verdict is Verdict.UNKNOWN else (self.verdict, self.cause)

    @property
    def scikit_learn(self) -> str | None:
        return self.versions.get(SCIKIT_LEARN)


@dataclass(frozen=True, kw_only=True)
class Alone:
    """One package changed alone, between two environments that differ in several.

    Attributes
    ----------
    package : its name; several, if they can only be told together
    before, after : its versions in the two
    back : whether the later one got the version of the earlier one, and not the other way
    verdict : of the environment in which it alone was changed
    why : why it could not be tried or judged; empty where it was
    """

    package: str
    before: str
    after: str
    back: bool
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of the answer between two neighbours that were tried.

    Attributes
    ----------
    earlier, later : the neighbours; between them lies nothing that can be judged
    package : which one decides; None: none does alone
    before, after : its releases; None where it is none, or several
    day : on which the release of the two that is newer came; None where the index does not say
    alone : what was changed alone to find that out
    stepped_over : releases between the two that could not be judged, each with the reason
    """

    earlier: Tried
    later: Tried
    package: str | None = None
    before: str | None = None
    after: str | None = None
    day: dt.date | None = None
    alone: tuple[Alone, ...] = ()
    stepped_over: Mapping[str, str] = field(default_factory=dict)

    @property
    def newer(self) -> str | None:
        """The newer one of the two releases."""
        if self.before is None or self.after is None:
            return None
        return max(self.before, self.after, key=Version)

    @property
    def notes(self) -> str | None:
        """The change upstream, where the list of causes has it; else the notes of the release that brought it."""
        if self.worse.upstream is not None or self.package is None or self.newer is None:
            return self.worse.upstream
        return upstream.notes_of(self.package, self.newer)

    @property
    def worse(self) -> Tried:
        """The one of the two whose cause explains the change."""
        return self.later if self.later.verdict in BAD else self.earlier


@dataclass(frozen=True, kw_only=True)
class Bisected:
    """The answer of `bisect`.

    Attributes
    ----------
    subject : the file or the case
    written : what is known of the environment that it is held against, for people
    good, bad : the ends
    changes : from the good end to the bad one; only the first, unless every one was asked for
    tried : every environment, in the order in which they were tried
    between : how many releases lie between the ends
    notes : what else is to be told
    """

    subject: str
    written: str
    good: Tried
    bad: Tried
    changes: tuple[Change, ...]
    tried: tuple[Tried, ...]
    between: int
    notes: tuple[str, ...] = ()


def tried(tables: RunTables, name: str) -> Tried:
    """What a run says of one of its environments. The tables have the columns of `harness.analysis.cells`."""
    environment = next(one for one in list_environments(tables) if one.name == name)
    versions = dict(environment.packages)
    if environment.python is not None and environment.there:
        versions[PYTHON] = environment.python
    held = tables.cells["consumer"] == name
    row, traced = tables.cells[held].iloc[0], cells.trace_causes(tables)[held].iloc[0]
    verdict = _verdict(row["verdict"])
    reason = str(row["reason"])[:_REASON] if isinstance(row["reason"], str) else ""
    cause = causes.by_name().get(row["cause"]) if isinstance(row["cause"], str) else None
    return Tried(
        name=name,
        versions=versions,
        verdict=verdict,
        why="" if verdict is Verdict.UNSEEN else reason if cause is None else cause.sentence,
        shown=reason.partition("; ")[0] if verdict is Verdict.CHANGES else reason if verdict is Verdict.BREAKS else "",
        cause=_text(row["cause"]),
        since=_text(traced["since"]),
        upstream=_text(traced["upstream"]),
        differing=tuple(row["differing"]) if row["differing"] is not None else (),
    )


def unreached(tables: RunTables) -> str | None:
    """What the rows of a run leave out of the model, where that is much."""
    manifest = tables.artifacts.iloc[0]["manifest"]
    return checked.unreached(json.loads(manifest)) if isinstance(manifest, str) else None


def _verdict(verdict: Any) -> Verdict:
    """Of a cell's. Nothing is called safe: the rows of one search are few, and it asks for changes."""
    known = Verdict(verdict) if isinstance(verdict, str) else Verdict.UNKNOWN
    return Verdict.UNSEEN if known in SAFE else known


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
