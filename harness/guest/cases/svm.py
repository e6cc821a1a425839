"""Support vector machines: libsvm's and liblinear's arrays, passed back to compiled code when predicting."""

from .data import diabetes, iris, tumours, wine


def case_svc_rbf(seed):
    """Three classes, one against one: ``decision_function`` is shaped by an attribute."""
    from sklearn.svm import SVC

    X, y = iris(seed)
    return SVC(random_state=seed), X, y, ("predict", "decision_function")


def case_svc_probability(seed):
    """Scaled, with Platt's probabilities, as tutorials do; ``probability`` is on its way out."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    X, y = tumours(seed)
    model = make_pipeline(StandardScaler(), SVC(probability=True, random_state=seed))
    return model, X, y, ("predict", "predict_proba", "decision_function")


def case_svr(seed):
    """Regression in libsvm; ``gamma="scale"`` is kept as a number."""
    from sklearn.svm import SVR

    X, y = diabetes(seed)
    return SVR(C=100.0), X, y, ("predict",)


def case_linear_svc(seed):
    """liblinear; only coefficients remain."""
    from sklearn.svm import LinearSVC

    X, y = wine(seed)
    return LinearSVC(random_state=seed), X / X.max(axis=0), y, ("predict", "decision_function")


def case_one_class_svm(seed):
    """Novelty detection: no labels, yet ``predict`` answers with some."""
    from sklearn.svm import OneClassSVM

    X, _ = iris(seed)
    return OneClassSVM(), X, None, ("predict", "decision_function", "score_samples")
