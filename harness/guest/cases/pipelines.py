"""Compositions: one part that does not load is enough."""

from .data import diabetes, passengers, reviews, tumours, wine


def case_column_transformer(seed):
    """What a churn model looks like: a DataFrame, missing numbers, string categories, the rest passed through."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    X, y = passengers(seed)
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categories = OneHotEncoder(handle_unknown="ignore")
    columns = ColumnTransformer(
        [("numbers", numbers, ["age", "fare"]), ("categories", categories, ["sex", "port"])],
        remainder="passthrough",
    )
    return make_pipeline(columns, LogisticRegression()), X, y


def case_grid_search_cv(seed):
    """Saved whole, as users do: scorers, masked arrays of results and the refitted best model."""
    from sklearn.model_selection import GridSearchCV
    from sklearn.tree import DecisionTreeClassifier

    X, y = wine(seed)
    model = GridSearchCV(DecisionTreeClassifier(random_state=seed), {"max_depth": [1, 3]}, cv=3)
    return model, X, y


def case_calibrated_classifier(seed):
    """Private calibrator objects; ``base_estimator`` became ``estimator`` in between."""
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.naive_bayes import GaussianNB

    X, y = tumours(seed)
    model = CalibratedClassifierCV(GaussianNB(), cv=3)
    return model, X, y


def case_one_vs_rest(seed):
    """One model per class and a ``LabelBinarizer`` with sparse output."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    X, y = wine(seed)
    model = OneVsRestClassifier(LogisticRegression())
    return model, X / X.max(axis=0), y


def case_house_prices(seed):
    """Prices learnt as logarithms: NumPy's own functions are within, and NumPy's modules were renamed."""
    import numpy as np
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import PolynomialFeatures, StandardScaler

    X, y = diabetes(seed)
    model = make_pipeline(StandardScaler(), PolynomialFeatures(2), Ridge(alpha=100.0))
    return TransformedTargetRegressor(model, func=np.log1p, inverse_func=np.expm1), X, y


def case_product_reviews(seed):
    """Text, number and category in one data frame: a column by its name alone goes in as one dimension."""
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    X, y = reviews(seed)
    columns = ColumnTransformer(
        [
            ("text", TfidfVectorizer(), "review"),
            ("number", StandardScaler(), ["price"]),
            ("category", OneHotEncoder(handle_unknown="ignore"), ["shop"]),
        ]
    )
    return make_pipeline(columns, LogisticRegression()), X, y


def case_feature_selection(seed):
    """The best features, then a forest: the score is a function of scikit-learn's, kept by its name."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.feature_selection import SelectKBest, f_classif
    from sklearn.pipeline import make_pipeline

    X, y = tumours(seed)
    forest = RandomForestClassifier(n_estimators=10, random_state=seed)
    return make_pipeline(SelectKBest(f_classif, k=8), forest), X, y
