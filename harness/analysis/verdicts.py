"""The closed list of answers, the worst first, with the words that terminal and page share. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """The answers for a model that is dumped by one environment and loaded by another, the worst first."""

    CHANGES = "changes predictions"
    BREAKS = "breaks"
    UNKNOWN = "not known"
    UNSEEN = "no difference seen"  # in too few models, or by too few methods, to say safe
    TOLERABLE = "safe (within tolerance)"
    SAFE = "safe"


class Gate(StrEnum):
    """What ``--fail-on`` takes, for an answer that is such."""

    CHANGES = "changes"
    BREAKS = "breaks"
    NOT_KNOWN = "not-known"
    NOT_SEEN = "not-seen"

    @property
    def verdict(self) -> Verdict:
        """The verdict that crosses it."""
        return {
            Gate.CHANGES: Verdict.CHANGES,
            Gate.BREAKS: Verdict.BREAKS,
            Gate.NOT_KNOWN: Verdict.UNKNOWN,
            Gate.NOT_SEEN: Verdict.UNSEEN,
        }[self]


SAFE = frozenset({Verdict.SAFE, Verdict.TOLERABLE})
BAD = frozenset({Verdict.CHANGES, Verdict.BREAKS})
#: Nothing speaks against loading it.
SOUND = SAFE | {Verdict.UNSEEN}

#: What to do, by verdict: first if scikit-learn warned of another version, then if it did not.
ADVICE: dict[Verdict, tuple[str, str]] = {
    Verdict.CHANGES: (
        "do not ignore the warning: the model loads without an error and predicts something else",
        "there is no warning, but the predictions change",
    ),
    Verdict.BREAKS: (
        "this model fails to load or predict; don't deploy it",
        "this model fails to load or predict; don't deploy it",
    ),
    Verdict.UNKNOWN: (
        "the stored runs do not show whether the warning may be ignored",
        "the stored runs do not show whether it works",
    ),
    Verdict.UNSEEN: (
        "probably the warning may be ignored; too little was tested to say safe, so compare its predictions",
        "probably it works; too little was tested to say safe, so compare its predictions",
    ),
    Verdict.TOLERABLE: (
        "the warning may be ignored: only rounding differs, and no label",
        "there is no warning, and none is needed: only rounding differs, and no label",
    ),
    Verdict.SAFE: (
        "the warning may be ignored: every output is the same, bit for bit",
        "there is no warning, and none is needed: every output is the same, bit for bit",
    ),
}


def rank(verdict: Verdict | None) -> int:
    """A sort key, the worst first; what says nothing comes last."""
    order = list(Verdict)
    return len(order) if verdict is None else order.index(verdict)


def worst(verdicts: Iterable[str | None]) -> Verdict:
    """Return the worst of several verdicts; `Verdict.UNKNOWN` if there is none."""
    found = set(verdicts)
    return next((verdict for verdict in Verdict if verdict in found), Verdict.UNKNOWN)


def as_data() -> dict[str, Any]:
    """Return the list as data for JSON, for the page that shows answers."""
    return {
        "order": [str(verdict) for verdict in Verdict],
        "safe": [str(verdict) for verdict in Verdict if verdict in SAFE],
        "advice": {str(verdict): {"warned": words[0], "silent": words[1]} for verdict, words in ADVICE.items()},
    }
