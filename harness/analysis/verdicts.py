"""The closed list of answers, and which outcome gives which: the one table, for the terminal and for the site. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from harness.terms import CONVERTED, Parity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(StrEnum):
    """What may be said of a model that was dumped here and is loaded there, the worst first."""

    CHANGES = "changes predictions"
    BREAKS = "breaks"
    UNKNOWN = "not known"
    TOLERABLE = "safe (within tolerance)"
    SAFE = "safe"


#: By status; what is ``ok`` is told by its parity. None: nothing was loaded, and that says nothing of the model.
OF_STATUS: dict[Status, Verdict | None] = {
    Status.DRIFT: Verdict.CHANGES,
    Status.LOAD_ERROR: Verdict.BREAKS,
    Status.PREDICT_ERROR: Verdict.BREAKS,
    Status.CRASH: Verdict.BREAKS,
    Status.TIMEOUT: Verdict.BREAKS,
    Status.OOM: Verdict.BREAKS,
    Status.NOT_RUN: Verdict.UNKNOWN,
    Status.OK: Verdict.UNKNOWN,  # where nothing was compared
    Status.REFUSED: None,
    Status.UNSUPPORTED: None,
    Status.NO_ARTIFACT: None,  # but for one that is missing because its producer was not run: that is UNKNOWN
}
#: Of a cell that is ``ok``.
OF_PARITY: dict[Parity, Verdict] = {Parity.IDENTICAL: Verdict.SAFE, Parity.CLOSE: Verdict.TOLERABLE}

#: What a person with a warning on the screen wants to know: by verdict, where scikit-learn warned and where it did not.
ADVICE: dict[Verdict, tuple[str, str]] = {
    Verdict.CHANGES: (
        "do not ignore the warning: the model loads without an error and predicts something else",
        "no warning is shown, and the model predicts something else all the same",
    ),
    Verdict.BREAKS: (
        "the warning is the lesser trouble: the model does not load, or does not predict",
        "the model does not load, or does not predict; there is an error to see",
    ),
    Verdict.UNKNOWN: (
        "nothing here says that the warning may be ignored",
        "nothing here says that it works, and nothing that it does not",
    ),
    Verdict.TOLERABLE: (
        "the warning may be ignored: what differs is rounding, and no label",
        "no warning is shown, and none is needed: what differs is rounding, and no label",
    ),
    Verdict.SAFE: (
        "the warning may be ignored: every output is the same, bit for bit",
        "no warning is shown, and none is needed: every output is the same, bit for bit",
    ),
}


def of_cell(status: str, parity: object, *, never_tried: bool = False) -> Verdict | None:
    """What one cell says; None if it says nothing.

    Parameters
    ----------
    never_tried : see `harness.analysis.columns.never_tried`.
    """
    if never_tried:
        return Verdict.UNKNOWN
    if status == Status.OK and isinstance(parity, str):
        return OF_PARITY.get(Parity(parity), Verdict.UNKNOWN)
    return OF_STATUS[Status(status)]


def worst(verdicts: Iterable[Verdict | None]) -> Verdict:
    """Of several; of none, or where none says anything, that it is not known."""
    found = {verdict for verdict in verdicts if verdict is not None}
    return next((verdict for verdict in Verdict if verdict in found), Verdict.UNKNOWN)


def as_data() -> dict[str, Any]:
    """The table as JSON-able data, for a page that answers by itself."""
    return {
        "order": [str(verdict) for verdict in Verdict],
        "of_status": {str(status): verdict and str(verdict) for status, verdict in OF_STATUS.items()},
        # Formats that are answered for only when they are asked for, with their variants.
        "converted": sorted(CONVERTED),
        "of_parity": {str(parity): str(verdict) for parity, verdict in OF_PARITY.items()},
        "advice": {str(verdict): {"warned": told[0], "silent": told[1]} for verdict, told in ADVICE.items()},
    }
