"""The verdict of each minor release that loads, from the cells behind it: its environments folded into one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis import versions
from harness.analysis.ask import breadth, evidence
from harness.analysis.ask.strip import Minor, Strip
from harness.analysis.verdicts import BAD, Verdict, worst
from harness.terms import minor_of, within

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.analysis.ask.evidence import Evidence
    from harness.analysis.ask.question import Question


def fold(question: Question, asked: Iterable[Evidence]) -> Strip:
    """The strip of some cells, with each release that was asked for and has none.

    What loads without scikit-learn is left out.
    """
    loaded: set[str] = set()
    by_minor: dict[str, dict[tuple[str, str], list[Evidence]]] = {}
    for one in asked:
        release = one.index.holdings.get(one.cell.consumer, {}).get(versions.DEFAULT_PACKAGE)
        if release is not None:
            loaded.add(release)
            pairs = by_minor.setdefault(minor_of(release), {})
            pairs.setdefault((one.cell.producer, one.cell.consumer), []).append(one)
    absent = [wanted for wanted in question.targets if not any(within(release, wanted) for release in loaded)]
    minors = [_minor(minor, pairs, question) for minor, pairs in by_minor.items()]
    minors += [Minor(minor=wanted, verdict=Verdict.UNKNOWN) for wanted in absent]
    order = versions.ordered(one.minor for one in minors)
    saved = [one.version for one in question.producers if one.package == versions.DEFAULT_PACKAGE]
    return Strip(
        minors=tuple(sorted(minors, key=lambda one: order.index(one.minor))),
        home=minor_of(saved[0]) if len(saved) == 1 else None,
    )


def _minor(minor: str, pairs: Mapping[tuple[str, str], Sequence[Evidence]], question: Question) -> Minor:
    verdicts = {pair: breadth.verdict(some, question) for pair, some in pairs.items()}
    verdict = worst(verdicts.values())
    examples = [min(pairs[pair], key=evidence.badness) for pair in pairs if verdicts[pair] is verdict]
    forward = worst(verdicts[pair] for pair, some in pairs.items() if not _goes_back(some[0]))
    mixed = verdict in BAD and any(map(_goes_back, (some[0] for some in pairs.values())))
    return Minor(
        minor=minor,
        verdict=verdict,
        newer_numpy=forward if mixed and forward is not Verdict.UNKNOWN and forward is not verdict else None,
        causes=tuple(sorted({one.cell.cause for one in examples if one.cell.cause in one.index.causes}, key=str)),
        reason=examples[0].cell.reason or "",
    )


def _goes_back(one: Evidence) -> bool:
    """Whether the NumPy that loads is of an older major release than the one that saved."""
    majors = [
        one.index.holdings.get(name, {}).get("numpy", "").partition(".")[0]
        for name in (one.cell.producer, one.cell.consumer)
    ]
    return all(text.isdigit() for text in majors) and int(majors[1]) < int(majors[0])
