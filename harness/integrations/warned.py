"""What scikit-learn says when it loads a model of another version, and what the stored runs answer to that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.verdicts import Verdict
from harness.errors import InputError, printable
from harness.terms import minor_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.analysis.ask.index import Index

_LONGEST = 100  # characters of a name or a version: they come from the model
#: Before 1.3 the warning is a `UserWarning` and has no attributes; its text is this since 0.18.
_TEXT = re.compile(
    r"Trying to unpickle estimator (?P<estimator>\S+) from version (?P<saved>\S+) "
    r"when using version (?P<loaded>\S+?)\. "
)


@dataclass(frozen=True, kw_only=True, order=True)
class Warned:
    """One estimator that another version of scikit-learn saved.

    Attributes
    ----------
    estimator : its class, as the warning names it
    saved, loaded : versions of scikit-learn
    """

    estimator: str
    saved: str
    loaded: str


@dataclass(frozen=True, kw_only=True)
class Explained:
    """What the stored runs say of it.

    Attributes
    ----------
    warned : what the warning says
    verdict : `Verdict.UNKNOWN` where no run knows the class or a version
    sentence : the verdict in words, as `ask` has them
    """

    warned: Warned
    verdict: Verdict
    sentence: str

    def __str__(self) -> str:
        warned = self.warned
        return f"{warned.estimator} {warned.saved} → {warned.loaded}: {self.sentence}"


class Explainer:
    """Explains each warning once.

    Attributes
    ----------
    explained : what was explained, in the order in which it came
    """

    def __init__(self, stored: Callable[[], Sequence[Index]]) -> None:
        self.explained: dict[Warned, Explained] = {}
        self._stored = stored

    def explain(self, warned: Warned) -> Explained:
        """What the stored runs say of it, or what they said before."""
        if warned not in self.explained:
            self.explained[warned] = explain(warned, self._stored())
        return self.explained[warned]


def parse(message: Warning | str) -> Warned | None:
    """What a warning says. None if it is another one."""
    told = [
        getattr(message, f"{name}", None)
        for name in ("estimator_name", "original_sklearn_version", "current_sklearn_version")
    ]
    if not all(isinstance(one, str) for one in told):
        found = _TEXT.search(str(message))
        if found is None:
            return None
        told = [found["estimator"], found["saved"], found["loaded"]]
    estimator, saved, loaded = (printable(str(one)[:_LONGEST]) for one in told)
    return Warned(estimator=estimator, saved=saved, loaded=loaded)


def explain(warned: Warned, indexes: Sequence[Index]) -> Explained:
    """Ask the stored runs about the class, from the minor release that saved it to the one that loads it."""
    from harness.analysis.ask import ask  # a service that never sees the warning need not pay for it

    try:
        answer = ask(indexes, warned.estimator, producers=[minor_of(warned.saved)], consumers=[minor_of(warned.loaded)])
    except InputError as error:
        return Explained(warned=warned, verdict=Verdict.UNKNOWN, sentence=f"{Verdict.UNKNOWN} ({error})")
    if answer.nothing:
        return Explained(warned=warned, verdict=Verdict.UNKNOWN, sentence=f"{Verdict.UNKNOWN} ({answer.nothing})")
    return Explained(warned=warned, verdict=answer.verdict, sentence=str(answer.sentence))
