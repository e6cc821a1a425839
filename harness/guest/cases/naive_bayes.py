"""Naive Bayes: tables of moments and logarithms, some of them renamed."""

from .data import iris


def case_gaussian_nb(seed):
    """``sigma_`` became ``var_`` in 1.0."""
    from sklearn.naive_bayes import GaussianNB

    X, y = iris(seed)
    return GaussianNB(), X, y
