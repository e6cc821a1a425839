"""Boosting: the loss is an object of a private module, and private modules move."""

from .data import payments, tumours, wine, with_holes


def case_gradient_boosting_classifier(seed):
    """The loss lived in ``sklearn.ensemble._gb_losses``, which 1.5 no longer has."""
    from sklearn.ensemble import GradientBoostingClassifier

    X, y = tumours(seed)
    model = GradientBoostingClassifier(n_estimators=20, random_state=seed)
    return model, X, y


def case_hist_gradient_boosting_classifier(seed):
    """Missing values are routed by a flag in each node; the nodes are a structured array of compiled code."""
    _enable_hist_gradient_boosting()
    from sklearn.ensemble import HistGradientBoostingClassifier

    X, y = tumours(seed)
    model = HistGradientBoostingClassifier(max_iter=20, random_state=seed)
    return model, with_holes(X[:, :10], seed), y


def _enable_hist_gradient_boosting():
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: F401
    except ImportError:  # 0.24
        from sklearn.experimental import enable_hist_gradient_boosting  # noqa: F401


def case_ada_boost_classifier(seed):
    """SAMME.R was the default until 1.5 and is gone from 1.6, which may read its artifacts as SAMME without a word."""
    from sklearn.ensemble import AdaBoostClassifier

    X, y = wine(seed)
    model = AdaBoostClassifier(n_estimators=20, random_state=seed)
    return model, X, y


def case_fraud_detection(seed):
    """Categories as integers that the trees split by sets, which they keep as bits beside the nodes."""
    _enable_hist_gradient_boosting()
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    X, y = payments(seed)
    columns = ColumnTransformer([("categories", OrdinalEncoder(), ["shop", "country"])], remainder="passthrough")
    model = HistGradientBoostingClassifier(max_iter=20, categorical_features=[0, 1], random_state=seed)
    return make_pipeline(columns, model), X, y
