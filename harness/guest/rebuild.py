"""Make a stored model again: ``python -I STAGE rebuild RUN FITTED_SHA256 FILE``. Standard library at its top.

Fits the stored code on the stored data, holds outputs and cross-validation score against those that were stored, and
writes the model with cloudpickle, where there is one, or pickle. Data that was too large to be stored is made again by
the code, and must have the digest that was stored. Exit code 0 when the score is reached; without a score, as of a run
in which no format needs one, every output must be identical. Exit code 1 when not, 2 when something is missing.
"""

import hashlib
import json
import os
import pickle
import sys

from . import fitting, probes, sources, training
from .decoding import decode


class OtherDataError(ValueError):
    """The code and its seed make other data here than the model was fitted on."""


def main(arguments):
    if len(arguments) != 3:
        print("usage: python -I STAGE rebuild RUN FITTED_SHA256 FILE", file=sys.stderr)
        return 2
    run, digest, target = arguments
    try:
        stored = json.loads(_object(run, digest))
        code, data = (json.loads(_object(run, stored[part + "_sha256"])) for part in ("code", "data"))
        inputs = decode(json.loads(_object(run, stored["inputs_sha256"])))
    except (OSError, ValueError) as error:
        print("what was stored cannot be read: %s" % error, file=sys.stderr)
        return 2
    try:
        model, scores = refitted(code, data, scored=stored["cv_scores"] is not None)
    except OtherDataError as error:
        print(error, file=sys.stderr)
        return 2
    outputs = probes.ask_methods(model, inputs, stored["methods"]).encoded
    same = {name: encoded == stored["reference"][name] for name, encoded in outputs.items()}
    for name, is_same in same.items():
        print("%s: %s" % (name, "identical to what was stored" if is_same else "differs from what was stored"))
    try:
        import cloudpickle as writer  # functions of the case travel with it
    except ImportError:
        writer = pickle
    with open(target, "wb") as file:
        writer.dump(model, file)
    if stored["cv_scores"] is None:
        return 0 if all(same.values()) else 1
    return 0 if _is_score_reached(stored["cv_scores"], scores) else 1


def refitted(code, data, scored):
    """A model by the stored code on the stored data, and its cross-validation scores if ``scored``, else None.

    ``data["train"]`` is null where data was not stored. Raises OtherDataError.
    """
    fitting.seed_everything(code["seed"])
    with sources.installed(code) as function:
        estimator, *made = function(*sources.arguments(code))
    if data["train"] is None:
        return fitting.fitted(estimator, *_made_again(made, data["told"])), None
    train = decode(data["train"])
    truth = None if data["truth"] is None else decode(data["truth"])
    model = fitting.fitted(estimator, fitting.fresh(train), fitting.fresh(truth))
    return model, fitting.cross_validated(estimator, train, truth) if scored else None


def _made_again(made, described):
    """(train, truth) out of what the case's function gave after its estimator."""
    rows, truth = made[0], made[1] if len(made) > 1 else None
    again = {"train": fitting.split(rows)[0], "truth": None if truth is None else fitting.split(truth)[0]}
    for name, data in again.items():
        before = described[name] and described[name]["sha256"]
        now = None if data is None else training.describe(data)["sha256"]
        if before != now:
            raise OtherDataError(
                "the code and its seed make other data here than the model was fitted on: "
                "the sha256 of %s is %s, stored was %s" % (name, now, before)
            )
    return again["train"], again["truth"]


def _is_score_reached(before, now):
    """Print both scores; return whether the mean of those that were reached now is in the stored ones' range."""
    reached = now is not None and min(before) <= sum(now) / len(now) <= max(before)
    print("cross-validation scores: %s, stored were %s" % (now, before))
    return reached


def _object(run, digest):
    path = os.path.join(run, "objects", digest[:2], digest)
    with open(path, "rb") as file:
        data = file.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError("%s: its bytes are not those that were stored (sha256 differs)" % path)
    return data
