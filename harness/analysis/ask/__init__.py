"""Whether a model may be loaded in another environment: an answer from the stored runs, with its evidence. Pure.

question     which models, from where to where, through what
subjects     which cases a name means; models: what each of them fits
index        what an answer needs of a run, beside its tables
evidence     the cells behind an answer: those of all runs, the newest for each cell
breadth      how much was compared, and whether it is enough to say "safe"
separating   what tells the models that break from the others
answer       what is returned
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from harness.analysis import versions
from harness.analysis.ask import breadth, evidence, separating, subjects
from harness.analysis.ask.answer import Answer, AskedRun, PairAnswer, Way
from harness.analysis.ask.question import Question, Setting, fitting, wanted
from harness.analysis.meanings import Meaning
from harness.analysis.verdicts import BAD, SOUND, Verdict, rank, worst
from harness.errors import InputError, shown, unknown
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from harness.analysis.ask.evidence import Evidence
    from harness.analysis.ask.index import Index

__all__ = ["Answer", "AskedRun", "PairAnswer", "Question", "Verdict", "Way", "ask"]

_SHOWN = 8  # values in a message


def ask(
    indexes: Sequence[Index],
    estimator: str,
    *,
    producers: Sequence[str],
    consumers: Sequence[str],
    settings: Sequence[str] = (),
    format_name: str | None = None,
    reader: str | None = None,
) -> Answer:
    """Answer from stored runs.

    Parameters
    ----------
    indexes : of the runs. The newest cell of each counts, and an older one that knows worse by what was compared there.
    estimator : a class, a case or a family, in small letters or large.
    producers, consumers : versions of scikit-learn, or such as ``numpy=1.26``; all must hold.
    settings : parameters that the model has, such as ``loss=log_loss``; all must hold.
    format_name, reader : every one that gives the very object back, if not given.

    Raises
    ------
    InputError : nothing in the runs has such a name or such a parameter, or a version is none.
    """
    indexes = sorted(indexes, key=lambda index: str(index.run["started"]), reverse=True)
    for noun, name in (("format", format_name), ("reader", reader)):
        names = tuple(dict.fromkeys(known for index in indexes for known in index.known(noun)))
        if name is not None and name not in names:
            raise InputError(f"{unknown(noun, name, names)}")
    question = Question(
        subject=subjects.find((one for index in indexes for one in index.subjects), estimator),
        producers=wanted(producers),
        consumers=wanted(consumers),
        settings=tuple(map(Setting.parse, settings)),
        format=format_name,
        reader=reader,
    )
    versions.check_known((*question.producers, *question.consumers), _holdings(indexes))
    values = _values(indexes, question)
    found = evidence.gather(indexes, question)
    return _answer(indexes, question, found, values)


def _answer(indexes: Sequence[Index], question: Question, found: list[Evidence], values: dict[str, set[str]]) -> Answer:
    by_index = Counter(id(one.index) for one in found)
    runs = {id(one): AskedRun(run=one.run, path=one.path, cells=by_index[id(one)]) for one in indexes}
    groups = _grouped(found, lambda one: (one.cell.producer, one.cell.consumer))
    pairs = [_pair(question, producer, consumer, some, runs) for (producer, consumer), some in groups]
    asked = [one for one in found if _is_asked(question, one)]
    pairs = [pair for pair in pairs if pair.ways]
    alone = [one.verdict for one in asked if one.cell.case in question.subject.alone]
    return Answer(
        question=question,
        runs=tuple(run for run in runs.values() if run.cells) or tuple(runs.values()),
        pairs=tuple(sorted(pairs, key=lambda pair: rank(pair.verdict))),
        breadth=breadth.measure(asked, question),
        sides=separating.separate(asked, question),
        alone=_alone(asked, question) if 0 < len(alone) < len(asked) else None,
        differing=_differing(asked),
        causes={name: sentence for index in indexes for name, sentence in index.causes.items()},
        nothing="" if pairs else _nothing(indexes, question, values),
    )


def _alone(asked: Sequence[Evidence], question: Question) -> Verdict:
    """The verdict of the models that are of the very class."""
    own = [one for one in asked if one.cell.case in question.subject.alone]
    return breadth.measure(own, question).limited(worst(one.verdict for one in own))


def _differing(asked: Sequence[Evidence]) -> tuple[str, ...]:
    """What differs in some model, what differs in most of them first. Empty if a bad cell does not tell."""
    bad = [one for one in asked if one.verdict in BAD]
    if not all(one.cell.outputs or one.cell.status != Status.DRIFT for one in bad):
        return ()
    return tuple(name for name, _ in Counter(name for one in bad for name in one.cell.outputs).most_common())


def _is_asked(question: Question, one: Evidence) -> bool:
    return question.is_through(one.cell.format, one.cell.reader, converts=one.converts)


def _grouped(
    found: Iterable[Evidence], key: Callable[[Evidence], tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], list[Evidence]]]:
    """The cells of each key, in the order in which the keys come first."""
    groups: dict[tuple[str, str], list[Evidence]] = {}
    for one in found:
        groups.setdefault(key(one), []).append(one)
    yield from groups.items()


def _pair(
    question: Question, producer: str, consumer: str, found: Sequence[Evidence], runs: dict[int, AskedRun]
) -> PairAnswer:
    asked = [one for one in found if _is_asked(question, one)]
    held = breadth.measure(asked, question)
    # Of the cells: a way in which nothing was written does not count.
    verdict = held.limited(worst(one.verdict for one in asked))
    every = [
        (_way(question, format_name, reader, some, runs), some)
        for (format_name, reader), some in _grouped(found, lambda one: (one.cell.format, one.cell.reader))
    ]
    ways = [way for way, some in every if _is_asked(question, some[0])]
    instead = [way for way, _ in every if way.verdict in SOUND and not way.silent]
    return PairAnswer(
        producer=producer,
        consumer=consumer,
        verdict=verdict,
        breadth=held,
        ways=tuple(sorted(ways, key=lambda way: rank(way.verdict))),
        instead=() if verdict in SOUND else tuple(instead),
    )


def _way(
    question: Question, format_name: str, reader: str, found: Sequence[Evidence], runs: dict[int, AskedRun]
) -> Way:
    cells = [one.cell for one in found]
    example, verdict = min(found, key=_badness), worst(one.verdict for one in found)
    return Way(
        format=format_name,
        reader=reader,
        verdict=breadth.measure(found, question).limited(verdict),
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


def _badness(one: Evidence) -> tuple[int, float, float]:
    """A sort key, the worst first: by verdict, then by the labels that differ, then by the largest difference."""
    numbers = (one.cell.label_mismatch, one.cell.max_abs_diff)
    labels, apart = (math.inf if number is None else -number for number in numbers)
    return rank(one.verdict), labels, apart


def _values(indexes: Sequence[Index], question: Question) -> dict[str, set[str]]:
    """The values of each setting's name that models of the subject have. Raises InputError for a name that none has."""
    subject = question.subject
    values: dict[str, set[str]] = {setting.name: set() for setting in question.settings}
    names: set[str] = set()
    for model in (model for index in indexes for model in index.models(subject.cases).values()) if values else ():
        parts = model.parts if question.class_name is None else tuple(model.of(question.class_name))
        held = [*(part.parameters or {} for part in parts), model.data]
        names.update(name for one in held for name in one)
        for name, texts in values.items():
            texts.update(one[name] for one in held if name in one)
    for name, texts in values.items():
        if not texts:
            raise InputError(f"{subject.name}: {unknown('parameter', name, sorted(names))}")
    return values


def _holdings(indexes: Sequence[Index]) -> dict[str, Mapping[str, str]]:
    """What every environment of every run holds."""
    return {f"{place} {name}": held for place, index in enumerate(indexes) for name, held in index.holdings.items()}


def _nothing(indexes: Sequence[Index], question: Question, values: dict[str, set[str]]) -> str:
    """Why there is no cell: a version that no environment has, or a setting that no model has there."""
    holdings = _holdings(indexes)
    for side, does in ((question.producers, "saves"), (question.consumers, "loads")):
        if not any(fitting(index.holdings, side) for index in indexes):
            there = next((one for one in side if not any(map(one.holds, holdings.values()))), side[0])
            words = " and ".join(map(str, side))
            return f"no environment that {does} has {words}; {versions.releases_there(there, holdings)}"
    if question.settings:
        had = "; ".join(f"{name}={', '.join(sorted(texts)[:_SHOWN])}" for name, texts in values.items())
        wanted_settings = " and ".join(map(str, question.settings))
        return f"no model that was tested there has {shown(wanted_settings)}; some have {had}"
    return "no stored run has loaded such a model from there to there"


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _largest(numbers: Iterable[float | None]) -> float | None:
    return max((number for number in numbers if number is not None), default=None)
