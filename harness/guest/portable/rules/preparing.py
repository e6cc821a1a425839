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


def kind_of_fill(state):
    """From 1.8 on an imputer keeps the type of its rows for what it fills in."""
    if state.lacks("_fill_dtype") and "statistics_" in state.has:
        state.has["_fill_dtype"] = state.has.get("_fit_dtype", state.has["statistics_"].dtype)


def passed_through(state):
    """From 1.4 on columns that are passed through have a transformer, where they had a word."""
    if not state.here_is((1, 4, 0)) or "transformers_" not in state.has:
        return
    from sklearn.preprocessing import FunctionTransformer

    def made():
        return FunctionTransformer(accept_sparse=True, check_inverse=False, feature_names_out="one-to-one")

    state.has["transformers_"] = [
        (name, made() if isinstance(one, str) and one == "passthrough" else one, chosen)
        for name, one, chosen in state.has["transformers_"]
    ]


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
    ("TfidfTransformer", weights_of_words),
    ("SimpleImputer", kind_of_fill),
    ("ColumnTransformer", passed_through),
    ("IsotonicRegression", curve),
    ("BaseSearchCV", scorer),
]
