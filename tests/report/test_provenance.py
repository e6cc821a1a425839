"""What ``show`` says of an artifact, over a manifest made by hand."""

import io

import pytest
from rich.console import Console

from harness.report import provenance
from harness.store.manifest import manifest

from tests.store.test_tables import FIT

ENVIRONMENT = {"environment": "old", "packages": '{"numpy": "2.1"}', "python": "3.12", "blas": "[]"}


def shown(fit):
    case = {**FIT["case"], "estimator": None}
    facts = manifest({**fit, "case": case}, None, ENVIRONMENT)
    row = {
        "artifact_id": "old/ridge/pickle", "status": "ok", "reason": None, "size_bytes": 3, "sha256": "ff",
        "fit_seconds": 0.5, "cells": {"ok": 1}, "manifest": facts,
    }  # fmt: skip
    output = io.StringIO()
    provenance.show(row, [], Console(file=output, width=400))
    return output.getvalue()


@pytest.mark.parametrize("fit", [{**FIT, "data_stored": True}, {k: v for k, v in FIT.items() if k != "data_stored"}])
def test_where_the_training_data_lies(fit):
    assert "7 x 2, objects/cc/cc" in shown(fit)


def test_data_that_is_not_stored_is_told_by_its_digest():
    assert "7 x 2, too large to be stored: made again by the code, sha256 aa" in shown({**FIT, "data_stored": False})
