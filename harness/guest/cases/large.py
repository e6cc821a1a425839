"""Large models, each under a name that says what its pickle comes to, in units of 10^6 bytes: within 15 % everywhere.

They differ in what there is to share between processes that map one artifact:

k_neighbors    one array of training rows, which mapping shares. Above 15 features scikit-learn searches by brute force.
random_forest  a hundred trees, each of which copies its nodes into memory of its own, so that mapping shares nothing.
               A node takes 64 bytes up to scikit-learn 1.2 and 72 from 1.3 on.
vocabulary     a dict of words and pairs of words, all Python objects. There is none of 1 GB: with what fitting needs
               beside it, that would be some 15 GB of memory.

Data comes from ``RandomState``, whose numbers are the same in every NumPy. Standard library at its top.
"""

#: A literal: the host reads it from this file's syntax tree.
BUILT = (
    "k_neighbors_10mb", "k_neighbors_80mb", "k_neighbors_1gb",
    "random_forest_10mb", "random_forest_80mb", "random_forest_1gb",
    "vocabulary_10mb", "vocabulary_80mb",
)  # fmt: skip

_UNITS = {"10mb": 10, "80mb": 80, "1gb": 1000}


def build(name, seed):
    """(estimator, X, y or None, methods) of one of `BUILT`."""
    from guest.wire import HELD_OUT  # here: a rebuilt model's code is run outside of the guest's package

    kind, _, size = name.rpartition("_")
    make, rows = {
        "k_neighbors": (_k_neighbors, 1237),  # rows for each unit of the pickle
        "random_forest": (_random_forest, 117),
        "vocabulary": (_vocabulary, 400),
    }[kind]
    return make(rows * _UNITS[size] + HELD_OUT, seed)


def _k_neighbors(rows, seed):
    """Each class lies far along a feature of its own, so that no rounding of a distance changes a label."""
    import numpy as np
    from sklearn.neighbors import KNeighborsClassifier

    random = np.random.RandomState(seed)
    X = random.random_sample((rows, 100))
    y = random.randint(10, size=rows)
    X[np.arange(rows), y] += 5
    return KNeighborsClassifier(), X, y, ("predict",)


def _random_forest(rows, seed):
    """Noise, so that every tree has a leaf for each row; one feature a split, because that is quick."""
    import numpy as np
    from sklearn.ensemble import RandomForestRegressor

    random = np.random.RandomState(seed)
    X, y = random.random_sample((rows, 10)), random.random_sample(rows)
    return RandomForestRegressor(max_features=1, random_state=seed), X, y, ("predict",)


def _vocabulary(rows, seed):
    """Texts of a hundred words out of 20,000: hardly a pair of words comes twice."""
    import numpy as np
    from sklearn.feature_extraction.text import CountVectorizer

    random = np.random.RandomState(seed)
    letters = random.randint(ord("a"), ord("z") + 1, size=(20_000, 8)).astype("u1")
    words = letters.view("S8").ravel().astype(str)
    X = [" ".join(words[random.randint(len(words), size=100)]) for _ in range(rows)]
    return CountVectorizer(ngram_range=(1, 2)), X, None, ("transform",)
