"""Do the outputs of a loaded model equal those of the model that was dumped? Pure. Internal.

identical   the same shapes, dtypes and values; bit for bit, but every NaN is the same, and longdouble is double
close       numbers within tolerance, everything discrete equal; or equal values in another dtype or container
drift       anything else; but what could not be carried is not known, and has no parity

outcome      an event of a guest becomes a status with its evidence
comparison   the outputs of all methods
answers      errors, which are answers, too
remarks      what is told of a model beside its outputs
kinds        the rules for each kind of value: arrays, sparse matrices, frames, ...
arrays       two arrays of one shape, element by element
numbers      two arrays of floats
tolerances   which tolerance is for which numbers
scoring      scores against the truth, and by cross-validation
decoding     what a guest sent, as values that can be compared

A longdouble is compared as the double that it was sent as.
"""

from harness.judging.comparison import OutputComparison, compare
from harness.judging.scoring import compare_scores, has_scores, row_count, score
from harness.judging.tolerances import DEFAULT, tolerance_for

__all__ = [
    "DEFAULT",
    "OutputComparison",
    "compare",
    "compare_scores",
    "has_scores",
    "row_count",
    "score",
    "tolerance_for",
]
