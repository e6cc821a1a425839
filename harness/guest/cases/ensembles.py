"""Ensembles of different models."""

from .data import iris, named, wine


def case_stacking_classifier(seed):
    """Models feeding a model; string labels pass through a ``LabelEncoder``."""
    from sklearn.ensemble import StackingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.tree import DecisionTreeClassifier

    X, y = iris(seed)
    tree = DecisionTreeClassifier(max_depth=3, random_state=seed)
    model = StackingClassifier([("tree", tree), ("bayes", GaussianNB())], LogisticRegression(), cv=3)
    return model, X, named(y, "setosa", "versicolor", "virginica"), ("predict", "predict_proba", "decision_function")


def case_voting_classifier(seed):
    """Soft votes: probabilities averaged."""
    from sklearn.ensemble import VotingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB

    X, y = wine(seed)
    model = VotingClassifier([("logistic", LogisticRegression()), ("bayes", GaussianNB())], voting="soft")
    return model, X / X.max(axis=0), y, ("predict", "predict_proba", "transform")
