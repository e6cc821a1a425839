"""Not the model but what it takes to make it again: data, code, parameters and the score to be reached.

That is what scikit-learn's documentation asks to keep beside a model. The reader fits anew in the consumer; the host
holds the cross-validation score against the producer's.
"""

import json

from .. import rebuild, training
from ..errors import Unsupported

FORMATS = {"recipe": {"version": 1}}
READERS = {"recipe": ("recipe",)}
WRITES_WITH = ("sklearn",)
READS_WITH = ("sklearn",)


def dump(model, options, fit):
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
    if "opaque" in (written["train"]["kind"], (written["truth"] or {}).get("kind")):
        raise Unsupported("the training data cannot be stored as data: %s" % written["train"].get("type"))
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
