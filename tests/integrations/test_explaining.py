"""`harness.explain_warnings` beside Python's own way to show warnings."""

from __future__ import annotations

import warnings

import pytest

import harness
from tests.integrations.test_warned import OF_1_2, InconsistentVersionWarning

pytestmark = pytest.mark.filterwarnings("always")


def test_each_warning_is_explained_once_and_still_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before: list[str] = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: before.append(str(message)))
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with harness.explain_warnings() as explained:
            for _ in range(3):
                warnings.warn(OF_1_2, UserWarning, stacklevel=1)
            warnings.warn("of something else", UserWarning, stacklevel=1)
    told = capsys.readouterr().err
    assert sum(text.startswith("Trying to unpickle") for text in before) == 3
    assert len(before) == 4
    assert told.count("persistence-matrix: DecisionTreeClassifier 1.2.2 → 1.5.2: breaks (does not load)") == 1
    assert [one.warned.estimator for one in explained.seen] == ["DecisionTreeClassifier"]


def test_afterwards_warnings_are_shown_as_before(capsys: pytest.CaptureFixture[str]) -> None:
    before = warnings.showwarning
    explained = harness.explain_warnings()
    assert warnings.showwarning != before
    explained.stop()
    assert warnings.showwarning == before
    assert not capsys.readouterr().err


def test_an_ascii_terminal_gets_no_arrow(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    with (tmp_path / "err").open("w", encoding="ascii") as stream, warnings.catch_warnings():
        warnings.simplefilter("always")
        monkeypatch.setattr("sys.stderr", stream)
        with harness.explain_warnings():
            warnings.warn(InconsistentVersionWarning("Ridge", "1.6.1", "1.7.2"), stacklevel=1)
    assert "Ridge 1.6.1 -> 1.7.2: " in (tmp_path / "err").read_text()
