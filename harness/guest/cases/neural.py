"""Neural networks: the artifact carries the optimizer and NumPy's random state along."""

from .data import diabetes, wine


def case_mlp_classifier(seed):
    """A ``RandomState`` inside: how NumPy pickles its bit generators changed more than once."""
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = wine(seed)
    network = MLPClassifier(hidden_layer_sizes=(16,), learning_rate_init=0.01, early_stopping=True, random_state=seed)
    return make_pipeline(StandardScaler(), network), X, y, ("predict", "predict_proba")


def case_mlp_regressor(seed):
    """Fitted with L-BFGS, as small networks are."""
    from sklearn.neural_network import MLPRegressor

    X, y = diabetes(seed)
    model = MLPRegressor(hidden_layer_sizes=(8,), solver="lbfgs", alpha=1.0, max_iter=1000, random_state=seed)
    return model, X, y, ("predict",)
