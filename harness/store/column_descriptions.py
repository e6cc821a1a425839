"""What a run's files and the tables' columns hold, one sentence each. The documentation is generated from here.

A test holds the columns to the schemas in `harness.store.tables`: a new column needs a sentence here.
"""

from __future__ import annotations

#: By path inside the run's folder.
FILES = {
    "run.json": "The profile, the matrix's digest, the host, when it ran and for how long, and the schema version.",
    "environments.parquet": "One row per environment.",
    "artifacts.parquet": "One row per artifact: each producer, case and format.",
    "cells.parquet": "One row per planned cell. None is ever missing.",
    "figures.parquet": "One row per figure of each cell that was to be measured.",
    "samples.parquet": "One row per figure of each process that measured. Figures are computed from these.",
    "report/index.html": "The page: everything, in one file that needs no network.",
    "SUMMARY.md": "The run on one page of Markdown.",
    "ask.sqlite": "An index of the cells, for `ask`. It is made when it is missing.",
    "locks/": "The exact packages of each environment, with hashes.",
    "journal.jsonl": "Outcomes in the order they came. A killed run resumes from it.",
    "objects/": "Artifacts, inputs and reference outputs, each named by its sha256.",
    "logs/": "What each environment printed, and every traceback once.",
}

_RUN = {"run_id": "The run."}
_OUTCOME = {
    "status": "What became of it; see [statuses](statuses.md).",
    "reason": "Why, in one line. Null where nothing went wrong.",
    "error_type": "The exception's class.",
    "error_message": "The exception's message.",
}
_WARNINGS = {"warnings": "The warnings that were raised, each with `category` and `message`."}
_TRACEBACK = {"traceback": "The traceback's digest in `logs/tracebacks.jsonl`."}


def _side(role: str) -> dict[str, str]:
    return {
        f"{role}_python": f"The {role}'s Python.",
        f"{role}_sklearn": f"The {role}'s scikit-learn.",
        f"{role}_numpy": f"The {role}'s NumPy.",
        f"{role}_arch": f"The {role}'s processor architecture.",
        f"{role}_emulated": f"Whether the {role} ran under an emulator.",
    }


COLUMNS: dict[str, dict[str, str]] = {
    "environments": {
        **_RUN,
        "environment": "Its name.",
        "status": "`ok`, or `not-run` if it could not be built.",
        "reason": "Why it could not be built.",
        "kind": "How it is made; see [environments](environments.md).",
        "origin": "The place in `matrix.yaml` that asks for it.",
        "platform": "Operating system and architecture.",
        "arch": "The processor architecture.",
        "emulated": "Whether it ran under an emulator.",
        "as_of": "The day of the package index: `release`, `newest` or a date.",
        "python": "Its Python.",
        "sklearn": "Its scikit-learn. Null for a runtime without it.",
        "numpy": "Its NumPy.",
        "packages": "Every package with its version, as JSON.",
        "lock_sha256": "The digest of its lock.",
        "how_built": "What it was built from, or that an equal one was reused.",
        "seconds": "How long building took. Null if it was reused.",
        "blas": "The linear algebra libraries that it loads, as JSON.",
        "cpu": "The processor's name.",
        "byteorder": "`little` or `big`.",
        "bits": "The size of a pointer: 32 or 64.",
        "libc": "The C library.",
        "variables": "The environment variables that its guest saw, as JSON.",
        "estimators": "The public estimators of its scikit-learn, as JSON.",
    },
    "artifacts": {
        **_RUN,
        "artifact_id": "PRODUCER/CASE/FORMAT.",
        "producer": "The environment that wrote it.",
        "case": "The case.",
        "family": "The file that the case is declared in.",
        "format": "The format.",
        **_OUTCOME,
        **_WARNINGS,
        "fit_seconds": "How long fitting took.",
        "dump_seconds": "How long writing took.",
        "size_bytes": "The artifact's size on disk.",
        "sha256": "The artifact's digest.",
        "score": "The fitted model's score on the held-out rows.",
        "n_samples": "Training rows.",
        "n_features": "Training columns.",
        "manifest": "Its provenance, as JSON: `python -m harness show ARTIFACT` prints it.",
        **_TRACEBACK,
    },
    "cells": {
        **_RUN,
        "cell_id": "PRODUCER/CASE/FORMAT>CONSUMER/READER.",
        "artifact_id": "The artifact that was loaded.",
        "producer": "The environment that wrote the artifact.",
        "consumer": "The environment that loaded it.",
        "case": "The case.",
        "family": "The file that the case is declared in.",
        "format": "The format.",
        "reader": "How it was loaded.",
        **_OUTCOME,
        **_WARNINGS,
        "version_warning": "Whether scikit-learn warned about another version.",
        "original_sklearn_version": "The version that this warning names.",
        "parity": "`identical`, `close` or `drift`. Null where nothing, or not all, could be compared.",
        "compared": "Methods, attributes and methods on other rows that were compared; `cross_val_score` for a recipe.",
        "findings": "What differs, as a list; empty if nothing does. See [statuses](statuses.md).",
        "max_abs_diff": "The largest absolute difference of numbers.",
        "max_rel_diff": "The largest relative difference of numbers.",
        "max_ulp_diff": "The largest difference in units in the last place.",
        "tolerance_used": "The largest difference in tolerances: 0 is equal, up to 1 is close, above 1 is drift.",
        "label_mismatch": "The fraction of labels that differ.",
        "score": "The loaded model's score on the held-out rows.",
        "score_producer": "The producer's score on the same rows.",
        "load_seconds": "The median over `load_rounds` processes; one observation where `load_rounds` is null.",
        "load_seconds_min": "The fastest load that was measured.",
        "load_seconds_iqr": "The range between the quartiles of measured loads.",
        "load_rounds": "How many processes measured the load. Null if it was only observed.",
        "first_load_seconds": "The first load in a fresh interpreter.",
        "evicted_load_seconds": "A load with the file evicted from the page cache. Only measured.",
        "load_stable": "Whether the median of `load_seconds` is known to within 10 %.",
        "predict_seconds": (
            "The first call of every timed method: `predict`, `predict_proba`, `decision_function`, `transform` and "
            "`score_samples`, or those that the case names; one observation where `load_rounds` is null."
        ),
        "cold_start_seconds": "From starting an interpreter to its first prediction. Only measured.",
        "cold_start_peak_bytes": "The most memory that a cold start held. Only measured.",
        "load_peak_bytes": "The most memory while loading, above what was held before. Only measured.",
        "load_private_bytes": "Private memory kept after loading. Only measured.",
        "mapped_arrays": "How many arrays the reader `joblib-mmap` mapped into memory.",
        "mapped_bytes": "How many bytes these arrays have.",
        "mmap_readers": "How many processes held the artifact at once for the next two columns.",
        "mmap_pss_bytes": "The sum of those processes' shares of memory, above what they held before.",
        "mmap_private_bytes": "The part of it that each has for itself.",
        "size_bytes": "The artifact's size on disk.",
        **_TRACEBACK,
        **_side("producer"),
        **_side("consumer"),
        # Worked out when a run is read: see `harness.analysis.cells`.
        "converts": "Whether the format converts: it gives back another program, or a model that was fitted again.",
        "meaning": "What became of the model; see [statuses](statuses.md).",
        "verdict": "What an answer may say of it; null where it says nothing. See [verdicts](verdicts.md).",
        "also_at_home": "Whether it fails or changes in its own producer too, so that no version is to blame.",
        "cause": "Why it fails or changes; null where it does neither. See [causes](causes.md).",
    },
    "figures": {
        **_RUN,
        "cell_id": "The cell that was measured.",
        "figure": "Its name; see [figures](figures.md).",
        "unit": "`s` or `B`.",
        "rounds": "How many samples there are. The statistics are of the samples' medians.",
        "median": "The median.",
        "min": "The smallest.",
        "max": "The largest.",
        "mean": "The mean.",
        "stddev": "The standard deviation.",
        "iqr": "The range between the quartiles.",
        "stable": "Whether the median is known to within 10 %.",
        "reason": "Why it was not measured.",
    },
    "samples": {
        **_RUN,
        "cell_id": "The cell that was measured.",
        "figure": "What was measured.",
        "guest": "Which guest measured it.",
        "child": "Which of the guest's child processes.",
        "at": "Seconds since the run began.",
        "values": "What this process measured, in seconds or bytes.",
        "processor_yardstick": "Seconds that a fixed piece of unpickling took in the same process.",
        "memory_yardstick": "Seconds that writing to fresh memory took in the same process.",
    },
}
