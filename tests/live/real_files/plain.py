"""Load one file plainly, ask it, and print what came: pickle, joblib and the package's own words, and nothing of ours.

    python plain.py FILE HOW [WIDTH | texts] [KEY]

It runs in the environments that `measure` makes, from Python 3.6 on, and is what the answers were worked out with.
"""

import gzip
import json
import pickle
import sys
import traceback
import warnings

warnings.simplefilter("ignore")
TEXTS = [
    "you are a stupid idiot",
    "what a lovely morning",
    "damn",
    "",
    "the cat sat on the mat",
    "go to hell you moron",
] * 3


def loaded(path, how):
    if how == "pickle":
        opened = gzip.open if path.endswith(".gz") else open
        with opened(path, "rb") as file:
            return pickle.load(file)
    if how == "joblib":
        try:
            import joblib
        except ImportError:
            from sklearn.externals import joblib
        return joblib.load(path)
    if how == "skops":
        import skops.io

        return skops.io.load(path, trusted=skops.io.get_untrusted_types(file=path))
    if how == "xgboost":
        import xgboost

        return xgboost.Booster(model_file=path)
    if how == "lightgbm":
        import lightgbm

        return lightgbm.Booster(model_file=path)
    import onnxruntime

    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def rows_of(word):
    import numpy

    if word == "texts":
        return TEXTS
    return numpy.random.RandomState(0).normal(size=(40, int(word)), scale=3.0)


def answers(model, rows, how):
    import numpy

    if how == "onnx":
        found = model.run(None, {model.get_inputs()[0].name: rows.astype("float32")})
        yield "label", numpy.asarray(found[0])
        yield "probabilities", numpy.array([sorted(one.items()) for one in found[1]])
        return
    if how == "xgboost":
        import xgboost

        rows = xgboost.DMatrix(rows, feature_names=model.feature_names)
    for name in ("predict", "predict_proba", "decision_function", "transform"):
        if hasattr(model, name) and not (how in ("lightgbm", "xgboost") and name != "predict"):
            try:
                found = getattr(model, name)(rows)
            except Exception as error:
                yield name, "%s: %s" % (type(error).__name__, str(error)[:120])
            else:
                yield name, found.toarray() if hasattr(found, "toarray") else numpy.asarray(found)


def main(path, how, word, key=None):
    try:
        model = loaded(path, how)
        model = model[key] if key else model
    except BaseException as error:
        where = traceback.extract_tb(sys.exc_info()[2])[-1]
        return {"load": "%s: %s" % (type(error).__name__, str(error)[:200]), "where": "%s:%s" % where[:2]}
    told = {"load": "ok", "type": type(model).__name__}
    for name, found in answers(model, rows_of(word), how):
        told[name] = (
            found
            if isinstance(found, str)
            else [round(value, 10) if isinstance(value, float) else value for value in found.ravel().tolist()]
        )
    return told


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
