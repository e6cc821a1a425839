"""Estimators of other projects inside pipelines, where the environment has them.

They keep a model of their own, as bytes within the pickle, and read it by rules of their own.
"""

import importlib

from .data import diabetes, tumours, wine, with_holes


def _need(name):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        from guest.errors import Unsupported  # here: a rebuilt model's code is run outside of the guest's package

        raise Unsupported("%s is not installed in this environment (%s)" % (name, error)) from error


def case_xgboost_classifier(seed):
    """A booster that pickles itself in its own format, which every release promises to read."""
    xgboost = _need("xgboost")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = wine(seed)
    model = xgboost.XGBClassifier(n_estimators=10, max_depth=3, n_jobs=1, random_state=seed)
    return make_pipeline(StandardScaler(), model), X, y


def case_xgboost_regressor(seed):
    """Behind an imputer's indicator, as a model for prices; scikit-learn's own parts may break around it."""
    xgboost = _need("xgboost")
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline

    X, y = diabetes(seed)
    model = xgboost.XGBRegressor(n_estimators=10, max_depth=3, n_jobs=1, random_state=seed)
    return make_pipeline(SimpleImputer(add_indicator=True), model), with_holes(X, seed), y


def case_lightgbm_classifier(seed):
    """Its model is a text, and calibrated as in fraud detection."""
    lightgbm = _need("lightgbm")
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = tumours(seed)
    model = lightgbm.LGBMClassifier(n_estimators=10, num_leaves=7, n_jobs=1, random_state=seed, verbose=-1)
    model = make_pipeline(StandardScaler(), CalibratedClassifierCV(model, cv=3))
    return model, X, y


def case_lightgbm_regressor(seed):
    """Missing values go into the trees as they are; the sums are scaled by scikit-learn."""
    lightgbm = _need("lightgbm")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = diabetes(seed)
    model = lightgbm.LGBMRegressor(n_estimators=10, num_leaves=7, n_jobs=1, random_state=seed, verbose=-1)
    return make_pipeline(StandardScaler(), model), with_holes(X, seed), y
