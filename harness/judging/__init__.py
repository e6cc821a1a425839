"""Do the outputs of a loaded model equal those of the model that was dumped? Pure.

identical   the same shapes, dtypes and values; NaN equals NaN at the same place, -0.0 equals 0.0
close       numbers within tolerance, everything discrete equal; or equal values in another dtype or container
drift       anything else, and whatever cannot be compared

`comparison` compares the outputs of all methods; `differences` has the rules for each kind of value, `elements` those
for discrete elements, `numbers` those for floats and `tolerances` which tolerance is for them; `scoring` is about the
truth and about cross-validation. A longdouble is compared as the double that it was sent as.
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
