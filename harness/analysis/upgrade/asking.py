"""The questions of one upgrade: about each class, and about each model file. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.analysis.ask import evidence, several, subjects
from harness.analysis.ask.onwards import deciding_settings
from harness.analysis.ask.question import Question
from harness.analysis.ask.subjects import Kind, Subject
from harness.analysis.models import is_number
from harness.analysis.upgrade import third_party
from harness.analysis.upgrade.files import JudgedFile
from harness.analysis.upgrade.judged import judge
from harness.analysis.upgrade.side import SKLEARN
from harness.analysis.verdicts import BAD
from harness.errors import InputError, unknown
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.analysis.ask.evidence import Evidence, Gathered
    from harness.analysis.ask.index import Index
    from harness.analysis.ask.question import Setting
    from harness.analysis.upgrade.files import HeldClass, ModelFile
    from harness.analysis.upgrade.judged import Judged
    from harness.analysis.upgrade.side import Side
    from harness.analysis.versions import Wanted

#: Formats that need a package of that name.
_PACKAGES = ("cloudpickle", "skops")
#: Formats of a file whose models are Python objects, written by pickle's rules.
_PICKLES = frozenset({"pickle", "joblib", "cloudpickle", "mlflow", "zip"})
#: Whatever is in one decides; of the class itself nothing is to be said.
_HOLDERS = frozenset({"Pipeline", "FeatureUnion"})
_NAMED = 3  # classes that no run knows


class Asking:
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
        self._bad: dict[tuple[str, tuple[Wanted, ...]], bool] = {}

    def _is_there(self, package: str) -> bool:
        return all(self._is_in(side, package) for side in (self._old, self._new))

    @staticmethod
    def _is_in(side: Side, package: str) -> bool:
        """Whether a side may have a package: a list that is not whole does not tell."""
        return package in side.packages or not side.is_whole

    def is_installed(self, class_name: str) -> bool:
        """Whether both environments have the package of a class."""
        package = third_party.package_of(class_name)
        return package is None or self._is_there(package)

    def of_class(self, subject: Subject) -> Judged | str:
        """Judge a class; its name, where the old release has no such model."""
        question = self._question(subject, self._old.wanted)
        found = self._of_package(self._found(question), subject.name, self._old)
        # What a run lacks of another package's classes, the old environment may have.
        is_own = third_party.package_of(subject.name) is None
        if is_own and found and not any(one.is_possible for one in found):
            return subject.name
        return judge(self._indexes, question, found, (self._old, self._new), formats=self.formats)

    def of_file(self, file: ModelFile) -> JudgedFile:
        """Judge a file by its classes."""
        if file.trouble:
            return JudgedFile(file=file)
        if file.format in self.left_out:
            lacking = next(side for side in (self._new, self._old) if not self._is_in(side, file.format))
            return JudgedFile(file=file, unknown=(f"{lacking.called} has no {file.format}",))
        if not self._is_asked(file.format):
            return JudgedFile(file=file, unknown=(f"it is of the format {file.format}, not {self.format_name}",))
        asked = [one for one in file.classes if one.stranger or one.name not in _HOLDERS] or list(file.classes)
        judged = [self._of_held(one, file) for one in asked if self._is_known(one)]
        by_answer = {id(one.answer): one for one in judged}
        others = {one.scikit_learn for one in asked if one.scikit_learn and not self._old.may_have(one.scikit_learn)}
        return JudgedFile(
            file=file,
            classes=tuple(by_answer[id(one)] for one in several.worst_first(one.answer for one in judged)),
            unknown=tuple(self._unknown(file, asked)),
            written_by=" and ".join(sorted(others)),
        )

    def _is_asked(self, file_format: str) -> bool:
        """Whether a file is of the format that is asked about; what pickle's rules wrote, any of these may be."""
        if self.format_name is None or file_format == self.format_name:
            return True
        return file_format in _PICKLES and self.format_name.partition("-")[0] in _PICKLES

    def _is_known(self, held: HeldClass) -> bool:
        return held.stranger is None and held.name.lower() in self.subjects

    def _unknown(self, file: ModelFile, asked: Sequence[HeldClass]) -> Iterator[str]:
        """Why not all of a file can be judged by its classes."""
        strangers = dict.fromkeys(one.stranger or one.name for one in asked if not self._is_known(one))
        strangers |= dict.fromkeys(file.built)
        if strangers:
            names = ", ".join(list(strangers)[:_NAMED])
            yield f"no run knows {names}" + (f" and {len(strangers) - _NAMED} more" if len(strangers) > _NAMED else "")
        for one in asked:
            values = [*map(str, self._untried(one, file))] if self._is_known(one) else []
            if values:
                yield f"no tried {one.name} has {' or '.join(values)}"
        if file.bytecode is not None and not self._is_same_python(file.bytecode):
            python = self._new.text("python")
            told = f"loads with Python {python}" if python else "does not tell its Python"
            yield f"it holds bytecode of Python {file.bytecode}, and {self._new.called} {told}"

    def _untried(self, held: HeldClass, file: ModelFile) -> Iterator[Setting]:
        """The choices among the parameters that decide that no tried model of the class has. Numbers are none.

        An older run does not tell the parameters of every part.
        """
        side = self._writer(held, file)
        whole = self.subjects[held.name.lower()]
        question = self._question(_alone(whole), side.wanted)
        tried = [one for one in self._found(question) if one.is_tried]
        parts = [part for one in tried if one.model is not None for part in one.model.of(whole.name)]
        is_told = bool(parts) and all(part.parameters is not None for part in parts)
        for setting in deciding_settings(whole.name, held.parameters) if is_told else ():
            asked = replace(question, settings=(setting,))
            if not is_number(setting.value) and not any(asked.is_about(one.model) for one in tried):
                yield setting

    def _is_same_python(self, bytecode: str) -> bool:
        old, new = ({minor_of(one) for one in side.packages.get("python", ())} for side in (self._old, self._new))
        return len(new) == 1 and new in (old, {bytecode})

    def _of_held(self, held: HeldClass, file: ModelFile) -> Judged:
        """Judge a class of a file by the models that are most like it, of those that were tried."""
        whole = self.subjects[held.name.lower()]
        side = self._writer(held, file)
        question = self._question(_alone(whole), side.wanted)
        settings = deciding_settings(whole.name, held.parameters)
        every = [replace(question, settings=some) for some in ((settings, ()) if settings else ((),))]
        cells = [self._of_package(self._found(one), whole.name, side) for one in every]
        found = [(one, self._through(some, file)) for one, some in zip(every, cells, strict=True)]
        like = [(one, [it for it in some if _names(it) <= file.within]) for one, some in found]
        others = [(one, [it for it in some if not self._is_other(it, file, side)]) for one, some in found]
        chosen = next((one for one in (*like, *others, *found) if any(it.is_tried for it in one[1])), found[-1])
        return judge(self._indexes, *chosen, (side, self._new))

    def _is_other(self, one: Evidence, file: ModelFile, side: Side) -> bool:
        """Whether a model has something within that the file has not, and that is bad by itself."""
        return any(self._is_bad(name, side) for name in _names(one) - file.within)

    def _is_bad(self, name: str, side: Side) -> bool:
        """Whether some model of a class alone, with nothing else in it, breaks or changes."""
        key = name, side.wanted
        if key not in self._bad:
            question = self._question(_alone(self.subjects[name.lower()]), side.wanted)
            own = [one for one in self._found(question) if _names(one) == {name}]
            self._bad[key] = any(one.verdict in BAD for one in own)
        return self._bad[key]

    def _writer(self, held: HeldClass, file: ModelFile) -> Side:
        """The environment that wrote a class: as the file tells it, else the old one."""
        mine, old = held.scikit_learn, self._old.packages
        if mine is None or self._old.may_have(mine):
            return self._old if file.numpy is None else _with_numpy(self._old, file.numpy)
        packages = {**old, SKLEARN: (mine,)} if minor_of(mine) in map(minor_of, old[SKLEARN]) else {SKLEARN: (mine,)}
        side = replace(self._old, packages=packages)
        return side if file.numpy is None else _with_numpy(side, file.numpy)

    def _of_package(self, found: list[Evidence], class_name: str, old: Side) -> list[Evidence]:
        """Of another package's class, the cells with the versions of the two environments, where some were tried."""
        package = third_party.package_of(class_name)
        if package is None:
            return found

        def is_own(one: Evidence) -> bool:
            saved, loaded = (one.index.holdings.get(name, {}) for name in (one.cell.producer, one.cell.consumer))
            return old.is_as(package, saved) and self._new.is_as(package, loaded)

        own = [one for one in found if is_own(one)]
        return own if any(one.is_tried for one in own) else found

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


def _alone(subject: Subject) -> Subject:
    """The models that are of the very class, where there are any."""
    return replace(subject, cases=subject.alone) if subject.alone else subject


def _names(one: Evidence) -> frozenset[str]:
    return frozenset() if one.model is None else one.model.names


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
