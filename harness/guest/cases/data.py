"""Small seeded data sets for the cases. Rows come shuffled, because a case's last 40 rows are held out."""

HAM = "lunch meeting tomorrow notes thanks report team call project weekend family dinner train ticket agenda"
SPAM = "free winner prize cash click offer urgent credit loan cheap pills bonus guaranteed limited casino"
SHARED = "the a to you for and we please today is on your with at"


def iris(seed):
    """150 x 4 floats; three flowers, as integers."""
    from sklearn.datasets import load_iris

    return _shuffled(load_iris(), seed, 150)


def wine(seed):
    """178 x 13 floats of very different scales; three growers, as integers."""
    from sklearn.datasets import load_wine

    return _shuffled(load_wine(), seed, 178)


def tumours(seed):
    """240 x 30 floats; malignant 0 or benign 1."""
    from sklearn.datasets import load_breast_cancer

    return _shuffled(load_breast_cancer(), seed, 240)


def diabetes(seed):
    """240 x 10 standardized floats; the progress of the disease, a float."""
    from sklearn.datasets import load_diabetes

    return _shuffled(load_diabetes(), seed, 240)


def _shuffled(bunch, seed, rows):
    import numpy as np

    order = np.random.RandomState(seed).permutation(len(bunch.data))[:rows]
    return bunch.data[order], bunch.target[order]


def named(y, *names):
    """The integer labels ``y`` as strings."""
    import numpy as np

    return np.array(names)[y]


def with_holes(X, seed):
    """A copy of ``X`` with one value in ten missing."""
    import numpy as np

    return np.where(np.random.RandomState(seed).uniform(size=X.shape) < 0.1, np.nan, X)


def counts(seed):
    """200 x 12 counts, as integers; two classes that differ in their rates."""
    import numpy as np

    random = np.random.RandomState(seed)
    rates = random.gamma(2.0, size=(2, 12))
    y = random.randint(2, size=200)
    return random.poisson(rates[y]), y


def mails(seed):
    """A list of 200 short texts; "ham" or "spam"."""
    import numpy as np

    random = np.random.RandomState(seed)
    y = named(random.randint(2, size=200), "ham", "spam")
    words = {"ham": (HAM + " " + SHARED).split(), "spam": (SPAM + " " + SHARED).split()}
    texts = [" ".join(random.choice(words[label], size=random.randint(6, 15))) for label in y]
    return texts, y


def colours(seed):
    """200 x 2 strings in an array, every one of them seen among the first rows."""
    import numpy as np

    random = np.random.RandomState(seed)
    return np.column_stack([random.choice(["red", "green", "blue"], 200), random.choice(["S", "M", "L", "XL"], 200)])


def passengers(seed):
    """A DataFrame of 200 rows, numbers and strings with some of both missing; "drowned" or "survived"."""
    import numpy as np
    import pandas as pd

    random = np.random.RandomState(seed)
    age = random.randint(1, 80, size=200).astype(float)
    sex = random.choice(["female", "male"], 200)
    port = random.choice(["Cherbourg", "Queenstown", "Southampton"], 200, p=[0.2, 0.1, 0.7]).astype(object)
    X = pd.DataFrame({"age": age, "fare": random.lognormal(3.0, size=200), "siblings": random.randint(4, size=200)})
    X["sex"] = pd.Series(sex, dtype=object)
    port[random.uniform(size=200) < 0.05] = np.nan
    X["port"] = pd.Series(port, dtype=object)
    chance = 0.2 + 0.5 * (sex == "female") + 0.2 * (age < 15)
    X.loc[random.uniform(size=200) < 0.2, "age"] = np.nan
    return X, named((random.uniform(size=200) < chance).astype(int), "drowned", "survived")


def payments(seed):
    """A DataFrame of 300 rows, shops and countries as strings beside amounts; fraud 1 or not 0, one in ten."""
    import numpy as np
    import pandas as pd

    random = np.random.RandomState(seed)
    X = pd.DataFrame({"amount": random.lognormal(3.0, size=300), "hour": random.randint(24, size=300)})
    X["shop"] = pd.Series(random.choice(["books", "games", "jewels", "shoes"], 300), dtype=object)
    X["country"] = pd.Series(random.choice(["DE", "FR", "PL"], 300), dtype=object)
    risk = np.log(X["amount"]) + 2 * (X["shop"] == "jewels") + (X["hour"] < 5) + random.normal(0, 0.5, size=300)
    return X, (risk > np.quantile(risk, 0.9)).astype(int).to_numpy()


def reviews(seed):
    """A DataFrame of 200 rows, a short text beside a price and a shop; 0 or 1."""
    import numpy as np
    import pandas as pd

    texts, y = mails(seed)
    random = np.random.RandomState(seed)
    X = pd.DataFrame({"review": pd.Series(texts, dtype=object), "price": random.lognormal(2.0, size=200)})
    X["shop"] = pd.Series(random.choice(["north", "south"], 200), dtype=object)
    return X, (y == "spam").astype(int)


def tagged_mails(seed):
    """A list of 200 short texts; a column of zeros and ones for each of three tags, which may come together."""
    import numpy as np

    texts, y = mails(seed)
    words = ("lunch meeting team project call", "family dinner weekend train", "free prize cash credit")
    tags = [[any(word in text.split() for word in tag.split()) for tag in words] for text in texts]
    return texts, np.array(tags).astype(int)
