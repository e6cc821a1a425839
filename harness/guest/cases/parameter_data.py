"""Seeded data for the cases of deciding parameters, beside `estimator_data`: further kinds, and one kind in other shapes.

Kinds give ``(X, y)``. A function ``as_NAME`` gives the same rows in another container, dtype, or with values missing.
"""

from . import data, estimator_data


def distances(seed):
    """Distances of the training rows to themselves, and of the others to them; three classes."""
    from guest.wire import HELD_OUT  # here: a rebuilt model's code is run outside of the guest's package
    from sklearn.metrics import pairwise_distances

    X, y = estimator_data.classes(seed)
    train = X[:-HELD_OUT]
    return (pairwise_distances(train), pairwise_distances(X[-HELD_OUT:], train)), (y[:-HELD_OUT], y[-HELD_OUT:])


def square(seed):
    """Similarities of the training rows, minus squared distances; the others are as in `distances`."""
    (train, test), truth = distances(seed)
    return (-(train**2), -(test**2)), truth


def amounts(seed):
    """Positive floats of three scales, one feature of them nearly normal."""
    import numpy as np

    random = np.random.RandomState(seed)
    normal = random.normal(10, 1, size=estimator_data.ROWS)
    return np.column_stack([random.lognormal(m, 1, size=estimator_data.ROWS) for m in (0, 2)] + [normal]), None


def gaps_in_strings(seed):
    """Strings in two columns, one in ten missing."""
    import numpy as np

    X = data.colours(seed).astype(object)
    gaps = np.random.RandomState(seed).uniform(size=X.shape) < 0.1
    X[gaps] = np.nan
    return X, None


def categories_of_two_classes(seed):
    """Strings in two columns, and two classes that depend on them."""
    X, y = estimator_data.categories(seed)
    return X, (y > 1.5).astype(int)


def categories_of_classes(seed):
    """Strings in two columns, and three classes that depend on them."""
    import numpy as np

    X, y = estimator_data.categories(seed)
    return X, np.digitize(y, [1.0, 1.8])


def numbers_in_columns(seed):
    """A data frame of three columns of numbers, some of them missing."""
    X, y = data.passengers(seed)
    return X[["age", "fare", "siblings"]], y


# ------------------------------------------------------------------------------------------------- rows in other shapes


def as_array(X):
    """A dense array."""
    return X.toarray() if hasattr(X, "toarray") else X


def as_csr(X):
    """A sparse matrix without what is small. Rows stay different: of neighbours that tie, each release may take another."""
    import numpy as np
    from scipy.sparse import csr_matrix

    return X if hasattr(X, "tocsr") else csr_matrix(np.where(abs(X) > 0.3, X, 0.0))


def as_frame(X):
    """A data frame with names of columns."""
    import pandas as pd

    return pd.DataFrame(as_array(X), columns=["feature %d" % place for place in range(X.shape[1])])


def as_categories(X):
    """A data frame whose first column is of pandas' dtype category."""
    import numpy as np
    import pandas as pd

    frame = as_frame(X)
    codes = np.digitize(X[:, 0], [-0.5, 0.5])
    frame["feature 0"] = pd.Categorical.from_codes(codes, categories=["small", "middle", "large"])
    return frame


def as_float32(X):
    """An array of 32-bit floats."""
    return as_array(X).astype("float32")


def as_integers(X):
    """An array of whole numbers."""
    return (as_array(X) * 10).astype("int64")


def as_rows(X):
    """A list of lists."""
    return as_array(X).tolist()


def as_missing(X):
    """An array with one value in ten missing."""
    return data.with_holes(as_array(X), 0)


def strings(y):
    """The integer labels as strings."""
    return data.named(y, "ham", "spam", "eggs")
