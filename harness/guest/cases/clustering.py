"""Clusters and mixtures: numbered at will, so that only the artifact says which one is the first."""

from .data import iris


def case_k_means(seed):
    """Nearest centre; keeps the number of threads it was fitted with."""
    from sklearn.cluster import KMeans

    X, _ = iris(seed)
    return KMeans(n_clusters=3, n_init=10, random_state=seed), X


def case_gaussian_mixture(seed):
    """Densities from Cholesky factors of precisions."""
    from sklearn.mixture import GaussianMixture

    X, _ = iris(seed)
    model = GaussianMixture(n_components=3, random_state=seed)
    return model, X
