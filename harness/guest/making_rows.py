"""Rows to ask a user's model with, when all that there is is the model.

What it has learnt tells where its answers change: thresholds of its trees, categories, words, imputers' statistics,
scalers' means, stored neighbours. `candidates` finds such values for each column, rows are drawn from them, and for
trees there are rows that are led to one leaf each. `reach` says how much of the model they come to.

Standard library at its top.
"""

import random

from . import inverting, leaves, training

ROWS = 64  # that are drawn
MOST = 600  # rows together with those that are led to a leaf
VALUES = 200  # candidates of one column
UNKNOWN = "a value that nobody has seen"
_TAKES_UNKNOWN = ("ignore", "use_encoded_value", "infrequent_if_exist", "warn")  # handle_unknown
#: Attributes whose last axis has the model's columns, and whose values are such as its columns hold.
_LIKE_ROWS = (
    "support_vectors_", "_fit_X", "cluster_centers_", "means_", "theta_", "centroids_", "X_train_", "statistics_", "mean_",
    "center_", "data_min_", "data_max_", "subcluster_centers_", "components_", "X_fit_", "location_",
)  # fmt: skip


class NoRowsError(TypeError):
    """Nobody can tell from the model what its rows are like."""


def rows_for(model, path):
    """(rows, whether they were made here): those of a file of the user's, else made from the model.

    Raises
    ------
    NoRowsError : they must be given.
    ValueError : those that were given are not the model's.
    """
    if path is not None:
        return given_rows(model, path), False
    front = _front(model)
    texts = _texts(front)
    if texts is not None:
        return texts, True
    labels = _labels(front)
    if labels is not None:
        return labels, True
    columns = candidates(model)
    if columns is None:
        raise NoRowsError("%s does not tell what its rows are like: give some with --data" % type(model).__name__)
    led = leaves.led_rows(model, columns, MOST - ROWS)
    return _as_rows(model, _drawn(columns, ROWS if led or not leaves.reached_by(model) else MOST) + led), True


def reach(model, rows):
    """``[{"what", "reached", "of"}, ...]``: how much of what the model has learnt the rows come to."""
    return leaves.reached(model, rows) + _reached_categories(model, rows)


def given_rows(model, path):
    """The user's rows, without columns that are not the model's, such as the truth."""
    rows = _read(path)
    names = getattr(model, "feature_names_in_", None)
    if names is not None and hasattr(rows, "columns"):
        missing = [name for name in names if name not in rows.columns]
        if missing:
            raise ValueError(
                "the data has no column %s, which the model was fitted with" % ", ".join(map(str, missing[:5]))
            )
        return rows[list(names)]
    width = getattr(model, "n_features_in_", None)
    if width is not None and hasattr(rows, "shape") and len(rows.shape) == 2 and rows.shape[1] != width:
        raise ValueError("the data has %d columns, the model was fitted with %d" % (rows.shape[1], width))
    return rows.to_numpy() if hasattr(rows, "to_numpy") and names is None and _is_numeric(rows) else rows


def _read(path):
    if path.endswith(".npy"):
        import numpy

        return numpy.load(path, allow_pickle=False)
    import pandas

    if path.endswith(".parquet"):
        return pandas.read_parquet(path)
    if path.endswith(".json"):
        return pandas.read_json(path)
    return pandas.read_csv(path)


def _is_numeric(frame):
    return all(getattr(dtype, "kind", "O") in "fiub" for dtype in frame.dtypes)


# ------------------------------------------------------------------------------------------------ what a model tells


def candidates(model):
    """For each column of the model's rows the values that matter, [] where none is known; None where nothing is known.

    Values are floats, or texts, or whatever a category is; None is a missing one.
    """
    width = _width(model)
    if width is None:
        return None
    found = [[] for _ in range(width)]
    _collect(model, found, 6)
    return [_thinned(values) for values in found]


def _width(model):
    width = getattr(model, "n_features_in_", None)
    if width is None:
        width = getattr(_front(model), "n_features_in_", None)
    if width is None:  # scikit-learn below 0.24
        for part in (_front(model), model):
            for name in _LIKE_ROWS:
                value = getattr(part, name, None)
                if hasattr(value, "shape") and value.shape:
                    return int(value.shape[-1])
            if hasattr(part, "n_features_"):
                return int(part.n_features_)
            if hasattr(part, "coef_") and hasattr(part.coef_, "shape"):
                return int(part.coef_.shape[-1])
            if isinstance(getattr(part, "categories_", None), list):
                return len(part.categories_)
    return None if width is None else int(width)


def _front(model):
    """The first part of a pipeline, or of what holds one, that does something; else the model."""
    for _ in range(6):
        if hasattr(model, "steps"):
            parts = [part for _, part in model.steps if hasattr(part, "get_params")]
            if not parts:
                return model
            model = parts[0]
        elif hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        else:
            break
    return model


def _collect(model, found, depth):
    """Add what a model tells of its columns."""
    if depth <= 0:
        return
    if hasattr(model, "steps"):
        _collect_pipeline(model, found, depth)
        return
    if hasattr(model, "transformers_"):
        _collect_columns(model, found, depth)
        return
    for place, values in leaves.thresholds(model).items():
        if place < len(found):
            found[place] += values
    categories = getattr(model, "categories_", None)
    if isinstance(categories, list) and len(categories) == len(found):
        for place, known in enumerate(categories):
            found[place] += [_plain(value) for value in known]
            if getattr(model, "handle_unknown", "error") in _TAKES_UNKNOWN:
                found[place].append(UNKNOWN if known.dtype.kind in "OUS" else -1.0)
    if hasattr(model, "statistics_"):
        for values in found:
            values.append(None)
    for name in _LIKE_ROWS:
        _collect_like_rows(model, name, found)
    for inner in leaves.inner_models(model):
        _collect(inner, found, depth - 1)


def _collect_like_rows(model, name, found):
    try:
        value = getattr(model, name, None)
    except Exception:  # a property that is none for this model
        return
    if hasattr(value, "toarray"):
        value = value[:VALUES].toarray()
    if not hasattr(value, "shape") or not value.shape or value.shape[-1] != len(found) or value.dtype.kind not in "fiu":
        return
    spread = getattr(model, "scale_", None)
    for row in value.reshape(-1, value.shape[-1])[:VALUES]:
        for place, number in enumerate(row):
            found[place].append(float(number))
            if getattr(spread, "shape", None) == (len(found),):
                found[place] += [float(number + times * spread[place]) for times in (-2, -1, -0.5, 0.5, 1, 2)]


def _collect_pipeline(model, found, depth):
    """The first step's values, and those of the later ones, brought back through the steps before them."""
    steps = [part for _, part in model.steps if hasattr(part, "get_params")]
    if not steps:
        return
    _collect(steps[0], found, depth - 1)
    for count, after in enumerate(steps[1:], start=1):
        width = _width(after)
        if width is None:
            continue
        later = [[] for _ in range(width)]
        _collect(after, later, depth - 1)
        for row in brought_back(steps[:count], _table_of(later)):
            for values, value in zip(found, row):
                values.append(value)


def _table_of(columns):
    """Rows that have each column's values once, in turn."""
    longest = min(max(map(len, columns)), VALUES)
    table = [[values[i % len(values)] if values else 0.0 for values in columns] for i in range(longest)]
    return [[0.0 if value is None else value for value in row] for row in table]


def brought_back(steps, table):
    try:
        for step in reversed(steps):
            table = inverting.inverted(step, table) if table else table
    except (inverting.CannotInvertError, AttributeError, TypeError, ValueError, IndexError):  # then it is no use
        return []
    return table


def _collect_columns(model, found, depth):
    """What the parts of a ColumnTransformer tell of their columns."""
    names = [str(name) for name in getattr(model, "feature_names_in_", [])]
    for _, part, wanted in model.transformers_:
        places = places_of(wanted, names, len(found))
        if isinstance(part, str) or not places:
            continue
        own = [[] for _ in places]
        _collect(part, own, depth - 1)
        for place, values in zip(places, own):
            found[place] += values


def places_of(wanted, names, width):
    """Positions of the columns that a part of a ColumnTransformer takes."""
    if isinstance(wanted, slice):
        return list(range(width))[wanted] if not isinstance(wanted.start, str) else []
    listed = [wanted] if isinstance(wanted, (str, int)) else list(wanted)
    if listed and all(isinstance(one, (bool,)) or type(one).__name__ in ("bool_", "bool") for one in listed):
        return [place for place, taken in enumerate(listed) if taken]
    places = []
    for one in listed:
        if isinstance(one, str):
            if one in names:
                places.append(names.index(one))
        else:
            places.append(int(one))
    return [place for place in places if -width <= place < width]


def _plain(value):
    """A category as a value of rows."""
    if value is None or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def _thinned(values):
    """At most `VALUES` of them, each once, spread over all."""
    seen = {}
    for value in values:
        if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
            continue
        seen.setdefault((type(value).__name__, value), value)
    kept = list(seen.values())
    if len(kept) <= VALUES:
        return kept
    return [kept[round(place * (len(kept) - 1) / (VALUES - 1))] for place in range(VALUES)]


# ------------------------------------------------------------------------------------------------ rows


def _drawn(columns, count):
    """Rows of candidates; where nothing is known of a column, of a normal distribution."""
    draw = random.Random(0)
    return [[draw.choice(values) if values else draw.gauss(0, 1) for values in columns] for _ in range(count)]


def _as_rows(model, table):
    """A frame with the names that the model knows, where it knows any or a column is of texts; else an array."""
    names = getattr(model, "feature_names_in_", None)
    if names is None:
        names = getattr(_front(model), "feature_names_in_", None)
    texts = any(isinstance(value, str) for row in table for value in row)
    if names is None and not texts:
        import numpy

        return numpy.array([[float("nan") if value is None else value for value in row] for row in table], dtype=float)
    if names is None:
        import numpy

        return numpy.array(table, dtype=object)
    import pandas

    columns = {}
    for place, name in enumerate(names):
        values = [row[place] for row in table]
        if not any(isinstance(value, str) for value in values):
            values = [float("nan") if value is None else float(value) for value in values]
        columns[name] = values
    return pandas.DataFrame(columns)


def _texts(front):
    """Texts of known words, and unknown ones, for what splits texts; dicts for what takes dicts. None for others."""
    draw = random.Random(0)
    vocabulary = getattr(front, "vocabulary_", None)
    if isinstance(vocabulary, dict) and vocabulary and hasattr(front, "feature_names_"):
        names = sorted(vocabulary, key=vocabulary.get)
        return [_as_dict(draw.sample(names, min(len(names), 6)), draw) for _ in range(ROWS)]
    if hasattr(front, "build_analyzer"):
        words = sorted(vocabulary) if isinstance(vocabulary, dict) else ["word%d" % i for i in range(500)]
        joined = "" if str(getattr(front, "analyzer", "word")).startswith("char") else " "
        draw.shuffle(words)
        count = min(MOST, max(ROWS, len(words) // 40))
        size = max(1, -(-len(words) // count))
        texts = [joined.join(words[i * size : (i + 1) * size]) for i in range(count)]
        return [text for text in texts if text] + [UNKNOWN, ""]
    return None


def _labels(front):
    """What an encoder of labels takes: its classes, in one dimension. None for others."""
    classes = getattr(front, "classes_", None)
    if hasattr(front, "n_features_in_") or hasattr(front, "predict") or not hasattr(front, "inverse_transform"):
        return None
    if not hasattr(classes, "dtype") or not len(classes):
        return None
    if type(front).__name__ == "MultiLabelBinarizer":
        return [[_plain(one)] for one in classes] + [[_plain(one) for one in classes[:3]]]
    return classes.copy()


def _as_dict(names, draw):
    found = {}
    for name in names:
        key, equals, value = name.partition("=")
        found[key] = value if equals else draw.gauss(0, 1)
    return found


def _reached_categories(model, rows):
    """Of the categories that encoders know, those that occur among the rows; of the words, those in the texts."""
    found = []
    front = _front(model)
    vocabulary = getattr(front, "vocabulary_", None)
    if isinstance(vocabulary, dict) and hasattr(front, "transform") and hasattr(front, "build_analyzer"):
        counted = front.transform(rows)
        found.append({"what": "words", "reached": int((counted.sum(axis=0) != 0).sum()), "of": len(vocabulary)})
    columns = candidates(model) if not isinstance(rows, list) else None
    if columns is not None and training.kind_of_rows(rows)["categories"]:
        known = [{value for value in values if isinstance(value, str)} for values in columns]
        held = [{value for value in _column(rows, place) if isinstance(value, str)} for place in range(len(known))]
        count = sum(map(len, known))
        if count:
            reached = sum(len(one & other) for one, other in zip(known, held))
            found.append({"what": "categories", "reached": reached, "of": count})
    return found


def _column(rows, place):
    return list(rows.iloc[:, place]) if hasattr(rows, "iloc") else list(rows[:, place])
