"""Which package a module belongs to, by the names on PyPI. Only what is listed here is known: nothing is looked up."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from harness.inspection.result import Need

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.inspection.nodes import Global

_NAMES = 6  # that a need tells

#: By the top of its modules, where that is another name than the package's.
_OTHERWISE = {
    "bayes_opt": "bayesian-optimization",
    "category_encoders": "category-encoders",
    "Cython": "cython",
    "_loss": "scikit-learn",  # what its compiled losses call their module from 1.5 to 1.8
    "dateutil": "python-dateutil",
    "feature_engine": "feature-engine",
    "imblearn": "imbalanced-learn",
    "PIL": "pillow",
    "pycrfsuite": "python-crfsuite",
    "sentence_transformers": "sentence-transformers",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "sklearn_crfsuite": "sklearn-crfsuite",
    "sklearn_pandas": "sklearn-pandas",
    "skmultiflow": "scikit-multiflow",
    "skopt": "scikit-optimize",
    "sksurv": "scikit-survival",
    "umap": "umap-learn",
    "yaml": "pyyaml",
}
#: Of these the package has the name of its module.
_SAME = frozenset(
    [
        "boruta",
        "catboost",
        "causalml",
        "cloudpickle",
        "cuml",
        "dask",
        "deslib",
        "dill",
        "econml",
        "eli5",
        "flaml",
        "gensim",
        "gplearn",
        "hdbscan",
        "hmmlearn",
        "interpret",
        "joblib",
        "keras",
        "kmodes",
        "lightgbm",
        "lime",
        "mapie",
        "metric_learn",
        "mlflow",
        "mlxtend",
        "mne",
        "narwhals",
        "ngboost",
        "nltk",
        "numba",
        "numpy",
        "onnxruntime",
        "optuna",
        "pandas",
        "polars",
        "prince",
        "prophet",
        "psutil",
        "pyarrow",
        "pygam",
        "pynndescent",
        "pyod",
        "pytz",
        "pywt",
        "river",
        "scipy",
        "seglearn",
        "shap",
        "skforecast",
        "sklearn2pmml",
        "skorch",
        "skops",
        "spacy",
        "stanza",
        "statsmodels",
        "tensorflow",
        "threadpoolctl",
        "torch",
        "tpot",
        "transformers",
        "tsfresh",
        "tslearn",
        "tzlocal",
        "xgboost",
        "zoofs",
    ]
)
#: Modules that every Python has, in some version.
_STANDARD = frozenset(sys.stdlib_module_names) | {"copy_reg", "__builtin__", "cPickle", "UserDict", "imp", "distutils"}


#: Python's own types of data: files that name them hold no more than data for it.
_DATA_TYPES = frozenset(
    f"{module}.{name}"
    for module, names in {
        "builtins": "bool bytearray bytes complex dict float frozenset int list object range set slice str tuple",
        "collections": "Counter OrderedDict defaultdict deque",
        "datetime": "date datetime time timedelta timezone",
        "decimal": "Decimal",
        "fractions": "Fraction",
        "pathlib": "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath",
        "pathlib._local": "Path PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath",
        "uuid": "UUID",
    }.items()
    for name in names.split()
)
#: Of these the list of known names has nearly all that files name.
_LISTED = frozenset({"numpy", "scipy", "joblib"})


def is_data_type(name: str) -> bool:
    """Whether a name is one of Python's own types of data."""
    return name in _DATA_TYPES


def is_telling(name: str) -> bool:
    """Whether a name outside the list is worth a look of its own.

    These are names of Python itself, what is called in a roundabout way, and packages whose names the list has.
    """
    if "(" in name:
        return True
    return (is_standard(name) and not is_data_type(name)) or name.partition(".")[0] in _LISTED


def is_standard(module: str) -> bool:
    """Whether a module is Python's own."""
    return module.partition(".")[0] in _STANDARD and module != "__main__"


def package_of(module: str) -> str | None:
    """The package on PyPI that a module belongs to; None where that is not known."""
    top = module.partition(".")[0]
    return _OTHERWISE.get(top, top.replace("_", "-") if top in _SAME else None)


def listed() -> frozenset[str]:
    """Every package on PyPI that is known here."""
    return frozenset({*_OTHERWISE.values(), *(name.replace("_", "-") for name in _SAME)})


def needs(names: Iterable[Global]) -> tuple[Need, ...]:
    """What must be importable beside Python's own modules, scikit-learn first."""
    tops: dict[str, list[str]] = {}
    for one in names:
        if not is_standard(one.module) and one.module:
            tops.setdefault(one.module.partition(".")[0], []).append(one.full[:200])
    if "sklearn" in tops:  # what is a part of it is no need of its own
        tops.pop("_loss", None)
    found = [Need(module=top[:100], package=package_of(top), names=tuple(full[:_NAMES])) for top, full in tops.items()]
    return tuple(sorted(found, key=lambda need: (need.package is None, need.module != "sklearn", need.module)))


def own_names(names: Iterable[Global]) -> tuple[str, ...]:
    """Classes and functions of ``__main__``, and of modules that belong to no known package."""
    return tuple(
        one.full[:200]
        for one in names
        if one.module == "__main__" or (not is_standard(one.module) and package_of(one.module) is None)
    )
