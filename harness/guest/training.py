"""What is kept of the data that a model is fitted on: the data, or, where it is large, what tells whether it was made again.

Standard library at its top.
"""

import hashlib
import json

from .encoding import encode

#: Bytes of JSON that training rows and their truth may come to. What is larger is not stored: the case's code makes it
#: again from its seed. It is not copied and not cross-validated either, for which every row would be held several times.
LIMIT = 8 * 1024 * 1024
BLOCK = 1000  # rows that are encoded at once


def kept(train, truth):
    """What the event ``fitted`` says under ``data``.

    ``told``, a name that stored runs have, describes ``train`` and ``truth`` (null where there is none): ``sha256`` (see
    `describe`), ``bytes`` of JSON, ``shape`` and ``dtype`` (null where it has none). ``stored`` says whether they are within
    `LIMIT`; if so, ``train`` and ``truth`` are the encoded values, else null.
    """
    described = {"train": describe(train), "truth": None if truth is None else describe(truth)}
    stored = sum(part["bytes"] for part in described.values() if part) <= LIMIT
    return {
        "stored": stored,
        "told": described,
        "train": encode(train) if stored else None,
        "truth": encode(truth) if stored and truth is not None else None,
    }


def describe(data):
    """``{"sha256", "bytes", "shape", "dtype"}`` of rows. The digest is
    over the JSON, its keys sorted, of one block of `BLOCK` encoded rows after the other: large data is never held twice.
    Of fewer rows it is over what `harness.guest.encoding` makes of them."""
    digest, size = hashlib.sha256(), 0
    shape = _shape(data)
    for rows in _blocks(data, shape):
        text = json.dumps(encode(rows), sort_keys=True).encode("ascii")
        digest.update(text)
        size += len(text)
    return {
        "sha256": digest.hexdigest(),
        "bytes": size,
        "shape": [int(length) for length in shape],
        "dtype": str(data.dtype) if hasattr(data, "dtype") else None,
    }


def kind_of_rows(data):
    """What rows are, in words that models can be chosen by: ``{"container", "dtype", "missing", "categories"}``.

    ``container`` is "array", "frame", "list", or the format of a sparse matrix, such as "csr". ``dtype`` is null where
    there is none or more than one. ``missing`` and ``categories`` are whether a value is missing, and whether a column
    is of strings or of pandas' categories.
    """
    columns = [data.iloc[:, place] for place in range(data.shape[1])] if hasattr(data, "iloc") else [data]
    dtypes = sorted({str(column.dtype) for column in columns if hasattr(column, "dtype")})
    return {
        "container": _container(data),
        "dtype": dtypes[0] if len(dtypes) == 1 else None,
        "missing": any(_has_missing(column) for column in columns),
        "categories": any(_is_categorical(column) for column in columns),
    }


def _container(data):
    if hasattr(data, "iloc"):
        return "frame"
    if hasattr(data, "tocsr"):
        return str(data.format)
    return "array" if hasattr(data, "dtype") else type(data).__name__


def _has_missing(column):
    """Whether a value is none: not equal to itself, or None."""
    values = getattr(column, "data", column) if hasattr(column, "tocsr") else column
    try:
        if hasattr(values, "isna"):
            return bool(values.isna().any())
        if getattr(values, "dtype", None) == object:
            return any(value is None or value != value for value in values.ravel())
        return bool((values != values).any())
    except Exception:  # lists, and what a user's rows may be
        return False


def _is_categorical(column):
    dtype = getattr(column, "dtype", None)
    return dtype is not None and (
        str(dtype) in ("category", "object", "str", "string") or getattr(dtype, "kind", "") in "US"
    )


def _shape(data):
    if hasattr(data, "shape"):
        return data.shape
    return (len(data),) if hasattr(data, "__len__") else ()


def _blocks(data, shape):
    sliced = hasattr(data, "shape") or isinstance(data, (list, tuple))
    if not sliced or not shape or shape[0] <= BLOCK:
        yield data
        return
    if hasattr(data, "tocsr"):
        data = data.tocsr()  # other sparse matrices need not have slices
    places = getattr(data, "iloc", data)
    for start in range(0, shape[0], BLOCK):
        yield places[start : start + BLOCK]
