"""Seeded data by kind, for the catalogue of estimators: each function gives ``(X, y)``, with y None where there is none.

The last 40 rows are held out, and every category of theirs is among the first. Kinds are of scale one, because
estimators are tried with their defaults. Where rows cannot be cut, ``X`` is already ``(train, test)``.
"""

from . import data

ROWS = 120


def classes(seed):
    """Three classes, 150 x 4 floats, no two rows alike: of neighbours that tie, each release may take another."""
    import numpy as np

    X, y = data.iris(seed)
    return _scaled(X + np.random.RandomState(seed).normal(0, 0.02, X.shape)), y


def two_classes(seed):
    """Two classes, 240 x 10 floats."""
    X, y = data.tumours(seed)
    return _scaled(X[:, :10]), y


def partly_labelled(seed):
    """Three classes; half of the labels are -1, which means unknown. None of those that are held out is."""
    from guest.wire import HELD_OUT  # here: a rebuilt model's code is run outside of the guest's package

    X, y = classes(seed)
    y[10:-HELD_OUT:2] = -1
    return X, y


def label_columns(seed):
    """Two columns of zeros and ones at once."""
    import numpy as np

    X, y = classes(seed)
    return X, np.column_stack([y == 0, X[:, 0] > 0]).astype(int)


def numbers(seed):
    """A positive target, 240 x 10 floats."""
    X, y = data.diabetes(seed)
    return _scaled(X), y / y.mean()


def target_columns(seed):
    """Two targets at once."""
    import numpy as np

    X, y = numbers(seed)
    return X, np.column_stack([y, np.log(y)])


def counts(seed):
    """Nothing below zero, 200 x 12 whole numbers as floats; two classes."""
    X, y = data.counts(seed)
    return X.astype(float), y


def sparse_counts(seed):
    """The counts as a sparse matrix."""
    from scipy.sparse import csr_matrix

    X, y = counts(seed)
    return csr_matrix(X), y


def holes(seed):
    """One value in ten missing, in every column; two classes."""
    X, y = classes(seed)
    return data.with_holes(X, seed), y


def categories(seed):
    """Strings in two columns; a target that depends on them."""
    X = data.colours(seed)
    return X, (X[:, 0] == "red") * 2.0 + (X[:, 1] == "XL") + counts(seed)[0][:, 0] / 10


def codes(seed):
    """Categories as the integers 0 to 3, in four columns; two classes."""
    import numpy as np

    random = np.random.RandomState(seed)
    y = random.randint(2, size=ROWS)
    return random.randint(3, size=(ROWS, 4)) + y[:, None] * random.randint(2, size=(ROWS, 4)), y


def table(seed):
    """A data frame of numbers and strings."""
    return data.passengers(seed)


def texts(seed):
    """A list of short texts."""
    return data.mails(seed)


def dicts(seed):
    """A list of dicts, of numbers and strings; not all have all keys."""
    import numpy as np

    random = np.random.RandomState(seed)
    cities, degrees = random.choice(["Paris", "London", "Oslo"], ROWS), random.normal(15, 5, ROWS)
    X = [{"city": str(city), "degrees": float(degree)} for city, degree in zip(cities, degrees)]
    for row in X[::3]:
        row["rain"] = int(random.randint(10))
    return X, None


def labels(seed):
    """Strings in one dimension."""
    import numpy as np

    return np.random.RandomState(seed).choice(["ham", "spam", "eggs"], ROWS), None


def label_sets(seed):
    """A list of lists of labels, some of them empty."""
    import numpy as np

    drawn = np.random.RandomState(seed).uniform(size=(ROWS, 4)) < 0.4
    return [[label for label, has in zip(("news", "sports", "arts", "local"), row) if has] for row in drawn], None


def one_column(seed):
    """A rising target over one dimension."""
    import numpy as np

    random = np.random.RandomState(seed)
    X = random.uniform(0, 10, size=ROWS)
    return X, np.log1p(X) + random.normal(0, 0.2, size=ROWS)


def images(seed):
    """120 small grey images."""
    import numpy as np

    return np.random.RandomState(seed).uniform(size=(ROWS, 6, 6)), None


def kernel(seed):
    """A linear kernel: of the training rows with themselves, and of the others with them."""
    from guest.wire import HELD_OUT  # here: a rebuilt model's code is run outside of the guest's package

    X, y = classes(seed)
    train = X[:-HELD_OUT]
    return (train.dot(train.T), X[-HELD_OUT:].dot(train.T)), (y[:-HELD_OUT], y[-HELD_OUT:])


def _scaled(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)
