"""What the evidence says of a model file in an upgrade, by its classes with their deciding parameters. Pure.

It was not loaded, so it is never told better than "no difference seen".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.ask.sentence import Sentence
from harness.analysis.verdicts import SAFE, Verdict, rank, worst

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.analysis.upgrade.judged import Judged

_NAMES = 3  # of code of the user's own


@dataclass(frozen=True, kw_only=True)
class HeldClass:
    """The models of one class in a file that one release of scikit-learn wrote.

    Attributes
    ----------
    parameters : those that its models have in common, as texts by name
    scikit_learn : the release that they keep; None: they keep none
    stranger : its name with its module, where it is not the class that runs mean by its name; else None
    """

    name: str
    parameters: Mapping[str, str]
    scikit_learn: str | None
    stranger: str | None = None


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """A file, as it was read.

    Attributes
    ----------
    path : for people
    format : as `inspect` names it
    classes : of its models
    within : the classes of every estimator in it, members of ensembles too
    numpy : the major release of its writer's NumPy; None: not known
    bytecode : of which Python it holds functions' bytecode; None: it holds none
    own : code that is of no known package
    built : of that, what is not only named: a class with objects in the file, for one
    trouble : why nothing can be said of it; empty if something can
    """

    path: str
    format: str = ""
    classes: tuple[HeldClass, ...] = ()
    within: frozenset[str] = frozenset()
    numpy: str | None = None
    bytecode: str | None = None
    own: tuple[str, ...] = ()
    built: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, kw_only=True)
class JudgedFile:
    """A file, with what is said of its classes.

    Attributes
    ----------
    classes : the worst first
    unknown : why not all of it can be judged by its classes
    written_by : the release of scikit-learn that wrote it, where that is another than the old one; else empty
    """

    file: ModelFile
    classes: tuple[Judged, ...] = ()
    unknown: tuple[str, ...] = ()
    written_by: str = ""

    @property
    def verdict(self) -> Verdict:
        found = [Verdict.UNSEEN if one.verdict in SAFE else one.verdict for one in self.classes]
        return worst([*found, *([Verdict.UNKNOWN] if self.unknown or self.file.trouble else [])])

    @property
    def verdicts(self) -> frozenset[Verdict]:
        """What gates ask about: a "safe" of a class is none of its file."""
        return frozenset({verdict for one in self.classes for verdict in one.verdicts} - SAFE) | {self.verdict}

    @property
    def sentence(self) -> Sentence:
        if self.file.trouble:
            return Sentence(core=f"{Verdict.UNKNOWN}: {self.file.trouble}")
        own = f"{', '.join(self.file.own[:_NAMES])} not judged" if self.file.own else ""
        same = [one for one in self.classes if one.verdict is self.verdict]
        if self.verdict is Verdict.UNKNOWN:
            reasons = [*self.unknown, *(f"no run tells of {one.name} there" for one in same)]
            return Sentence(core=f"{Verdict.UNKNOWN}: {'; '.join(reasons)}")
        if self.verdict is Verdict.UNSEEN:
            names = ", ".join(one.name for one in self.classes)
            return Sentence(core=f"{Verdict.UNSEEN} in models like {names}", bracket=own)
        first = same[0]
        return Sentence(core=f"{first.name} {first.sentence.core}", bracket=first.sentence.bracket)


def worst_first(files: tuple[JudgedFile, ...]) -> tuple[JudgedFile, ...]:
    """The files by verdict; within one by their paths."""
    return tuple(sorted(files, key=lambda one: (rank(one.verdict), one.file.path)))
