"""How exactly a model can compute sums of products whose terms are larger than what they add up to.

A sum of n products in any order, done twice, is off by up to ``2 (n + 2) eps`` times the sum of the terms' sizes [1]_.
Three kinds of models have large terms and small sums, or a coarse eps:

Nystroem             kernel values times the inverse root of a kernel matrix, which is nearly singular if its points are
                     near each other: ``normalization_`` reaches 1e6, and the outputs 1
KernelPCA            centred kernel values times eigenvectors over the roots of eigenvalues; some of these are nearly 0
                     where ``n_components`` keeps all
GradientBoostingRegressor with a linear ``init``   its rows are float32, so the coefficients and products are, too, while
                     its predictions are float64

A fact is ``{"kind": "sum", "error": float, "scale": float}``: off by up to ``error * scale``; ``scale`` is the largest
output.

.. [1] N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., 2002, section 3.1.

Standard library at its top; NumPy is there where a model is.
"""

EPS, SINGLE_EPS = 2.0**-52, 2.0**-23


def facts(model, rows):
    """The facts of a model by method, if it is one of these."""
    name = type(model).__name__
    if name == "Nystroem":
        return _nystroem(model, rows)
    if name == "KernelPCA":
        return _kernel_pca(model, rows)
    if name == "GradientBoostingRegressor":
        return _boosted(model, rows)
    return {}


def _nystroem(model, rows):
    from sklearn.metrics.pairwise import pairwise_kernels

    more = model._get_kernel_params()
    values = pairwise_kernels(rows, model.components_, metric=model.kernel, filter_params=True, **more)
    return {"transform": _fact(values, model.normalization_.T, model.transform(rows), EPS)}


def _kernel_pca(model, rows):
    import numpy as np

    values = model._get_kernel(rows, model.X_fit_)
    # Before they are centred: what is subtracted is rounded as well.
    centred = np.abs(values) + np.abs(model._centerer.K_fit_rows_) + abs(model._centerer.K_fit_all_)
    kept = model.eigenvalues_ > 0
    scaled = model.eigenvectors_[:, kept] / np.sqrt(model.eigenvalues_[kept])
    return {"transform": _fact(centred, scaled, model.transform(rows), EPS)}


def _boosted(model, rows):
    import numpy as np

    coefficients = getattr(model.init_, "coef_", None)
    if coefficients is None or coefficients.dtype != np.float32:
        return {}
    fact = _fact(rows, coefficients.reshape(-1, 1), model.predict(rows), SINGLE_EPS)
    return {"predict": fact, "staged_predict": fact}


def _fact(left, right, output, eps):
    """Of ``left @ right``, whose factors may be rounded, too; ``output`` is what comes of it."""
    import numpy as np

    left, right = np.abs(np.asarray(left, dtype="f8")), np.abs(np.asarray(right, dtype="f8"))
    scale = float(np.abs(output).max())
    return {
        "kind": "sum",
        "error": float(2 * (left.shape[1] + 2) * eps * left.dot(right).max() / scale),
        "scale": scale,
    }
