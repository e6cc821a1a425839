"""What an upgrade from one environment to another does to models: every class that the evidence has, and files. Pure.

asking       the questions
side         the environment before or after, as far as it is told
judged       what is said of one class; third_party: classes of other packages
files        what is said of a model file, by its classes
coverage     what no run has tried of the two environments
conclusion   the one sentence
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from harness.analysis.ask import several
from harness.analysis.upgrade import conclusion, coverage
from harness.analysis.upgrade import files as files_
from harness.analysis.upgrade.asking import Asking
from harness.analysis.upgrade.files import HeldClass, JudgedFile, ModelFile
from harness.analysis.upgrade.judged import Judged
from harness.analysis.upgrade.side import Side
from harness.analysis.verdicts import Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from harness.analysis.ask.answer import AskedRun
    from harness.analysis.ask.index import Index
    from harness.analysis.ask.sentence import Sentence
    from harness.analysis.upgrade.coverage import Coverage

__all__ = ["HeldClass", "Judged", "JudgedFile", "ModelFile", "Side", "Upgrade", "upgrade"]


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

    def to_frame(self) -> pd.DataFrame:
        """One row for each file and each estimator, files first, the worst first.

        Columns: ``kind`` ("file" or "estimator"), ``name`` (of a file, its path), ``verdict``, ``sentence``, ``cause``
        (of the worst cell of an estimator; null where nobody knows one) and ``models`` (how many were compared).
        """
        import pandas as pd  # noqa: PLC0415  # half a second that `upgrade` on a terminal need not pay

        rows = [*map(_row_of_file, self.files), *map(_row, self.estimators)]
        return pd.DataFrame(rows, columns=["kind", "name", "verdict", "sentence", "cause", "models"])


_Row: TypeAlias = tuple[str, str, str, str, str | None, int | None]


def _row_of_file(one: JudgedFile) -> _Row:
    return "file", str(one.file.path), str(one.verdict), str(one.sentence), None, None


def _row(one: Judged) -> _Row:
    way = one.answer.worst_way
    cause = None if way is None else way.cause
    return "estimator", one.name, str(one.verdict), str(one.sentence), cause, sum(one.answer.models.values())


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
    asking = Asking(indexes, old, new, format_name)
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


def _runs(known: Iterable[Judged]) -> tuple[AskedRun, ...]:
    """The runs behind the answers, each once."""
    found: dict[str, AskedRun] = {}
    for one in known:
        for run in one.answer.runs:
            if run.cells:
                before = found.get(run.id)
                found[run.id] = replace(run, cells=run.cells + (before.cells if before else 0))
    return tuple(found.values())
