"""Preprocessing, imputation, text, columns, isotonic regression."""

RENAMED = {
    "OneHotEncoder": {"sparse": "sparse_output"},
    "FeatureAgglomeration AgglomerativeClustering": {"affinity": "metric"},
}


def weights_of_words(state):
    """From 1.5 on the inverse document frequencies are a row of numbers, where they were a diagonal matrix."""
    from scipy import sparse

    here = state.here_is((1, 5, 0))
    if here and "_idf_diag" in state.has:
        state.has["idf_"] = state.has.pop("_idf_diag").diagonal()
    elif not here and "idf_" in state.has:
        idf = state.has.pop("idf_")
        state.has["_idf_diag"] = sparse.spdiags(idf, diags=0, m=len(idf), n=len(idf), format="csr")


def columns_of_indicator(state):
    """From 1.3 on an indicator within an imputer keeps how many columns it was fitted on under the public name, too."""
    if state.lacks("n_features_in_") and "_n_features" in state.has:
        state.has["n_features_in_"] = state.has["_n_features"]


def kind_of_fill(state):
    """From 1.8 on an imputer keeps the type of its rows for what it fills in."""
    if state.lacks("_fill_dtype") and "statistics_" in state.has:
        state.has["_fill_dtype"] = state.has.get("_fit_dtype", state.has["statistics_"].dtype)


def known_columns(state):
    """From 1.1 on an imputer by neighbours keeps which columns had a value."""
    import numpy as np

    if state.lacks("_valid_mask") and "_mask_fit_X" in state.has:
        state.has["_valid_mask"] = ~np.all(state.has["_mask_fit_X"], axis=0)


def number_of_categories(state):
    """From 1.1 on rare categories may be put together; an older encoder has none."""
    if state.lacks("_infrequent_enabled") and "categories_" in state.has:
        state.has["_infrequent_enabled"] = False
    if type(state.value).__name__ != "OneHotEncoder" or "categories_" not in state.has:
        return
    if state.lacks("_drop_idx_after_grouping"):
        state.has["_drop_idx_after_grouping"] = state.has.get("drop_idx_")
    if state.lacks("_n_features_outs") and hasattr(state.value, "_compute_n_features_outs"):
        state.has["_n_features_outs"] = state.value._compute_n_features_outs()


def calibrated(state):
    """Its model has another name from 1.2 on; its calibrators and classes have other ones from 0.24 on."""
    for old, new in (("calibrators_", "calibrators"), ("classes_", "classes")):
        if old in state.has and state.has.get(new) is None:
            state.has[new] = state.has.pop(old)
    old, new = ("estimator", "base_estimator") if not state.here_is((1, 2, 0)) else ("base_estimator", "estimator")
    if old in state.has and new not in state.has:
        state.has[new] = state.has.pop(old)


def empty_columns(state):
    """From 1.8 on it is kept which columns had no value at all: those whose first guess is none."""
    import numpy as np

    first = state.has.get("initial_imputer_")
    if state.lacks("_is_empty_feature") and first is not None:
        values = np.asarray(first.statistics_)
        state.has["_is_empty_feature"] = values != values


def passed_through(state):
    """From 1.4 on columns that are passed through have a transformer, where they had a word."""
    if not state.here_is((1, 4, 0)) or "transformers_" not in state.has:
        return
    state.has["transformers_"] = [
        (name, _passing(state, chosen) if isinstance(one, str) and one == "passthrough" else one, chosen)
        for name, one, chosen in state.has["transformers_"]
    ]


def _passing(state, chosen):
    """What passes columns through, as if it had been fitted on them: it holds rows against their names."""
    import numpy as np
    from sklearn.preprocessing import FunctionTransformer

    made = FunctionTransformer(accept_sparse=True, check_inverse=False, feature_names_out="one-to-one")
    names = state.has.get("feature_names_in_")
    chosen = [chosen] if isinstance(chosen, (str, int)) else chosen
    places = np.arange(state.has["n_features_in_"] if names is None else len(names))
    if names is not None and np.ndim(chosen) and len(chosen) and isinstance(chosen[0], str):
        places = np.array([list(names).index(name) for name in chosen])
    elif isinstance(chosen, slice) and isinstance(chosen.start or chosen.stop, str):
        known = list(names)
        first = 0 if chosen.start is None else known.index(chosen.start)
        last = len(known) if chosen.stop is None else known.index(chosen.stop) + 1
        places = places[first : last : chosen.step]
    else:
        places = places[chosen if isinstance(chosen, slice) else np.asarray(chosen, dtype=None if len(chosen) else int)]
    made.n_features_in_ = len(places)
    if names is not None:
        made.feature_names_in_ = np.asarray(names, dtype=object)[places]
    return made


def number_of_powers(state):
    """From 1.0 on it is kept how many there would be without a least degree."""
    columns = state.has.get("n_features_in_", state.has.get("n_input_features_"))
    if not state.here_is((1, 0, 0)) or columns is None or not state.lacks("_n_out_full"):
        return
    kept = {name: state.has[name] for name in ("interaction_only", "include_bias")}
    state.has["_min_degree"], state.has["_max_degree"] = 0, state.has["degree"]  # before, there was none
    state.has["_n_out_full"] = state.value._num_combinations(
        n_features=columns, min_degree=0, max_degree=state.has["degree"], **kept
    )


def curve(state):
    """SciPy's interpolation is made again of the points."""
    if "X_thresholds_" in state.has and hasattr(state.value, "_build_f"):
        state.value._build_f(state.has["X_thresholds_"], state.has["y_thresholds_"])


def scorer(state):
    """What a search scores with follows from its parameters."""
    from sklearn.metrics import check_scoring, get_scorer

    if "scorer_" not in state.has or not state.lacks("scorer_"):
        return
    scoring = state.has.get("scoring")
    if scoring is None:
        state.has["scorer_"] = check_scoring(state.has["estimator"], scoring=None)
    elif isinstance(scoring, str):
        state.has["scorer_"] = get_scorer(scoring)


WORKED = [
    ("KNNImputer", known_columns),
    ("OneHotEncoder OrdinalEncoder", number_of_categories),
    ("_CalibratedClassifier", calibrated),
    ("TfidfTransformer", weights_of_words),
    ("SimpleImputer", kind_of_fill),
    ("MissingIndicator", columns_of_indicator),
    ("IterativeImputer", empty_columns),
    ("ColumnTransformer", passed_through),
    ("PolynomialFeatures", number_of_powers),
    ("IsotonicRegression", curve),
    ("BaseSearchCV", scorer),
]
