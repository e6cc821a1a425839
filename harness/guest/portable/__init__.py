"""The format ``portable``: an estimator's parameters and fitted state as plain data, and how it is built again elsewhere.

A file is a zip archive whose members are stored, not compressed: nothing grows when it is read. Its members:

``portable.json``   one JSON object: ``format`` ("portable"), ``version`` (1), ``written_with`` (releases of Python,
                    scikit-learn, NumPy and SciPy), ``value`` (a node) and ``objects`` (a list of objects).
``arrays/N.npy``    the arrays, of numbers, booleans, strings and records of these; never of Python objects.

A node is null, a boolean, an integer, a finite float or a string as JSON has it, or an object with the key ``is``:

``list``, ``tuple``, ``set``, ``frozenset``  ``items``
``dict``, ``ordered dict``, ``bunch``        ``items``, pairs of key and value
``float``, ``complex``, ``bytes``, ``slice`` ``value``: "nan", "inf", "-inf"; two nodes; hexadecimal; three nodes
``scalar``    a NumPy scalar: ``dtype`` and ``value``
``array``     ``number`` of the member that holds it
``objects``   an array of Python objects: ``shape`` and ``items``, in C's order
``masked``    ``data`` and ``mask``
``sparse``    ``layout`` ("csr", "csc", "coo", "bsr", "dia"), ``container`` ("matrix" or "array"), ``shape``, ``parts``
``dtype``, ``type``, ``function``            ``name``, of a short list
``random state``                             ``algorithm`` and ``state``
``tree``      a decision tree: its counts, ``nodes`` by the name of the field, ``values``
``neighbours``                               a k-d tree or ball tree: ``data``, ``leaf_size``, ``metric``
``loss``, ``distance``, ``spline``, ``distribution``   a helper, by its name and parameters
``lost``      what cannot be taken out and is worked out again, or missed, where it is built; ``what``
``object``    ``number`` within ``objects``

An entry of ``objects`` has ``module`` and ``class`` of scikit-learn, ``parameters`` (the names of those that its
constructor takes) and ``state``: nodes by the name of the attribute.

Nothing of a file is run. Classes and functions are looked up in scikit-learn, NumPy and SciPy alone (`names`), and a class
is made without its constructor. What another release keeps beside that is told by models fitted there (`donors`) and by
rules that are data (`rules`).
"""
