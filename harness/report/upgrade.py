"""The answer of `upgrade` on the terminal: the conclusion, then files, then estimators by verdict, the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.units import counted
from harness.analysis.verdicts import BAD, Verdict
from harness.report import ask as asking
from harness.report import upgrade_words as words
from harness.report.ask import MARKS, print_beside
from harness.report.console import writable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from harness.analysis.upgrade import Judged, JudgedFile, Upgrade

_WIDTH = 80
_LABEL = 10
_NAMES = 12  # estimators of a group
_FILES = 20
_CAUSES = 4


def show(
    upgrade: Upgrade, console: Console, *, others: Sequence[str] = (), verbose: bool = False, how: bool = False
) -> None:
    """Print an upgrade.

    Parameters
    ----------
    others : what was found among the files and is not judged, in words
    verbose : with each estimator's own sentence, and every cause
    how : with the command that repeats the worst cell of each group
    """
    mark, style = MARKS[upgrade.verdict]
    start = writable(f"{mark} ", console)
    room = min(console.width, _WIDTH) - len(start) - len(writable(f"{upgrade.subject}: ", console))
    console.print()
    print_beside(console, start, f"{upgrade.subject}: {upgrade.sentence.within(room)}", style=style, widest=_WIDTH)
    _labelled(console, _head(upgrade, others))
    if upgrade.files:
        console.print()
        _files(upgrade.files, console, verbose=verbose, how=how)
    is_listed = verbose or not upgrade.files
    if is_listed:
        _groups(upgrade, console, verbose=verbose, how=how)
    console.print()
    _labelled(console, _foot(upgrade, is_listed=is_listed))
    console.print()


def _labelled(console: Console, lines: Iterable[tuple[str, str]]) -> None:
    before = ""
    for label, text in lines:
        print_beside(console, f"  {label if label != before else '':<{_LABEL}}", text, widest=_WIDTH)
        before = label


def _head(upgrade: Upgrade, others: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "from", words.side(upgrade.old)
    yield "to", words.side(upgrade.new)
    yield "tested", words.tested(upgrade)
    untold = words.untold(upgrade)
    if untold:
        yield "not told", untold
    untried = words.untried(upgrade)
    if untried:
        yield "not tried", untried
    for text in others:
        yield "left out", text


def _files(files: Sequence[JudgedFile], console: Console, *, verbose: bool, how: bool) -> None:
    shown = files if verbose else files[:_FILES]
    for one in shown:
        mark, style = MARKS[one.verdict]
        written = f" (written by {one.written_by})" if one.written_by else ""
        text = f"{one.file.path}{written}: {one.sentence}{words.only_in(one)}"
        print_beside(console, writable(f"  {mark} ", console), text, style=style, widest=_WIDTH)
        for each in one.classes if verbose else ():
            print_beside(console, " " * 6, f"{each.name}: {each.sentence}", style="dim", widest=_WIDTH)
    if len(files) > len(shown):
        console.print(f"    and {counted(len(files) - len(shown), 'more file')}; --verbose shows them")
    _labelled(console, _causes(words.causes_of_files(files), verbose=verbose))
    bad = [one for file in files if file.verdict in BAD for one in file.classes if one.verdict is file.verdict]
    if how and bad:
        asking.show_again(bad[0].answer, console)


def _groups(upgrade: Upgrade, console: Console, *, verbose: bool, how: bool) -> None:
    for verdict in Verdict:
        group = [one for one in upgrade.estimators if one.verdict is verdict]
        if group:
            console.print()
            _group(group, verdict, console, verbose=verbose, how=how)


def _group(group: Sequence[Judged], verdict: Verdict, console: Console, *, verbose: bool, how: bool) -> None:
    mark, style = MARKS[verdict]
    heading = f"{verdict}: {counted(len(group), 'estimator')}"
    print_beside(console, writable(f"  {mark} ", console), heading, style=style, widest=_WIDTH)
    if verbose:
        for one in group:
            inside = "" if one.is_by_itself or verdict not in BAD else "; only in models that contain one"
            print_beside(console, " " * 6, f"{one.name}: {one.sentence}{inside}", widest=_WIDTH)
    _labelled(console, _told(group, verbose=verbose))
    if how and verdict in BAD:
        asking.show_again(group[0].answer, console)


def _told(group: Sequence[Judged], *, verbose: bool) -> Iterator[tuple[str, str]]:
    if not verbose:
        own, unusual, inside = words.split(group)
        if own:
            yield "", _listed(own)
        if unusual:
            yield "rows", f"only for rows in another form than it was fitted on: {_listed(unusual)}"
        if inside:
            yield "within", f"only in models that contain one: {_listed(inside)}"
    yield from _causes([*words.causes(group), *words.reasons(group)], verbose=verbose)


def _causes(causes: Sequence[str], *, verbose: bool) -> Iterator[tuple[str, str]]:
    shown = causes if verbose else causes[:_CAUSES]
    for text in shown:
        yield "why", text
    if len(causes) > len(shown):
        yield "why", f"and {counted(len(causes) - len(shown), 'more cause')}; --verbose names them"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMES
    return ", ".join(names[:_NAMES]) + (f" and {more} more" if more > 0 else "")


def _foot(upgrade: Upgrade, *, is_listed: bool) -> Iterator[tuple[str, str]]:
    """What stands below.

    Parameters
    ----------
    is_listed : whether the estimators stand above; else they are counted here.
    """
    if not is_listed and upgrade.estimators:
        yield "overall", f"{words.counts(upgrade.estimators)}; --verbose lists them"
    for name, text in words.formats(upgrade) if is_listed else ():
        yield "formats", f"{name}: {text}"
    for name in upgrade.left_out:
        yield "formats", f"{name}: left out, because one of the two has no {name}"
    if upgrade.absent and is_listed:
        yield "new", f"not in the old release: {_listed(upgrade.absent)}"
    if words.not_tested(upgrade):
        yield "untested", f"{', '.join(words.not_tested(upgrade))}: no run has their models"
    if words.gone(upgrade):
        yield "gone", f"{', '.join(words.gone(upgrade))}: models of these need it"
    yield "do", words.todo(upgrade)
