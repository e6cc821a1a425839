"""Trees: a packed node array written by compiled code, whose layout grew a field in 1.3."""

from .data import diabetes, iris, named, tumours


def case_decision_tree_classifier(seed):
    """One tree; string labels. Leaves held counts and hold fractions since 1.4."""
    from sklearn.tree import DecisionTreeClassifier

    X, y = iris(seed)
    y = named(y, "setosa", "versicolor", "virginica")
    return DecisionTreeClassifier(random_state=seed), X, y


def case_random_forest_classifier(seed):
    """What most people put into production first."""
    from sklearn.ensemble import RandomForestClassifier

    X, y = tumours(seed)
    return RandomForestClassifier(n_estimators=20, random_state=seed), X, y


def case_random_forest_regressor(seed):
    """The mean over trees: the order of the additions may show in the last bit."""
    from sklearn.ensemble import RandomForestRegressor

    X, y = diabetes(seed)
    return RandomForestRegressor(n_estimators=20, random_state=seed), X, y


def case_extra_trees_classifier(seed):
    """Two label columns at once: ``predict_proba`` answers with a list of arrays."""
    import numpy as np
    from sklearn.ensemble import ExtraTreesClassifier

    X, y = iris(seed)
    y = np.column_stack([y, X.sum(axis=1) > X.sum(axis=1).mean()])
    return ExtraTreesClassifier(n_estimators=20, random_state=seed), X, y


def case_isolation_forest(seed):
    """Anomaly scores from the depth of leaves; since 1.3 from depths cached in the artifact."""
    from sklearn.ensemble import IsolationForest

    X, _ = tumours(seed)
    model = IsolationForest(n_estimators=20, random_state=seed)
    return model, X
