"""Neural networks: the artifact carries the optimizer and NumPy's random state along."""

from .data import wine


def case_mlp_classifier(seed):
    """A ``RandomState`` inside: how NumPy pickles its bit generators changed more than once."""
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = wine(seed)
    network = MLPClassifier(hidden_layer_sizes=(16,), learning_rate_init=0.01, early_stopping=True, random_state=seed)
    return make_pipeline(StandardScaler(), network), X, y
