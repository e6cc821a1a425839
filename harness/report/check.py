"""The answer of `check`, on a terminal and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from harness.analysis.meanings import only_for
from harness.analysis.verdicts import SAFE, Verdict
from harness.report.ask import MARKS, print_beside

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console

    from harness.analysis.checked import Checked, Target

_NAMES = 5  # in one line
_WIDEST = 100  # columns
_FIRST = 78  # characters of the first line, beside its mark


def show(answer: Checked, console: Console, *, written: str, notes: Sequence[str], run: str | None) -> None:
    """Print an answer: the conclusion first, then why, where it is safe, what to do, and what it stands on.

    Parameters
    ----------
    written : what the file says of its writer.
    notes : what else is to be told.
    run : the folder of the run; None where nothing could be tried.
    """
    mark, style = MARKS[answer.verdict]
    console.print(Text(f"{mark} {sentence(answer)}", style=style))
    if answer.targets:
        console.print(Text(f"  {strip(answer)}"))
    ran = () if run is None else (("run", run),)
    for label, text in (("written by", written), *_lines(answer), *(("note", note) for note in notes), *ran):
        print_beside(console, f"  {label:<10} ", " ".join(text.split()), widest=_WIDEST)
    console.print()


def sentence(answer: Checked) -> str:
    """The conclusion in one line of 80 columns: "breaks in 1.3 to 1.8, changes predictions in 1.9"."""
    told = _spans(answer)
    kept = len(told)
    while kept > 1 and len(_joined(told, kept)) > _FIRST:
        kept -= 1
    return _joined(told, kept)[:_FIRST]


def _joined(told: Sequence[str], kept: int) -> str:
    return ", ".join(told[:kept]) + (" and more" if kept < len(told) else "")


def _spans(answer: Checked) -> list[str]:
    """What the conclusion is made of, the oldest release first."""
    if not answer.targets:
        return [f"{answer.verdict}: there is no later release to compare with"]
    spans = answer.spans()
    if all(first.verdict in SAFE for first, _ in spans):
        if any(one.called for one in answer.targets):
            return [f"the warning may be ignored in {_every(answer.targets)}"]
        newest = answer.targets[-1].minor
        if answer.targets[-1].scikit_learn is None:
            return [f"the same {'up to' if len(answer.targets) > 1 else 'in'} {newest}"]
        return [f"the warning may be ignored {'up to' if len(answer.targets) > 1 else 'in'} {newest}"]
    if answer.stands_in is not None and all(one.verdict is Verdict.UNSEEN for one in answer.targets):
        minors = list(dict.fromkeys(one.minor for one in (answer.writer, *answer.targets)))
        many = f"{len(minors)} releases from {minors[0]} to {minors[-1]}"
        return [f"no difference seen among {', '.join(minors) if len(minors) <= _NAMES else many}"]
    told = [(first, last) for first, last in spans if first.verdict not in SAFE]
    merged: list[tuple[Target, Target]] = []
    for first, last in told:  # two causes are one thing to say here
        if merged and merged[-1][0].verdict == first.verdict:
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return [
        f"{first.verdict} {_between(answer, first, last)}{_only_for(_span(answer, first, last))}"
        for first, last in merged
    ]


def _span(answer: Checked, first: Target, last: Target) -> tuple[Target, ...]:
    return answer.targets[answer.targets.index(first) : answer.targets.index(last) + 1]


def _only_for(span: Sequence[Target]) -> str:
    """What alone is answered otherwise: forms of rows other than the fit's, or methods that do not name the labels."""
    raising = {one.raises for one in span}
    if len(raising) == 1 and None not in raising:
        return f" (only {raising.pop()}; predictions are the same)"
    beside = {one.beside_labels for one in span}
    if not all(one.only_for for one in span):
        methods = " and ".join(beside.pop()) if len(beside) == 1 else ""
        return f" (only {methods})" if methods else ""
    return f" ({only_for(form for one in span for form in one.only_for)})"


def _between(answer: Checked, first: Target, last: Target) -> str:
    span = _span(answer, first, last)
    if any(one.called for one in span):
        return f"in {_every(span)}"
    if first.minor == last.minor:
        return f"in {first.minor}"
    return f"from {first.minor} on" if last is answer.targets[-1] else f"in {first.minor} to {last.minor}"


def _every(targets: Sequence[Target]) -> str:
    """Some targets by what they are called, all of them."""
    names = list(dict.fromkeys(one.called or one.minor for one in targets))
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def strip(answer: Checked) -> str:
    """Each target with its sign: a release, or what the user calls it."""
    return "  ".join(f"{_told_apart(answer, one)} {MARKS[one.verdict][0]}" for one in answer.targets)


def _told_apart(answer: Checked, one: Target) -> str:
    """What the user calls a target, or its release, or its name where another has the same release."""
    minors = [other.minor for other in answer.targets if other.called is None]
    return one.called or (one.name if minors.count(one.minor) > 1 else one.minor)


def line(answer: Checked, name: str) -> Text:
    """The answer of one target as soon as it is known, in the words of the strip: "1.9 ✗ breaks: ..."."""
    one = next(target for target in answer.targets if target.name == name)
    mark, style = MARKS[one.verdict]
    why = "" if one.verdict in SAFE else " ".join(one.why.split())
    text = f"  {_told_apart(answer, one)} {mark} {one.verdict}{f': {why}' if why else ''}"
    return Text(text, style=style)


def _lines(answer: Checked) -> Iterator[tuple[str, str]]:
    if answer.stands_in is not None:
        yield "evidence", f"missing: {answer.stands_in}"
    for one in answer.targets:
        if one.called is not None and one.scikit_learn is not None:
            yield one.called, f"scikit-learn {one.scikit_learn}, NumPy {one.numpy}, Python {one.python}"
    for first, last in answer.spans():
        yield from _why(first, last)
    if answer.safe_range is not None:
        yield "safe", answer.safe_range
        if answer.safe_apart:
            told = _some(answer.safe_apart)
            yield "", f"and {told}; the range ends where a release is not safe, or was not tried"
    if answer.compared:
        yield "compared", _some(answer.compared)
        yield "with rows", _rows(answer)
    if answer.deprecated:
        yield "left out", f"{', '.join(answer.deprecated)}: deprecated in the release that wrote the file"


def _why(first: Target, last: Target) -> Iterator[tuple[str, str]]:
    """Why some targets are not safe, what helps, and for which rows alone."""
    if first.verdict in SAFE:
        return
    yield _short(first, last), first.why
    if first.helps is not None:
        yield "", first.helps
    if first.error is not None and first.error != first.why:
        yield "error", first.error
    if first.only_for:
        yield "only in", f"{_some(first.differing)}; the same for rows as it was fitted on"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMES
    return ", ".join([*names[:_NAMES], *([f"{more} more"] if more > 0 else [])])


def _short(first: Target, last: Target) -> str:
    if first.called or last.called:
        return " to ".join(dict.fromkeys(one.called or one.minor for one in (first, last)))
    return first.minor if first.minor == last.minor else f"{first.minor}-{last.minor}"


def _rows(answer: Checked) -> str:
    if answer.reach is None:
        return f"{answer.rows} of yours"
    told = [f"{one['reached']} of its {one['of']} {one['what']}" for one in answer.reach]
    return f"{answer.rows} made from the model" + (f"; they reach {' and '.join(told)}" if told else "")


def as_data(answer: Checked, *, written: str, notes: Sequence[str], run: str | None) -> dict[str, Any]:
    """Return the answer as data for JSON."""
    told = {"schema": 1, "sentence": sentence(answer), "written_by": written, "notes": list(notes), "run": run}
    return {**told, **asdict(answer), "safe_apart": list(answer.safe_apart)}


def badge(answer: Checked) -> dict[str, Any]:
    """Return where it is safe as a badge, in the form of shields.io's endpoints; else what it comes to."""
    safe = answer.safe_range
    message = str(answer.verdict) if safe is None else safe.removeprefix("scikit-learn")
    colour = "lightgrey" if answer.verdict is Verdict.UNKNOWN else "red"
    return {
        "schemaVersion": 1,
        "label": "scikit-learn",
        "message": message,
        "color": colour if safe is None else "brightgreen",
    }
