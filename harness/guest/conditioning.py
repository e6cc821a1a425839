"""How exactly a model can compute its outputs, where that is known: what cancellation takes from distances.

scikit-learn computes the distances of rows x and stored points y as ``sqrt(|x|**2 + |y|**2 - 2 x.y)``. Where x is near y,
large numbers cancel. The square is off by up to ``2 (n + 2) eps (|x| + |y|)**2``: a sum of n products in any order, done
twice, once here and once there [1]_. So a distance of 0 may come out as 1e-8 of the norms, on another processor or with
another BLAS. The host allows this, see `harness.judging.cancellation`.

A fact is a dict of one of two kinds; `conditioning_of_sums` has a third:

``{"kind": "distance", "norm": float, "terms": int}``   the output is such distances; the largest ``|x| + |y|``, and n
``{"kind": "weighted", "error": float, "scale": float}``  the output is a mean of values within a range of ``scale``, with
                                                          weights of 1 / distance; it is off by up to ``error * scale``

Classes that compute so, and the methods whose outputs show it:

KMeans, MiniBatchKMeans, BisectingKMeans, Birch     transform
KNeighborsTransformer, RadiusNeighborsTransformer   transform
every class with it                                 kneighbors
neighbours with weights="distance"                  predict, predict_proba
models of these, see `conditioning_of_parts`         the same, as far as what they do with it lets it through
KNNImputer with weights="distance"                  transform

Trees (``kd_tree``, ``ball_tree``) subtract coordinates first. Nothing cancels, and nothing is allowed.

.. [1] N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., 2002, section 3.1.

Standard library at its top; NumPy is there where a model is.
"""

from . import conditioning_of_parts, conditioning_of_sums

EPS = 2.0**-52  # of double precision: scikit-learn computes distances of float32 in float64, too
#: The attribute that holds the points of a class whose transform gives distances.
_CENTERS = {
    "KMeans": "cluster_centers_",
    "MiniBatchKMeans": "cluster_centers_",
    "BisectingKMeans": "cluster_centers_",
    "Birch": "subcluster_centers_",
}
_TRANSFORMERS = ("KNeighborsTransformer", "RadiusNeighborsTransformer")
_WEIGHTED = (
    "KNeighborsClassifier",
    "KNeighborsRegressor",
    "RadiusNeighborsClassifier",
    "RadiusNeighborsRegressor",
)
_EUCLIDEAN = ("euclidean", "l2")


def conditioning(model, inputs, methods):
    """The facts of a fitted model, by method; none where nothing is known, or where something raises."""
    try:
        rows, last = _last_step(model, inputs)
        facts = _facts(last, rows)
    except Exception:  # a model of a user's own, or of another age: nothing is known of it
        return {}
    return {name: fact for name, fact in facts.items() if name in methods}


def _last_step(model, rows):
    """What computes the outputs of a model, with the rows that it gets."""
    for _ in range(8):
        if hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        elif type(model).__name__ == "Pipeline":
            for _, step in model.steps[:-1]:
                if step not in (None, "passthrough"):
                    rows = step.transform(rows)
            model = model.steps[-1][1]
        else:
            break
    return rows, model


def _facts(model, rows):
    kind = type(model)
    if not kind.__module__.startswith("sklearn."):
        return {}
    if kind.__name__ in conditioning_of_parts.OF:
        return conditioning_of_parts.OF[kind.__name__](model, rows, of_part)
    if kind.__name__ == "KNNImputer":
        return _imputed(model, rows)
    if kind.__name__ in _CENTERS:
        points = getattr(model, _CENTERS[kind.__name__])
        return {"transform": _distance(rows, points)}
    if not _cancels(model):
        return conditioning_of_sums.facts(model, rows)
    facts = {"kneighbors": _distance(rows, model._fit_X)}
    if kind.__name__ in _TRANSFORMERS and model.mode == "distance":
        facts["transform"] = facts["kneighbors"]
    if kind.__name__ in _WEIGHTED and model.weights == "distance":
        error = _weighted(model, rows, _square(**facts["kneighbors"]))
        facts["predict_proba"] = {"kind": "weighted", "error": error, "scale": 1.0}
        facts["predict"] = {"kind": "weighted", "error": error, "scale": _spread(model._y)}
    return facts


def of_part(model, rows):
    """The facts of a model within another, for the rows that it gets."""
    return _facts(*_last_step(model, rows)[::-1])


def _cancels(model):
    """Whether a model of neighbours computes distances by norms and products."""
    if getattr(model, "_fit_method", None) != "brute":
        return False
    metric, more = model.effective_metric_, getattr(model, "effective_metric_params_", None) or {}
    return metric in _EUCLIDEAN or (metric == "minkowski" and more.get("p") == 2 and more.get("w") is None)


def _distance(rows, points):
    norm = _largest_norm(rows) + _largest_norm(points)
    return {"kind": "distance", "norm": norm, "terms": int(points.shape[1])}


def _square(norm, terms, **_):
    """How far the squares of distances may be off."""
    return 2 * (terms + 2) * EPS * norm**2


def _largest_norm(rows):
    import numpy as np

    if hasattr(rows, "multiply"):  # a sparse matrix
        squares = np.asarray(rows.multiply(rows).sum(axis=1), dtype="f8")
    else:
        squares = (np.asarray(rows, dtype="f8") ** 2).sum(axis=1)
    return float(np.sqrt(squares.max())) if squares.size else 0.0


def _imputed(model, rows):
    """Of nan_euclidean_distances, whose rows are scaled up by the share of what is not missing: by the norms, too."""
    import numpy as np
    from sklearn.metrics import pairwise_distances

    if model.metric != "nan_euclidean" or model.weights != "distance":
        return {}
    rows, known = np.asarray(rows, dtype="f8"), np.asarray(model._fit_X, dtype="f8")
    share = known.shape[1] / max(1, (~np.isnan(rows)).sum(axis=1).min())
    noise = _square(**_distance(np.nan_to_num(rows), np.nan_to_num(known))) * share
    distances = pairwise_distances(rows, known, metric="nan_euclidean")
    missing, worst = np.flatnonzero(np.isnan(rows).any(axis=0)), 0.0
    for column in missing:
        donors = distances[np.ix_(np.isnan(rows[:, column]), ~np.isnan(known[:, column]))]
        worst = max(worst, _off(np.sort(donors, axis=1)[:, : model.n_neighbors], noise))
    spread = max(np.nanmax(known[:, missing], axis=0) - np.nanmin(known[:, missing], axis=0))
    return {"transform": {"kind": "weighted", "error": float(worst), "scale": float(spread)}}


def _weighted(model, rows, square):
    """How far a mean of values within 0 and 1 may be off, if each is weighted by 1 / its distance."""
    near = model.kneighbors if hasattr(model, "n_neighbors") and model.n_neighbors else model.radius_neighbors
    return _off(near(rows)[0], square)


def _off(table, square):
    """The same, from the distances of each row.

    A weight is off by the share by which its distance is. If the nearest point is so near that only noise is left of
    its distance, it has nearly all of the weight, and the others have up to noise / distance each.
    """
    import numpy as np

    noise, worst = square**0.5, 0.0
    for distances in table:
        distances = np.asarray(distances, dtype="f8")
        apart = distances[distances > 2 * noise]
        if not apart.size:
            continue
        if apart.size < distances.size:
            others = float((2 * noise / apart).sum())
            worst = max(worst, others / (1 + others))
        else:
            worst = max(worst, square / float(apart.min()) ** 2)
    return worst


def _spread(truth):
    import numpy as np

    truth = np.asarray(truth)
    return float(np.ptp(truth)) if truth.dtype.kind in "fiu" and truth.size else 0.0
