"""Functions and lists that are values of deciding parameters. Models refer to the functions by their names.

Standard library at its top.
"""


def dot_products(X, Y):
    """A kernel that is a function of the user's."""
    return X @ Y.T


def longest_side(x, y):
    """A metric that is a function of the user's."""
    return abs(x - y).max()


def inverse_square(distances):
    """Weights that are a function of the user's."""
    return 1 / (distances**2 + 0.01)


def halved(X):
    """A transformation that is a function of the user's."""
    return X / 2


def words(text):
    """A tokenizer, and an analyzer, that is a function of the user's."""
    return text.lower().split()


def is_number(frame):
    """The names of the columns of numbers."""
    return list(frame.select_dtypes("number").columns)


def is_sex(frame):
    """Whether each column is the one."""
    return [name == "sex" for name in frame.columns]


def by_names():
    return _imputed_and_encoded(["age", "fare"], ["sex"])


def by_integers():
    return _imputed_and_encoded([0, 1], [3])


def by_slices():
    return _imputed_and_encoded(slice("age", "siblings"), slice(3, 4))


def by_masks():
    return _imputed_and_encoded([True, True, False, False, False], [False, False, False, True, False])


def by_callables():
    return _imputed_and_encoded(is_number, is_sex)


def by_selectors():
    from sklearn.compose import make_column_selector

    return _imputed_and_encoded(
        make_column_selector(dtype_include="number"), make_column_selector(pattern="^sex$", dtype_include=object)
    )


def by_one_name():
    """One step for one column; the rest is the remainder's."""
    from sklearn.preprocessing import StandardScaler

    return [("scaled", StandardScaler(), ["fare"])]


def densely():
    """Steps whose output may be a data frame."""
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OrdinalEncoder

    return [("numbers", SimpleImputer(), ["age", "fare"]), ("categories", OrdinalEncoder(), ["sex"])]


def _imputed_and_encoded(numbers, categories):
    from sklearn.impute import SimpleImputer
    from sklearn.preprocessing import OneHotEncoder

    return [("numbers", SimpleImputer(), numbers), ("categories", OneHotEncoder(), categories)]
