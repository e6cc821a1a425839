"""Preprocessing: the first step of nearly every pipeline, and the one that gained most attributes."""

from .data import colours, diabetes, passengers, tumours, with_holes


def case_standard_scaler(seed):
    """Two arrays and a subtraction: if this breaks, everything does."""
    from sklearn.preprocessing import StandardScaler

    X, _ = tumours(seed)
    return StandardScaler(), X


def case_simple_imputer(seed):
    """Its dtypes are kept in private attributes, newer ones of which older artifacts lack."""
    from sklearn.impute import SimpleImputer

    X, _ = diabetes(seed)
    return SimpleImputer(add_indicator=True), with_holes(X, seed)


def case_knn_imputer(seed):
    """Keeps the training data with its holes, and masks of them."""
    from sklearn.impute import KNNImputer

    # Measured to five digits: among the flowers' few, neighbours are equally far, and rounding chooses between them.
    X, _ = tumours(seed)
    return KNNImputer(), with_holes(X[:, :8], seed)


def case_one_hot_encoder(seed):
    """Strings and missing values of a DataFrame in, a sparse matrix out; infrequent categories came with 1.1."""
    from sklearn.preprocessing import OneHotEncoder

    X, _ = passengers(seed)
    return OneHotEncoder(handle_unknown="ignore"), X[["sex", "port"]]


def case_ordinal_encoder(seed):
    """Strings in an array; unknown ones become -1."""
    from sklearn.preprocessing import OrdinalEncoder

    model = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return model, colours(seed)
