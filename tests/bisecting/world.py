"""A made-up index and made-up answers: environments are tried without any machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.analysis.bisected import Tried
from harness.analysis.verdicts import Verdict
from harness.bisecting.trials import Trials
from harness.checking.wanted import Wanted

#: scikit-learn's releases, each with the NumPy and SciPy of its day.
RELEASES = {
    "1.2.0": ("1.23.5", "1.9.3"),
    "1.2.2": ("1.24.2", "1.10.1"),
    "1.3.0": ("1.25.0", "1.11.1"),
    "1.3.1": ("1.25.2", "1.11.2"),
    "1.3.2": ("1.26.1", "1.11.3"),
    "1.4.0": ("1.26.3", "1.12.0"),
    "1.4.2": ("1.26.4", "1.13.0"),
    "1.5.0": ("1.26.4", "1.13.1"),
    "1.5.1": ("2.0.0", "1.14.0"),
    "1.5.2": ("2.1.1", "1.14.1"),
    "1.6.1": ("2.2.1", "1.15.1"),
    "1.7.2": ("2.3.3", "1.16.2"),
    "1.8.0": ("2.3.5", "1.16.3"),
    "1.9.1": ("2.5.1", "1.18.0"),
}
NUMPY = ["1.23.5", "1.24.2", "1.25.0", "1.25.2", "1.26.1", "1.26.3", "1.26.4", "2.0.0", "2.0.2", "2.1.0", "2.1.1"]
SCIPY = ["1.15.1", "1.16.0", "1.16.2", "1.16.3", "1.17.0", "1.17.1", "1.18.0"]
SAME, BROKEN, CHANGED, MUTE = Verdict.UNSEEN, Verdict.BREAKS, Verdict.CHANGES, Verdict.UNKNOWN

Rule = Callable[[Mapping[str, str]], Verdict]


def release(version: str) -> Wanted:
    return Wanted(scikit_learn=version, python="3.12")


LINE = [release(version) for version in RELEASES]


class Subject:
    """Of the good end."""

    called, written, packages, notes = "model.pkl", "scikit-learn 1.2.2", (), ()

    def __init__(self, home: Wanted) -> None:
        self.home = home


class World(Trials):
    """Answers by a rule on versions, two at a time."""

    def __init__(self, home: Wanted, rule: Rule, *, at_once: int = 2) -> None:
        self.subject = Subject(home)
        self.at_once = at_once
        self.rule = rule
        self._found = {}

    def ask(self, entries):
        for one in entries:
            if one.name not in self._found:
                self._found[one.name] = self._tried(one)
        return [self._found[one.name] for one in entries]

    def environment(self, entry):
        return entry

    def _tried(self, one: Wanted) -> Tried:
        numpy, scipy = RELEASES[one.scikit_learn]
        pins = dict(pin.split("==") for pin in one.packages)
        versions = {"scikit-learn": one.scikit_learn, "python": "3.12.4", "numpy": one.numpy or numpy, "scipy": scipy}
        versions |= pins
        verdict = self.rule(versions)
        if verdict is MUTE:
            return Tried(name=one.name, versions={}, verdict=verdict, why="no wheels")
        return Tried(name=one.name, versions=versions, verdict=verdict, cause=None if verdict is SAME else str(verdict))


def newest(package, specifiers, beside):
    """Of the made-up index, see `harness.environments.index.newest`."""
    from packaging.specifiers import SpecifierSet

    fitting = list(SpecifierSet(specifiers).filter({"numpy": NUMPY, "scipy": SCIPY}[package]))
    return fitting[-1] if fitting else None
