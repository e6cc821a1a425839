"""Support vector machines: libsvm's and liblinear's arrays, passed back to compiled code when predicting."""

from .data import iris, tumours, wine


def case_svc_rbf(seed):
    """Three classes, one against one: ``decision_function`` is shaped by an attribute."""
    from sklearn.svm import SVC

    X, y = iris(seed)
    return SVC(random_state=seed), X, y


def case_svc_probability(seed):
    """Scaled, with Platt's probabilities, as tutorials do; ``probability`` is on its way out."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    X, y = tumours(seed)
    model = make_pipeline(StandardScaler(), SVC(probability=True, random_state=seed))
    return model, X, y


def case_pca_svc(seed):
    """Scaled, compressed, classified: what face recognition was made of."""
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    X, y = wine(seed)
    model = make_pipeline(StandardScaler(), PCA(n_components=5, whiten=True, random_state=seed), SVC(C=10.0))
    return model, X, y


def case_svc_precomputed(seed):
    """The kernel is the user's, so rows are similarities to the training rows."""
    import numpy as np
    from sklearn.svm import SVC

    X, y = iris(seed)
    train, test = X[:-40], X[-40:]
    kernels = tuple(np.exp(-0.2 * ((rows[:, None] - train) ** 2).sum(axis=2)) for rows in (train, test))
    return SVC(kernel="precomputed"), kernels, (y[:-40], y[-40:])
