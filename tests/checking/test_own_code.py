"""Modules of a user's: which there are, and which of them has a class of ``__main__``. Nothing is imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.checking import own_code
from harness.errors import InputError


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "train.py").write_text("raise SystemExit\nclass Tenure: pass\ndef clip(x): return x\nlog = 1\n")
    package = tmp_path / "churn"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "features.py").write_text("class Ratio: pass\n")
    return tmp_path


def test_each_name_of_the_script_has_the_module_that_defines_it(code: Path) -> None:
    needed = ["__main__.Tenure", "__main__.clip", "__main__.Ratio", "churn.features.Ratio"]
    assert own_code.of_main(code, needed) == {"Tenure": "train", "clip": "train", "Ratio": "churn.features"}
    assert own_code.of_main(code, ["churn.features.Ratio"]) == {}


def test_names_that_nobody_or_several_define_are_refused(code: Path) -> None:
    with pytest.raises(InputError, match="no module in it defines .*Other"):
        own_code.of_main(code, ["__main__.Other"])
    (code / "old.py").write_text("class Tenure: pass\n")
    with pytest.raises(InputError, match="several define .*Tenure.*old, train"):
        own_code.of_main(code, ["__main__.Tenure"])
    assert own_code.of_main(code / "train.py", ["__main__.Tenure"]) == {"Tenure": "train"}


def _named(places: list[Path]) -> list[str]:
    return [place.name for place in places]


def test_a_folder_without_init_is_taken_where_something_needs_it(code: Path) -> None:
    for name in ("steps/ratio.py", "shared/deep/logs.py", "venv/lib/other.py", "data/rows.csv"):
        (code / name).parent.mkdir(parents=True, exist_ok=True)
        (code / name).write_text("")
    (code / "steps/ratio.py").write_text("import shared.deep.logs\nclass Ratio: pass\n")
    (code / "old-plot.py").write_text("print 'of Python 2, and no module'\n")
    (code / "older.py").write_text("print 'of Python 2'\n")
    plain = ["churn", "older.py", "train.py"]
    assert _named(own_code.modules(code)) == plain
    assert _named(own_code.modules(code, ["steps.ratio.Ratio"])) == [*plain, "steps", "shared"]


def test_the_folder_itself_is_the_package_where_it_has_that_name(code: Path) -> None:
    folder = code / "steps"
    folder.mkdir()
    with pytest.raises(InputError, match="no module such as own.py"):
        own_code.modules(folder, ["steps.ratio.Ratio"])
    (folder / "ratio.py").write_text("class Ratio: pass\n")
    assert own_code.modules(folder, ["steps.ratio.Ratio"]) == [folder]
    assert own_code.modules(folder, ["ratio.Ratio"]) == [folder / "ratio.py"]
    assert own_code.of_main(folder, ["__main__.Ratio", "steps.ratio.Ratio"]) == {"Ratio": "steps.ratio"}
