"""A question: which models, from where to where, through what. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.analysis import versions
from harness.analysis.ask.subjects import Kind
from harness.analysis.models import is_value
from harness.errors import InputError, shown
from harness.terms import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.analysis.ask.subjects import Subject
    from harness.analysis.models import Model, Part
    from harness.analysis.versions import Wanted


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A parameter that the user's model has, or a property of its training rows such as ``input=csr``."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name}={self.value}"

    @classmethod
    def parse(cls, text: str) -> Setting:
        """Parse ``loss=log_loss``. Raises InputError."""
        name, equals, value = text.partition("=")
        if not (equals and name.strip() and value.strip()):
            raise InputError(f"{shown(text)} is no parameter with its value: write loss=log_loss")
        return cls(name=name.strip(), value=value.strip())

    def holds(self, part: Part, model: Model) -> bool:
        """Whether a part of a model has it; or, if it is no parameter of that part, the model's training rows."""
        text = part.value(self.name)
        if text is None:
            text = model.data.get(self.name)
            if self == SPARSE:
                return text is not None and text not in _DENSE
        return text is not None and is_value(text, self.value)


#: Whatever format the sparse rows have.
SPARSE = Setting(name="input", value="sparse")
_DENSE = frozenset({"array", "frame", "list"})


@dataclass(frozen=True, kw_only=True)
class Question:
    subject: Subject
    producers: tuple[Wanted, ...]  # of each package one must hold
    consumers: tuple[Wanted, ...]  # none of scikit-learn: every release that loads
    settings: tuple[Setting, ...] = ()  # all must hold, of one part
    format: str | None = None  # None: every format that gives the same object back
    reader: str | None = None

    @property
    def class_name(self) -> str | None:
        """The class that was asked about; None for a case or a family."""
        return self.subject.name if self.subject.kind is Kind.CLASS else None

    @property
    def targets(self) -> tuple[str, ...]:
        """The releases of scikit-learn that are to load it; empty: every one."""
        return tuple(one.version for one in self.consumers if one.package == versions.DEFAULT_PACKAGE)

    @property
    def is_strip(self) -> bool:
        """Whether several releases are to load it, so that the answer is of releases and not of models."""
        return len(self.targets) != 1

    @property
    def everywhere(self) -> Question:
        """The same question for every release of scikit-learn that loads."""
        others = tuple(one for one in self.consumers if one.package != versions.DEFAULT_PACKAGE)
        return replace(self, consumers=others)

    def parts(self, model: Model) -> tuple[Part, ...]:
        """The parts of a model that the question is about: of the class, with every setting."""
        parts = model.parts if self.class_name is None else model.of(self.class_name)
        return tuple(part for part in parts if all(setting.holds(part, model) for setting in self.settings))

    def is_about(self, model: Model | None) -> bool:
        """Whether it is about a model. What nobody could fit is asked about if there are no settings."""
        if model is None:
            return not self.settings
        return bool(self.parts(model)) or (self.class_name is None and not self.settings)

    def is_through(self, format_name: str, reader: str, *, converts: bool) -> bool:
        """Whether it is about a format and a reader.

        A format that converts a model answers another question than what versions do to it: it must be asked for, and
        so must one of `terms.BY_NAME`.
        """
        if self.reader not in {None, reader}:
            return False
        by_name = converts or format_name in BY_NAME
        return self.format == format_name or (self.format is None and (not by_name or self.reader is not None))


def fitting(holdings: Mapping[str, Mapping[str, str]], side: Iterable[Wanted]) -> list[str]:
    """The environments that hold everything wanted: of each package that is named one of its versions."""
    wanted: dict[str, list[Wanted]] = {}
    for one in side:
        wanted.setdefault(one.package, []).append(one)
    return [
        name
        for name, packages in holdings.items()
        if all(any(one.holds(packages) for one in some) for some in wanted.values())
    ]


def wanted(texts: Iterable[str]) -> tuple[Wanted, ...]:
    """Parse versions. Raises InputError."""
    return tuple(versions.wanted(text) for text in texts)
