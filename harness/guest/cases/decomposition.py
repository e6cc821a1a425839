"""Factorizations: signs and order are arbitrary when fitting, and fixed by the artifact."""

from .data import counts, tumours


def case_pca(seed):
    """Centred, then projected; 1.5 changed the order of the two."""
    from sklearn.decomposition import PCA

    X, _ = tumours(seed)
    return PCA(n_components=5, random_state=seed), X


def case_nmf(seed):
    """``transform`` is itself an optimization, so every change of the solver shows."""
    from sklearn.decomposition import NMF

    X, _ = counts(seed)
    return NMF(n_components=3, init="nndsvda", random_state=seed), X.astype(float)


def case_pls_regression(seed):
    """As many targets as features: ``coef_`` was transposed in 1.3, and here nothing but the numbers tells."""
    import numpy as np
    from sklearn.cross_decomposition import PLSRegression

    random = np.random.RandomState(seed)
    X = random.normal(size=(160, 3)) * [1.0, 10.0, 100.0]
    Y = X.dot(random.normal(size=(3, 3))) + random.normal(size=(160, 3)) + 5.0
    return PLSRegression(), X, Y
