"""How exactly a model can compute sums of products whose terms are larger than what they add up to.

A sum of n products in any order, done twice, is off by up to ``2 (n + 2) eps`` times the sum of the terms' sizes [1]_.
Some models have large terms and small sums, or a coarse eps:

Nystroem             kernel values times the inverse root of a kernel matrix, which is nearly singular if its points are
                     near each other: ``normalization_`` reaches 1e6, and the outputs 1
KernelPCA            centred kernel values times eigenvectors over the roots of eigenvalues; some of these are nearly 0
                     where ``n_components`` keeps all
GaussianProcessRegressor, KernelRidge   kernel values times weights, which are huge where the kernel matrix is nearly
                     singular: ``alpha_`` reaches 1e9 and more without noise, and the predictions 100
linear models        features times coefficients, which are huge where features say nearly the same, such as powers of
                     one number
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
    if name == "GaussianProcessRegressor":
        return _gaussian_process(model, rows)
    if name == "KernelRidge":
        values = model._get_kernel(rows, model.X_fit_)
        return {"predict": _fact(values, _columns(model.dual_coef_), model.predict(rows), EPS)}
    if hasattr(model, "coef_") and hasattr(model, "intercept_"):
        return _linear(model, rows)
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
    of_today = hasattr(model, "eigenvalues_")  # before 1.0 they had other names
    eigenvalues = model.eigenvalues_ if of_today else model.lambdas_
    eigenvectors = model.eigenvectors_ if of_today else model.alphas_
    kept = eigenvalues > 0
    scaled = eigenvectors[:, kept] / np.sqrt(eigenvalues[kept])
    return {"transform": _fact(centred, scaled, model.transform(rows), EPS)}


def _boosted(model, rows):
    import numpy as np

    coefficients = getattr(model.init_, "coef_", None)
    if coefficients is None or coefficients.dtype != np.float32:
        return {}
    fact = _fact(rows, coefficients.reshape(-1, 1), model.predict(rows), SINGLE_EPS)
    return {"predict": fact, "staged_predict": fact}


def _gaussian_process(model, rows):
    import numpy as np

    values = model.kernel_(rows, model.X_train_)
    weights = _columns(model.alpha_) * np.asarray(getattr(model, "_y_train_std", 1.0))
    return {"predict": _fact(values, weights, model.predict(rows), EPS)}


def _linear(model, rows):
    """Of what is linear: others with coefficients, such as those with a link, are known by what comes of it."""
    import numpy as np

    method = "decision_function" if hasattr(model, "decision_function") else "predict"
    rows, output = np.asarray(rows, dtype="f8"), np.asarray(getattr(model, method)(rows))
    coefficients = _columns(np.atleast_2d(model.coef_).T)
    shift = np.broadcast_to(np.asarray(model.intercept_, dtype="f8"), (coefficients.shape[1],))
    left, right = np.hstack([rows, np.ones((len(rows), 1))]), np.vstack([coefficients, shift])
    fact = _fact(left, right, output, EPS)
    is_linear = np.abs(left.dot(right).ravel() - output.ravel()).max() <= max(10 * fact["error"], 1e-9) * fact["scale"]
    return {method: fact} if is_linear else {}


def _columns(weights):
    return weights.reshape(len(weights), -1)


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
