"""How exactly a model computes that passes on what other models compute: as exactly as these, see `conditioning`.

A mean is off by no more than its worst part. What is done with a number afterwards is tried: it is asked again with
numbers that are off by as much as they may be.

Standard library at its top; NumPy is there where a model is.
"""


def _averaged(model, rows, of_part):
    """Means, and several outputs side by side. Labels are counted exactly."""
    import numpy as np

    columns = getattr(model, "estimators_features_", None)
    parts = []
    for place, part in enumerate(model.estimators_):
        parts.append(of_part(part, rows if columns is None else np.asarray(rows)[:, columns[place]]))
    found = {}
    for name in ("predict_proba", "predict"):
        facts = [part[name] for part in parts if name in part]
        if facts:
            found[name] = dict(max(facts, key=lambda fact: fact["error"]), scale=max(fact["scale"] for fact in facts))
    return found


def _voted(model, rows, of_part):
    """``transform`` gives what each part says."""
    found = _averaged(model, rows, of_part)
    if found:
        found["transform"] = found["predict_proba" if hasattr(model, "predict_proba") else "predict"]
    return found


def _transformed(model, rows, of_part):
    """Of a regressor whose predictions are put back into the units of what it was fitted on."""
    import numpy as np

    fact = of_part(model.regressor_, rows).get("predict")
    if fact is None:
        return {}
    inner = np.asarray(model.regressor_.predict(rows), dtype="f8").reshape(len(rows), -1)
    back, off = model.transformer_.inverse_transform, fact["error"] * fact["scale"]
    gap = max(np.abs(back(inner + sign * off) - back(inner)).max() for sign in (1, -1))
    return {"predict": _of(fact["kind"], gap, model.predict(rows))}


def _stacked(model, rows, of_part):
    """Of a regressor that is asked with what others predict."""
    import numpy as np

    facts = [of_part(part, rows).get("predict") for part in model.estimators_]
    known = [(place, fact) for place, fact in enumerate(facts) if fact is not None]
    if not known:
        return {}
    told = np.asarray(model.transform(rows), dtype="f8")
    output = model.final_estimator_.predict(told)
    gap = 0.0
    for place, fact in known:
        moved = told.copy()
        moved[:, place] += fact["error"] * fact["scale"]
        gap += np.abs(model.final_estimator_.predict(moved) - output).max()
    worst = max(fact["error"] * fact["scale"] for _, fact in known)
    return {"predict": _of("sum", gap, output), "transform": _of("sum", worst, told)}


def _of(kind, gap, output):
    import numpy as np

    scale = float(np.abs(output).max())
    return {"kind": kind, "error": float(gap) / scale, "scale": scale}


#: By the class's name.
OF = {
    "VotingClassifier": _voted,
    "VotingRegressor": _voted,
    "BaggingRegressor": _averaged,
    "MultiOutputRegressor": _averaged,
    "TransformedTargetRegressor": _transformed,
    "StackingRegressor": _stacked,
}
