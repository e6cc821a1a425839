"""Whether a model may be loaded in another environment: an answer from the stored runs, with its evidence. Pure.

question     which models, from where to where, through what
subjects     which cases a name means; models: what each of them fits
index        what an answer needs of a run, beside its tables
evidence     the cells behind an answer: those of all runs, the newest for each cell
breadth      how much was compared, and whether it is enough to say "safe"
separating   what tells the models that break from the others
pairing      the cells by pair of environments; folding: by minor release that loads
strip        a verdict for each minor release
sentence     what an answer says in one line
concluding   the conclusion alone, for whoever asks a million questions
answer       what is returned
several      the answers of several estimators, and what gates make of them
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from harness.analysis import versions
from harness.analysis.ask import breadth, concluding, evidence, folding, pairing, separating, subjects
from harness.analysis.ask.answer import Answer, AskedRun, PairAnswer, Way
from harness.analysis.ask.question import Question, Setting, fitting, wanted
from harness.analysis.ask.strip import Strip
from harness.analysis.verdicts import BAD, Verdict, worst
from harness.errors import InputError, shown, unknown
from harness.terms import Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from harness.analysis.ask.evidence import Evidence
    from harness.analysis.ask.index import Index

__all__ = ["Answer", "AskedRun", "PairAnswer", "Question", "Verdict", "Way", "answered", "ask"]

_SHOWN = 8  # values in a message


def ask(
    indexes: Sequence[Index],
    estimator: str,
    *,
    producers: Sequence[str],
    consumers: Sequence[str] = (),
    settings: Sequence[str] = (),
    format_name: str | None = None,
    reader: str | None = None,
) -> Answer:
    """Answer from stored runs.

    Parameters
    ----------
    indexes : of the runs. The newest cell of each counts, and an older one that knows worse by what was compared there.
    estimator : a class, a case or a family, in small letters or large.
    producers, consumers : versions of scikit-learn, or such as ``numpy=1.26``. Of each package that is named one must
        hold. Without consumers the answer is of every release that loads.
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
    return answered(indexes, question, evidence.gather(indexes, question.everywhere), values)


def answered(
    indexes: Sequence[Index],
    question: Question,
    everywhere: Sequence[Evidence],
    values: Mapping[str, Collection[str]] = MappingProxyType({}),
    *,
    is_folded: bool = True,
) -> Answer:
    """Answer a question from its cells.

    Parameters
    ----------
    everywhere : the cells of the question for every release that loads.
    values : of each parameter that was asked for, those that models have.
    is_folded : whether the answer says where else it is safe.
    """
    found = [one for one in everywhere if _is_loaded_there(question, one)]
    by_index = Counter(id(one.index) for one in found)
    runs = {id(one): AskedRun(run=one.run, path=one.path, cells=by_index[id(one)]) for one in indexes}
    asked = [one for one in found if pairing.is_asked(question, one)]
    pairs = pairing.pairs(question, found, runs)
    strip = folding.fold(question, asked)
    causes = {name: sentence for index in indexes for name, sentence in index.causes.items()}
    whole = [one for one in everywhere if pairing.is_asked(question, one)]
    own = _own(asked, question)
    is_within = 0 < len(own) < len(asked)
    return Answer(
        question=question,
        runs=tuple(run for run in runs.values() if run.cells) or tuple(runs.values()),
        pairs=pairs,
        strip=strip,
        elsewhere=folding.fold(question.everywhere, whole) if is_folded and question.targets else strip,
        alone_elsewhere=folding.fold(question.everywhere, _own(whole, question))
        if is_within and is_folded
        else Strip(),
        seen=frozenset(one.verdict for one in asked if one.verdict is not None),
        models=concluding.models(asked),
        broken=concluding.broken(asked),
        breadth=breadth.measure(asked, question),
        sides=separating.separate(asked, question, causes),
        alone=_alone(own, question) if is_within else None,
        differing=_differing(asked),
        causes=causes,
        carriers=pairing.carriers(asked, found),
        nothing="" if pairs else _nothing(indexes, question, values),
    )


def _is_loaded_there(question: Question, one: Evidence) -> bool:
    """Whether the environment that loads is one of those that were asked about; with none named, any scikit-learn."""
    packages = one.index.holdings.get(one.cell.consumer, {})
    if not question.consumers:
        return versions.DEFAULT_PACKAGE in packages
    return bool(fitting({one.cell.consumer: packages}, question.consumers))


def _own(evidence: Iterable[Evidence], question: Question) -> list[Evidence]:
    """The cells of models that are of the very class, without those that contain one."""
    return [one for one in evidence if one.cell.case in question.subject.alone]


def _alone(own: Sequence[Evidence], question: Question) -> Verdict:
    """The verdict of the models that are of the very class: of each pair of environments, as the answer's own is."""
    by_pair = pairing.grouped(own, lambda one: (one.cell.producer, one.cell.consumer))
    return worst(breadth.verdict(some, question) for _, some in by_pair)


def _differing(asked: Sequence[Evidence]) -> tuple[str, ...]:
    """What differs in some model, what differs in most of them first. Empty if a bad cell does not tell."""
    bad = [one for one in asked if one.verdict in BAD]
    if not all(one.cell.outputs or one.cell.status != Status.DRIFT for one in bad):
        return ()
    return tuple(name for name, _ in Counter(name for one in bad for name in one.cell.outputs).most_common())


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


def _nothing(indexes: Sequence[Index], question: Question, values: Mapping[str, Collection[str]]) -> str:
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
