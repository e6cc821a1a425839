"""The built-in cases: one file per family, one function ``case_NAME(seed)`` per case.

A case returns ``(estimator, X)``, ``(estimator, X, y)`` or ``(estimator, X, y, methods)``, the estimator unfitted. The
guest fits it on all but the last 40 rows and calls the methods on those. Importing these files needs the standard
library only; scikit-learn and its friends are imported when a case is built.

Parameters are what users get, mostly the defaults of the producer's scikit-learn: a default that changed is then part
of the artifact. Names that differ between scikit-learn 0.24 and 1.9 are avoided, so that every case fits everywhere.
"""
