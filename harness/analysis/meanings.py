"""The closed list of what became of a model, and what an answer may say of each. Imports nothing heavy. Pure."""

from __future__ import annotations

from enum import StrEnum

from harness.analysis.verdicts import Verdict


class Meaning(StrEnum):
    """The closed list of what became of a model, the worst first."""

    CHANGED = "changed"  # it loads without an error and predicts something else
    BROKEN = "broken"  # an exception, a crash, a timeout, out of memory
    NOT_RUN = "not-run"  # nothing was tried, though it could have been
    NOT_COMPARED = "not-compared"  # it loads, and nothing that it predicts was compared
    REFUSED = "refused"  # a deliberate refusal
    IMPOSSIBLE = "impossible"  # the format or reader cannot do this there
    UNWRITTEN = "unwritten"  # its producer could not write the artifact
    CLOSE = "close"  # the same but for rounding
    IDENTICAL = "identical"  # the same, bit for bit


#: They say nothing of a model, and never count as passing.
INCONCLUSIVE = frozenset({Meaning.NOT_RUN, Meaning.REFUSED, Meaning.IMPOSSIBLE, Meaning.UNWRITTEN})
#: A model was loaded and gives what it should, as far as it was compared.
SOUND = frozenset({Meaning.IDENTICAL, Meaning.CLOSE, Meaning.NOT_COMPARED})
BAD = frozenset({Meaning.CHANGED, Meaning.BROKEN})

#: What an answer may say; what is not in here says nothing of the model.
VERDICTS = {
    Meaning.CHANGED: Verdict.CHANGES,
    Meaning.BROKEN: Verdict.BREAKS,
    Meaning.NOT_RUN: Verdict.UNKNOWN,
    Meaning.NOT_COMPARED: Verdict.UNKNOWN,
    Meaning.CLOSE: Verdict.TOLERABLE,
    Meaning.IDENTICAL: Verdict.SAFE,
}
