"""The closed list of what can happen to a model, and what an answer may say of each. Imports nothing slow. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from harness.analysis.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Meaning(StrEnum):
    """The closed list of what can happen to a model, the worst first."""

    CHANGED = "changed"  # it loads without an error and predicts something else
    BROKEN = "broken"  # an exception, a crash, a timeout, out of memory
    NOT_RUN = "not-run"  # nothing was tried, though it could have been
    INCOMPARABLE = "incomparable"  # it loads and predicts, but some output could not be carried or compared
    NOT_COMPARED = "not-compared"  # it loads, but no prediction was compared
    REFUSED = "refused"  # a deliberate refusal
    IMPOSSIBLE = "impossible"  # the format or reader does not support this there
    UNWRITTEN = "unwritten"  # its producer could not write the artifact
    CLOSE = "close"  # the same apart from rounding
    IDENTICAL = "identical"  # the same, bit for bit


#: They show nothing about a model, and never count as passing.
INCONCLUSIVE = frozenset(
    {Meaning.NOT_RUN, Meaning.INCOMPARABLE, Meaning.REFUSED, Meaning.IMPOSSIBLE, Meaning.UNWRITTEN}
)
#: The model loads, and what was compared is the same.
SOUND = frozenset({Meaning.IDENTICAL, Meaning.CLOSE, Meaning.NOT_COMPARED})
BAD = frozenset({Meaning.CHANGED, Meaning.BROKEN})

#: What an answer may say. A meaning that is missing here shows nothing about the model.
VERDICTS = {
    Meaning.CHANGED: Verdict.CHANGES,
    Meaning.BROKEN: Verdict.BREAKS,
    Meaning.NOT_RUN: Verdict.UNKNOWN,
    Meaning.INCOMPARABLE: Verdict.UNKNOWN,
    Meaning.NOT_COMPARED: Verdict.UNKNOWN,
    Meaning.CLOSE: Verdict.TOLERABLE,
    Meaning.IDENTICAL: Verdict.SAFE,
}

_FORMS = 3  # of rows: from so many on an answer names none
#: What a form is called where its name is no plural.
_CALLED = {
    "list": "lists",
    "frame": "frames",
    "reordered frame": "reordered frames",
    "sparse": "sparse rows",
    "no missing values": "rows without missing values",
}


def unusual_rows(differing: Collection[str]) -> tuple[str, ...]:
    """The forms of rows, other than the fit's, that all outputs are of which differ: ``float32``, ``missing values``.

    Empty if an output for rows like those of the fit differs, or if it is not told what does.
    """
    if not all(name.endswith(")") for name in differing):
        return ()
    return tuple(dict.fromkeys(name[name.index("(") + 1 : -1] for name in differing))


def only_for(forms: Iterable[str]) -> str:
    """Such forms in the words of an answer: ``only for missing values``; of many no name."""
    names = list(dict.fromkeys(_CALLED.get(form, form) for form in forms))
    return f"only for {' and '.join(names) if len(names) < _FORMS else 'unusual rows'}"
