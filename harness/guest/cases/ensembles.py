"""Ensembles of different models."""

from .data import diabetes, iris, named, tumours, wine


def case_stacking_classifier(seed):
    """Models feeding a model; string labels pass through a ``LabelEncoder``."""
    from sklearn.ensemble import StackingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.tree import DecisionTreeClassifier

    X, y = iris(seed)
    tree = DecisionTreeClassifier(max_depth=3, random_state=seed)
    model = StackingClassifier([("tree", tree), ("bayes", GaussianNB())], LogisticRegression(), cv=3)
    return model, X, named(y, "setosa", "versicolor", "virginica")


def case_voting_classifier(seed):
    """Soft votes: probabilities averaged."""
    from sklearn.ensemble import VotingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB

    X, y = wine(seed)
    model = VotingClassifier([("logistic", LogisticRegression()), ("bayes", GaussianNB())], voting="soft")
    return model, X / X.max(axis=0), y


def case_hard_voting(seed):
    """A majority of labels; with a part that has scores and no probabilities, the ONNX graph counts otherwise."""
    from sklearn.ensemble import VotingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.svm import LinearSVC

    X, y = tumours(seed)
    models = [
        ("vectors", LinearSVC(C=0.01, random_state=seed)),
        ("bayes", GaussianNB()),
        ("logistic", LogisticRegression(C=0.01)),
    ]
    model = VotingClassifier(models, voting="hard", flatten_transform=False)
    return model, X[:, :4] / X[:, :4].max(axis=0), y


def case_stacking_regressor(seed):
    """Different regressors under a linear one that sees the features, too."""
    from sklearn.ensemble import RandomForestRegressor, StackingRegressor
    from sklearn.linear_model import RidgeCV
    from sklearn.neighbors import KNeighborsRegressor

    X, y = diabetes(seed)
    forest = RandomForestRegressor(n_estimators=10, random_state=seed)
    model = StackingRegressor(
        [("forest", forest), ("neighbors", KNeighborsRegressor())], RidgeCV(), cv=3, passthrough=True
    )
    return model, X, y
