"""One file per format, which says everything about it: options, readers, what it needs, how to dump and to load it.

A format module has at its top, as literals, because the host reads them from the syntax tree and imports nothing:

``FORMATS``      ``{name: options}``; the options are handed to ``dump`` and ``load``.
``READERS``      ``{name: its readers}``.
``WRITES_WITH``  the modules that must be importable to dump; where one is missing the format is ``unsupported``.
``READS_WITH``   the same to load.
``PARTIAL``      optional, True where a loaded model may lack methods of the fitted one. Then its attribute ``methods``
                 names those it has, and only those are compared.
``CONVERTS``     optional, True where the format carries a model over into another kind of program, or fits it again: what
                 it gives back is not the same object, so that not even its own producer need find it identical.
``NEEDS_SCORES``  optional, True where ``dump`` wants ``fit.cv_scores``, for which every model is fitted once for each fold.
                 They are None where no format of the run needs them.
``NAMES_ITS_CODE``  optional, True where a load runs no code of an artifact but what it named first, as pickle does by the
                 audit event ``pickle.find_class``. Otherwise each cell of the format has a process of its own.
``TOLERANCES``   optional, when floating-point outputs of the formats of this file count as close: a list such as
                 ``[{"dtypes": ["float32"], "methods": ["predict_proba"], "rtol": 1.0e-4, "atol": 1.0e-5}]``. What they
                 mean is said in matrix.yaml, whose own entries come before these; the first that applies counts.
                 ``dtypes`` and ``methods`` may be left out. The reason for a number stands beside it.

and besides

``SERVICE``      optional, a process that a guest keeps for all its children; see `harness.guest.services`.
``dump(model, options, fit) -> bytes``
    ``fit`` is a `harness.guest.fitting.Fit`.
``load(data, path, reader, options) -> model``
    ``data`` are the bytes that were checked, ``path`` their file. ``options`` hold besides the format's own ``outputs``
    (of each method of the fitted model its ``shape``, ``dtype`` and ``kind``, for formats that know of no ranks) and
    ``trusted_types`` (matrix.yaml's).
``load_file(path, reader, options) -> model``
    optional: the same from the file, as people do it; that is what is measured. Otherwise the file is read first.
``warm_up()``
    optional: what is done once in the process that children are forked from, so that they need not; no threads.
``facts(data) -> dict``
    optional: what the bytes tell of themselves, for the artifact's manifest.
``observe(model, reader) -> dict``
    optional: what a loaded model tells of itself, after the clock was stopped; see ``observed`` in `harness.guest.wire`.

A format that cannot do this here raises `Unsupported`, one that will not, `Refused`; `need` imports a module or raises
`Unsupported`. They are what a format may import of the guest: a file of this folder as ``from ..errors import Refused``,
a user's file or an installed package's as ``from guest.errors import Refused``. Those are copied beside the guest and
are modules by their own names. Else a format imports Python's standard library at its top, the rest in its functions.
"""

import importlib
import pkgutil


def modules():
    """Every format module, by the name of its file."""
    names = (module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    return [importlib.import_module(__name__ + "." + name) for name in sorted(names)]
