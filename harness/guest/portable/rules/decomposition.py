"""Decomposition, cross decomposition, manifolds, kernels."""

RENAMED = {}


def kernel_pca(state):
    """From 1.0 on eigenvalues have that name; from 1.3 on the width of the kernel is kept."""
    for old, new in (("lambdas_", "eigenvalues_"), ("alphas_", "eigenvectors_")):
        if state.crosses((1, 0, 0)) and old in state.has:
            state.has[new] = state.has.pop(old)
    if state.lacks("gamma_") and "X_fit_" in state.has:
        gamma = state.has.get("gamma")
        state.has["gamma_"] = 1 / state.has["X_fit_"].shape[1] if gamma is None else gamma


def coefficients(state):
    """Partial least squares: until 1.2 the coefficients were of scaled columns; from 1.5 on of those that were only
    centred, and target by target."""
    import numpy as np

    if state.lacks("x_rotations_") or state.lacks("y_loadings_") or "coef_" in state.has and not _crosses(state):
        return
    if state.lacks("_x_std") or not hasattr(type(state.value), "predict"):
        return
    scaled = np.dot(state.has["x_rotations_"], state.has["y_loadings_"].T) * state.has["_y_std"]
    release = state.here["sklearn"]
    for name in ("coef_", "_coef_"):
        state.has.pop(name, None)
    from . import version

    if version(release) >= (1, 5, 0):
        state.has["coef_"] = scaled.T / state.has["_x_std"]
    elif version(release) >= (1, 3, 0):
        state.has["coef_"] = scaled.T
    elif version(release) >= (1, 1, 0):
        state.has["_coef_"] = scaled.T
    else:
        state.has["coef_"] = scaled
    if version(release) >= (1, 1, 0):
        state.has["intercept_"] = state.has["_y_mean"]


def _crosses(state):
    return any(state.crosses(one) or state.crosses_back(one) for one in ((1, 1, 0), (1, 2, 0), (1, 3, 0), (1, 5, 0)))


def sparse_coder(state):
    """What it is given is all that it has: no fit is needed."""
    dictionary = state.has.get("dictionary")
    if getattr(dictionary, "ndim", 0) == 2:
        for name, length in zip(("n_components_", "n_features_in_"), dictionary.shape):
            if state.lacks(name) and name not in dir(type(state.value)):
                state.has[name] = length


def number_of_columns(state):
    """How many columns come out, which older releases did not keep."""
    if (
        state.lacks("_n_features_out")
        and "components_" in state.has
        and "_n_features_out" not in dir(type(state.value))
    ):
        components = state.has["components_"]
        if getattr(components, "ndim", 0) == 2:
            state.has["_n_features_out"] = components.shape[0]


WORKED = [
    ("KernelPCA", kernel_pca),
    ("_PLS", coefficients),
    ("SparseCoder", sparse_coder),
    ("ClassNamePrefixFeaturesOutMixin _ClassNamePrefixFeaturesOutMixin", number_of_columns),
]
