"""The user's own code: what pickle writes by reference, or cannot write at all."""

from .data import iris, tumours


def case_function_transformer_lambda(seed):
    """A lambda in a pipeline: pickle and joblib cannot dump it, cloudpickle writes its bytecode."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    X, y = iris(seed)
    model = make_pipeline(FunctionTransformer(lambda x: x**2), LogisticRegression(max_iter=1000))
    return model, X, y


def case_local_class(seed):
    """A transformer's class defined in a function: its instances are out of pickle's reach, not of cloudpickle's."""
    from sklearn.base import BaseEstimator, TransformerMixin
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import SVC

    class Clip(TransformerMixin, BaseEstimator):
        def __init__(self, deviations=2.0):
            self.deviations = deviations

        def fit(self, X, y=None):
            self.mean_ = X.mean(axis=0)
            self.width_ = self.deviations * X.std(axis=0)
            return self

        def transform(self, X):
            return X.clip(self.mean_ - self.width_, self.mean_ + self.width_)

    X, y = iris(seed)
    return make_pipeline(Clip(), SVC()), X, y


MAIN = """
def ratios_to_first(x):
    return x / x[:, :1]
"""


def case_main_function(seed):
    """A function of the training script: pickle dumps only its name, which leads nowhere elsewhere."""
    import sys

    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    main = sys.modules["__main__"]
    if not hasattr(main, "ratios_to_first"):  # once: pickle wants the very object that the name leads to
        exec(MAIN, main.__dict__)
    X, y = tumours(seed)
    model = make_pipeline(FunctionTransformer(main.ratios_to_first), StandardScaler(), LogisticRegression())
    return model, X, y
