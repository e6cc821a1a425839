"""Container images that are there: the commands alone. tests/live/ starts some."""

from __future__ import annotations

import json

import pytest

from harness import terms
from harness.environments import Folders, UnusableError, bubblewrap, container_engine, image
from harness.environments.lock import Lock
from harness.machine import processes

from tests.conftest import environment

LIMITS = terms.Limits(memory=1024**3)
HELD = {
    "python": "3.12.4", "implementation": "CPython", "executable": "/opt/env/bin/python", "virtual": "/opt/env",
    "base": ["/usr"], "packages": {"scikit-learn": {"version": "1.5.2", "files": None}}, "sources": [],
}  # fmt: skip
SERVING = environment("serving", kind="image", image="serving:1.4", packages=())


class Engine:
    """Stands in for the door to processes: an engine with one image."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.id = "sha256:22"
        self.programs = ("python3",)

    def __call__(self, argv, **_):
        words = [str(word) for word in argv][1:]
        self.asked.append(words)
        code, out, err = 0, "", ""
        if words[:2] == ["image", "inspect"]:
            facts = {"Os": "linux", "Architecture": "amd64", "Id": self.id, "RepoDigests": ["x@sha256:1"]}
            code, out = (0, json.dumps([facts])) if words[-1] == "serving:1.4" else (1, "")
        elif words[0] == "run":
            here = words[words.index("--entrypoint") + 1] in self.programs
            code, out, err = (0, json.dumps(HELD), "") if here else (127, "", "not found")
        return processes.Completed(code=code, stdout=out, stderr=err, seconds=0.1)


@pytest.fixture
def engine(monkeypatch) -> Engine:
    made = Engine()
    monkeypatch.setattr(processes, "run", made)
    monkeypatch.setattr(container_engine, "program", lambda: "/usr/bin/docker")
    monkeypatch.setattr(bubblewrap.os, "chown", lambda *_: None)
    return made


@pytest.fixture
def folders(tmp_path) -> Folders:
    return Folders(stage=tmp_path / "stage", artifacts=tmp_path / "objects", scratch=tmp_path / "spool/serving")


def after(argv, word: str) -> list[str]:
    return [argv[i + 1] for i in range(len(argv) - 1) if argv[i] == word]


def test_its_packages_are_read_in_there_without_rights_and_never_pulled(engine) -> None:
    lock = image.lock(SERVING)
    assert lock.packages == {"scikit-learn": "1.5.2"}
    runs = [words for words in engine.asked if words[0] == "run"]
    assert [after(words, "--entrypoint") for words in runs] == [["python"], ["python3"]]
    for words in runs:
        assert "sha256:22" in words and "serving:1.4" not in words, "its name may be another image's by now"
        assert (after(words, "--pull"), after(words, "--network"), after(words, "--cap-drop")) == (
            ["never"],
            ["none"],
            ["ALL"],
        )
        assert "--read-only" in words and after(words, "--user") != ["0:0"]
    assert not [words for words in engine.asked if words[0] == "pull"]


def test_a_guest_runs_by_the_images_own_python(engine, folders) -> None:
    lock = image.lock(SERVING)
    argv = image.build(SERVING, lock, folders=folders, limits=LIMITS).command.argv
    assert after(argv, "--entrypoint") == ["/opt/env/bin/python"]
    assert argv[-4:] == ("sha256:22", "-I", "-B", str(folders.stage))
    assert {"--read-only", "--rm", "--init"} <= set(argv) and after(argv, "--pull") == ["never"]
    assert not [word for word in after(argv, "--env") if word.startswith("PATH=")], "the image has its own"
    writable = [word for word in after(argv, "--mount") if not word.endswith(",readonly")]
    assert writable == [f"type=bind,src={folders.scratch},dst={folders.scratch}"]


def test_an_image_that_is_another_by_now_is_noticed(engine, folders) -> None:
    lock = image.lock(SERVING)
    engine.id = "sha256:33"
    with pytest.raises(UnusableError, match="serving:1.4 is no longer what it was: sha256:33 instead of sha256:22"):
        image.build(SERVING, lock, folders=folders, limits=LIMITS)
    with pytest.raises(UnusableError, match="is no longer what it was"):
        image.build(SERVING, Lock(text="numpy==1\n"), folders=folders, limits=LIMITS)


def test_what_is_not_here_says_what_to_do(engine) -> None:
    told = image.missing(environment("x", kind="image", image="nowhere:1"))
    assert "the image nowhere:1 for linux/amd64 is not here" in str(told) and "`docker pull nowhere:1`" in str(told)
    assert image.missing(SERVING) is None
    engine.programs = ()
    with pytest.raises(UnusableError, match="has no Python: there is neither python nor python3 on its PATH"):
        image.lock(SERVING)
