"""How guests are started in roots and in containers: the commands alone. tests/live/ starts some."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from harness import terms
from harness.cli import planning
from harness.cli.arguments import MATRIX
from harness.environments import Folders, NotReadyError, bubblewrap, container_engine, docker, rootfs, roots, wheels
from harness.environments.lock import Lock
from harness.errors import InputError
from harness.machine import processes

from tests.conftest import environment

NEWEST = "sk1.3.2-py3.11-np1.26-arm64"
LIMITS = terms.Limits(memory=1024**3)
DIGEST = f"python@sha256:{'1' * 64}"


def arm(**given: object) -> terms.Environment:
    return environment("arm", **{"kind": "rootfs", "platform": "linux/arm64", "suite": "bookworm", **given})


@pytest.fixture
def folders(tmp_path) -> Folders:
    made = Folders(stage=tmp_path / "stage", artifacts=tmp_path / "objects", scratch=tmp_path / "spool/arm")
    made.stage.mkdir()
    return made


@pytest.fixture
def parts(monkeypatch, tmp_path):
    """A root as mmdebstrap makes it, and unpacked wheels."""
    monkeypatch.setattr(bubblewrap.os, "chown", lambda *_: None)  # whoever runs the tests may not
    place = tmp_path / "bookworm-arm64-1"
    for name in ("usr", "etc", "dev", "tmp"):
        (place / "root" / name).mkdir(parents=True)
    (place / "root/lib").symlink_to("usr/lib")
    (place / "packages.txt").write_text("")
    root = roots.Root(recipe=roots.recipe("bookworm", "linux/arm64"), place=place)
    monkeypatch.setattr(roots, "made", lambda _: root)
    monkeypatch.setattr(wheels, "unpacked", lambda *_, **__: tmp_path / "wheels")
    return root


def pairs(argv: tuple[str, ...], word: str) -> list[str]:
    """What follows a word, each time."""
    return [argv[i + 1] for i in range(len(argv) - 1) if argv[i] == word]


def shown(argv: tuple[str, ...], word: str) -> list[tuple[str, str]]:
    return [(argv[i + 1], argv[i + 2]) for i in range(len(argv) - 2) if argv[i] == word]


@pytest.mark.parametrize("user", [0, 1000])
def test_a_root_shows_nothing_else_and_lets_nothing_be_written(monkeypatch, folders, parts, tmp_path, user) -> None:
    monkeypatch.setattr(bubblewrap.os, "geteuid", lambda: user)
    command = rootfs.build(arm(), Lock(text=""), folders=folders, limits=LIMITS).command
    argv = command.argv
    root = parts.folder
    read = {*shown(argv, "--ro-bind")}
    assert read == {
        (f"{root}/usr", "/usr"), (f"{root}/etc", "/etc"),
        (str(folders.stage), str(folders.stage)), (str(folders.artifacts), str(folders.artifacts)),
        (str(tmp_path / "wheels"), "/usr/local/lib/python3.11/dist-packages"),
    }  # fmt: skip
    assert shown(argv, "--bind") == [(str(folders.scratch), str(folders.scratch))]
    assert [pair for pair in shown(argv, "--symlink") if not pair[1].startswith("/dev/")] == [("usr/lib", "/lib")]
    assert {"--unshare-net", "--new-session", "--unshare-pid", "--unshare-ipc", "--die-with-parent"} <= set(argv)
    assert argv.index("--remount-ro") > argv.index("--bind")
    assert pairs(argv, "--tmpfs") == ["/dev", "/tmp", "/dev/shm"]
    devices = [f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom")]
    assert shown(argv, "--dev-bind") == [(device, device) for device in devices]
    assert "--dev" not in argv  # it has terminals
    assert shown(argv, "--ro-bind-try") == [("/sys/devices/system/cpu",) * 2]  # onnxruntime ends itself without
    # What bubblewrap makes by itself, nobody else could enter.
    assert {str(folders.scratch.parent), "/sys/devices/system"} <= set(pairs(argv, "--dir"))
    assert argv[:2] == ("prlimit", f"--data={LIMITS.memory + rootfs.BASE_MEMORY}")
    program = argv[argv.index("--") + 1 :]
    assert program[-3:] == ("/usr/bin/python3.11", "-I", str(folders.stage))
    if user == 0:  # who is root to the kernel owns /proc/sys, in whatever namespace
        assert "--unshare-user" not in argv
        assert {"--reuid=65534", "--regid=65534", "--clear-groups"} <= set(program)
        assert set(pairs(argv, "--cap-add")) == {"CAP_SETUID", "CAP_SETGID"}
    else:
        assert {"--unshare-user", "--disable-userns"} <= set(argv)
        assert pairs(argv, "--uid") == pairs(argv, "--gid") == ["65534"]
        assert "--cap-add" not in argv
    assert "HOME" in command.variables
    assert not command.after


def test_debians_blas_is_found_though_its_scripts_have_not_run(folders, parts) -> None:
    wanted = arm(source="debian", platform="linux/s390x")
    built = rootfs.build(wanted, Lock(text=""), folders=folders, limits=LIMITS)
    assert built.command.variables["LD_LIBRARY_PATH"] == "/usr/lib/s390x-linux-gnu/blas:/usr/lib/s390x-linux-gnu/lapack"
    assert "dist-packages" not in " ".join(built.command.argv)
    assert "LD_LIBRARY_PATH" not in rootfs.variables_of(arm())


def image(architecture: str, *digests: str) -> str:
    """What an engine tells of an image."""
    told = {"Os": "linux", "Architecture": architecture, "Id": "sha256:22", "RepoDigests": list(digests)}
    return json.dumps([told])


class Engine:
    """Stands in for the door to processes: an engine with some images."""

    def __init__(self, **images: str) -> None:
        self.images = images
        self.asked: list[list[str]] = []
        self.registry = True
        self.answers = True

    def __call__(self, argv, **more):
        words = [str(word) for word in argv][1:] if "docker" in str(argv[0]) else [str(word) for word in argv]
        self.asked.append(words)
        code, out, err = 0, "", ""
        if words[0] == "version" and not self.answers:
            code, err = 1, "Cannot connect to the Docker daemon"
        elif words[:2] == ["image", "inspect"]:
            found = self.images.get(words[-1])
            code, out = (1, "") if found is None else (0, found)
        elif words[0] == "pull":
            code, err = (0, "") if self.registry else (1, "dial tcp: no such host")
            if self.registry:
                self.images[words[-1]] = image("arm64", DIGEST)
        elif words[0] == "build":
            assert more["env"]["DOCKER_BUILDKIT"] == "0"
            assert Path(words[-1], "Dockerfile").read_text() == "FROM scratch\nADD root.tar /\n"
            self.images[words[words.index("--tag") + 1]] = image("arm64")
        elif words[0] == "run":
            out = "/usr/local/lib/python3.12/site-packages\n"
        return processes.Completed(code=code, stdout=out, stderr=err, seconds=0.1)

    def of(self, verb: str) -> list[list[str]]:
        return [words for words in self.asked if words[0] == verb]


@pytest.fixture
def docked(monkeypatch) -> Engine:
    made = Engine()
    monkeypatch.setattr(processes, "run", made)
    monkeypatch.setattr(container_engine, "program", lambda: "/usr/bin/docker")
    return made


def options(argv: tuple[str, ...]) -> list[str]:
    return pairs(argv, "--mount")


def test_a_container_of_the_root_under_the_environments_name(docked, folders, parts, tmp_path) -> None:
    through = docker.stand_in(arm())
    assert (through.kind, through.name) == ("docker", "arm")
    assert docker.stand_in(environment("local")) is None
    built = docker.build(through, Lock(text=""), folders=folders, limits=LIMITS)
    argv = built.command.argv
    image = f"persistence-root:{parts.recipe.name}"
    assert docked.of("build")[0][:4] == ["build", "--quiet", "--platform", "linux/arm64"]
    assert argv[-4:] == (image, "python3.12", "-I", str(folders.stage))
    assert {"--init", "--read-only", "--rm", "--interactive", "--sig-proxy=false"} <= set(argv)
    told = {word: pairs(argv, word) for word in ("--network", "--cap-drop", "--security-opt", "--pull", "--platform")}
    assert told == {
        "--network": ["none"], "--cap-drop": ["ALL"], "--security-opt": ["no-new-privileges"], "--pull": ["never"],
        "--platform": ["linux/arm64"],
    }  # fmt: skip
    assert pairs(argv, "--memory") == pairs(argv, "--memory-swap") == [str(LIMITS.memory + rootfs.BASE_MEMORY)]
    assert pairs(argv, "--user") != ["0:0"]
    writable = [option for option in options(argv) if not option.endswith(",readonly")]
    assert writable == [f"type=bind,src={folders.scratch},dst={folders.scratch}"]
    assert len(options(argv)) == 4
    assert f"TMPDIR={folders.scratch}" in pairs(argv, "--env")
    docker.build(through, Lock(text=""), folders=folders, limits=LIMITS)
    assert len(docked.of("build")) == 1  # the image is there


def test_one_word_makes_containers_of_the_projects_own_roots_and_no_other_profile_has_them() -> None:
    plans = [planning.planned(MATRIX, "architectures", resolving=False, through=word) for word in (None, "docker")]
    assert list(plans[0].environments) == list(plans[1].environments)
    assert [cell.id for cell in plans[0].cells(NEWEST)] == [cell.id for cell in plans[1].cells(NEWEST)]
    kinds = [{e.kind for e in plan.environments.values()} for plan in plans]
    assert kinds == [{"local", "rootfs"}, {"local", "docker"}]
    assert plans[1].through == "docker"
    assert plans[0].digest != plans[1].digest  # nobody goes on with the one as the other
    for profile in ("default", "quick", "formats", "performance", "nightly"):
        found = planning.planned(MATRIX, profile, resolving=False).environments
        assert {e.kind for e in found.values()} <= {"local", "node"}, profile
        assert not [name for name in found if name.startswith("sk1.2.1-")], profile
    with pytest.raises(InputError, match="--through podman"):
        planning.planned(MATRIX, "quick", resolving=False, through="podman")


def test_each_guest_of_a_run_has_the_same_container_which_is_removed(docked, folders, parts) -> None:
    first, again = (docker.build(arm(kind="docker"), Lock(text=""), folders=folders, limits=LIMITS) for _ in range(2))
    (name,) = pairs(first.command.argv, "--name")
    assert first.command.after == ("/usr/bin/docker", "rm", "--force", "--volumes", name) == again.command.after
    assert docked.of("rm") == [["rm", "--force", "--volumes", name]] * 2  # of a run that was killed
    elsewhere = Folders(stage=folders.stage, scratch=folders.scratch.parent / "other")
    other = docker.build(arm(kind="docker"), Lock(text=""), folders=elsewhere, limits=LIMITS)
    assert pairs(other.command.argv, "--name") != [name]


def test_a_registrys_image_is_fetched_once_and_told_by_its_digest(docked, folders, parts, tmp_path) -> None:
    wanted = arm(kind="docker", suite=None, image="python:3.12-slim")
    for _ in range(2):
        built = docker.build(wanted, Lock(text=""), folders=folders, limits=LIMITS)
        assert DIGEST in built.how
        assert DIGEST in built.command.argv
        site = f"type=bind,src={tmp_path / 'wheels'},dst=/usr/local/lib/python3.12/site-packages,readonly"
        assert site in options(built.command.argv)
    assert docked.of("pull") == [["pull", "--quiet", "--platform", "linux/arm64", "python:3.12-slim"]]


def test_an_image_that_never_was_in_a_registry_is_told_by_its_id(docked, folders, parts) -> None:
    docked.images["mine"] = image("arm64")
    built = docker.build(arm(kind="docker", suite=None, image="mine"), Lock(text=""), folders=folders, limits=LIMITS)
    assert "container of sha256:22" in built.how
    assert not docked.of("pull")


def test_an_image_of_another_platform_is_not_the_one(docked, folders, parts) -> None:
    docked.images["python:3.12-slim"] = image("amd64", DIGEST)
    docker.build(
        arm(kind="docker", suite=None, image="python:3.12-slim"), Lock(text=""), folders=folders, limits=LIMITS
    )
    assert len(docked.of("pull")) == 1


def test_without_a_registry_it_says_what_to_do(docked, folders, parts) -> None:
    docked.registry = False
    with pytest.raises(
        NotReadyError, match=r"could not be fetched \(dial tcp: no such host\): `docker pull --platform"
    ):
        docker.build(arm(kind="docker", image="python:3.12-slim"), Lock(text=""), folders=folders, limits=LIMITS)


def test_without_an_engine_it_says_what_to_do(docked, monkeypatch) -> None:
    docked.answers = False
    told = docker.missing(arm(kind="docker", image="python:3.12-slim"))
    assert "Cannot connect to the Docker daemon" in str(told)
    assert "`systemctl start docker`" in str(told)
    monkeypatch.setattr(container_engine, "program", lambda: None)
    assert "`apt-get install docker.io`" in str(docker.missing(arm(kind="docker", image="python:3.12-slim")))


def test_a_guest_in_a_root_is_never_root(monkeypatch) -> None:
    for user in (0, 1000):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        assert bubblewrap.user()[0] == (user or 65534)


def test_wheels_are_unpacked_for_the_other_platform_by_hash(monkeypatch, tmp_path) -> None:
    asked: list[list[str]] = []

    def run(argv, **_):
        words = [str(word) for word in argv]
        asked.append(words)
        if "--target" in words:
            Path(words[words.index("--target") + 1]).mkdir()
        return processes.Completed(code=0, stdout="", stderr="", seconds=0.1)

    monkeypatch.setenv("NOXENVDIR", str(tmp_path))
    monkeypatch.setattr(processes, "run", run)
    monkeypatch.setattr(wheels.bytecode, "add", lambda *_, **__: None)
    wanted, pinned = arm(python="3.11"), Lock(text="a==1 --hash=sha256:00\n")
    place = wheels.unpacked(wanted, pinned, site="/site", seconds=1)
    assert wheels.unpacked(wanted, pinned, site="/site", seconds=1) == place
    (words,) = asked
    assert {"--require-hashes", "--no-deps", "--only-binary"} <= set(words)
    assert pairs(tuple(words), "--python-platform") == ["aarch64-manylinux_2_28"]
    assert pairs(tuple(words), "--python-version") == ["3.11"]
    assert wheels.unpacked(wanted, Lock(text="a==2\n"), site="/site", seconds=1) != place
    wheels.forget(wanted, pinned)
    assert not place.exists()
