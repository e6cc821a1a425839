"""What one edition of the dataset says otherwise than the one before, as Markdown. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from harness.analysis.units import counted
from harness.analysis.verdicts import Verdict, rank
from harness.errors import printable
from harness.report.dataset.folding import unfolded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from harness.analysis.dataset import Statement, Told

FILE = "CHANGELOG.md"
_TITLE = "# Changes from edition to edition\n\n"
_MOST = 40  # estimators that are listed of a kind


def told(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> str:
    """The changelog with this edition's section."""
    lines = [f"## {now['edition']}", "", *_lines(before, now)]
    return _TITLE + "\n".join(lines) + "\n"


def _lines(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> Iterator[str]:
    runs = ", ".join(_code(run["run_id"]) for run in now["runs"])
    yield f"- {counted(now['statements'], 'statement')} from {runs}."
    if before is None:
        yield "- The first edition, or the one before was not given."
        return
    old, new = ({_key(one): one.told for one in unfolded(made)} for made in (before, now))
    releases = [minor for minor in now["releases"] if minor not in before["releases"]]
    if releases:
        yield f"- New releases: {', '.join(releases)}."
    both = [key for key in new if key in old]
    worse = [key for key in both if _rank(new[key]) < _rank(old[key])]
    better = [key for key in both if _rank(new[key]) > _rank(old[key])]
    same = [key for key in both if _rank(new[key]) == _rank(old[key]) and new[key] != old[key]]
    yield from _section("Worse than before", worse, old, new)
    yield from _section("Better than before", better, old, new)
    yield f"- The same verdict with another cause, or from other models: {counted(len(same), 'statement')}."
    yield f"- New: {counted(len(new) - len(both), 'statement')}. Gone: {counted(len(old) - len(both), 'statement')}."


def _section(
    title: str,
    keys: Iterable[tuple[str, ...]],
    old: Mapping[tuple[str, ...], Told],
    new: Mapping[tuple[str, ...], Told],
) -> Iterator[str]:
    """One line, and below it one for each estimator and change of verdict."""
    found = Counter((key[0], old[key].verdict, new[key].verdict) for key in keys)
    yield f"- {title}: {counted(sum(found.values()), 'statement')}."
    for (name, was, is_now), count in found.most_common(_MOST):
        yield f"  - {_code(name)}: {was} → {is_now} ({counted(count, 'statement')})"
    if len(found) > _MOST:
        yield f"  - and {len(found) - _MOST} more"


def _key(one: Statement) -> tuple[str, ...]:
    return one[:5]


def _rank(told: Told) -> int:
    return rank(Verdict(told.verdict))


def _code(text: object) -> str:
    """A name as code, which nothing within can end."""
    return f"`{printable(' '.join(str(text).split())).replace('`', '')}`"
