"""Rows that a user gives to ask a model with, read from a file.

Standard library at its top.
"""

import json


def read(model, path):
    """The user's rows, without columns that are not the model's, such as the truth.

    Raises
    ------
    ValueError : they are not the model's.
    """
    rows = _of_file(path)
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


def _of_file(path):
    if path.endswith(".npy"):
        import numpy

        return numpy.load(path, allow_pickle=False)
    import pandas

    if path.endswith(".parquet"):
        return pandas.read_parquet(path)
    if path.endswith(".json"):
        return _of_json(path)
    return pandas.read_csv(path)


def _of_json(path):
    """Rows as pandas writes them, or as MLflow writes an example: ``{"columns", "data"}`` or ``{"inputs"}``."""
    import pandas

    with open(path, encoding="utf-8") as file:
        held = json.load(file)
    held = held.get("dataframe_split", held) if isinstance(held, dict) else held
    if isinstance(held, dict) and {"columns", "data"} <= set(held):
        return pandas.DataFrame(held["data"], columns=held["columns"])
    if isinstance(held, dict) and list(held) == ["inputs"]:
        import numpy

        return numpy.array(held["inputs"])
    if isinstance(held, list) and held and isinstance(held[0], list):
        import numpy

        return numpy.array(held)
    return pandas.read_json(path)


def with_example(example, rows):
    """An example's rows and those that were made from the model; None where they cannot stand in one table."""
    if hasattr(example, "columns") and hasattr(rows, "columns"):
        import pandas

        if list(example.columns) == list(rows.columns):
            return pandas.concat([example, rows], ignore_index=True)
    if hasattr(example, "columns") or hasattr(rows, "columns"):
        return None
    shapes = [getattr(one, "shape", ()) for one in (example, rows)]
    if all(len(shape) == 2 for shape in shapes) and shapes[0][1] == shapes[1][1] and not hasattr(rows, "tocsr"):
        import numpy

        return numpy.vstack([example, rows])
    return None


def _is_numeric(frame):
    return all(getattr(dtype, "kind", "O") in "fiub" for dtype in frame.dtypes)
