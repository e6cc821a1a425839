"""How a run compares with the statements of the documentation, on a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from harness.analysis.claims.claim import Conclusion, Kind
from harness.analysis.units import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from harness.analysis.claims import Judgement
    from harness.analysis.claims.claim import Assessment, Claim

#: A sign and a word besides the colour.
MARKS = {
    Conclusion.SUPPORTED: ("✓", "green"),
    Conclusion.CONTRADICTED: ("✗", "bold red"),
    Conclusion.SEEN: ("●", "green"),
    Conclusion.NOT_SEEN: ("○", "yellow"),
    Conclusion.NO_DATA: ("–", "dim"),
}


def show(judgement: Judgement, console: Console) -> None:
    """Print each statement with its mark, its figures, and a query. Those without data are one line each, at the end.

    `Text` shows markup in names as it is.
    """
    console.print()
    if judgement.not_run:
        cells = f"{judgement.not_run:,} of {counted(judgement.cells, 'cell')} did not run"
        console.print(Text(f"{cells}: they count neither for nor against.\n", style="bold yellow"))
    for claim, verdict in answered(judgement):
        for line in _lines(claim, verdict):
            console.print(line, soft_wrap=True)
        console.print()
    _folded(judgement, console)
    counts = Counter(verdict.answer for _, verdict in judgement.verdicts)
    words = ", ".join(f"{MARKS[answer][0]} {counts[answer]} {answer}" for answer in Conclusion if counts[answer])
    console.print(Text(f"{counted(len(judgement.verdicts), 'statement')} of scikit-learn's documentation: {words}"))
    if judgement.emulated:
        cells = counted(judgement.emulated, "emulated cell")
        console.print(Text(f"{cells}: counted only where nothing native was measured"))
    console.print(Text(judgement.run_id, style="dim"))


def answered(judgement: Judgement) -> list[tuple[Claim, Assessment]]:
    """The statements of which the run says something."""
    return [pair for pair in judgement.verdicts if pair[1].answer is not Conclusion.NO_DATA]


def unanswered(judgement: Judgement) -> list[tuple[Claim, Assessment]]:
    """The statements of which the run says nothing; they stand last, and folded."""
    return [pair for pair in judgement.verdicts if pair[1].answer is Conclusion.NO_DATA]


def sides(claim: Claim, verdict: Assessment) -> tuple[str, str]:
    """Count the evidence in words: for a statement, and against it or where it was looked for in vain."""
    if claim.kind is Kind.MAY:
        return f"seen in {verdict.supporting:,}", f"not seen in {verdict.contradicting:,}"
    return f"{verdict.supporting:,} for it", f"{verdict.contradicting:,} against it"


def _folded(judgement: Judgement, console: Console) -> None:
    some = unanswered(judgement)
    if not some:
        return
    mark, style = MARKS[Conclusion.NO_DATA]
    console.print(Text(f"{mark} no data for {counted(len(some), 'statement')}; --json has them in full", style=style))
    for claim, verdict in some:
        console.print(Text(f"    {claim.name}: {verdict.figures[-1]}", style=style), soft_wrap=True)
    console.print()


def _lines(claim: Claim, verdict: Assessment) -> Iterator[Text]:
    mark, style = MARKS[verdict.answer]
    yield Text.assemble((f"{mark} {verdict.answer}", style), "  ", (f"“{claim.statement}”", "bold"))
    yield Text(f"    {claim.name}: {claim.source}", style="dim")
    for figure in verdict.figures:
        yield Text(f"    {figure}")
    yield Text(f"    {', '.join(sides(claim, verdict))}")
    against = "not seen" if claim.kind is Kind.MAY else "against"
    for word, names in (
        ("seen" if claim.kind is Kind.MAY else "for", verdict.examples),
        (against, verdict.counterexamples),
    ):
        for name in names[:1]:
            yield Text(f"    {word}: {name}", style="dim")
    yield Text(f"    {verdict.where}", style="dim")
