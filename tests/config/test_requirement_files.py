"""Requirements that stand in several files: what pip would install of them, and nothing fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.checking import pins
from harness.config import lock_files
from harness.config.requirement_files import lines
from harness.errors import InputError


def written(folder: Path, **files: str) -> Path:
    """Files by name, a dot for each ``_``; the first is the one that is read."""
    for name, text in files.items():
        path = folder / name.replace("_", ".")
        path.write_text(text)
    return folder / next(iter(files)).replace("_", ".")


def test_files_that_a_file_names_belong_to_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "more.txt").write_text("-r deep.txt  # beside this one\n")
    (tmp_path / "sub" / "deep.txt").write_text("scipy==1.11.4 --hash=sha256:ab\n")
    path = written(
        tmp_path, prod_txt="-r base.txt\n--requirement=sub/more.txt\n-i https://index\n", base_txt="numpy==1.26.4\n"
    )
    assert [line.text for line in lines(path)] == ["numpy==1.26.4", "scipy==1.11.4"]
    assert lock_files.read(path).held() == {"numpy": ("1.26.4",), "scipy": ("1.11.4",)}
    assert set(pins.read(path)) == {"numpy", "scipy"}


def test_a_constraint_narrows_what_is_required_and_what_that_needs_and_installs_nothing(tmp_path: Path) -> None:
    pinned = "scikit-learn==1.5.2\nnumpy==1.26.4\ntorch==2.0\n"
    path = written(tmp_path, prod_txt="scikit-learn>=1.4\n-c pins.txt\n", pins_txt=pinned)
    found = lock_files.read(path)
    assert found.held() == {"scikit-learn": ("1.5.2",), "numpy": ("1.26.4",)} and not found.without_version()
    told = pins.read(path)
    assert set(told) == {"scikit-learn", "numpy"}
    assert pins.exact(told["scikit-learn"], "x") == "1.5.2"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("-r gone.txt", r'prod\.txt, line 2: there is no file "gone\.txt" beside it'),
        ("-r https://host/base.txt", r"is not fetched: save it"),
        ("-r prod.txt", "more than 50 files name each other"),
        ("-c .", r'there is no file "\."'),
    ],
)
def test_what_cannot_be_followed_is_told_with_its_line(tmp_path: Path, line, told) -> None:
    path = written(tmp_path, prod_txt=f"numpy==1.26.4\n{line}\n")
    for read in (lock_files.read, pins.read):
        with pytest.raises(InputError, match=told):
            read(path)
