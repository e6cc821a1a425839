"""Estimators of other projects inside pipelines, where the environment has them.

They keep a model of their own, as bytes within the pickle, and read it by rules of their own.
"""

import importlib

from .data import diabetes, passengers, payments, tumours, wine, with_holes


def _need(name, since=()):
    try:
        found = importlib.import_module(name)
    except ImportError as error:
        from guest.errors import Unsupported  # here: a rebuilt model's code is run outside of the guest's package

        raise Unsupported("%s is not installed in this environment (%s)" % (name, error)) from error
    if since and tuple(int(part) for part in found.__version__.split(".")[:2]) < since:
        from guest.errors import Unsupported

        raise Unsupported("%s %s is too old for this case" % (name, found.__version__))
    return found


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


def case_catboost_classifier(seed):
    """Its model is bytes of its own; categories and holes go in as they are, as people use it."""
    catboost = _need("catboost")

    X, y = passengers(seed)
    X = X.assign(port=X["port"].fillna("unknown"))
    model = catboost.CatBoostClassifier(
        iterations=10,
        depth=3,
        cat_features=["sex", "port"],
        random_seed=seed,
        thread_count=1,
        verbose=False,
        allow_writing_files=False,
    )
    # Its file keeps the model and no records of the fit: a loaded one has 0 for n_features_in_, in its own release.
    return model, X, y, ("predict", "predict_proba")


def case_catboost_regressor(seed):
    """Behind a scaler, in a pipeline of scikit-learn."""
    catboost = _need("catboost")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = diabetes(seed)
    model = catboost.CatBoostRegressor(
        iterations=10, depth=3, random_seed=seed, thread_count=1, verbose=False, allow_writing_files=False
    )
    return make_pipeline(StandardScaler(), model), X, y


def case_imblearn_smote(seed):
    """A pipeline class of its own, around scikit-learn's; the sampler does nothing when the model predicts."""
    _need("imblearn")
    from imblearn.over_sampling import SMOTE
    from imblearn.pipeline import make_pipeline
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    X, y = tumours(seed)
    return make_pipeline(StandardScaler(), SMOTE(random_state=seed), LogisticRegression()), X, y


def case_imblearn_balanced_forest(seed):
    """Inherits scikit-learn's forest, with its trees and its private attributes."""
    _need("imblearn")
    from imblearn.ensemble import BalancedRandomForestClassifier

    X, y = tumours(seed)
    return BalancedRandomForestClassifier(n_estimators=10, random_state=seed), X, y


def case_category_encoders_target(seed):
    """The means of a target by category, as a table of pandas, before a model."""
    category_encoders = _need("category_encoders")
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    X, y = payments(seed)
    encoder = category_encoders.TargetEncoder(cols=["shop", "country"])
    return make_pipeline(encoder, LogisticRegression(max_iter=1000)), X, y


def case_category_encoders_ordinal_strings(seed):
    """Keeps the dtype of its columns and tables with it as their index: here the strings of pandas."""
    category_encoders = _need("category_encoders")
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline

    X, y = payments(seed)
    X = X.astype({"shop": "string", "country": "string"})
    encoder = category_encoders.OrdinalEncoder(cols=["shop", "country"])
    return make_pipeline(encoder, RandomForestClassifier(n_estimators=5, random_state=seed)), X, y


def case_cast_to_strings(seed):
    """Columns are cast to the dtypes of training, which it keeps as objects of pandas."""
    pandas = _need("pandas")
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

    X, y = payments(seed)
    dtypes = {"shop": pandas.StringDtype("python"), "country": pandas.StringDtype("python")}
    cast = FunctionTransformer(pandas.DataFrame.astype, kw_args={"dtype": dtypes})
    model = LogisticRegression(max_iter=1000)
    return make_pipeline(cast, OneHotEncoder(handle_unknown="ignore"), model), X[["shop", "country"]], y


def case_string_columns(seed):
    """Strings of pandas with missing ones, filled and encoded: as tables come from a database."""
    pandas = _need("pandas")
    _need("sklearn", since=(1, 1))  # an imputer of before takes no pandas.NA
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    X, y = payments(seed)
    X = X.astype({"shop": "string", "country": "string"})
    X.loc[X.index[::7], "shop"] = pandas.NA
    fill = SimpleImputer(missing_values=pandas.NA, strategy="most_frequent")
    encode = make_pipeline(fill, OneHotEncoder(handle_unknown="ignore"))
    columns = make_column_transformer((encode, ["shop", "country"]), remainder="passthrough")
    return make_pipeline(columns, LogisticRegression(max_iter=1000)), X, y


def case_umap(seed):
    """Puts new points among old ones: by a search that numba compiles, and by steps that are drawn at random."""
    umap = _need("umap")

    X, _ = wine(seed)
    return umap.UMAP(n_neighbors=10, n_epochs=50, random_state=seed, n_jobs=1), _scaled(X), None


def case_hdbscan(seed):
    """Its clusters, and what it keeps to tell where new points belong."""
    hdbscan = _need("hdbscan")

    X, _ = wine(seed)
    return hdbscan.HDBSCAN(min_cluster_size=8, prediction_data=True, core_dist_n_jobs=1), _scaled(X), None


def _scaled(X):
    from sklearn.preprocessing import StandardScaler

    return StandardScaler().fit_transform(X)
