"""What else changed between two runs: packages in their environments, and code of their cases. Pure."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis import columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from harness.store import RunTables

SUSPECTS = 5  # packages named beside a group
_VERSIONS = 2  # changes shown of one package
_SHARE = 0.5  # of a group's cells in whose environments a package must have changed to be named
#: Packages that decide what a model predicts are named before others.
_FIRST = ("scikit-learn", "numpy", "scipy", "python", "joblib", "cloudpickle", "skops", "onnxruntime", "skl2onnx")


@dataclass(frozen=True, kw_only=True, order=True)
class PackageChange:
    """Two versions of a package in an environment; empty if it is not installed."""

    name: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.name} {self.was or 'none'} → {self.now or 'none'}"


@dataclass(frozen=True, kw_only=True)
class Suspects:
    """What may have caused the change of a group."""

    packages: tuple[tuple[PackageChange, ...], ...]  # by package, the likeliest first; it may have had several versions
    recoded: tuple[str, ...]  # its cases whose code or data is another


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """Everything that may be a cause."""

    packages: dict[str, tuple[PackageChange, ...]]  # by environment
    recoded: frozenset[str]  # cases

    def find_suspects(self, rows: pd.DataFrame) -> Suspects:
        """Find what changed in the environments of most of these rows, and which of their cases changed."""
        sides = [side for side in ("producer", "consumer") if side in rows]
        counts: Counter[str] = Counter()
        changes: dict[str, Counter[PackageChange]] = {}
        for names, count in rows.groupby(sides).size().items():
            pair = names if isinstance(names, tuple) else (names,)
            found = {change for name in pair for change in self.packages.get(str(name), ())}
            counts.update(dict.fromkeys({change.name for change in found}, int(count)))
            for change in found:
                changes.setdefault(change.name, Counter())[change] += int(count)
        likely = [name for name, count in counts.items() if count >= _SHARE * len(rows)]
        likely.sort(key=lambda name: (not _replaced(changes[name]), -counts[name], _rank(name), name))
        return Suspects(
            packages=tuple(tuple(c for c, _ in changes[name].most_common(_VERSIONS)) for name in likely[:SUSPECTS]),
            recoded=tuple(sorted(self.recoded.intersection(rows["case"]))),
        )


def _replaced(changes: Counter[PackageChange]) -> bool:
    """Whether it is another version of a package: one that came or went is the lesser suspect."""
    return any(change.was and change.now for change in changes)


def changed(base: pd.DataFrame, new: pd.DataFrame) -> dict[str, tuple[PackageChange, ...]]:
    """Compare the packages of each environment that both runs know; empty if nothing changed."""
    before, after = columns.packages(base), columns.packages(new)
    return {name: differences(before[name], after[name]) for name in after if name in before}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[PackageChange, ...]:
    """Compare the packages of two environments. Packages that decide what a model predicts come first."""
    names = sorted({*before, *after}, key=lambda name: (_rank(name), name))
    pairs = ((name, before.get(name, ""), after.get(name, "")) for name in names)
    return tuple(PackageChange(name=name, was=was, now=now) for name, was, now in pairs if was != now)


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def suspicion(base: RunTables, new: RunTables) -> Suspicion:
    """Find what two runs differ in."""
    return Suspicion(
        packages=changed(base.environments, new.environments), recoded=recoded(base.artifacts, new.artifacts)
    )


def recoded(base: pd.DataFrame, new: pd.DataFrame) -> frozenset[str]:
    """List the cases whose code or training data differ. What is not known counts as the same."""
    before, after = _recipes(base), _recipes(new)
    return frozenset(
        key[1]
        for key, recipe in after.items()
        if any(was and now and was != now for was, now in zip(before.get(key, recipe), recipe, strict=True))
    )


def _recipes(artifacts: pd.DataFrame) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """By producer and case, which share one fit: digests of the code and of the data it was made from."""
    found = {}
    first = artifacts.dropna(subset=["manifest"]).drop_duplicates(["producer", "case"])
    for producer, case, text in zip(first["producer"], first["case"], first["manifest"], strict=True):
        manifest = json.loads(text)
        code, data = (manifest.get(part) or {} for part in ("code", "data"))
        found[str(producer), str(case)] = (code.get("sha256"), data.get("train_sha256"))
    return found
