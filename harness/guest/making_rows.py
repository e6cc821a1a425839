"""Rows to ask a user's model with, when all that there is is the model.

What it has learnt tells where its answers change: thresholds of its trees, categories, words, imputers' statistics,
scalers' means, stored neighbours. `harness.guest.learnt` finds such values for each column, rows are drawn from them, and for
trees there are rows that are led to one leaf each, by `harness.guest.leading`. `reach` says how much of the model they come to.

Standard library at its top.
"""

import random

from . import boosters, far_rows, leading, learnt, leaves, ties, training

ROWS = 64  # that are drawn
MISSING = 0.2  # of the values of a column that takes missing ones
FEW = 20  # candidates of one column, beside which values are drawn, too
MOST = 600  # rows together with those that are led to a leaf
LED, VALUES = 4000, 400000  # rows, and values in them, of a model that has more leaves than those can come to
UNKNOWN = learnt.UNKNOWN


class NoRowsError(TypeError):
    """Nobody can tell from the model what its rows are like."""


def attempts(model):
    """Rows made from the model, and others in case it takes none of those: without negative numbers, small whole numbers,
    and the rows that it has stored. Those with missing values come first where its trees may know them.

    Raises
    ------
    NoRowsError : they must be given.
    """
    rows = made(model)
    if leaves.may_know_missing(model) and hasattr(rows, "dtype") and rows.dtype.kind == "f":
        yield with_missing(rows)
    yield rows
    if hasattr(rows, "dtype") and rows.dtype.kind == "f":
        import numpy as np

        stored = next(
            (value for name in ("_fit_X", "X_fit_", "X_train_") for value in [getattr(model, name, None)]), None
        )
        yield abs(rows)
        yield np.rint(abs(rows)) % 2
        if getattr(stored, "shape", (0,))[-1:] == rows.shape[1:] and not hasattr(stored, "tocsr"):
            yield np.array(stored[:ROWS])


def with_missing(rows):
    """The rows, with some values missing in the first of them. Those that are led to leaves stay."""
    import numpy as np

    draw = random.Random(2)
    rows = rows.copy()
    for row in rows[: ROWS // 2]:
        row[draw.randrange(len(row))] = np.nan
    return rows


def made(model):
    """Rows made from the model. Raises NoRowsError where they must be given."""
    declared = getattr(model, "declared", None)
    if declared is not None:
        return _declared(model, declared)
    front = learnt.front(model)
    texts = _texts(front)
    if texts is not None:
        return texts
    labels = _labels(front)
    if labels is not None:
        return labels
    columns = learnt.candidates(model)
    if columns is None:
        raise NoRowsError("%s does not tell what its rows are like: give some with --data" % type(model).__name__)
    most = max(MOST, min(LED, VALUES // max(1, len(columns))))
    led = leading.led_rows(model, columns, most - ROWS)
    # Where no row can be led to a leaf, many may come to it by chance.
    by_chance = not led and (leaves.reached_by(model) or boosters.thresholds(leaves.unwrapped(model)[1]))
    drawn = _drawn(columns, MOST if by_chance else ROWS)
    return _as_rows(model, drawn + led + _tied(model, columns) + far_rows.rows(model, columns))


def _tied(model, columns):
    """Of many rows those that are as likely of one class as of another."""
    if not ties.are_settled_otherwise(model):
        return []
    count = ties.tried(len(columns)) // 2
    many = _drawn(columns, count) + ties.between(columns, count)
    return [many[place] for place in ties.among(model, _as_rows(model, many))]


def _declared(model, inputs):
    """Rows of the types that an ONNX graph asks for, those among them that are led to the leaves of its trees."""
    draw, columns = random.Random(0), []
    for name, element, shape in inputs:
        width = 1 if len(shape) < 2 else shape[1]
        if element == "string" or len(shape) > 2 or not isinstance(width, int) or (len(inputs) > 1 and width > 1):
            raise NoRowsError("its input %s is of %s %r: give rows with --data" % (name, element, shape))
        spread = [[draw.gauss(0.0, 10.0 ** draw.randrange(-1, 3)) for _ in range(width)] for _ in range(MOST)]
        columns.append(
            (name, spread if element.startswith(("float", "double")) else [list(map(round, row)) for row in spread])
        )
    table = [sum(parts, []) for parts in zip(*(values for _, values in columns))]
    is_of_floats = all(element.startswith(("float", "double")) for _, element, _ in inputs)
    sides = leaves.thresholds(model) if is_of_floats else {}
    candidates = [sides.get(place, []) for place in range(len(table[0]))]
    table += leading.led_rows(model, candidates, max(MOST, min(LED, VALUES // len(table[0])))) if sides else []
    import numpy

    if len(columns) > 1:
        import pandas

        return pandas.DataFrame({name: [row[place] for row in table] for place, (name, _) in enumerate(columns)})
    return numpy.array(table)


def reach(model, rows):
    """``[{"what", "reached", "of"}, ...]``: how much of what the model has learnt the rows come to."""
    return leaves.reached(model, rows) + _reached_of_others(model, rows) + _reached_categories(model, rows)


def _reached_of_others(model, rows):
    """Of what predicts and is not scikit-learn's: its leaves, if it tells them, else nothing of it."""
    steps, last = leaves.unwrapped(model)
    if hasattr(last, "graph"):
        return [{"what": "operators %s" % name, "reached": 0, "of": 1} for name in last.graph.untold]
    if type(last).__module__.partition(".")[0] == "sklearn" or not hasattr(last, "predict"):
        return []
    try:
        for step in steps:
            rows = step.transform(rows)
        told = boosters.reached(last, rows)
    except Exception:  # it is another step's to say so
        told = None
    if told is None:
        return [{"what": "parts, as %s tells nothing of them" % type(last).__name__, "reached": 0, "of": 1}]
    return [{"what": "leaves", "reached": told[0], "of": told[1]}]


# ------------------------------------------------------------------------------------------------ rows


def _drawn(columns, count):
    """Rows of candidates; where nothing is known of a column, of a normal distribution."""
    draw = random.Random(0)
    spreads = [_spread(values) for values in columns]
    return [[_one(draw, values, spread) for values, spread in zip(columns, spreads)] for _ in range(count)]


def _spread(values):
    """How far a value may lie beside a candidate, where there are few of them; else None."""
    numbers = sorted(value for value in values if isinstance(value, float))
    if not numbers or len(numbers) >= FEW or any(isinstance(value, str) for value in values):
        return None
    return (numbers[-1] - numbers[0]) / 4 or abs(numbers[0]) / 4 or 1.0


def _one(draw, values, spread):
    if None in values and draw.random() < MISSING:
        return None
    value = draw.choice(values) if values else draw.gauss(0, 1)
    beside = spread is not None and value is not None and draw.random() < 0.5
    return draw.gauss(value, spread) if beside else value


def _as_rows(model, table):
    """A frame with the names that the model knows, where it knows any or a column is of texts; else an array."""
    names = getattr(model, "feature_names_in_", None)
    if names is None:
        names = getattr(learnt.front(model), "feature_names_in_", None)
    texts = any(isinstance(value, str) for row in table for value in row)
    if names is None and not texts:
        import numpy

        table = [[float("nan") if value is None else value for value in row] for row in table]
        return numpy.array(table, dtype="float32" if learnt.is_of_float32(model) else float)
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
        return [joined.join(some) for some in _word_lists(words, draw)] + [UNKNOWN, ""]
    return None


def _word_lists(words, draw):
    """Each word at least once, and always among others, some of them twice: alone a word's weight is normalised away."""
    words = list(words)
    draw.shuffle(words)
    size = max(6, -(-len(words) // (MOST - ROWS)))
    found = [words[start : start + size] for start in range(0, len(words), size)]
    return found + [draw.choices(words, k=draw.randint(2, 12)) for _ in range(ROWS)]


def _labels(front):
    """What an encoder of labels takes: its classes, in one dimension. None for others."""
    classes = getattr(front, "classes_", None)
    if hasattr(front, "n_features_in_") or hasattr(front, "predict") or not hasattr(front, "inverse_transform"):
        return None
    if not hasattr(classes, "dtype") or not len(classes):
        return None
    if type(front).__name__ == "MultiLabelBinarizer":
        return [[learnt.plain(one)] for one in classes] + [[learnt.plain(one) for one in classes[:3]]]
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
    front = learnt.front(model)
    vocabulary = getattr(front, "vocabulary_", None)
    if isinstance(vocabulary, dict) and hasattr(front, "transform") and hasattr(front, "build_analyzer"):
        counted = front.transform(rows)
        found.append({"what": "words", "reached": int((counted.sum(axis=0) != 0).sum()), "of": len(vocabulary)})
    has_categories = not isinstance(rows, list) and training.kind_of_rows(rows)["categories"]
    columns = learnt.candidates(model) if has_categories else None
    if columns is not None:
        known = [{value for value in values if isinstance(value, str)} for values in columns]
        held = [{value for value in _column(rows, place) if isinstance(value, str)} for place in range(len(known))]
        count = sum(map(len, known))
        if count:
            reached = sum(len(one & other) for one, other in zip(known, held))
            found.append({"what": "categories", "reached": reached, "of": count})
    return found


def _column(rows, place):
    return list(rows.iloc[:, place]) if hasattr(rows, "iloc") else list(rows[:, place])
