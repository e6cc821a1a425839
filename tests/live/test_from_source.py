"""Wheels that are built from source archives, in their sandbox: from an index of this test's own."""

from __future__ import annotations

import functools
import hashlib
import http.server
import io
import shutil
import subprocess
import sys
import tarfile
import threading
import zipfile

import pytest

from harness.environments import UnusableError, from_source
from harness.environments.from_source import Archive

pytestmark = pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")

SETUP = """
from setuptools import setup

setup(name="a-b", version="0.7.1", py_modules=["a_b"], install_requires=["joblib>=0.13"])
"""
#: Tells what it could do, as the text of the module that it builds.
NOSY = (
    """
import os
import socket


def tried(what, *given):
    try:
        return repr(what(*given))
    except OSError as error:
        return type(error).__name__


def address():
    with socket.create_connection(("127.0.0.1", {port}), timeout=5):
        return "connected"


with open("a_b.py", "w") as file:
    file.write("USER = %d\\n" % os.getuid())
    file.write("NETWORK = %r\\n" % tried(address))
    file.write("HOME = %r\\n" % tried(os.listdir, "{home}/served"))
    file.write("WRITES = %r\\n" % tried(os.mkdir, "/usr/persistence"))
    file.write("PROCESSES = %r\\n" % sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
"""
    + SETUP
)


@pytest.fixture
def index(tmp_path, monkeypatch, workspace):
    """A server of archives: a function that takes files by name and gives an archive and its address."""
    monkeypatch.setenv("NOXENVDIR", str(tmp_path / "nox"))
    served = tmp_path / "served"
    served.mkdir()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=served)
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def put(**files: str) -> tuple[Archive, str]:
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w:gz") as archive:
            for name, text in files.items():
                written = text.replace("{port}", str(server.server_port)).replace("{home}", str(tmp_path)).encode()
                told = tarfile.TarInfo("a_b-0.7.1/" + name.replace("__", "."))
                told.size = len(written)
                archive.addfile(told, io.BytesIO(written))
        (served / "a_b-0.7.1.tar.gz").write_bytes(content.getvalue())
        sha256 = hashlib.sha256(content.getvalue()).hexdigest()
        address = f"http://127.0.0.1:{server.server_port}/a_b-0.7.1.tar.gz"
        return Archive(name="a-b", version="0.7.1", sha256=sha256), address

    yield put
    server.shutdown()
    server.server_close()


def test_a_wheel_is_built_once_and_says_where_it_comes_from(index) -> None:
    archive, address = index(setup__py=SETUP, a_b__py="x = 1\n")
    made = from_source.wheel(archive, address)
    with zipfile.ZipFile(made) as wheel:
        assert archive.sha256 in wheel.read("a_b-0.7.1.dist-info/direct_url.json").decode()
        assert "Requires-Dist: joblib>=0.13" in wheel.read("a_b-0.7.1.dist-info/METADATA").decode()
    assert from_source.wheel(archive, "http://nobody.invalid/") == made
    held = made.read_bytes()
    shutil.rmtree(made.parent)
    assert from_source.wheel(archive, address).read_bytes() == held


def test_what_builds_has_no_network_no_rights_and_sees_no_file_of_the_user(index) -> None:
    made = from_source.wheel(*index(setup__py=NOSY))
    told: dict[str, object] = {}
    with zipfile.ZipFile(made) as wheel:
        exec(wheel.read("a_b.py").decode(), told)
    assert told["USER"] != 0
    assert told["NETWORK"] in ("ConnectionRefusedError", "OSError")
    assert told["HOME"] in ("FileNotFoundError", "PermissionError")
    assert told["WRITES"] == "OSError"  # a read-only file system
    assert len(told["PROCESSES"]) < 5


def test_what_must_be_compiled_and_what_fails_is_refused(index) -> None:
    compiled = (
        SETUP.replace("setup(", "setup(has_ext_modules=lambda: True, ")
        .replace(
            "from setuptools import setup",
            "from setuptools import setup, Distribution\nDistribution.has_ext_modules = lambda self: True",
        )
        .replace("has_ext_modules=lambda: True, ", "")
    )
    with pytest.raises(UnusableError, match="must be compiled"):
        from_source.wheel(*index(setup__py=compiled, a_b__py="x = 1\n"))
    with pytest.raises(UnusableError, match="no such luck"):
        from_source.wheel(*index(setup__py="raise SystemExit('no such luck')\n"))
    other = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    with pytest.raises(UnusableError, match="built by hatchling.build"):
        from_source.wheel(*index(pyproject__toml=other, a_b__py="x = 1\n"))


def test_the_program_that_builds_needs_nothing_but_python(tmp_path) -> None:
    done = subprocess.run([sys.executable, "-I", "-B", from_source._BUILDER_SCRIPT], capture_output=True, text=True)
    assert "missing 3 required positional arguments" in done.stderr
