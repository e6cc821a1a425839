"""The answer of `bisect`, on a terminal and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from harness.analysis import causes
from harness.analysis.bisected import SCIKIT_LEARN
from harness.analysis.verdicts import BAD, Verdict, worst
from harness.report.ask import MARKS, print_beside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from harness.analysis.bisected import Alone, Bisected, Change, Tried

_WIDEST = 100  # columns
_FIRST = 78  # characters of the first line, beside its mark
#: What people call packages.
_CALLED = {"numpy": "NumPy", "scipy": "SciPy", "python": "Python"}
_DOES = {
    Verdict.BREAKS: "breaks it",
    Verdict.CHANGES: "changes predictions",
    Verdict.UNSEEN: "does not",
    Verdict.UNKNOWN: "is not known",
}


def show(answer: Bisected, console: Console) -> None:
    """Print an answer: the conclusion first, then each change, and what it stands on."""
    mark, style = MARKS[_verdict(answer)]
    console.print(Text(f"{mark} {sentence(answer)}", style=style))
    for change in answer.changes:
        if len(answer.changes) > 1:
            mark, style = MARKS[change.later.verdict]
            console.print(Text(f"{mark} {_told(change)}", style=style))
        for label, text in _of_change(change):
            print_beside(console, f"  {label:<10} ", " ".join(text.split()), widest=_WIDEST)
    for label, text in _evidence(answer):
        print_beside(console, f"  {label:<10} ", " ".join(text.split()), widest=_WIDEST)
    console.print()


def line(one: Tried) -> Text:
    """One environment as soon as it is known."""
    mark, style = MARKS[one.verdict]
    why = f": {' '.join(one.why.split())}" if one.why else ""
    return Text(f"  {one.name} {mark} {one.verdict}{why}", style=style)


def sentence(answer: Bisected) -> str:
    """The conclusion in one line of 80 columns."""
    for end in (answer.good, answer.bad):
        if end.answer is None and not answer.changes:
            return f"not known: {end.name} cannot be judged here"[:_FIRST]
    if not answer.changes:
        return _unchanged(answer)[:_FIRST]
    if len(answer.changes) == 1:
        return _told(answer.changes[0])[:_FIRST]
    parts = [f"{_after(one)} {_does_later(one)}" for one in answer.changes]
    told = f"{len(parts)} changes: "
    kept = len(parts)
    while kept > 1 and len(_joined(told, parts, kept)) > _FIRST:
        kept -= 1
    return _joined(told, parts, kept)[:_FIRST]


def _joined(told: str, parts: list[str], kept: int) -> str:
    return told + ", ".join(parts[:kept]) + (" and more" if kept < len(parts) else "")


def _verdict(answer: Bisected) -> Verdict:
    if answer.changes:
        return worst(one.later.verdict for one in answer.changes)
    return Verdict.UNKNOWN if None in {answer.good.answer, answer.bad.answer} else answer.bad.verdict


def _unchanged(answer: Bisected) -> str:
    both = answer.good, answer.bad
    names = [_named(one) for one in both]
    ends = " and ".join(names if len(set(names)) > 1 else dict.fromkeys(one.name for one in both))
    if answer.good.verdict in BAD:
        return f"{answer.good.verdict} in {ends} alike: choose another good end"
    return f"no difference seen between {ends}"


def _named(one: Tried) -> str:
    return f"scikit-learn {one.scikit_learn}" if one.scikit_learn else one.name


def _told(change: Change) -> str:
    """The change: "scikit-learn 1.3.0 (2023-06-30) breaks it; 1.2.2 does not"."""
    if change.before is None or change.after is None:
        first, last = _named(change.earlier), _named(change.later)
        return f"{last} {_does_later(change)}; {first} {_DOES[change.earlier.verdict]}; several packages together"
    before, after = change.before, change.after
    if change.day is not None:
        newer_is_after = change.newer == after
        after = f"{after} ({change.day})" if newer_is_after else after
        before = before if newer_is_after else f"{before} ({change.day})"
    unknown = f"; {len(change.stepped_over)} between not known" if change.stepped_over else ""
    return f"{_name(change)} {after} {_does_later(change)}; {before} {_DOES[change.earlier.verdict]}{unknown}"


def _does_later(change: Change) -> str:
    return "works" if change.later.verdict is Verdict.UNSEEN else _DOES[change.later.verdict]


def _after(change: Change) -> str:
    """What brought a change, beside others: of scikit-learn the release alone."""
    if change.after is None:
        return change.later.scikit_learn or change.later.name
    return change.after if change.package == SCIKIT_LEARN else f"{_name(change)} {change.after}"


def _name(change: Change) -> str:
    package = change.package or SCIKIT_LEARN
    return _CALLED.get(package, package)


def _of_change(change: Change) -> Iterator[tuple[str, str]]:
    cause = causes.by_name().get(change.worse.cause or "")
    yield "why", change.worse.why or "nobody knows"
    if cause is not None and cause.helps:
        yield "", cause.helps
    if change.worse.shown:
        yield "shown by", change.worse.shown
    if change.notes is not None:
        since = change.worse.since if change.worse.upstream else f"{_name(change)} {change.newer}"
        yield "notes", f"{since}: {change.notes}"
    if change.alone:
        yield "alone", "; ".join(map(_alone, change.alone))
    for name, why in change.stepped_over.items():
        yield "left out", f"{name}: {why}"


def _alone(one: Alone) -> str:
    """One package changed alone: "numpy 1.25.0: no difference seen"."""
    version = one.before if one.back else one.after
    return f"{one.package} {version}: {f'not known ({one.why})' if one.why else one.verdict}"


def _evidence(answer: Bisected) -> Iterator[tuple[str, str]]:
    yield "written by", answer.written
    last = answer.changes[-1].later if answer.changes else answer.bad
    if answer.bad.answer not in {None, last.answer}:
        yield "later", f"{answer.bad.name} {answer.bad.verdict}: {answer.bad.why} With --all each change is told."
    yield "tried", _tried(answer)
    passed = {name for change in answer.changes for name in change.stepped_over}
    for one in answer.tried:
        if one.answer is None and one.name not in passed:
            yield "left out", f"{one.name}: {one.why}"
    for note in answer.notes:
        yield "note", note


def _tried(answer: Bisected) -> str:
    names = ", ".join(f"{one.name} {MARKS[one.verdict][0]}" for one in answer.tried)
    line = f" for the {answer.between + 2} releases from end to end" if answer.between else ""
    return f"{len(answer.tried)} environments{line}: {names}"


def as_data(answer: Bisected) -> dict[str, Any]:
    """Return the answer as data for JSON."""
    told = asdict(answer)
    for change, one in zip(told["changes"], answer.changes, strict=True):
        change["day"] = None if one.day is None else one.day.isoformat()
        change["notes"] = one.notes
    return {"schema": 1, "sentence": sentence(answer), **told}
