"""Not the model but what it takes to make it again: data, code, parameters and the score to be reached.

That is what scikit-learn's documentation asks to keep beside a model. The reader fits anew in the consumer; the host
holds the cross-validation score against the producer's.
"""

import json

from .. import rebuild, sources, training
from ..decoding import NotSentError, decode
from ..errors import Unsupported

FORMATS = {"recipe": {"version": 1}}
READERS = {"recipe": ("recipe",)}
WRITES_WITH = ("sklearn",)
READS_WITH = ("sklearn",)
CONVERTS = True  # it fits the model again
NEEDS_SCORES = True
TOLERANCES = [
    # A mean score may leave the range of the producer's folds by a thousandth of the best (of 1, or of the largest score):
    # a row more or less of a thousand.
    {"methods": ["cross_val_score"], "rtol": 1.0e-3, "atol": 0.0},
    # Where there is no score, outputs decide, and solvers end somewhere near their minimum. Of 51,142 models that were
    # fitted again (all estimators, 0.24 to 1.9) those that differ do so by up to 1.4e-6, or by 0.1 and more: other
    # components, other signs, another embedding.
    {"dtypes": ["float64"], "rtol": 1.0e-5, "atol": 1.0e-5},
]


def dump(model, options, fit):
    if sources.data(fit.code):
        raise Unsupported(
            "its case reads files beside it, which a recipe does not hold: %s" % sources.data(fit.code)[0]
        )
    if not fit.data["stored"]:
        size = sum(part["bytes"] for part in fit.data["told"].values() if part)
        raise Unsupported(
            "the training data is not stored: %d bytes of JSON, over the limit of %d" % (size, training.LIMIT)
        )
    written = {
        "version": options["version"],
        "code": fit.code,
        "train": fit.data["train"],
        "truth": fit.data["truth"],
        "cv_scores": fit.cv_scores,
    }
    try:
        for part in filter(None, (written["train"], written["truth"])):
            decode(part)
    except NotSentError as error:
        raise Unsupported("the training data cannot be stored as data: %s" % error) from error
    return json.dumps(written, sort_keys=True).encode("ascii")


def load(data, path, reader, options):
    """The model, fitted here; its attribute ``cv_scores`` has the scores that its estimator reaches here."""
    written = json.loads(data)
    return Rebuilt(*rebuild.refitted(written["code"], written, scored=written["cv_scores"] is not None))


class Rebuilt:
    """A model that was fitted again, with its scores."""

    def __init__(self, model, cv_scores):
        self.model = model
        self.cv_scores = cv_scores

    def __getattr__(self, name):
        return getattr(self.model, name)


def observe(model, reader):
    return {"cv_scores": model.cv_scores}
