"""The same held-out rows as other inputs: of another dtype, in another container, or rows that a model should not take.

A variant is derived from the decoded rows, by this code, in the producer and in every consumer; nothing further travels.
Which variants there are follows from the kind of the rows. They have few rows: a call costs little, and there are many.

Standard library at its top; NumPy, SciPy and pandas only inside functions.
"""

import copy
import functools
import sys

from . import errors

ROWS = 8  # of a variant
WIDE = 1000  # columns, beyond which sparse rows are not made dense
UNKNOWN = "a category that nobody has seen"
#: The rows themselves, but few: for a method that answers more of each than can be sent.
FEW = "first rows"


def of(rows):
    """The names of the variants that can be made of these rows here, and by name why others cannot."""
    made, missing = [], {}
    for name in _variants(rows):
        try:
            if make(name, rows) is not None:
                made.append(name)
        except ImportError as error:
            missing[name] = errors.text_of(error, 200)
        except Exception:  # rows of a kind that nobody thought of: the variant makes no sense for them
            continue
    return made, missing


def make(name, rows):
    """The rows as the variant of that name. Raises ImportError where pandas or SciPy would be needed and is missing."""
    return _first(rows) if name == FEW else _variants(rows)[name](_first(rows))


def _variants(rows):
    kind = _kind(rows)
    return {} if kind is None else _KINDS[kind]


def _kind(rows):
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if type(rows) is list:
        inner = type(rows[0]) if rows else None
        return {str: "texts", dict: "dicts", list: "lists"}.get(inner)
    if hasattr(rows, "tocsr"):
        return "sparse"
    if pandas is not None and type(rows) is pandas.DataFrame:
        return "frame"
    if numpy is not None and type(rows) is numpy.ndarray and rows.ndim:
        return "table" if rows.ndim == 2 else "array"
    return None


def _first(rows):
    """A copy: most variants are views of it, and a method may write into them."""
    if hasattr(rows, "tocsr"):
        return rows.tocsr()[:ROWS].asformat(rows.format)
    return copy.deepcopy(rows[:ROWS]) if type(rows) is list else getattr(rows, "iloc", rows)[:ROWS].copy()


# Every function below gives None where the variant is no other than the rows, or makes no sense for them.

# ------------------------------------------------------------------------------------------------ arrays


def _of_dtype(name, rows):
    return rows.astype(name) if rows.dtype.kind in "fiu" and rows.dtype != name else None


def _integers(rows):
    import numpy as np

    if rows.dtype.kind != "f" or not np.isfinite(rows).all():
        return None
    return np.rint(rows).astype("int64")


def _as_list(rows):
    return rows.tolist()


def _as_frame(rows):
    import pandas

    names = ["x%d" % i for i in range(rows.shape[1])]
    return pandas.DataFrame(rows, columns=names, dtype=object if rows.dtype == object else None)


def _as_sparse(rows):
    import numpy as np
    from scipy.sparse import csr_matrix

    return csr_matrix(rows) if rows.dtype.kind in "iu" or rows.dtype.kind == "f" and np.isfinite(rows).all() else None


def _missing(rows):
    import numpy as np

    if rows.dtype.kind == "f" and np.isfinite(rows).all():
        pass
    elif rows.dtype != object:
        return None
    rows = rows.copy()
    rows[(0,) * rows.ndim] = rows[(-1,) * rows.ndim] = np.nan
    return rows


def _complete(rows):
    """Each missing value with the first of its column that is there: some transformers answer whole rows otherwise."""
    import numpy as np

    if rows.dtype.kind != "f" or not np.isnan(rows).any():
        return None
    rows = rows.copy()
    for column in rows.T:
        there = column[~np.isnan(column)]
        column[np.isnan(column)] = there[0] if len(there) else 0.0
    return rows


def _narrower(rows):
    return rows[:, :-1] if rows.shape[1] > 1 else None


def _unknown(rows):
    """Strings that are not among the rows, or a whole number above all of them, as of ordinal codes."""
    import numpy as np

    if rows.dtype.kind in "iu":
        changed = rows.copy()
        changed[0] = rows.max() + 1
        return changed
    if rows.dtype.kind == "U":
        changed = rows.astype("U%d" % max(len(UNKNOWN), rows.dtype.itemsize // 4))
    elif rows.dtype == object and all(type(one) is str for one in np.ravel(rows)[:1]):
        changed = rows.copy()
    else:
        return None
    changed[0] = UNKNOWN
    return changed


def _none(rows):
    return rows[:0]


# ------------------------------------------------------------------------------------------------ sparse matrices


def _as_dense(rows):
    return rows.toarray() if rows.shape[1] <= WIDE else None


def _sparse_missing(rows):
    import numpy as np

    if rows.dtype.kind != "f" or not rows.nnz:
        return None
    changed = rows.tocsr(copy=True)
    changed.data[0] = np.nan
    return changed.asformat(rows.format)


def _sparse_narrower(rows):
    return rows.tocsc()[:, :-1].asformat(rows.format) if rows.shape[1] > 1 else None


# ------------------------------------------------------------------------------------------------ frames


def _columns(rows, kind):
    """Positions of the columns of floats, or of strings."""
    if kind == "floats":
        return [i for i, dtype in enumerate(rows.dtypes) if getattr(dtype, "kind", "") == "f"]
    return [i for i, dtype in enumerate(rows.dtypes) if dtype == object and type(rows.iloc[1, i]) is str]


def _frame_float32(rows):
    narrowed = {rows.columns[i]: "float32" for i in _columns(rows, "floats")}
    return rows.astype(narrowed) if narrowed else None


def _frame_array(rows):
    kinds = {getattr(dtype, "kind", "O") for dtype in rows.dtypes}
    return rows.to_numpy() if len(kinds) == 1 and kinds <= set("fiu") else rows.to_numpy(dtype=object)


def _reordered(rows):
    return rows.iloc[:, ::-1] if rows.shape[1] > 1 else None


def _frame_missing(rows):
    places = _columns(rows, "floats") + _columns(rows, "strings")
    changed = rows.copy()
    for place in places:
        changed.iloc[0, place] = float("nan")
    return changed if places else None


def _frame_complete(rows):
    places = [place for place in _columns(rows, "floats") if rows.iloc[:, place].isna().any()]
    changed = rows.copy()
    for place in places:
        there = rows.iloc[:, place].dropna()
        changed.iloc[:, place] = rows.iloc[:, place].fillna(there.iloc[0] if len(there) else 0.0)
    return changed if places else None


def _frame_narrower(rows):
    return rows.iloc[:, :-1] if rows.shape[1] > 1 else None


def _frame_unknown(rows):
    places = _columns(rows, "strings")
    changed = rows.copy()
    for place in places:
        changed.iloc[0, place] = UNKNOWN
    return changed if places else None


# ------------------------------------------------------------------------------------------------ lists


def _text_array(rows):
    import numpy as np

    return np.array(rows, dtype=object)


def _dict_with(value, rows):
    return [{key: value if isinstance(held, str) else held for key, held in rows[0].items()}] + rows[1:]


_KINDS = {
    "table": {
        "float64": functools.partial(_of_dtype, "float64"),
        "float32": functools.partial(_of_dtype, "float32"),
        "integers": _integers,
        "list": _as_list,
        "frame": _as_frame,
        "sparse": _as_sparse,
        "missing values": _missing,
        "no missing values": _complete,
        "one column less": _narrower,
        "unknown category": _unknown,
        "no rows": _none,
    },
    "array": {
        "float64": functools.partial(_of_dtype, "float64"),
        "float32": functools.partial(_of_dtype, "float32"),
        "list": _as_list,
        "missing values": _missing,
        "unknown category": _unknown,
        "no rows": _none,
    },
    "sparse": {
        "float64": functools.partial(_of_dtype, "float64"),
        "float32": functools.partial(_of_dtype, "float32"),
        "array": _as_dense,
        "missing values": _sparse_missing,
        "one column less": _sparse_narrower,
        "no rows": lambda rows: rows.tocsr()[:0].asformat(rows.format),
    },
    "frame": {
        "float32": _frame_float32,
        "list": lambda rows: rows.to_numpy(dtype=object).tolist(),
        "array": _frame_array,
        "reordered frame": _reordered,
        "missing values": _frame_missing,
        "no missing values": _frame_complete,
        "one column less": _frame_narrower,
        "unknown category": _frame_unknown,
        "no rows": lambda rows: rows.iloc[:0],
    },
    "texts": {
        "array": _text_array,
        "missing values": lambda rows: [None] + rows[1:],
        "unknown category": lambda rows: [UNKNOWN] + rows[1:],
        "no rows": _none,
    },
    "dicts": {
        "missing values": functools.partial(_dict_with, None),
        "unknown category": functools.partial(_dict_with, UNKNOWN),
        "no rows": _none,
    },
    "lists": {
        "unknown category": lambda rows: [list(rows[0]) + [UNKNOWN]] + rows[1:],
        "no rows": _none,
    },
}
