"""What a child does: fit and dump one case, or load one artifact and call its methods. It reports facts only.

Standard library at its top; scikit-learn and its friends were imported before the fork.
"""

import hashlib
import importlib
import json
import os
import random
import sys
import time
import warnings

from . import errors, values

HELD_OUT = 40  # the last rows of a case's data: not fitted on, and what the methods are called with
METHODS = ("predict", "predict_proba", "decision_function", "transform", "score_samples")


def load(task, channel):
    """Load one artifact, call its methods, send one ``cell`` event."""
    answer = {"event": "cell", "id": task["id"], "step": "load"}
    channel.begin(task["id"], "load")
    try:
        data = _checked_bytes(task["artifact"], task["sha256"])
        inputs_text = _checked_bytes(task["inputs"], task["inputs_sha256"])
    except (OSError, ValueError) as error:
        channel.send(dict(answer, refused=errors.text_of(error)))
        return
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            reader = importlib.import_module(task["module"])
            missing = _missing(reader)
            if missing:
                channel.send(dict(answer, unsupported=missing))
                return
            inputs = values.decode(json.loads(inputs_text))
            started = time.perf_counter()
            model = reader.load(data, task["artifact"], task["reader"], task["options"])
            answer["load_seconds"] = time.perf_counter() - started
            answer["step"] = "predict"
            channel.begin(task["id"], "predict")
            started = time.perf_counter()
            raw = call_methods(model, inputs, task["methods"])
            answer["predict_seconds"] = time.perf_counter() - started
            answer["outputs"] = {name: values.encode(value) for name, value in raw.items()}
        except BaseException as error:  # SystemExit and KeyboardInterrupt of a model are its failures, not our end
            answer["error"] = errors.describe(error)
    answer["warnings"] = errors.describe_warnings(caught)
    channel.send(answer)


def dump(task, channel):
    """Fit one case, send ``fitted``; dump it in each format, send one ``artifact`` each."""
    channel.begin(task["id"], "fit")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model, fitted = _fit(task["case"])
        except BaseException as error:
            failed = {"event": "artifact", "id": task["id"], "step": "fit", "error": errors.describe(error)}
            channel.send(dict(failed, warnings=errors.describe_warnings(caught)))
            return
    channel.send(dict(fitted, event="fitted", id=task["id"], warnings=errors.describe_warnings(caught)))
    for item in task["formats"]:
        _dump_one(model, item, task["spool"], channel)


def _dump_one(model, item, spool, channel):
    channel.begin(item["id"], "dump")
    answer = {"event": "artifact", "id": item["id"], "step": "dump"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            writer = importlib.import_module(item["module"])
            missing = _missing(writer)
            if missing:
                channel.send(dict(answer, unsupported=missing))
                return
            started = time.perf_counter()
            data = writer.dump(model, item["options"])
            answer["dump_seconds"] = time.perf_counter() - started
        except BaseException as error:
            answer["error"] = errors.describe(error)
            channel.send(dict(answer, warnings=errors.describe_warnings(caught)))
            return
    answer["warnings"] = errors.describe_warnings(caught)
    _spool(data, spool, answer, channel)


def _spool(data, folder, answer, channel):
    """Write the bytes where the host fetches them. A full disk is our trouble, never the model's."""
    digest = hashlib.sha256(data).hexdigest()
    path = os.path.join(folder, digest)
    try:
        with open(path + ".part", "wb") as file:
            file.write(data)
        os.replace(path + ".part", path)
    except OSError as error:
        channel.send({"event": "fault", "id": answer["id"], "what": "%s: %s" % (path, errors.text_of(error))})
        return
    channel.send(dict(answer, sha256=digest, size_bytes=len(data), spooled=path))


def _fit(case):
    module = importlib.import_module(case["module"])
    _seed(case["seed"])
    estimator, inputs, truth, named = _recipe(module, case)
    train, test = _split(inputs)
    train_truth, test_truth = (None, None) if truth is None else _split(truth)
    started = time.perf_counter()
    model = estimator.fit(train) if truth is None else estimator.fit(train, train_truth)
    seconds = time.perf_counter() - started
    methods = list(named) if named else [name for name in METHODS if hasattr(model, name)]
    if not methods:
        raise TypeError("%s has none of the methods that are compared" % errors.qualified_name(type(model)))
    encoded = values.encode(test)
    # The reference sees exactly what a consumer will see: data that went through the encoding once.
    reference = call_methods(model, values.decode(encoded), methods)
    return model, {
        "fit_seconds": seconds,
        "n_samples": len(train) if not hasattr(train, "shape") else int(train.shape[0]),
        "n_features": int(train.shape[1]) if len(getattr(train, "shape", ())) > 1 else None,
        "methods": methods,
        "inputs": encoded,
        "truth": None if test_truth is None else values.encode(test_truth),
        "score_kind": _score_kind(model, methods, test_truth),
        "reference": {name: values.encode(value) for name, value in reference.items()},
        "estimator": errors.qualified_name(type(model)),
        "parameters": _parameters(estimator),
        "train_sha256": hashlib.sha256(json.dumps(values.encode(train), sort_keys=True).encode("ascii")).hexdigest(),
    }


def _recipe(module, case):
    """What a case function gave, as (estimator, X, y or None, methods or None); says what is wrong with it."""
    where = "%s.%s" % (case["module"], case["function"])
    made = getattr(module, case["function"])(case["seed"])
    if not isinstance(made, tuple) or not 2 <= len(made) <= 4:
        raise TypeError("%s must return (estimator, X), (estimator, X, y) or (estimator, X, y, methods)" % where)
    estimator, inputs, truth, named = made + (None,) * (4 - len(made))
    if named is not None and not isinstance(named, (tuple, list)):
        raise TypeError('%s: methods must be a tuple such as ("predict",)' % where)
    rows = inputs.shape[0] if hasattr(inputs, "shape") else len(inputs)
    if rows <= HELD_OUT:
        raise ValueError("%s: X has %d rows, and %d are held out: give more" % (where, rows, HELD_OUT))
    return estimator, inputs, truth, named


def _split(rows):
    if hasattr(rows, "iloc"):
        return rows.iloc[:-HELD_OUT], rows.iloc[-HELD_OUT:]
    return rows[:-HELD_OUT], rows[-HELD_OUT:]


def call_methods(model, inputs, methods):
    """Outputs by method. Whatever draws from the global generators draws the same everywhere."""
    outputs = {}
    for name in methods:
        _seed(0)
        outputs[name] = getattr(model, name)(inputs)
    return outputs


def _seed(seed):
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)


def _score_kind(model, methods, truth):
    if truth is None or "predict" not in methods:
        return None
    from sklearn.base import is_classifier, is_regressor

    try:
        return "accuracy" if is_classifier(model) else "r2" if is_regressor(model) else None
    except Exception:  # a user's estimator need not be one that scikit-learn knows how to ask: it has no tags
        return None


def _parameters(estimator):
    try:
        return {name: errors.text_of(repr(value), 200) for name, value in estimator.get_params(deep=False).items()}
    except Exception:  # a user's estimator need not have get_params
        return {}


def _checked_bytes(path, digest):
    with open(path, "rb") as file:
        data = file.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(
            "%s: its bytes are not those that the producer wrote (sha256 differs)" % os.path.basename(path)
        )
    return data


def _missing(module):
    """Why a format cannot work here, or None."""
    names = []
    for name in module.REQUIRES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            names.append("%s (%s)" % (name, errors.text_of(error, 200)))
    return "cannot be imported in this environment: " + ", ".join(names) if names else None
