"""The answers of `ask` on a terminal: the conclusion, why, where it is safe, and what to do."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from rich.text import Text

from harness.analysis.ask import several
from harness.analysis.units import CUT, counted, some
from harness.analysis.verdicts import SOUND, Verdict, rank
from harness.report import ask_words as words
from harness.report import carriers
from harness.report.console import writable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from harness.analysis.ask import Answer, PairAnswer, Way
    from harness.analysis.ask.strip import Strip

#: A sign besides the colour.
MARKS = {
    Verdict.CHANGES: ("≠", "bold red"),
    Verdict.BREAKS: ("✗", "bold magenta"),
    Verdict.UNKNOWN: ("?", "bold yellow"),
    Verdict.UNSEEN: ("○", "bold cyan"),
    Verdict.TOLERABLE: ("≈", "bold green"),
    Verdict.SAFE: ("✓", "bold green"),
}
_WIDTH = 80  # columns, on a wider terminal too
_LABEL = 10  # of them before a text, beside two blanks
_COLUMN = 6  # of one release in a strip


def show(answers: Sequence[Answer], console: Console, *, verbose: bool = False, how: bool = False) -> None:
    """Print answers: the worst as the conclusion, then one line for each of the others.

    Parameters
    ----------
    verbose : with what was compared, every pair of environments, and each format and reader of it.
    how : with the command that repeats the worst cell.
    """
    ordered = several.worst_first(answers)
    console.print()
    _show(ordered[0], console, verbose=verbose, how=how)
    if len(ordered) > 1:
        console.print()
    named = max(len(one.question.subject.name) for one in ordered)
    for one in ordered[1:]:
        mark, style = MARKS[one.verdict]
        label = writable(f"  {mark} ", console) + f"{one.question.subject.name:<{named}}  "
        safe = words.safe_in(one) if one.verdict not in SOUND else ""
        text = f"{one.sentence}{f'; safe in {safe}' if safe[:1].isdigit() else ''}"
        print_beside(console, label, text, style=style, widest=_WIDTH)
        if verbose:
            console.print()
            _show(one, console, verbose=True, how=how)
    console.print()


def _show(answer: Answer, console: Console, *, verbose: bool, how: bool) -> None:
    mark, style = MARKS[answer.verdict]
    asked = words.question(answer)
    width = min(console.width, _WIDTH) - len(writable(f"{mark} {asked}: ", console))
    # Of releases none is left out: what stands in brackets may be the newer ones.
    sentence = str(answer.sentence) if answer.question.is_strip else answer.sentence.within(width)
    print_beside(console, writable(f"{mark} ", console), f"{asked}: {sentence}", style=style, widest=_WIDTH)
    if answer.question.is_strip:
        show_strip(answer.strip, console, own=answer.alone_elsewhere)
    lines = [*_lines(answer), *(_more(answer) if verbose else ())]
    for number, (label, text) in enumerate(lines):
        shown = label if number == 0 or lines[number - 1][0] != label else ""
        print_beside(console, f"  {shown:<{_LABEL}}", text, widest=_WIDTH)
    if verbose:
        _evidence(answer, console)
    if how:
        show_again(answer, console)


def print_beside(console: Console, label: str, text: str, *, style: str = "", widest: int | None = None) -> None:
    """Print a text beside its label, its further lines below its first; in no more than ``widest`` columns.

    No word is broken: one that is longer than a line goes beyond it.
    """
    width = max(min(console.width, widest or console.width) - len(label), 20)
    plain = writable(" ".join(text.split()), console)
    lines = textwrap.wrap(plain, width, break_on_hyphens=False, break_long_words=False)
    for number, line in enumerate(lines or [""]):
        start = Text(label if number == 0 else " " * len(label), style="dim" if label.strip().isascii() else style)
        console.print(start + Text(line, style=style), soft_wrap=True)


def show_strip(strip: Strip, console: Console, *, own: Strip | None = None) -> None:
    """Print the releases with their signs below them, and what the signs mean.

    Parameters
    ----------
    own : of the models of the very class; a line of its own where it says something else.
    """
    alone = {} if own is None else {one.minor: one.verdict for one in own.minors}
    differs = any(alone.get(one.minor, one.verdict) is not one.verdict for one in strip.minors)
    margin = " " * (_LABEL + 2)
    across = max((min(console.width, _WIDTH) - len(margin)) // _COLUMN, 1)
    for start in range(0, len(strip.minors), across):
        shown = strip.minors[start : start + across]
        console.print(Text(margin + "".join(f"{one.minor:<{_COLUMN}}" for one in shown).rstrip()), soft_wrap=True)
        console.print(_signs(margin, [one.verdict for one in shown], console), soft_wrap=True)
        if differs:
            label = f"  {'by itself':<{_LABEL}}"
            console.print(_signs(label, [alone.get(one.minor) for one in shown], console), soft_wrap=True)
    told = [*strip.minors, *(own.minors if own is not None and differs else ())]
    seen = sorted({one.verdict for one in told}, key=rank)
    print_beside(console, margin, "; ".join(f"{MARKS[one][0]} {one}" for one in seen), style="dim", widest=_WIDTH)


def _signs(label: str, verdicts: Iterable[Verdict | None], console: Console) -> Text:
    """One line of signs; a blank where there is no verdict."""
    line = Text(label, style="dim")
    for verdict in verdicts:
        mark, style = (" ", "") if verdict is None else MARKS[verdict]
        line.append(f"{writable(mark, console):<{_COLUMN}}", style=style)
    line.rstrip()
    return line


def _lines(answer: Answer) -> Iterator[tuple[str, str]]:
    """What stands below the conclusion: labels with their texts."""
    if words.details(answer):
        yield "asked", words.details(answer)
    yield "tested", words.tested(answer)
    for text in words.why(answer):
        yield "why", text
    for text in words.numpy(answer.strip):
        yield "NumPy", text
    for text in words.which(answer):
        yield "which", text
    if words.only_unusual(answer):
        yield "only in", f"{words.listed(answer.differing, 2)}; the same for rows as it was fitted on"
    if words.by_itself(answer) and not answer.question.is_strip:
        yield "by itself", words.by_itself(answer)
    if words.safe_in(answer):
        yield "safe in", words.safe_in(answer)
    sure = [one for one in answer.carriers if one.is_sure]
    if sure and not answer.question.is_strip:
        yield "rescued", f"by {carriers.told(sure)}"
    for text in words.of_kits(answer):
        yield "kit", text
    yield "do", words.todo(answer)


def _more(answer: Answer) -> Iterator[tuple[str, str]]:
    """What `--verbose` adds to them."""
    if answer.differing and not words.only_unusual(answer):
        yield "differs", words.listed(answer.differing, 2 * words.NAMES)
    breadth = answer.breadth
    if breadth.compared:
        yield "compared", words.listed(breadth.compared, 2 * words.NAMES)
    # Of attributes, which hold estimators or are large, the names are enough.
    methods = [f"{name} ({why})" for name, why in breadth.uncompared.items() if not name.endswith("_")]
    attributes = [name for name in breadth.uncompared if name.endswith("_")]
    if methods or attributes:
        yield "left out", words.listed([*methods, *attributes], 2 * words.NAMES)
    never = sum(pair.never_tried for pair in answer.pairs)
    if never:
        cells = sum(pair.cells for pair in answer.pairs)
        yield "not run", f"{never} of {counted(cells, 'cell')} did not run; they never count as passing"
    unsure = [one for one in answer.carriers if not one.is_sure]
    if unsure:
        yield "partly", f"rescued by {carriers.told(unsure)}"
    instead = words.instead(answer)
    if instead:
        ways = ", ".join(f"{name}: {verdict}" for name, verdict in instead.items())
        yield "instead", f"for the same models and environments: {ways}"
    yield "from", words.sources(answer.runs)


def _evidence(answer: Answer, console: Console) -> None:
    for lines, pairs in _alike(answer.pairs):
        for pair in pairs:
            mark, style = MARKS[pair.verdict]
            text = f"{pair.producer} → {pair.consumer}: {pair.verdict}"
            print_beside(console, writable(f"  {mark} ", console), text, style=style, widest=_WIDTH)
        for line in lines:
            print_beside(console, " " * 6, line, style="dim", widest=_WIDTH)


def show_again(answer: Answer, console: Console) -> None:
    """Print the command that repeats the worst cell."""
    way = answer.worst_way
    if way is None:
        print_beside(console, f"  {'again':<{_LABEL}}", "nothing was loaded that could be repeated", widest=_WIDTH)
        return
    print_beside(
        console, f"  {'again':<{_LABEL}}", "the worst cell alone, with the packages of its run:", widest=_WIDTH
    )
    console.print(Text(writable(f"    {words.again(way)}", console), style="cyan"), soft_wrap=True)


def _alike(pairs: Iterable[PairAnswer]) -> list[tuple[tuple[str, ...], list[PairAnswer]]]:
    """Pairs with the same evidence together."""
    groups: dict[tuple[Verdict, tuple[str, ...]], list[PairAnswer]] = {}
    for pair in pairs:
        groups.setdefault((pair.verdict, tuple(_ways(pair))), []).append(pair)
    return [(lines, some) for (_, lines), some in groups.items()]


def _ways(pair: PairAnswer) -> Iterator[str]:
    """The lines below a pair: formats and readers with the same outcome in one."""
    alike: dict[tuple[str, str], list[str]] = {}
    for way in pair.ways:
        reason = "" if way.verdict in SOUND else way.reason[:CUT]
        alike.setdefault((evidence(way), reason), []).append(words.name(way))
    for (line, reason), names in alike.items():
        yield f"{', '.join(names)}: {line}"
        if reason:
            yield reason


def evidence(way: Way) -> str:
    """Describe the result of one format and reader, without their names."""
    cells = sum(way.statuses.values())
    parts = [", ".join(f"{count} {status}" for status, count in way.statuses.items())]
    if way.max_abs_diff:
        parts.append(f"at most {way.max_abs_diff:.2g} apart")
    if way.label_mismatch:
        parts.append(f"up to {way.label_mismatch:.1%} of the labels differ")
    if way.at_home:
        parts.append(f"{way.at_home} of them also in their own producer, so the version is not the reason")
    parts.append(f"scikit-learn warned in {way.warned} of {cells}" if way.warned else "without a version warning")
    if way.silent and way.verdict is not Verdict.UNKNOWN:
        parts.append(f"not known for {some(way.silent, 'case')}: not written, not supported there, or refused")
    whose = f" ({some(way.cases, 'case')})" if cells > 1 and 0 < len(way.cases) < cells else ""
    return f"{way.verdict}{whose}: {'; '.join(parts)}"
