"""What is told of a loaded model beside the difference of its outputs. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.judging.difference import worst_first
from harness.terms import Finding, Parity

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from harness.judging.comparison import OutputComparison

_SHOWN = 6  # names in a sentence


def noted(
    found: OutputComparison,
    *,
    written: tuple[Collection[str], Collection[str]],
    added: Sequence[str],
    unasked: Sequence[str],
) -> OutputComparison:
    """Add which methods write into their rows, what only this model has, and what was not asked.

    What a model has besides changes no answer, so that it changes no parity; nor does what it does at home, too.
    """
    before, now = (frozenset(one) for one in written)
    if not (before or now or added or unasked):
        return found
    findings, sentences, parity = set(found.findings), list(found.sentences), found.parity
    if before | now:
        findings.add(Finding.INPUT)
    for names, where in ((before - now, "in the producer only"), (now - before, "here, not in the producer")):
        if names:
            sentences.append(f"{_listed(sorted(names))}: writes into the rows {where}")
            parity = Parity.CLOSE if parity is Parity.IDENTICAL else parity
    if added:
        findings.add(Finding.ADDED)
        sentences.append(f"only here: {_listed(added)}")
    if unasked:
        sentences.append(f"not asked here: {_listed(unasked)}")
    return replace(found, parity=parity, findings=worst_first(findings), sentences=tuple(sentences))


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
