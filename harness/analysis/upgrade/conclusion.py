"""The one sentence of an upgrade: how many files, or estimators, have the worst verdict. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.analysis.ask.sentence import Sentence
from harness.analysis.units import counted
from harness.analysis.upgrade.side import NUMPY, SKLEARN
from harness.analysis.verdicts import BAD, Verdict, rank

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.analysis.upgrade.side import Side

#: By verdict: what several do; one does it with an s.
_VERBS = {Verdict.CHANGES: ("changes predictions", "change predictions"), Verdict.BREAKS: ("breaks", "break")}
_NAMES = {SKLEARN: SKLEARN, NUMPY: "NumPy", "python": "Python", "scipy": "SciPy"}


def subject(old: Side, new: Side) -> str:
    """What is upgraded: ``scikit-learn 1.3.2 → 1.8.0``; where that stays, another package that counts."""
    for package in (SKLEARN, NUMPY, "python", "scipy"):
        ends = old.text(package), new.text(package)
        if all(ends) and ends[0] != ends[1]:
            return f"{title(package)} {ends[0]} → {ends[1]}"
    return f"scikit-learn {new.text(SKLEARN)}, as before"


def title(package: str) -> str:
    """A package as people write it."""
    return _NAMES.get(package, package)


def sentence(verdicts: Iterable[Verdict], noun: str) -> Sentence:
    """``30 of 216 estimators change predictions (40 break)``.

    Parameters
    ----------
    verdicts : one for each of what is counted.
    noun : for one of it.
    """
    counts = Counter(verdicts)
    found = sorted(counts, key=rank)
    if not found:
        return Sentence(core=str(Verdict.UNKNOWN))
    worst, whole = found[0], sum(counts.values())
    count = counts[worst]
    of = counted(whole, noun) if count == whole else f"{count} of {counted(whole, noun)}"
    others = [one for one in found[1:] if one in BAD]
    bracket = ", ".join(_told(counts[one], one) for one in others)
    if worst in BAD:
        core = f"{of} {_VERBS[worst][count > 1]}"
    else:
        core = f"{worst} {'for' if worst is Verdict.UNKNOWN else 'in'} {of}"
    return Sentence(core=core, bracket=bracket)


def _told(count: int, verdict: Verdict) -> str:
    return f"{count} {_VERBS[verdict][count > 1]}"
