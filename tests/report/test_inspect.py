"""What `inspect` prints: the conclusion first, in 80 columns, and nothing of the file acts on the terminal."""

from __future__ import annotations

import io
from pathlib import Path

from harness.analysis.ask.onwards import Onwards
from harness.analysis.verdicts import Verdict
from harness.inspection import inspect
from harness.report.console import SafeConsole
from harness.report.inspect import as_data, show
from tests.inspection.made import PROTO, call, global_, state, text

FILES = Path(__file__).parents[1] / "inspection/files"
OLD = FILES / "sk1.2-py3.11-np1.24.column_transformer.joblib"
BREAKS = Onwards(
    estimator="OneHotEncoder",
    minor="1.2",
    verdicts={"1.2": Verdict.SAFE, "1.3": Verdict.BREAKS, "1.4": Verdict.BREAKS, "1.9": Verdict.CHANGES},
)


def printed(path: Path, onwards=None, *, verbose: bool = False) -> list[str]:
    out = io.StringIO()
    show(inspect(path), SafeConsole(file=out, width=80, highlight=False), onwards, verbose=verbose)
    return out.getvalue().splitlines()


def test_the_conclusion_is_the_first_line_and_everything_fits_80_columns() -> None:
    lines = printed(OLD, (BREAKS,))
    text = " ".join(line.strip() for line in lines)
    assert lines[1].startswith("✗ ")
    assert "scikit-learn 1.2.2; breaks from 1.3 on" in text
    assert "OneHotEncoder: 1.2 safe, 1.3 to 1.4 breaks, 1.9 changes predictions" in text
    assert "nothing outside the list of scikit-learn 1.2.2" in text
    assert all(len(line) <= 80 for line in [*lines, *printed(OLD, verbose=True)])
    assert len(lines) < 25


def test_what_is_bad_in_one_release_only_is_not_said_to_stay() -> None:
    once = Onwards(estimator="Ridge", minor="1.2", verdicts={"1.3": Verdict.CHANGES, "1.4": Verdict.SAFE})
    assert "changes predictions in 1.3" in " ".join(line.strip() for line in printed(OLD, (once,)))


def test_what_changes_for_rows_in_another_form_alone_says_so() -> None:
    one = Onwards(
        estimator="Ridge",
        minor="1.2",
        verdicts={"1.3": Verdict.CHANGES, "1.4": Verdict.CHANGES},
        only_for={"1.3": ("list",), "1.4": ("list",)},
    )
    text = " ".join(line.strip() for line in printed(OLD, (one,)))
    assert "changes predictions from 1.3 on (only for lists)" in text
    assert "Ridge: 1.3 to 1.4 changes predictions (only for lists)" in text


def test_no_answer_says_that_a_file_is_safe() -> None:
    for path in (OLD, FILES / "sk1.9-py3.13-np2.5.standard_scaler.skops"):
        assert " safe" not in " ".join(printed(path, ()))


def test_a_call_outside_the_list_is_in_the_first_line(tmp_path) -> None:
    path = tmp_path / "model"
    path.write_bytes(PROTO + call("posix", "system", "id") + b".")
    lines = printed(path)
    assert lines[1].startswith("! model:")
    assert "calls posix.system, which is outside the list" in " ".join(line.strip() for line in lines)


def test_a_damaged_file_says_where_and_one_that_is_too_large_says_how_to_go_on(tmp_path) -> None:
    path = tmp_path / "model"
    path.write_bytes(OLD.read_bytes()[:-5])
    lines = printed(path)
    assert lines[1].startswith("✗ model: damaged at byte ")
    assert any("StandardScaler" in line for line in lines)
    assert any("among what was read" in line for line in lines)
    path.write_bytes(PROTO + call("posix", "system", "id") + b"\xff")
    assert "calls posix.system" in " ".join(line.strip() for line in printed(path)[1:3])
    path.write_bytes(PROTO + b"\x8b\xff\xff\xff\x7f")
    text = " ".join(line.strip() for line in printed(path))
    assert "? model: too large" in text
    assert "--limit integer=NUMBER" in text
    assert "damaged" not in text


def test_what_a_file_says_is_shown_and_never_acts(tmp_path) -> None:
    bad = "\x1b[31mred\u202e[bold]x[/bold]"
    made = (
        global_("sklearn.svm._classes", "SVC")
        + b")\x81"
        + state({"C": text(bad), "_sklearn_version": text(bad)})
        + b"b"
    )
    path = tmp_path / "model"
    path.write_bytes(PROTO + b"}" + text(bad) + made + b"s.")
    for verbose in (False, True):
        whole = "\n".join(printed(path, verbose=verbose))
        assert "\x1b" not in whole
        assert "\u202e" not in whole
        assert "[bold]" in whole


def test_names_of_features_are_shown_only_when_asked() -> None:
    names = {name for one in inspect(OLD).estimators for name in one.feature_names}
    assert names
    assert not [name for name in names if any(repr(name) in line for line in printed(OLD))]
    assert any("features" in line and any(repr(name) in line for name in names) for line in printed(OLD, verbose=True))


def test_the_data_has_the_answer_and_what_stored_runs_say() -> None:
    data = as_data(inspect(OLD), (BREAKS,))
    assert data["answer"].endswith("breaks from 1.3 on")
    assert data["reference"][0]["to"]["1.3"] == "breaks"
    assert as_data(inspect(OLD), None)["reference"] is None
