"""The closed list of answers, the worst first, and their words: one table for terminal and page. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """What may be said of a model that was dumped here and is loaded there, the worst first."""

    CHANGES = "changes predictions"
    BREAKS = "breaks"
    UNKNOWN = "not known"
    TOLERABLE = "safe (within tolerance)"
    SAFE = "safe"


SAFE = frozenset({Verdict.SAFE, Verdict.TOLERABLE})

#: What a person with a warning on the screen wants to know: by verdict, where scikit-learn warned and where it did not.
ADVICE: dict[Verdict, tuple[str, str]] = {
    Verdict.CHANGES: (
        "do not ignore the warning: the model loads without an error and predicts something else",
        "no warning is shown, and the model predicts something else all the same",
    ),
    Verdict.BREAKS: (
        "this model fails to load or predict; don't deploy it",
        "this model fails to load or predict; don't deploy it",
    ),
    Verdict.UNKNOWN: (
        "no evidence here says that the warning may be ignored",
        "no evidence here says that it works, and none that it fails",
    ),
    Verdict.TOLERABLE: (
        "the warning may be ignored: only rounding differs, and no label",
        "no warning is shown, and none is needed: only rounding differs, and no label",
    ),
    Verdict.SAFE: (
        "the warning may be ignored: every output is the same, bit for bit",
        "no warning is shown, and none is needed: every output is the same, bit for bit",
    ),
}


def worst(verdicts: Iterable[str | None]) -> Verdict:
    """The worst of several; `Verdict.UNKNOWN` where none says anything."""
    found = set(verdicts)
    return next((verdict for verdict in Verdict if verdict in found), Verdict.UNKNOWN)


def as_data() -> dict[str, Any]:
    """The list as JSON-able data, for a page that shows answers by itself."""
    return {
        "order": [str(verdict) for verdict in Verdict],
        "safe": [str(verdict) for verdict in Verdict if verdict in SAFE],
        "advice": {str(verdict): {"warned": words[0], "silent": words[1]} for verdict, words in ADVICE.items()},
    }
