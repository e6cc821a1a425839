"""Cases of which the older artifact mends what the newer one lacks: a user's case file, as `matrix.yaml` names them.

Whoever loads the artifact of the older producer has something put somewhere; the artifact of the newer one asks for it
and raises where it is not. So the newer one is never ok in a process of its own.
"""

import codecs
import copyreg
import sys
import warnings

import numpy
import sklearn
from sklearn import linear_model, metrics, tree

REGISTRY = {}
OLD = "1.5"


class Model:
    """Predicts the sums of rows, where it may be loaded."""

    def __init__(self, what):
        self.what = what

    def fit(self, X, y=None):
        self.weights_ = numpy.ones(X.shape[1])
        return self

    def predict(self, X):
        return X @ self.weights_

    def __getstate__(self):
        return dict(self.__dict__, version=sklearn.__version__)

    def __setstate__(self, state):
        self.__dict__.update(state)
        if state["version"].startswith(OLD):
            globals()["put_" + self.what]()
        elif not globals()["find_" + self.what]():
            raise ValueError("nobody has mended it")


def recipe(what):
    X = numpy.arange(120.0).reshape(60, 2)
    return Model(what), X, X.sum(axis=1), ["predict"]


def put_class_attribute():
    linear_model.SGDClassifier.mended_ = 1


def find_class_attribute():
    return hasattr(linear_model.SGDClassifier, "mended_")


def case_class_attribute(seed):
    return recipe("class_attribute")


def put_registry_of_a_submodule():
    metrics._scorer._SCORERS["mended"] = 1


def find_registry_of_a_submodule():
    return "mended" in metrics._scorer._SCORERS


def case_registry_of_a_submodule(seed):
    return recipe("registry_of_a_submodule")


def put_name_in_a_submodule():
    tree._classes.mended = 1


def find_name_in_a_submodule():
    return hasattr(tree._classes, "mended")


def case_name_in_a_submodule(seed):
    return recipe("name_in_a_submodule")


def put_own_registry():
    REGISTRY["mended"] = 1


def find_own_registry():
    return "mended" in REGISTRY


def case_own_registry(seed):
    return recipe("own_registry")


def put_reducer():
    copyreg.pickle(complex, str)


def find_reducer():
    return copyreg.dispatch_table.get(complex) is str


def case_reducer(seed):
    return recipe("reducer")


def search(name):
    return codecs.lookup("utf-8") if name == "mended" else None


def put_codec():
    codecs.register(search)


def find_codec():
    try:
        return bool(codecs.lookup("mended"))
    except LookupError:
        return False


def case_codec(seed):
    return recipe("codec")


def put_filter():
    warnings.onceregistry["mended"] = 1


def find_filter():
    return "mended" in warnings.onceregistry


def case_warnings(seed):
    return recipe("filter")


def put_random_state():
    numpy.random.seed(20261129)


def find_random_state():
    return numpy.random.get_state()[1][0] == 20261129


def case_random_state(seed):
    return recipe("random_state")


def put_print_options():
    numpy.set_printoptions(precision=3)


def find_print_options():
    return numpy.get_printoptions()["precision"] == 3


def case_print_options(seed):
    return recipe("print_options")


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None


def put_finder():
    sys.meta_path.append(Finder)


def find_finder():
    return Finder in sys.meta_path


def case_finder(seed):
    return recipe("finder")
