"""The built-in cases: one file per family, one function ``case_NAME(seed)`` per case.

A case returns ``(estimator, X)``, ``(estimator, X, y)`` or ``(estimator, X, y, methods)``, the estimator unfitted. The
guest fits it on all but the last 40 rows and calls the methods on those. Where rows cannot be cut so, as of a kernel,
``X`` and ``y`` are tuples ``(train, test)``. A case names its methods only where others must not be compared, and says
why beside them. A name that ends with an underscore is of a fitted attribute.
Importing these files needs the standard library only; scikit-learn and its friends are imported when a case is built.
A file imports no more of the guest at its top than its siblings, which are kept with it to make the model again.

`estimators` is the catalogue of all of scikit-learn; the other files are curated, each case for a reason.

Parameters are what users get, mostly the defaults of the producer's scikit-learn: a default that changed is then part
of the artifact. Names that differ between scikit-learn 0.24 and 1.9 are avoided, so that every case fits everywhere.
"""
