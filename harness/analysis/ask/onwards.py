"""What the stored runs say of a class from one release of scikit-learn on: a verdict for each later minor. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.analysis import versions
from harness.analysis.ask import breadth, evidence, subjects
from harness.analysis.ask.question import Question, Setting, wanted
from harness.analysis.meanings import unusual_rows
from harness.analysis.verdicts import BAD, Verdict
from harness.config.deciding import deciding, gives_frames
from harness.errors import InputError
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from harness.analysis.ask.evidence import Evidence
    from harness.analysis.ask.index import Index


@dataclass(frozen=True, kw_only=True)
class Onwards:
    """The verdicts of a class that one minor release saved.

    Attributes
    ----------
    verdicts : by minor release that loads it, the oldest first: the worst of all environments
    only_for : by minor release that changes predictions only for rows in other forms than the fit's, these forms
    """

    estimator: str
    minor: str
    verdicts: dict[str, Verdict]
    only_for: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def first_bad(self) -> str | None:
        """The first minor in which it breaks or changes predictions."""
        return next((minor for minor, verdict in self.verdicts.items() if verdict in BAD), None)

    @property
    def stays_bad(self) -> bool:
        """Whether every later minor is bad, too."""
        later = [*self.verdicts.values()]
        first = next((place for place, verdict in enumerate(later) if verdict in BAD), len(later))
        return all(verdict in BAD for verdict in later[first:])

    def ranges(self) -> Iterator[tuple[str, str, Verdict, tuple[str, ...]]]:
        """First and last minor of each stretch with one verdict, and the forms of rows that it is only for."""
        stretches: list[tuple[str, str, Verdict, tuple[str, ...]]] = []
        for minor, verdict in self.verdicts.items():
            forms = self.only_for.get(minor, ())
            if stretches and stretches[-1][2:] == (verdict, forms):
                stretches[-1] = (stretches[-1][0], minor, verdict, forms)
            else:
                stretches.append((minor, minor, verdict, forms))
        yield from stretches


def onwards(
    indexes: Sequence[Index],
    estimators: Mapping[str, Mapping[str, str]],
    version: str,
    *,
    numpy: str | None = None,
    framed: Collection[str] = (),
) -> tuple[Onwards, ...]:
    """Ask for each class and every later minor, of models that are of the very class.

    Where there are models with the same values of the parameters that decide, only these are asked about.

    Environments whose NumPy is of an older major release than the writer's are left out: that is another question.

    Parameters
    ----------
    estimators : the parameters of each class, as texts by name; those that are not known may be missing
    version : the writer's scikit-learn
    numpy : the major release of the writer's NumPy, if it is known
    framed : the classes whose models ``set_output`` was told to give frames. Of others, such models say nothing.

    Returns
    -------
    tuple of Onwards
        A class or a release of which the runs know nothing is left out.
    """
    saved_by = minor_of(version)
    newest_first = sorted(indexes, key=lambda index: str(index.run["started"]), reverse=True)
    held = {name: packages for index in indexes for name, packages in index.holdings.items()}
    found = []
    for estimator, parameters in estimators.items():
        try:
            subject = subjects.find((one for index in newest_first for one in index.subjects), estimator)
        except InputError:
            continue
        settings = deciding_settings(estimator, parameters)
        for held_by in (settings, ()) if settings else ((),):
            question = Question(subject=subject, producers=wanted([saved_by]), consumers=(), settings=held_by)
            counted = [
                one
                for one in evidence.gather(newest_first, question)
                if _counts(question, one, held, numpy) and (estimator in framed or not gives_frames(one.cell.case))
            ]
            if any(one.is_tried for one in counted):
                break
        by_minor: dict[str, list[Evidence]] = {}
        for one in counted:
            by_minor.setdefault(minor_of(held[one.cell.consumer][versions.DEFAULT_PACKAGE]), []).append(one)
        verdicts = {
            later: breadth.verdict(by_minor[later], question)
            for later in versions.ordered(by_minor)
            if not _is_older(later, saved_by)
        }
        if verdicts:
            forms = {minor: _only_for(by_minor[minor]) for minor, one in verdicts.items() if one is Verdict.CHANGES}
            only = {minor: some for minor, some in forms.items() if some}
            found.append(Onwards(estimator=estimator, minor=saved_by, verdicts=verdicts, only_for=only))
    return tuple(found)


def deciding_settings(estimator: str, parameters: Mapping[str, str]) -> tuple[Setting, ...]:
    """The parameters that decide, of those that a model has."""
    known = deciding().get(estimator, {})
    return tuple(Setting(name=name, value=value) for name, value in parameters.items() if name in known)


def _counts(question: Question, one: Evidence, held: Mapping[str, Mapping[str, str]], numpy: str | None) -> bool:
    """Whether a cell is of the very class, through a format that is asked about, and with a NumPy that is no older."""
    writer, reader = held.get(one.cell.producer, {}), held.get(one.cell.consumer, {})
    majors = [packages.get("numpy", "").partition(".")[0] for packages in (writer, reader)]
    return (
        versions.DEFAULT_PACKAGE in reader
        and one.cell.case in question.subject.alone
        and question.is_through(one.cell.format, one.cell.reader, converts=one.converts)
        and numpy in {None, majors[0]}
        and majors[0] <= majors[1]
    )


def _only_for(cells: Sequence[Evidence]) -> tuple[str, ...]:
    """The forms of rows, other than the fit's, that alone are answered otherwise; none where anything else is wrong."""
    bad = [one for one in cells if one.verdict in BAD]
    if not all(one.verdict is Verdict.CHANGES and one.cell.outputs for one in bad):
        return ()
    return unusual_rows(sorted({name for one in bad for name in one.cell.outputs}))


def _is_older(one: str, other: str) -> bool:
    first, second = versions.parsed(one), versions.parsed(other)
    return first is not None and second is not None and first < second
