"""Each transformer of scikit-learn before a linear model, under the name of its class and ``_then_linear``.

Formats that write models and not transformations, PMML above all, can show a transformer in no other way. Rows and
parameters are those of `estimators`. Standard library at its top.
"""

from . import estimators

_AFTER = "_then_linear"
# fmt: off
BUILT = (
    "Binarizer_then_linear", "ColumnTransformer_then_linear", "CountVectorizer_then_linear",
    "DictVectorizer_then_linear", "FeatureUnion_then_linear", "FunctionTransformer_then_linear",
    "GenericUnivariateSelect_then_linear", "IncrementalPCA_then_linear", "KBinsDiscretizer_then_linear",
    "MaxAbsScaler_then_linear", "MinMaxScaler_then_linear", "MissingIndicator_then_linear", "Normalizer_then_linear",
    "OneHotEncoder_then_linear", "OrdinalEncoder_then_linear", "PCA_then_linear", "PolynomialFeatures_then_linear",
    "PowerTransformer_then_linear", "QuantileTransformer_then_linear", "RFECV_then_linear", "RFE_then_linear",
    "RobustScaler_then_linear", "SelectFdr_then_linear", "SelectFpr_then_linear", "SelectFromModel_then_linear",
    "SelectFwe_then_linear", "SelectKBest_then_linear", "SelectPercentile_then_linear", "SimpleImputer_then_linear",
    "SplineTransformer_then_linear", "StandardScaler_then_linear", "TargetEncoder_then_linear",
    "TfidfTransformer_then_linear", "TfidfVectorizer_then_linear", "TruncatedSVD_then_linear",
    "VarianceThreshold_then_linear",
)
# fmt: on


def build(name, seed):
    """The transformer, and a model behind it that fits the target; a target is made where there is none.

    Selectors and indicators stand behind a scaler: converters learn from the first step what the fields are, and these
    do not tell.

    Raises
    ------
    Unsupported
        This scikit-learn has no such transformer.
    """
    import numpy as np
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    transformer, X, y = estimators.build(name[: -len(_AFTER)], seed)
    if y is None:
        y = np.random.RandomState(seed).normal(size=len(X) if isinstance(X, list) else X.shape[0])
    model = LogisticRegression(max_iter=1000) if np.asarray(y).dtype.kind in "iub" else LinearRegression()
    silent = hasattr(transformer, "get_support") or name.startswith("MissingIndicator")
    steps = [StandardScaler()] if silent else []
    return make_pipeline(*steps, transformer, model), X, y
