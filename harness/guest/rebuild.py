"""Make a stored model again: ``python -I STAGE rebuild RUN FITTED_SHA256 FILE``. Standard library at its top.

Fits the stored code on the stored data, holds outputs and cross-validation score against those that were stored, and
writes the model with cloudpickle, where there is one, or pickle. Exit code 0 when the score is reached, 1 when it is
not, 2 when something is missing.
"""

import hashlib
import json
import os
import pickle
import sys

from . import fitting, sources, values


def main(arguments):
    if len(arguments) != 3:
        print("usage: python -I STAGE rebuild RUN FITTED_SHA256 FILE", file=sys.stderr)
        return 2
    run, digest, target = arguments
    try:
        stored = json.loads(_object(run, digest))
        code, data = (json.loads(_object(run, stored[part + "_sha256"])) for part in ("code", "data"))
        inputs = values.decode(json.loads(_object(run, stored["inputs_sha256"])))
    except (OSError, ValueError) as error:
        print("what was stored cannot be read: %s" % error, file=sys.stderr)
        return 2
    model, scores = refitted(code, data, scored=stored["cv_scores"] is not None)
    outputs = fitting.call_methods(model, inputs, stored["methods"])
    for name, value in outputs.items():
        same = values.encode(value) == stored["reference"][name]
        print("%s: %s" % (name, "identical to what was stored" if same else "differs from what was stored"))
    try:
        import cloudpickle as writer  # functions of the case travel with it
    except ImportError:
        writer = pickle
    with open(target, "wb") as file:
        writer.dump(model, file)
    return _told(stored["cv_scores"], scores)


def refitted(code, data, scored):
    """A model by the stored code on the stored data, and its cross-validation scores if ``scored``, else None."""
    fitting.seed_everything(code["seed"])
    with sources.installed(code) as function:
        estimator = function(*sources.arguments(code))[0]
    train = values.decode(data["train"])
    truth = None if data["truth"] is None else values.decode(data["truth"])
    model = fitting.fitted(estimator, fitting.fresh(train), fitting.fresh(truth))
    return model, fitting.cross_validated(estimator, train, truth) if scored else None


def _told(before, now):
    if before is None:
        print("it has no cross-validation score")
        return 0
    reached = now is not None and min(before) <= sum(now) / len(now) <= max(before)
    print("cross-validation scores: %s, stored were %s" % (now, before))
    return 0 if reached else 1


def _object(run, digest):
    path = os.path.join(run, "objects", digest[:2], digest)
    with open(path, "rb") as file:
        data = file.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError("%s: its bytes are not those that were stored (sha256 differs)" % path)
    return data
