"""How a run compares with the statements of the documentation, on a terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from harness.analysis.claims.claim import Conclusion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from harness.analysis.claims import Judgement
    from harness.analysis.claims.claim import Assessment, Claim

#: A sign and a word besides the colour.
MARKS = {
    Conclusion.SUPPORTED: ("✓", "green"),
    Conclusion.CONTRADICTED: ("✗", "bold red"),
    Conclusion.NO_DATA: ("–", "dim"),
}


def show(judgement: Judgement, console: Console) -> None:
    """Print each statement with its mark, its figures, and a query. `Text` shows markup in names as it is."""
    console.print()
    if judgement.not_run:
        words = f"{judgement.not_run} of {judgement.cells} cells did not run: they count neither for nor against.\n"
        console.print(Text(words, style="bold yellow"))
    for claim, verdict in judgement.verdicts:
        for line in _lines(claim, verdict):
            console.print(line, soft_wrap=True)
        console.print()
    counts = Counter(verdict.answer for _, verdict in judgement.verdicts)
    words = ", ".join(f"{MARKS[answer][0]} {counts[answer]} {answer}" for answer in Conclusion)
    console.print(Text(f"{len(judgement.verdicts)} statements of scikit-learn's documentation: {words}"))
    if judgement.emulated:
        console.print(Text(f"{judgement.emulated} emulated cells count only where nothing native was measured"))
    console.print(Text(judgement.run_id, style="dim"))


def _lines(claim: Claim, verdict: Assessment) -> Iterator[Text]:
    mark, style = MARKS[verdict.answer]
    yield Text.assemble((f"{mark} {verdict.answer}", style), "  ", (f"“{claim.statement}”", "bold"))
    yield Text(f"    {claim.name}: {claim.source}", style="dim")
    for figure in verdict.figures:
        yield Text(f"    {figure}")
    if verdict.answer is Conclusion.NO_DATA:
        return
    yield Text(f"    {verdict.supporting} for it, {verdict.contradicting} against it")
    for word, names in (("for", verdict.examples), ("against", verdict.counterexamples)):
        for name in names[:1]:
            yield Text(f"    {word}: {name}", style="dim")
    yield Text(f"    {verdict.where}", style="dim")
