"""The file that is handed over is whole, is new, and never takes the place of another."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path

import pytest

from harness.errors import InputError, MachineError
from harness.rescuing import output


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "model.pkl"
    path.write_bytes(b"old")
    path.chmod(0o640)
    return path


def handed_over(file, out, data=b"new") -> None:
    with output.aside(out, data, file) as part:
        output.hand_over(part, out, {"schema": 1}, file)


def test_it_lies_there_with_its_sidecar_and_nothing_else(file, tmp_path) -> None:
    out = tmp_path / "out.pkl"
    handed_over(file, out)
    assert out.read_bytes() == b"new" and json.loads((tmp_path / "out.pkl.json").read_text()) == {"schema": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.pkl", "out.pkl", "out.pkl.json"]
    assert stat.S_IMODE(out.stat().st_mode) & ~stat.S_IMODE(file.stat().st_mode) == 0, "as private as the file"


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_the_file_itself_is_no_output_whatever_it_is_called(file, tmp_path, link) -> None:
    link(file, tmp_path / "other.pkl")
    for out in (file, tmp_path / "other.pkl"):
        with pytest.raises(InputError, match="the file itself"):
            output.need_free(out, file)


def test_nothing_that_is_there_is_written_over(file, tmp_path) -> None:
    (tmp_path / "out.pkl").touch()
    (tmp_path / "new.pkl.json").touch()
    (tmp_path / "gone.pkl").symlink_to(tmp_path / "nowhere")
    for name in ("out.pkl", "new.pkl", "gone.pkl"):
        with pytest.raises(InputError, match="there already"):
            output.need_free(tmp_path / name, file)
    with pytest.raises(InputError, match="no folder"):
        output.need_free(tmp_path / "none" / "out.pkl", file)
    output.need_free(tmp_path / "free.pkl", file)


@pytest.mark.parametrize("name", ["", ".", "..", "/", "é" * 119 + ".pkl"])
def test_what_is_no_name_of_a_file_is_refused_at_once(file, tmp_path, monkeypatch, name) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no name of a file|too long"):
        output.need_free(Path(name), file)


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("late", ["out.pkl", "out.pkl.json"])
def test_what_came_in_the_meantime_stays_and_nothing_is_left(file, tmp_path, monkeypatch, links, late) -> None:
    if not links:
        monkeypatch.setattr(output.os, "link", _no_links)
    (tmp_path / late).write_bytes(b"late")
    with pytest.raises(InputError, match="by now"):
        handed_over(file, tmp_path / "out.pkl")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["model.pkl", late])
    assert (tmp_path / late).read_bytes() == b"late"


def test_a_file_system_without_links_gets_it_too(file, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(output.os, "link", _no_links)
    handed_over(file, tmp_path / "out.pkl")
    assert (tmp_path / "out.pkl").read_bytes() == b"new"


def test_a_full_disk_is_a_message_and_leaves_nothing(file, tmp_path, monkeypatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(output.os, "fsync", full)
    with pytest.raises(MachineError, match="No space left.*another --output"):
        handed_over(file, tmp_path / "out.pkl")
    assert [path.name for path in tmp_path.iterdir()] == ["model.pkl"]


def test_what_does_not_work_out_leaves_nothing(file, tmp_path) -> None:
    with pytest.raises(KeyboardInterrupt), output.aside(tmp_path / "out.pkl", b"new", file) as part:
        assert part.read_bytes() == b"new" and part.name.startswith(".out.pkl.")
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["model.pkl"]


def _no_links(*_: object, **__: object) -> None:
    raise OSError(errno.EPERM, "no links here")
