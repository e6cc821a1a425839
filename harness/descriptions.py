"""What each word of a closed list means, in one sentence. The documentation is generated from here.

A test holds every list to its enum: a new status, finding or figure needs a sentence here.

Internal.
"""

from __future__ import annotations

from harness.terms import Figure, Finding, Parity, Status

STATUSES: dict[Status, str] = {
    Status.OK: "The artifact was written; or it loaded, predicted, and its outputs are identical or close.",
    Status.DRIFT: "It loaded and predicted without an error, and the outputs differ beyond the tolerance.",
    Status.INCOMPARABLE: "It loaded and predicted, and some output could not be carried or compared. No other drifts.",
    Status.FIT_ERROR: "Fitting the case raised an exception.",
    Status.DUMP_ERROR: "Writing the fitted model raised an exception.",
    Status.LOAD_ERROR: "Loading raised an exception.",
    Status.PREDICT_ERROR: "The model loaded, and calling one of its methods raised an exception.",
    Status.REFUSED: "Loading was refused on purpose: untrusted types, or bytes that are not the ones written.",
    Status.CRASH: "The process died by a signal, or it ended without an answer.",
    Status.TIMEOUT: "It took longer than the limit in `matrix.yaml`.",
    Status.OOM: "It needed more memory than the limit in `matrix.yaml`.",
    Status.UNSUPPORTED: "The format or reader can't do this here: no converter, no wheel, no Java, no scikit-learn.",
    Status.NO_ARTIFACT: "There was nothing to load: the artifact was not written. The artifact's row says why.",
    Status.NOT_RUN: "The environment could not be built, or the run was cut short.",
}

PARITIES: dict[Parity, str] = {
    Parity.IDENTICAL: "Same shapes, dtypes and values, bit for bit. Every NaN is the same, a longdouble is a double.",
    Parity.CLOSE: (
        "Numbers differ within their tolerance, zeros have another sign, "
        "or equal values came in another dtype or container."
    ),
    Parity.DRIFT: "Anything else.",
}

#: In the order of `Finding`: what weighs most comes first.
FINDINGS: dict[Finding, str] = {
    Finding.LABELS: "Discrete outputs differ: classes, clusters, counts or strings.",
    Finding.PROBABILITIES: "`predict_proba` or `predict_log_proba` differs beyond its tolerance.",
    Finding.VALUES: "Other numbers differ beyond their tolerance.",
    Finding.MISSING: "NaN, an infinity or None stands on one side only.",
    Finding.ERROR: "An exception is raised on one side only, or one of another type; other rows are tried as well.",
    Finding.SHAPE: "The number of rows, columns or outputs differs.",
    Finding.NAMES: "Rows or columns have other names, or another order.",
    Finding.INCOMPARABLE: "An output could not be sent back, so nobody knows whether it differs.",
    Finding.SCORE: "The cross-validation score lies outside the producer's range.",
    Finding.CONTAINER: "The values came in another container: sparse or dense, list or tuple, frame or array.",
    Finding.DTYPE: "The numbers came in another dtype.",
    Finding.INPUT: "A method writes into the rows that it is given.",
    Finding.ABSENT: "Only the producer's model has an attribute, or a method without arguments.",
    Finding.ADDED: "Only the loaded model has an attribute or a method. It changes no parity.",
}

FIGURES: dict[Figure, str] = {
    Figure.LOAD: "A warm load from the file, in a process that has loaded it before.",
    Figure.EVICTED_LOAD: "The same, with the file evicted from the page cache.",
    Figure.PREDICT: "The first call of every compared method, on the held-out rows.",
    Figure.FIRST_LOAD: "The first load in a fresh interpreter that has imported the library and none of its parts.",
    Figure.COLD_START: "From starting an interpreter to its first prediction.",
    Figure.COLD_START_PEAK: "The most memory that a cold start held.",
    Figure.LOAD_PEAK: "The most memory held while loading, above what the process held before.",
    Figure.LOAD_PRIVATE: "Private memory kept after loading, above what the process held before.",
    Figure.SHARED_PSS: "Memory of several processes that each hold the artifact: the sum of their shares (Pss).",
    Figure.SHARED_PRIVATE: "The part of that memory that each process has for itself.",
}

#: By value, since their enum is `harness.analysis.meanings.Meaning`, above this file.
MEANINGS: dict[str, str] = {
    "changed": "It loads without an error and predicts something else.",
    "broken": "It raised an exception, crashed, hung, or ran out of memory.",
    "not-run": "Nothing was tried, though it could have been.",
    "incomparable": "It loads and predicts, but some output could not be carried or compared.",
    "not-compared": "It loads, and none of its outputs were compared.",
    "refused": "Loading was refused on purpose.",
    "impossible": "The format or reader can't do this there.",
    "unwritten": "Its producer could not write the artifact.",
    "close": "It predicts the same, but for rounding.",
    "identical": "It predicts the same, bit for bit.",
}
