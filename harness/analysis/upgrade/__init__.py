"""What an upgrade from one environment to another does to models: every class that the evidence has, and files. Pure.

side         the environment before or after, as far as it is told
judged       what is said of one class; third_party: classes of other packages
files        what is said of a model file, by its classes
coverage     what no run has tried of the two environments
conclusion   the one sentence
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.analysis.ask import evidence, several, subjects
from harness.analysis.ask.onwards import deciding_settings
from harness.analysis.ask.question import Question
from harness.analysis.ask.subjects import Kind, Subject
from harness.analysis.upgrade import conclusion, coverage, third_party
from harness.analysis.upgrade import files as files_
from harness.analysis.upgrade.files import HeldClass, JudgedFile, ModelFile
from harness.analysis.upgrade.judged import Judged, judge
from harness.analysis.upgrade.side import SKLEARN, Side
from harness.analysis.verdicts import Verdict, worst
from harness.errors import InputError, unknown
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.analysis.ask.answer import AskedRun
    from harness.analysis.ask.evidence import Evidence, Gathered
    from harness.analysis.ask.index import Index
    from harness.analysis.ask.sentence import Sentence
    from harness.analysis.upgrade.coverage import Coverage
    from harness.analysis.versions import Wanted

__all__ = ["HeldClass", "Judged", "JudgedFile", "ModelFile", "Side", "Upgrade", "upgrade"]

#: Formats that need a package of that name.
_PACKAGES = ("cloudpickle", "skops")
#: Formats of a file whose models are Python objects, written by pickle's rules.
_PICKLES = frozenset({"pickle", "joblib", "cloudpickle", "mlflow", "zip"})
#: Whatever is in one decides; of the class itself nothing is to be said.
HOLDERS = frozenset({"Pipeline", "FeatureUnion"})


@dataclass(frozen=True, kw_only=True)
class Upgrade:
    """What the stored runs say of an upgrade.

    Attributes
    ----------
    estimators : every class, the worst first
    files : the worst first; empty if none were given
    absent : classes that no model of the old release is or contains
    formats : that were asked about
    left_out : formats that one of the two environments cannot read or write
    runs : that it stands on
    """

    old: Side
    new: Side
    estimators: tuple[Judged, ...]
    files: tuple[JudgedFile, ...]
    absent: tuple[str, ...]
    formats: tuple[str, ...]
    left_out: tuple[str, ...]
    coverage: Coverage
    runs: tuple[AskedRun, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of the files; without files, of the classes."""
        return worst(one.verdict for one in (self.files or self.estimators))

    @property
    def subject(self) -> str:
        """What is upgraded."""
        return conclusion.subject(self.old, self.new)

    @property
    def sentence(self) -> Sentence:
        """The answer in one line, without the question."""
        asked, noun = (self.files, "file") if self.files else (self.estimators, "estimator")
        return conclusion.sentence((one.verdict for one in asked), noun)

    @property
    def verdicts(self) -> frozenset[Verdict]:
        """What gates ask about: the files, or every class where none were given."""
        asked: Sequence[Judged | JudgedFile] = self.files or self.estimators
        return frozenset(verdict for one in asked for verdict in one.verdicts) | {self.verdict}


def upgrade(
    indexes: Sequence[Index],
    old: Side,
    new: Side,
    files: Iterable[ModelFile] = (),
    *,
    format_name: str | None = None,
) -> Upgrade:
    """Answer for every class, and for files.

    Parameters
    ----------
    indexes : of the runs. The newest cell of each counts, and an older one that knows worse by what was compared there.
    format_name : every one that gives the very object back, if not given.

    Raises
    ------
    InputError : no run has such a format.
    """
    indexes = sorted(indexes, key=lambda index: str(index.run["started"]), reverse=True)
    asking = _Asking(indexes, old, new, format_name)
    classes = [asking.of_class(one) for one in asking.subjects.values() if asking.is_installed(one.name)]
    known = [one for one in classes if isinstance(one, Judged)]
    judged = {id(one.answer): one for one in known}
    ordered = [judged[id(one)] for one in several.worst_first(one.answer for one in known)]
    return Upgrade(
        old=old,
        new=new,
        estimators=tuple(sorted(ordered, key=lambda one: list(Verdict).index(one.verdict))),
        files=files_.worst_first(tuple(map(asking.of_file, files))),
        absent=tuple(one for one in classes if isinstance(one, str)),
        formats=asking.formats,
        left_out=asking.left_out,
        coverage=coverage.of(indexes, old, new, known),
        runs=_runs(known),
    )


class _Asking:
    """The questions of one upgrade, and the cells that answer them."""

    def __init__(self, indexes: Sequence[Index], old: Side, new: Side, format_name: str | None) -> None:
        self._indexes, self._old, self._new = indexes, old, new
        every = tuple(dict.fromkeys(name for index in indexes for name in index.known("format")))
        if format_name is not None and format_name not in every:
            raise InputError(f"{unknown('format', format_name, every)}")
        converted = {name for index in indexes for name in index.converted}
        self.left_out = tuple(name for name in every if name in _PACKAGES and not self._is_there(name))
        asked = [name for name in every if name not in converted and name not in self.left_out]
        self.formats = (format_name,) if format_name is not None else tuple(asked)
        self.format_name = format_name
        self.subjects = _classes(indexes)
        self._gathered: dict[tuple[Wanted, ...], Gathered] = {}

    def _is_there(self, package: str) -> bool:
        return all(package in side.packages or not side.is_whole for side in (self._old, self._new))

    def is_installed(self, class_name: str) -> bool:
        """Whether both environments have the package of a class."""
        package = third_party.package_of(class_name)
        return package is None or self._is_there(package)

    def of_class(self, subject: Subject) -> Judged | str:
        """Judge a class; its name, where the old release has no such model."""
        question = self._question(subject, self._old.wanted)
        found = self._found(question)
        if found and not any(one.is_possible for one in found):
            return subject.name
        return judge(self._indexes, question, found, (self._old, self._new), formats=self.formats)

    def of_file(self, file: ModelFile) -> JudgedFile:
        """Judge a file by its classes."""
        if file.trouble:
            return JudgedFile(file=file)
        asked = [one for one in file.classes if one.name not in HOLDERS] or list(file.classes)
        known = [one for one in asked if one.name.lower() in self.subjects]
        judged = [self._of_held(one, file) for one in known]
        by_answer = {id(one.answer): one for one in judged}
        others = {one.scikit_learn for one in asked if one.scikit_learn} - set(self._old.packages[SKLEARN])
        return JudgedFile(
            file=file,
            classes=tuple(by_answer[id(one)] for one in several.worst_first(one.answer for one in judged)),
            unknown=tuple(one.name for one in asked if one not in known),
            written_by=" and ".join(sorted(others)),
        )

    def _of_held(self, held: HeldClass, file: ModelFile) -> Judged:
        """Judge a class of a file: by models of the very class with its deciding parameters, where there are any."""
        whole = self.subjects[held.name.lower()]
        subject = replace(whole, cases=whole.alone) if whole.alone else whole
        side = self._writer(held, file)
        settings = deciding_settings(whole.name, held.parameters)
        for some in (settings, ()) if settings else ((),):
            question = replace(self._question(subject, side.wanted), settings=some)
            found = self._through(self._found(question), file)
            if any(one.is_tried for one in found):
                break
        return judge(self._indexes, question, found, (side, self._new))

    def _writer(self, held: HeldClass, file: ModelFile) -> Side:
        """The environment that wrote a class: as the file tells it, else the old one."""
        mine, old = held.scikit_learn, self._old.packages
        if mine is None or mine in old[SKLEARN]:
            return self._old if file.numpy is None else _with_numpy(self._old, file.numpy)
        packages = {**old, SKLEARN: (mine,)} if minor_of(mine) in map(minor_of, old[SKLEARN]) else {SKLEARN: (mine,)}
        side = replace(self._old, packages=packages)
        return side if file.numpy is None else _with_numpy(side, file.numpy)

    def _through(self, found: list[Evidence], file: ModelFile) -> list[Evidence]:
        """The cells of a file's own way to be written, where some were tried; pickle's ways are one."""
        if self.format_name is not None or file.format in _PICKLES:
            return found
        own = [one for one in found if one.cell.format == file.format]
        return own if any(one.is_tried for one in own) else found

    def _question(self, subject: Subject, producers: tuple[Wanted, ...]) -> Question:
        return Question(subject=subject, producers=producers, consumers=self._new.wanted, format=self.format_name)

    def _found(self, question: Question) -> list[Evidence]:
        key = question.producers
        if key not in self._gathered:
            cases = dict.fromkeys(case for one in self.subjects.values() for case in one.cases)
            whole = Subject(name="every class", kind=Kind.CASE, cases=tuple(cases))
            self._gathered[key] = evidence.Gathered(self._indexes, replace(question, subject=whole, settings=()))
        return [one for one in self._gathered[key].about(question) if one.cell.format in self.formats]


def _with_numpy(side: Side, major: str) -> Side:
    """The side with a file's own NumPy: its major is all that the file tells."""
    told = side.packages.get("numpy", ())
    same = tuple(one for one in told if one.partition(".")[0] == major)
    return replace(side, packages={**side.packages, "numpy": same or (major,)})


def _classes(indexes: Sequence[Index]) -> dict[str, Subject]:
    """Every class that can be asked about, by its name in small letters."""
    found: dict[str, list[Subject]] = {}
    for index in indexes:
        for one in index.subjects:
            if one.kind is Kind.CLASS:
                found.setdefault(one.name.lower(), []).append(one)
    return {name: subjects.joined(some) for name, some in found.items()}


def _runs(known: Iterable[Judged]) -> tuple[AskedRun, ...]:
    """The runs behind the answers, each once."""
    found: dict[str, AskedRun] = {}
    for one in known:
        for run in one.answer.runs:
            if run.cells:
                before = found.get(run.id)
                found[run.id] = replace(run, cells=run.cells + (before.cells if before else 0))
    return tuple(found.values())
