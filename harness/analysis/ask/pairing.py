"""The cells behind an answer by pair of environments, and by format and reader within each. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.analysis import carrying, versions
from harness.analysis.ask import breadth
from harness.analysis.ask.answer import PairAnswer, Way
from harness.analysis.ask.evidence import badness
from harness.analysis.meanings import Meaning
from harness.analysis.verdicts import BAD, SOUND, rank, worst
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from harness.analysis.ask.answer import AskedRun
    from harness.analysis.ask.evidence import Evidence
    from harness.analysis.ask.question import Question
    from harness.analysis.carrying import Carrier


def pairs(question: Question, found: Iterable[Evidence], runs: Mapping[int, AskedRun]) -> tuple[PairAnswer, ...]:
    """The answers of all pairs of environments, the worst first; without those that nothing was asked of.

    Parameters
    ----------
    runs : by the identity of an index.
    """
    groups = grouped(found, lambda one: (one.cell.producer, one.cell.consumer))
    every = [_pair(question, producer, consumer, some, runs) for (producer, consumer), some in groups]
    return tuple(sorted((pair for pair in every if pair.ways), key=lambda pair: rank(pair.verdict)))


def is_asked(question: Question, one: Evidence) -> bool:
    """Whether a cell is of a format and a reader that the question is about."""
    return question.is_through(one.cell.format, one.cell.reader, converts=one.converts)


def grouped(
    found: Iterable[Evidence], key: Callable[[Evidence], tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], list[Evidence]]]:
    """The cells of each key, in the order in which the keys come first."""
    groups: dict[tuple[str, str], list[Evidence]] = {}
    for one in found:
        groups.setdefault(key(one), []).append(one)
    yield from groups.items()


def _pair(
    question: Question, producer: str, consumer: str, found: Sequence[Evidence], runs: Mapping[int, AskedRun]
) -> PairAnswer:
    asked = [one for one in found if is_asked(question, one)]
    held = breadth.measure(asked, question)
    # Of the cells: a way in which nothing was written does not count.
    verdict = held.limited(worst(one.verdict for one in asked))
    every = [
        (_way(question, format_name, reader, some, runs), some)
        for (format_name, reader), some in grouped(found, lambda one: (one.cell.format, one.cell.reader))
    ]
    ways = [way for way, some in every if is_asked(question, some[0])]
    instead = [way for way, _ in every if way.verdict in SOUND and not way.silent]
    return PairAnswer(
        producer=producer,
        consumer=consumer,
        verdict=verdict,
        breadth=held,
        ways=tuple(sorted(ways, key=lambda way: rank(way.verdict))),
        instead=() if verdict in SOUND else tuple(instead),
        carriers=carriers(asked, found),
    )


def carriers(asked: Iterable[Evidence], found: Iterable[Evidence]) -> tuple[Carrier, ...]:
    """The formats that get over what fails of the cells that were asked about; ``found`` are those of every format.

    A format need not have been tried in each environment of a release: one for each pair of minor releases is enough.
    Where it was tried in more, nothing may speak against it.
    """
    return carrying.carriers((_loaded(one) for one in asked if one.verdict in BAD), map(_loaded, found))


def _loaded(one: Evidence) -> carrying.Loaded:
    cell = one.cell
    return carrying.Loaded(
        cell.case,
        _release(one, cell.producer),
        _release(one, cell.consumer),
        cell.format,
        cell.verdict,
        cell.max_abs_diff,
        one.converts,
        cell.outputs,
    )


def _release(one: Evidence, environment: str) -> str:
    """The minor release of scikit-learn that an environment holds; its name where it holds none."""
    held = one.index.holdings.get(environment, {}).get(versions.DEFAULT_PACKAGE)
    return environment if held is None else minor_of(held)


def _way(
    question: Question, format_name: str, reader: str, found: Sequence[Evidence], runs: Mapping[int, AskedRun]
) -> Way:
    cells = [one.cell for one in found]
    example, verdict = min(found, key=badness), worst(one.verdict for one in found)
    return Way(
        format=format_name,
        reader=reader,
        verdict=breadth.verdict(found, question),
        cases=_once(cell.case for cell in cells if cell.verdict == verdict),
        statuses=dict(Counter(cell.status for cell in cells).most_common()),
        silent=_once(cell.case for cell in cells if cell.verdict is None),
        never_tried=sum(cell.meaning == Meaning.NOT_RUN for cell in cells),
        at_home=sum(cell.also_at_home for cell in cells),
        warned=sum(cell.version_warning for cell in cells),
        max_abs_diff=_largest(cell.max_abs_diff for cell in cells),
        label_mismatch=_largest(cell.label_mismatch for cell in cells),
        cause=example.cell.cause,
        example=example.cell.id,
        run=runs[id(example.index)],
        reason=example.cell.reason or "",
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _largest(numbers: Iterable[float | None]) -> float | None:
    return max((number for number in numbers if number is not None), default=None)
