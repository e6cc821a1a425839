"""How the catalogue of estimators is made: parameters and kind of data.

First what a class says about itself; then the exceptions, in tables. Standard library at its top.
"""

import inspect

from . import estimator_data

#: What every class gets that has such a parameter: little work.
SMALL = {"n_estimators": 5, "n_init": 2}

#: Parameters by class, where the defaults warn, take long, or show nothing. What a release does not know is left out.
PARAMETERS = {
    "BayesianGaussianMixture": {"n_components": 3, "n_init": 1},
    "BernoulliRBM": {"n_components": 8, "n_iter": 3},
    "DictionaryLearning": {"n_components": 3, "max_iter": 5},
    "ElasticNet": {"alpha": 0.01},
    "ElasticNetCV": {"alphas": [0.01, 0.1], "cv": 3},
    "FastICA": {"n_components": 2, "max_iter": 1000},
    "GaussianMixture": {"n_components": 3, "n_init": 1},
    "GaussianProcessRegressor": {"alpha": 0.1, "normalize_y": True},
    "GaussianRandomProjection": {"n_components": 3},
    "GenericUnivariateSelect": {"mode": "k_best", "param": 2},
    "GraphicalLasso": {"alpha": 0.3},
    "GraphicalLassoCV": {"alphas": [0.3, 0.5], "cv": 2},
    "GridSearchCV": {"cv": 2},
    "HalvingGridSearchCV": {"min_resources": 40, "cv": 2},
    "HalvingRandomSearchCV": {"n_candidates": 2, "min_resources": 40, "cv": 2},
    "HistGradientBoostingClassifier": {"max_iter": 5},
    "HistGradientBoostingRegressor": {"max_iter": 5},
    "IsotonicRegression": {"out_of_bounds": "clip"},
    "IterativeImputer": {"tol": 0.1},
    "KBinsDiscretizer": {"n_bins": 3},
    "Lasso": {"alpha": 0.01},
    "LassoLars": {"alpha": 0.01},
    "LatentDirichletAllocation": {"n_components": 3, "max_iter": 3},
    "LinearSVC": {"dual": False},
    "LinearSVR": {"dual": False, "loss": "squared_epsilon_insensitive"},
    "LocalOutlierFactor": {"novelty": True},
    "LogisticRegressionCV": {"Cs": [0.1, 1.0], "cv": 3},
    "MDS": {"max_iter": 50, "n_init": 1},
    "MLPClassifier": {"hidden_layer_sizes": (8,), "early_stopping": True, "learning_rate_init": 0.05},
    "MLPRegressor": {"hidden_layer_sizes": (8,), "early_stopping": True, "learning_rate_init": 0.05},
    "MeanShift": {"bandwidth": 1.5, "bin_seeding": True},
    "MiniBatchDictionaryLearning": {"n_components": 3, "max_iter": 5},
    "MiniBatchNMF": {"n_components": 3, "tol": 0.01},
    "MiniBatchSparsePCA": {"n_components": 3, "max_iter": 5},
    "NMF": {"n_components": 3, "max_iter": 1000},
    "PatchExtractor": {"patch_size": (3, 3)},
    "QuantileRegressor": {"alpha": 0.01, "solver": "highs"},
    "QuantileTransformer": {"n_quantiles": 50},
    "RadiusNeighborsClassifier": {"radius": 2.0},
    "RadiusNeighborsRegressor": {"radius": 4.0},
    "RandomizedSearchCV": {"n_iter": 2, "cv": 2},
    "SelectKBest": {"k": 2},
    "SelectPercentile": {"percentile": 50},
    "SequentialFeatureSelector": {"n_features_to_select": 2, "cv": 2},
    "SparsePCA": {"n_components": 3, "max_iter": 10},
    "SparseRandomProjection": {"n_components": 3},
    "SpectralBiclustering": {"n_clusters": 2},
    "SpectralClustering": {"n_clusters": 3},
    "SpectralCoclustering": {"n_clusters": 2},
    "StackingClassifier": {"cv": 3},
    "StackingRegressor": {"cv": 3},
    "TSNE": {"init": "random", "learning_rate": 200.0, "max_iter": 250},
    "TheilSenRegressor": {"max_subpopulation": 100, "n_subsamples": 20},
    "TunedThresholdClassifierCV": {"cv": 2},
}

#: What parameters were called before.
OLD_NAMES = {"estimator": "base_estimator", "max_iter": "n_iter"}

#: Classes that need a model within, although some releases have None for its default.
NEED_A_MODEL = {"ClassifierChain", "RegressorChain", "SelfTrainingClassifier"}

#: Classes by kind of data (a function of `estimator_data`), where what they say about themselves is not enough.
DATA = {
    "codes": {"CategoricalNB"},
    "counts": {"AdditiveChi2Sampler", "SkewedChi2Sampler", "SpectralBiclustering", "SpectralCoclustering"},
    "holes": {"HistGradientBoostingClassifier"},
    "label_columns": {"ClassifierChain", "MultiOutputClassifier", "KNeighborsClassifier", "ExtraTreeClassifier"},
    "partly_labelled": {"LabelPropagation", "LabelSpreading", "SelfTrainingClassifier"},
    "sparse_counts": {"MaxAbsScaler", "TfidfTransformer", "TruncatedSVD"},
    "table": {"ColumnTransformer"},
    "target_columns": {"ExtraTreeRegressor", "KernelRidge", "MultiOutputRegressor", "RegressorChain", "RidgeCV"},
    "two_classes": {"FixedThresholdClassifier", "TunedThresholdClassifierCV"},
}

#: Kinds of data by what an estimator says of itself, the first that applies.
KINDS = (
    ("string", "texts"),
    ("dict", "dicts"),
    ("2dlabels", "label_sets"),
    ("1dlabels", "labels"),
    ("1darray", "one_column"),
    ("3darray", "images"),
    ("categorical", "categories"),
    ("pairwise", "kernel"),
    ("several targets", "target_columns"),
    ("positive", "counts"),
    ("two classes", "two_classes"),
    ("regressor", "numbers"),
)

#: Kinds of data by module.
MODULES = {"sklearn.cross_decomposition": "target_columns", "sklearn.impute": "holes"}


def parameters(cls, seed):
    """Arguments that make a valid, small and seeded estimator of ``cls``."""
    known = inspect.signature(cls).parameters
    wanted = dict(SMALL, random_state=seed, **PARAMETERS.get(cls.__name__, {}))
    if cls.__name__ in NEED_A_MODEL:
        wanted["estimator"] = _model(cls)
    chosen = {name if name in known else OLD_NAMES.get(name): value for name, value in wanted.items()}
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name in PARTS:
            chosen[name] = PARTS[name](cls)
    return {name: value for name, value in chosen.items() if name in known}


def _model(cls):
    from sklearn.linear_model import LogisticRegression, Ridge

    if cls.__name__ != "FrozenEstimator":  # which takes one that was fitted elsewhere
        return Ridge() if "Regress" in cls.__name__ else LogisticRegression()
    X, y = estimator_data.classes(seed=1)
    return LogisticRegression().fit(X, y)


def _models(cls):
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    tree = DecisionTreeRegressor if "Regress" in cls.__name__ else DecisionTreeClassifier
    return [("linear", _model(cls)), ("tree", tree(max_depth=3, random_state=0))]


def _steps(cls):
    from sklearn.preprocessing import StandardScaler

    return [("scaler", StandardScaler()), ("model", _model(cls))]


def _side_by_side(cls):
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    return [("scaler", StandardScaler()), ("components", PCA(n_components=2))]


def _by_column(cls):
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder

    return [("numbers", SimpleImputer(), ["age", "fare"]), ("categories", OneHotEncoder(), ["sex"])]


def _grid(cls):
    return {"C": [0.1, 1.0]}


def _dictionary(cls):
    import numpy as np

    return np.array([[0.5, 0.5, 0.5, 0.5], [0.5, -0.5, 0.5, -0.5], [0.1, 0.1, 0.7, 0.7]])


#: Values of required parameters, by the parameter's name.
PARTS = {
    "base_estimator": _model,
    "dictionary": _dictionary,
    "estimator": _model,
    "estimators": _models,
    "param_distributions": _grid,
    "param_grid": _grid,
    "steps": _steps,
    "transformer_list": _side_by_side,
    "transformers": _by_column,
}


def kind_of_data(estimator):
    """The function of `estimator_data` that makes what this estimator wants."""
    name, module = type(estimator).__name__, type(estimator).__module__
    for kind, names in DATA.items():
        if name in names:
            return kind
    for prefix, kind in MODULES.items():
        if module.startswith(prefix):
            return kind
    found = traits(estimator)
    return next((kind for trait, kind in KINDS if trait in found), "classes")


def traits(estimator):
    """What an estimator says of itself, in the words of `KINDS` and "target", whatever scikit-learn calls it now."""
    from sklearn.base import is_classifier, is_regressor

    found = {"classifier"} if is_classifier(estimator) else {"regressor"} if is_regressor(estimator) else set()
    try:
        from sklearn.utils import get_tags
    except ImportError:  # up to 1.5
        from sklearn import utils

        if hasattr(utils, "all_estimators"):
            return found | _old_traits(estimator._get_tags())
        return found | {trait for trait, names in _UNTOLD.items() if type(estimator).__name__ in names}
    return found | _new_traits(get_tags(estimator))


#: What classes told nothing of, or not everything, before 0.22.
_UNTOLD = {
    "positive": ("ComplementNB", "MultinomialNB", "LatentDirichletAllocation", "NMF", "AdditiveChi2Sampler"),
    "categorical": ("OneHotEncoder",),
    "string": ("CountVectorizer", "HashingVectorizer", "TfidfVectorizer"),
    "dict": ("DictVectorizer",),
    "1darray": ("IsotonicRegression",),
    "1dlabels": ("LabelBinarizer", "LabelEncoder"),
    "2dlabels": ("MultiLabelBinarizer",),
    "several targets": ("MultiTaskElasticNet", "MultiTaskElasticNetCV", "MultiTaskLasso", "MultiTaskLassoCV"),
}


def _old_traits(tags):
    kinds = [tags["X_types"]] if isinstance(tags["X_types"], str) else tags["X_types"]
    found = {kind for kind in kinds if kind == "categorical" or "2darray" not in kinds}
    words = {
        "pairwise": "pairwise",
        "multioutput_only": "several targets",
        "requires_positive_X": "positive",
        "binary_only": "two classes",
        "requires_y": "target",
    }
    return found | {word for tag, word in words.items() if tags.get(tag)}


def _new_traits(tags):
    inputs, targets = tags.input_tags, tags.target_tags
    traits = {
        "string": inputs.string and not inputs.two_d_array,
        "dict": inputs.dict and not inputs.two_d_array,
        "2dlabels": targets.two_d_labels,
        "1dlabels": targets.one_d_labels,
        "1darray": inputs.one_d_array,
        "3darray": inputs.three_d_array,
        "categorical": inputs.categorical,
        "pairwise": inputs.pairwise,
        "several targets": targets.multi_output and not targets.single_output,
        "positive": inputs.positive_only,
        "two classes": tags.classifier_tags is not None and not tags.classifier_tags.multi_class,
        "target": targets.required,
    }
    return {trait for trait, holds in traits.items() if holds}


def wants_y(estimator, kind):
    """Whether it is fitted with a target, if given data of that kind."""
    if kind == "target_columns" or traits(estimator) & {"classifier", "regressor", "target"}:
        return True
    known = inspect.signature(type(estimator)).parameters
    within = known.get("estimator") or known.get("score_func")  # which want one in its place
    if within is not None and within.default is not None:
        return True
    y = list(inspect.signature(estimator.fit).parameters.values())[1:2]
    return bool(y) and y[0].name in ("y", "Y") and y[0].default is inspect.Parameter.empty
