"""The closed list of answers, the worst first, with the words that terminal and page share. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from harness.errors import InputError, unknown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Verdict(StrEnum):
    """The answers for a model that is dumped by one environment and loaded by another, the worst first."""

    CHANGES = "changes predictions"
    BREAKS = "breaks"
    UNKNOWN = "not known"
    UNSEEN = "no difference seen"  # in too few models, or by too few methods, to say safe
    TOLERABLE = "safe (within tolerance)"
    SAFE = "safe"


_ORDER = {verdict: place for place, verdict in enumerate(Verdict)}
SAFE = frozenset({Verdict.SAFE, Verdict.TOLERABLE})
BAD = frozenset({Verdict.CHANGES, Verdict.BREAKS})
#: Nothing speaks against loading it.
SOUND = SAFE | {Verdict.UNSEEN}

#: What `--fail-on` takes, for every verb that ends with a verdict.
GATES = {
    "changes": Verdict.CHANGES,
    "breaks": Verdict.BREAKS,
    "not-known": Verdict.UNKNOWN,
    "not-seen": Verdict.UNSEEN,
}

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
    return len(_ORDER) if verdict is None else _ORDER[verdict]


def worst(verdicts: Iterable[str | None]) -> Verdict:
    """Return the worst of several verdicts; `Verdict.UNKNOWN` if there is none."""
    found = set(verdicts)
    return next((verdict for verdict in Verdict if verdict in found), Verdict.UNKNOWN)


def gates(given: Iterable[str]) -> tuple[str, ...]:
    """The gates that texts such as ``changes,breaks`` name, each once. Raises InputError for a word that is none."""
    texts = list(given)
    words = [word.strip() for text in texts for word in text.split(",") if word.strip()]
    for word in words:
        if word not in GATES:
            raise InputError(f"--fail-on: {unknown('gate', word, GATES)}")
    if texts and not words:
        raise InputError(f"--fail-on names no gate; there is {', '.join(GATES)}")
    return tuple(dict.fromkeys(words))


def crossed(gates: Iterable[str], verdicts: Collection[Verdict]) -> list[str]:
    """The gates, by name, whose verdict is among those that hold."""
    return [gate for gate in gates if GATES[gate] in verdicts]
