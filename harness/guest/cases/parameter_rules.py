"""How a grid becomes cases, and a case an estimator with its data. Standard library at its top.

A grid is a dict as of ``GridSearchCV``: values by parameter. Each combination is a case; a grid has two parameters of
several values at most, so that what multiplies is covered in pairs and no more.

==========  ========================================================================================================
a key       what it is
==========  ========================================================================================================
data        no parameter, but a kind of data: a function of `parameter_data` or `estimator_data`
input       no parameter, but how the rows are given: a function ``as_...`` of `parameter_data`
target      no parameter, but how the labels are given
output      no parameter, but what ``set_output`` is told
with        a dict of what goes along and decides nothing by itself; ``methods`` are those to compare
==========  ========================================================================================================

A text that begins with ``=`` is an expression over the public estimators, kernels, score functions and
`parameter_objects`.
"""

import inspect
import itertools
import re

from . import estimator_data, estimator_rules, estimators, parameter_data, parameter_objects
from . import grids_ensembles, grids_predictors, grids_transformers

GRIDS = dict(grids_predictors.GRIDS, **grids_ensembles.GRIDS, **grids_transformers.GRIDS)

#: Keys of a grid that are no parameters.
OUTSIDE = ("data", "input", "target", "output", "methods")

#: What goes along with every case of a class, so that it converges.
ALONG = {
    "LinearSVC": {"max_iter": 5000},
    "LinearSVR": {"max_iter": 5000},
    "LogisticRegression": {"max_iter": 2000},
    "LogisticRegressionCV": {"max_iter": 2000},
    "SparsePCA": {"max_iter": 50},
}

#: Kinds of data where that of the family ``estimators`` shows something else.
DATA = {
    "ExtraTreeClassifier": "classes",
    "ExtraTreeRegressor": "numbers",
    "HistGradientBoostingClassifier": "classes",
    "KNeighborsClassifier": "classes",
    "KernelRidge": "numbers",
    "MultiOutputClassifier": "label_columns",
    "RidgeCV": "numbers",
}

#: The first release that knows a value, where releases up to 1.1 differ: from 1.2 on, a class tells what it takes.
SINCE = {
    "algorithm='lloyd'": "1.1",
    "assign_labels='cluster_qr'": "1.1",
    "bandwidth='scott'": "1.2",
    "bandwidth='silverman'": "1.2",
    "CalibratedClassifierCV.ensemble='auto'": "1.6",
    "CalibratedClassifierCV.method='temperature'": "1.8",
    "OneHotEncoder.handle_unknown='warn'": "1.6",
    "OrdinalEncoder.data='gaps_in_strings'": "1.0",
    "PCA.svd_solver='covariance_eigh'": "1.5",
    "PolynomialFeatures.degree=(2, 3)": "1.0",
    "SimpleImputer.strategy=np.nanmax": "1.5",
    "categorical_features='from_dtype'": "1.4",
    "criterion='absolute_error'": "1.0",
    "criterion='log_loss'": "1.1",
    "criterion='squared_error'": "1.0",
    "dual='auto'": "1.3",
    "eigen_solver='randomized'": "1.0",
    "handle_unknown='infrequent_if_exist'": "1.1",
    "init_params='k-means++'": "1.1",
    "init_params='random_from_data'": "1.1",
    "loss='log_loss'": "1.1",
    "LogisticRegression.penalty=None": "1.2",
    "RANSACRegressor.loss='absolute_error'": "1.0",
    "solver='newton-cholesky'": "1.2",
    "loss='squared_error'": "1.0",
    "whiten='arbitrary-variance'": "1.1",
    "whiten='unit-variance'": "1.1",
    "DecisionTreeClassifier.input='missing'": "1.3",
    "DecisionTreeClassifier_input_missing_splitter_random": "1.6",
    "DecisionTreeRegressor.input='missing'": "1.3",
    "BaggingClassifier.input='missing'": "1.3",
    "ExtraTreeClassifier.input='missing'": "1.6",
    "ExtraTreeRegressor.input='missing'": "1.6",
    "ExtraTreesClassifier.input='missing'": "1.6",
    "ExtraTreesRegressor.input='missing'": "1.6",
    "GradientBoostingRegressor.loss='absolute_error'": "1.0",
    "HistGradientBoostingRegressor.loss='absolute_error'": "1.0",
    "HistGradientBoostingRegressor.loss='gamma'": "1.3",
    "HistGradientBoostingRegressor.loss='quantile'": "1.1",
    "IsolationForest.input='missing'": "1.6",
    "OneHotEncoder_drop_first_handle_unknown_ignore": "1.0",
    "OneHotEncoder_drop_if_binary_handle_unknown_ignore": "1.0",
    "PCA.input='csr'": "1.4",
    "RandomForestClassifier.input='missing'": "1.4",
    "RandomForestRegressor.input='missing'": "1.4",
}


def cases():
    """``{name: (class's name, keys and values of one combination, what goes along)}``, in order."""
    found = {}
    for cls, grids in GRIDS.items():
        for grid in grids:
            keys = [key for key in grid if key != "with"]
            for values in itertools.product(*(grid[key] for key in keys)):
                chosen = dict(zip(keys, values))
                found.setdefault(name_of(cls, chosen), (cls, chosen, grid.get("with", {})))
    return found


def name_of(cls, chosen):
    """Such as ``SVC_kernel_rbf_input_csr``: letters, digits and underscores only."""
    return "_".join([cls] + ["%s_%s" % (key, _word(value)) for key, value in chosen.items()])


def _word(value):
    """A value as part of a name."""
    text = str(value).replace("-1", "minus_1") if not isinstance(value, str) else value
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")


def build(cls, chosen, along, seed):
    """A case of ``cls``: ``(estimator, X, y or None, methods or None)``. Raises Unsupported with what is not known."""
    settings = dict(ALONG.get(cls.__name__, {}), **along)
    asked = dict(settings, **chosen)
    given = {key: _value(cls, key, value) for key, value in asked.items() if key not in OUTSIDE}
    for key, value in chosen.items():
        _need(cls, key, value, given.get(key, value))
    if _is_older(SINCE.get(name_of(cls.__name__, chosen), "0")):
        raise _unsupported("%s(%s) at once" % (cls.__name__, ", ".join("%s=%r" % item for item in chosen.items())))
    known = inspect.signature(cls).parameters
    arguments = dict(estimator_rules.parameters(cls, seed), **{k: v for k, v in given.items() if k in known})
    estimator = cls(**arguments)
    if "output" in asked:
        estimator.set_output(transform=asked["output"])
    kind = asked.get("data") or DATA.get(cls.__name__) or estimator_rules.kind_of_data(estimator)
    X, y = getattr(parameter_data, kind, getattr(estimator_data, kind, None))(seed)
    if "input" in asked:
        X = getattr(parameter_data, "as_" + asked["input"])(X)
    if "target" in asked:
        y = getattr(parameter_data, asked["target"])(y)
    if not estimator_rules.wants_y(estimator, kind):
        y = None
    return estimator, X, y, along.get("methods")


def _value(cls, key, value):
    """What a grid's value stands for. Raises Unsupported where this release lacks what it is made of."""
    if not isinstance(value, str) or not value.startswith("="):
        return value
    try:
        return eval(value[1:], _names())  # our own text, a literal beside this file
    except NameError:
        raise _unsupported("%s(%s=%s)" % (cls.__name__, key, value[1:])) from None


def _names():
    import joblib
    import numpy as np
    from sklearn import feature_selection, gaussian_process, pipeline

    names = dict(vars(gaussian_process.kernels), **estimators.public(), **vars(parameter_objects))
    for name in ("chi2", "f_classif", "mutual_info_classif"):
        names[name] = getattr(feature_selection, name)
    return dict(names, np=np, Memory=joblib.Memory, make_pipeline=pipeline.make_pipeline)


def _need(cls, key, value, made):
    """Raise Unsupported where this release does not know a parameter, or this value of it."""
    words = "%s=%s" % (key, value[1:] if str(value).startswith("=") else repr(value))
    parameter = key not in OUTSIDE
    since = SINCE.get("%s.%s" % (cls.__name__, words)) or SINCE.get(words) or "0"
    lacking = key == "output" and not hasattr(cls, "set_output")
    if (
        _is_older(since)
        or lacking
        or (parameter and (key not in inspect.signature(cls).parameters or not _takes(cls, key, made)))
    ):
        raise _unsupported("%s(%s)" % (cls.__name__, words))


def _takes(cls, key, value):
    """Whether a class says that it takes a value; up to 1.1 no class says anything."""
    try:
        from sklearn.utils._param_validation import validate_parameter_constraints
    except ImportError:
        return True
    constraints = getattr(cls, "_parameter_constraints", {})
    if not isinstance(constraints, dict) or key not in constraints:
        return True
    try:
        validate_parameter_constraints({key: constraints[key]}, {key: value}, cls.__name__)
    except ValueError:
        return False
    return True


def _is_older(release):
    """Whether the scikit-learn that is here came before that one."""
    import sklearn

    here, other = (tuple(int(part) for part in text.split(".")[:2]) for text in (sklearn.__version__, release + ".0"))
    return here < other


def _unsupported(words):
    import sklearn
    from guest.errors import Unsupported  # here: a rebuilt model's code is run outside of the guest's package

    return Unsupported("scikit-learn %s has no %s" % (sklearn.__version__, words))
