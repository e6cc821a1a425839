"""`release`, where there is nothing that it can stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli import extras, release
from harness.errors import InputError


@pytest.mark.parametrize(("version", "before"), [("1.8", "1.7"), ("1.8.1", "1.7"), ("1.0", "OLD")])
def test_without_a_run_it_names_the_verb_that_the_carried_reference_answers(tmp_path: Path, version, before) -> None:
    with pytest.raises(InputError, match=f"upgrade --from {before} --to {version}` answers"):
        release.release(version, results=tmp_path, run=None, package="scikit-learn", wheel=None)


def test_an_extra_comes_from_where_the_program_came(monkeypatch) -> None:
    class Installed:
        told = '{"url": "file:///dist%20new/persistence_matrix-1.whl", "archive_info": {}}'

        def read_text(self, name):
            return self.told if name == "direct_url.json" else None

    monkeypatch.setattr("importlib.metadata.distribution", lambda name: Installed())
    assert 'pip install "/dist new/persistence_matrix-1.whl[run]"' in extras.hint("run")
    Installed.told = None  # of an index
    assert 'pip install "persistence-matrix[run]"' in extras.hint("run")
    Installed.told = "[]"
    assert 'pip install "persistence-matrix[run]"' in extras.hint("run")
