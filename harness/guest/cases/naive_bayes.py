"""Naive Bayes: tables of moments and logarithms, some of them renamed."""

from .data import counts, iris


def case_gaussian_nb(seed):
    """``sigma_`` became ``var_`` in 1.0."""
    from sklearn.naive_bayes import GaussianNB

    X, y = iris(seed)
    return GaussianNB(), X, y, ("predict", "predict_proba")


def case_multinomial_nb(seed):
    """Integer counts in, logarithms of probabilities inside."""
    from sklearn.naive_bayes import MultinomialNB

    X, y = counts(seed)
    return MultinomialNB(), X, y, ("predict", "predict_proba")
