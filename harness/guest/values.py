"""Values as JSON: data on its way into a model, outputs on their way out.

Every encoded value is a dict with a ``kind``:

dense     ``dtype`` (of the original, ``"<f8"``, ``">f8"``, ``"<M8[ns]"``, where ``<`` is the byte order of the machine
          that it was on and ``>`` the other), ``npy`` (base64 of .npy version 1, little-endian, C order), ``container``
          "matrix" for ``numpy.matrix`` only. Dates travel as int64, longdouble as float64 (its further bits are lost).
          NumPy scalars are dense of shape ().
objects   ``shape``, ``items`` (see below), ``container`` "array", "list", "tuple" or "scalar", and ``dtype``
          ("object", or pandas' name of it such as "Int64") for arrays.
texts     ``items``: a list of str.
csr       ``shape``, ``data``, ``indices``, ``indptr`` (dense), ``format`` and ``container`` ("matrix" or "array") of
          the original. Duplicates are summed, indices sorted, explicit zeros kept.
list      ``items`` (encoded values), ``container`` "list", "tuple", or "array" with its ``shape``.
dict      ``items``: pairs of a str and an item, in their order. Other keys make it opaque.
frame     ``columns``: a list of {``name`` (an item), ``value``}; ``rows``; ``index``: a value, null for 0, 1, 2, ...
series    ``name`` (an item), ``value``, ``index`` as in a frame.
category  ``codes`` (dense, -1 is missing), ``categories`` (a value), ``ordered``.
opaque    ``type``: the qualified name of something that cannot travel.

An item is a JSON string, bool, null, integer below 2**53 or finite float (always with a point or an exponent), or a
dict with one key that says what it is: ``int`` (hexadecimal), ``float`` ("nan", "inf", "-inf"), ``complex`` (two
items), ``bytes`` (base64), ``datetime`` ([dtype, int]), ``missing`` ("NA" or "NaT"), ``tuple`` (items), ``opaque``
(a type's name).

Nothing is pickled, and no method of an object of unknown type is called, not even to name it: what a model returns
may be hostile. Exact types only, therefore: a subclass may mean something else by its values.

Imports: the standard library; NumPy inside functions; SciPy and pandas only where the value is already theirs.
"""

from .decoding import decode
from .encoding import encode

__all__ = ["decode", "encode"]
