"""Support vector machines: libsvm's and liblinear's arrays, passed back to compiled code when predicting."""

from .data import iris, tumours


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
