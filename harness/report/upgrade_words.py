"""What is said of an upgrade besides its sentences: for terminal and JSON alike. Nothing is escaped here."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING

from harness.analysis.units import counted
from harness.analysis.upgrade.conclusion import title
from harness.analysis.upgrade.side import COUNTED, NUMPY
from harness.analysis.verdicts import BAD, Verdict
from harness.inspection import packages
from harness.report import ask_words, rerun_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.analysis.upgrade import Judged, JudgedFile, Side, Upgrade

#: Packages that files name, and that have no models.
_WITHOUT_MODELS = frozenset({*COUNTED, "cloudpickle", "cython", "dask", "dill", "mlflow", "narwhals", "pillow"})
_WITHOUT_MODELS |= {
    "polars",
    "psutil",
    "pyarrow",
    "python-dateutil",
    "pytz",
    "pyyaml",
    "skops",
    "threadpoolctl",
    "tzlocal",
}


def side(one: Side) -> str:
    """What an environment has, in short: ``old.lock: scikit-learn 1.3.2, NumPy 1.26.4``."""
    told = [f"{title(package)} {one.text(package)}" for package in COUNTED if one.text(package)]
    return f"{one.called}: {', '.join(told)}"


def tested(upgrade: Upgrade) -> str:
    """What the answers stand on: models, formats, environments and days."""
    if not upgrade.runs:
        others = "; ".join(upgrade.coverage.numpy)
        return f"nothing that tells of it{f': the runs have {others}' if others else ''}"
    models = {case for one in upgrade.estimators for case in one.answer.breadth.models}
    days = sorted({str(one.run["started"])[:10] for one in upgrade.runs})
    places = len({*upgrade.coverage.saves, *upgrade.coverage.loads})
    return (
        f"{counted(len(models), 'model')}, {counted(len(upgrade.formats), 'format')}, "
        f"{counted(places, 'environment')}; {'run' if len(days) == 1 else 'runs'} of {', '.join(days)}"
    )


def untried(upgrade: Upgrade) -> str:
    """What of the two environments no run has; empty if some run has all of it."""
    coverage = upgrade.coverage
    if coverage.is_covered or not upgrade.runs:
        return ""
    found = dict.fromkeys(one.package for one in (*coverage.old, *coverage.new))
    if not found:
        return "all of these packages together; so nothing is called safe"
    told = []
    for package in found:
        lacking = [it for it in (*coverage.old, *coverage.new) if it.package == package]
        ends = dict.fromkeys(it.version for it in lacking)
        tried = dict.fromkeys("/".join(it.tried) for it in lacking if it.tried)
        instead = f" (the runs: {' → '.join(tried)})" if tried else ""
        told.append(f"{title(package)} {' → '.join(ends)}{instead}")
    return f"{', '.join(told)}; so nothing is called safe"


def untold(upgrade: Upgrade) -> str:
    """Which of the two do not tell their NumPy, so that every one counts; empty if both do."""
    names = dict.fromkeys(one.called for one in (upgrade.old, upgrade.new) if not one.text(NUMPY))
    return f"{' and '.join(names)} without a version of NumPy, so every one that was tried counts" if names else ""


def not_tested(upgrade: Upgrade) -> list[str]:
    """Packages with models of their own that change, and of which no run tells: ``xgboost 1.7.6 → 2.1.0``."""
    told = {one.package for one in upgrade.estimators}
    return [
        f"{package} {upgrade.old.text(package)} → {upgrade.new.text(package)}"
        for package in upgrade.coverage.changed
        if package in _with_models() - told
    ]


def gone(upgrade: Upgrade) -> list[str]:
    """Packages with models of their own that only the old environment has."""
    if not upgrade.new.is_whole:
        return []
    return sorted((_with_models() & upgrade.old.packages.keys()) - upgrade.new.packages.keys())


def _with_models() -> frozenset[str]:
    return packages.listed() - _WITHOUT_MODELS


def split(group: Sequence[Judged]) -> tuple[list[str], list[str], list[str]]:
    """The classes of a group that are bad themselves, those for unusual rows only, and those in other models only."""
    own, unusual, inside = [], [], []
    for one in group:
        if one.verdict in BAD and not one.is_by_itself:
            inside.append(one.name)
        elif ask_words.changes_only_unusual(one.answer):
            unusual.append(one.name)
        else:
            own.append(one.name)
    return own, unusual, inside


def only_in(file: JudgedFile) -> str:
    """In which outputs a file changes, where it is only for rows in another form than it was fitted on."""
    bad = [one.answer for one in file.classes if one.verdict is file.verdict]
    if not bad or not all(map(ask_words.changes_only_unusual, bad)):
        return ""
    return f"; only {ask_words.listed(list(dict.fromkeys(name for one in bad for name in one.differing)), 2)}"


def causes(group: Sequence[Judged]) -> list[str]:
    """Why the classes of a group break or change, each cause once, the commonest first, with how many it is of."""
    if not group or group[0].verdict not in BAD:
        return []
    counts = Counter(text for one in group for text in dict.fromkeys(ask_words.why(one.answer, only_worst=True)))
    return [f"{text} ({count})" if len(group) > 1 else text for text, count in counts.most_common()]


def causes_of_files(files: Sequence[JudgedFile]) -> list[str]:
    """Why files break or change, each cause once, the commonest first; of several files with how many it is of."""
    bad = [[one for one in file.classes if one.verdict is file.verdict] for file in files if file.verdict in BAD]
    told = ({text for one in classes for text in ask_words.why(one.answer, only_worst=True)} for classes in bad)
    counts = Counter(text for texts in told for text in sorted(texts))
    return [f"{text} ({counted(count, 'file')})" if len(bad) > 1 else text for text, count in counts.most_common()]


def reasons(group: Sequence[Judged]) -> list[str]:
    """Why it is not known, each reason once."""
    if not group or group[0].verdict is not Verdict.UNKNOWN:
        return []
    return [*dict.fromkeys(text for one in group for text in ask_words.why(one.answer))]


def formats(upgrade: Upgrade) -> Iterator[tuple[str, str]]:
    """Each format, with how many estimators have which verdict in it."""
    for name in upgrade.formats:
        found = [one.formats[name] for one in upgrade.estimators if name in one.formats]
        if found:
            yield name, _counts(found)


def counts(estimators: Sequence[Judged]) -> str:
    """How many estimators have which verdict: ``30 change, 40 break, 146 safe; of 216 estimators``."""
    return _counts([one.verdict for one in estimators])


def _counts(verdicts: Sequence[Verdict]) -> str:
    found = Counter(verdicts)
    told = ", ".join(f"{found[verdict]} {_SHORT[verdict]}" for verdict in Verdict if found[verdict])
    return f"{told}; of {counted(len(verdicts), 'estimator')}"


_SHORT = {
    Verdict.CHANGES: "change",
    Verdict.BREAKS: "break",
    Verdict.UNKNOWN: "not known",
    Verdict.UNSEEN: "no difference seen",
    Verdict.TOLERABLE: "safe (within tolerance)",
    Verdict.SAFE: "safe",
}


def todo(upgrade: Upgrade) -> str:
    """What to do now."""
    file = shlex.quote(upgrade.files[0].file.path) if upgrade.files else "FILE"
    command = f"{rerun_command.program()} check {file} --to {shlex.quote(upgrade.new.target)}"
    if upgrade.verdict in BAD:
        return f"retrain, or keep the old environment for these; try each file itself: {command}"
    return f"try each file itself: {command}"
