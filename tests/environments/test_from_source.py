"""Source archives in a lock, and wheels that were built from them. Nothing is built here."""

from __future__ import annotations

import zipfile

import pytest

from harness.environments import UnreachableError, UnusableError, from_source, lock, wheel_files
from harness.environments.from_source import Archive

from tests.conftest import environment

ARCHIVE = Archive(name="a-b", version="0.7.1", sha256="a" * 64)
PINS = f"a-b==0.7.1 \\\n    --hash=sha256:{'1' * 64} \\\n    --hash=sha256:{'2' * 64}\nc==1 \\\n    --hash=sha256:{'3' * 64}\n"
SDIST = {"url": "https://index.invalid/a_b-0.7.1.tar.gz", "hashes": {"sha256": "a" * 64}}


def pylock(**package) -> dict:
    return {"packages": [{"name": "a-b", "version": "0.7.1", **package}]}


def wheel(folder, name="a_b-0.7.1-py3-none-any.whl", record="a_b-0.7.1.dist-info/RECORD"):
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a_b.py", "x = 1\n")
        file.writestr(record, "a_b.py,,\n")
    return path


def test_a_lock_says_which_archives_it_has_and_is_read_as_one_of_another(tmp_path) -> None:
    text = ARCHIVE.line + PINS
    (tmp_path / "lock.txt").write_text(text)
    held = lock.read(tmp_path / "lock.txt")
    assert held.archives == (ARCHIVE,)
    assert held.origins == {"a-b": "a" * 64}
    assert held.packages == {"a-b": "0.7.1", "c": "1"}
    assert lock.Lock(text=PINS).archives == ()
    assert lock.Lock(text=text).digest != lock.Lock(text=PINS).digest


def test_in_a_lock_the_hash_of_an_archive_takes_the_place_of_its_wheels() -> None:
    changed = from_source.with_hash(PINS, ARCHIVE, ARCHIVE.sha256)
    assert changed == f"a-b==0.7.1 \\\n    --hash=sha256:{'a' * 64}\nc==1 \\\n    --hash=sha256:{'3' * 64}\n"


def test_what_is_installed_is_the_wheel_that_was_built_by_its_hash(tmp_path) -> None:
    path = wheel(tmp_path)
    text, options = from_source.installable(ARCHIVE.line + PINS, {ARCHIVE: path})
    assert options == ("--find-links", str(tmp_path))
    assert "1" * 64 not in text and "3" * 64 in text
    assert f"a-b==0.7.1 \\\n    --hash=sha256:{from_source._sha256(path.read_bytes())}\n" in text


def test_an_archive_is_chosen_only_where_the_index_has_no_wheel() -> None:
    assert from_source.chosen(pylock(sdist=SDIST)) == (ARCHIVE, SDIST["url"])
    assert from_source.chosen(pylock(sdist=SDIST, wheels=[{"url": "https://index.invalid/a.whl"}])) is None
    with pytest.raises(UnreachableError, match="a-b"):
        from_source.chosen(pylock(sdist={"url": SDIST["url"]}))


def test_a_lock_of_another_builds_nothing_that_the_matrix_does_not_name() -> None:
    foreign = lock.Lock(text=ARCHIVE.line + PINS)
    with pytest.raises(UnusableError, match="environments.from_source does not name it"):
        lock.wheels(environment("a"), foreign)
    assert lock.wheels(environment("a"), lock.Lock(text=PINS)) == {}


def test_what_another_builder_built_is_not_taken_for_the_same(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("NOXENVDIR", str(tmp_path))
    with pytest.raises(UnusableError, match="setuptools==1"):
        from_source.wheel(Archive(name="a-b", version="1", sha256="a" * 64, builder="setuptools==1"), SDIST["url"])


def test_an_archive_whose_hash_is_another_is_not_built(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("NOXENVDIR", str(tmp_path))
    monkeypatch.setattr(from_source, "missing", lambda: None)
    monkeypatch.setattr(from_source.urllib.request, "urlopen", lambda *_, **__: (tmp_path / "sent").open("rb"))
    (tmp_path / "sent").write_bytes(b"another")
    monkeypatch.setattr(from_source, "_run_builder", lambda *_: pytest.fail("it was run"))
    with pytest.raises(UnusableError, match="not the one that its hash names"):
        from_source.wheel(ARCHIVE, SDIST["url"])


def test_without_a_sandbox_a_tool_is_absent_and_a_requirement_ends_it(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("NOXENVDIR", str(tmp_path))
    monkeypatch.setattr(from_source.shutil, "which", lambda _: None)
    monkeypatch.setattr(lock, "_archive", lambda *_: (ARCHIVE, SDIST["url"]))
    monkeypatch.setattr(lock, "_compile", lambda *_, **__: "c==1\n")
    with_tool = environment("a", tools=("a_b>=0.5",), from_source=("a-b",))
    assert "apt-get install bubblewrap" in lock.resolve(with_tool).absent["a-b"]
    with pytest.raises(lock.LackingError, match="bubblewrap"):
        lock.resolve(environment("a", packages=("a_b>=0.5",), from_source=("a-b",)))


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ((), "no single file"),
        (("a_b-0.7.1-py3-none-any.whl", "b.whl"), "no single file"),
        (("a_b-0.7.1.zip",), "Invalid wheel filename"),
        (("a_b-0.7.2-py3-none-any.whl",), "a-b 0.7.2"),
        (("c-0.7.1-py3-none-any.whl",), "c 0.7.1"),
        (("a_b-0.7.1-cp311-cp311-linux_x86_64.whl",), "must be compiled"),
    ],
)
def test_what_is_no_wheel_of_plain_python_of_that_release_is_refused(tmp_path, names, told) -> None:
    for name in names:
        wheel(tmp_path, name)
    with pytest.raises(ValueError, match=told):
        wheel_files.only(tmp_path.iterdir(), "a-b", "0.7.1")


def test_a_link_is_no_wheel(tmp_path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/a_b-0.7.1-py3-none-any.whl").symlink_to(wheel(tmp_path))
    with pytest.raises(ValueError, match="no single file"):
        wheel_files.only((tmp_path / "there").iterdir(), "a-b", "0.7.1")


def test_a_wheel_says_where_it_comes_from_and_lists_the_file_that_says_it(tmp_path) -> None:
    content = wheel_files.with_origin(wheel(tmp_path), ARCHIVE.origin("https://index.invalid/a"))
    (tmp_path / "new.whl").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "new.whl") as file:
        assert file.namelist() == ["a_b.py", "a_b-0.7.1.dist-info/direct_url.json", "a_b-0.7.1.dist-info/RECORD"]
        assert "a" * 64 in file.read("a_b-0.7.1.dist-info/direct_url.json").decode()
        assert "a_b-0.7.1.dist-info/direct_url.json,sha256=" in file.read("a_b-0.7.1.dist-info/RECORD").decode()
    assert content == wheel_files.with_origin(wheel(tmp_path), ARCHIVE.origin("https://index.invalid/a"))


def test_a_wheel_without_a_list_or_with_too_much_in_it_is_refused(tmp_path, monkeypatch) -> None:
    with pytest.raises(ValueError, match="no single list"):
        wheel_files.with_origin(wheel(tmp_path, record="a_b/RECORD"), {})
    monkeypatch.setattr(wheel_files, "MOST_UNPACKED", 8)
    with pytest.raises(ValueError, match="more than 8"):
        wheel_files.with_origin(wheel(tmp_path), {})
    (tmp_path / "no.whl").write_text("no zip")
    with pytest.raises(ValueError, match="zip"):
        wheel_files.with_origin(tmp_path / "no.whl", {})
