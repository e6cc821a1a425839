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
    "dateutil": "python-dateutil",
    "feature_engine": "feature-engine",
    "gplearn": "gplearn",
    "imblearn": "imbalanced-learn",
    "keras": "keras",
    "lightning": "lightning",
    "PIL": "pillow",
    "ruptures": "ruptures",
    "sentence_transformers": "sentence-transformers",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "sklearn2pmml": "sklearn2pmml",
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
    """auto_sklearn autosklearn boruta catboost causalml cloudpickle cuml dask deslib dill econml eli5 flaml gensim hdbscan
    hmmlearn interpret joblib kmodes lightgbm lime mapie metric_learn mlflow mlxtend mne narwhals ngboost nltk numba numpy
    onnxruntime optuna pandas polars prince prophet psutil pyarrow pygam pynndescent pyod pytz pywt river scipy seglearn shap
    skforecast skorch skops spacy stanza statsmodels tensorflow threadpoolctl torch tpot transformers tsfresh tslearn tzlocal
    umap xgboost zoofs""".split()
)
#: Modules that every Python has, in some version.
_STANDARD = frozenset(sys.stdlib_module_names) | {"copy_reg", "__builtin__", "cPickle", "UserDict", "imp", "distutils"}


def is_standard(module: str) -> bool:
    """Whether a module is Python's own."""
    return module.partition(".")[0] in _STANDARD and module != "__main__"


def package_of(module: str) -> str | None:
    """The package on PyPI that a module belongs to; None where that is not known."""
    top = module.partition(".")[0]
    return _OTHERWISE.get(top, top.replace("_", "-") if top in _SAME else None)


def needs(names: Iterable[Global]) -> tuple[Need, ...]:
    """What must be importable beside Python's own modules, scikit-learn first."""
    tops: dict[str, list[str]] = {}
    for one in names:
        if not is_standard(one.module) and one.module:
            tops.setdefault(one.module.partition(".")[0], []).append(one.full[:200])
    found = [Need(module=top[:100], package=package_of(top), names=tuple(full[:_NAMES])) for top, full in tops.items()]
    return tuple(sorted(found, key=lambda need: (need.package is None, need.module != "sklearn", need.module)))


def own_names(names: Iterable[Global]) -> tuple[str, ...]:
    """Classes and functions of ``__main__``, and of modules that belong to no known package."""
    return tuple(
        one.full[:200]
        for one in names
        if one.module == "__main__" or (not is_standard(one.module) and package_of(one.module) is None)
    )
