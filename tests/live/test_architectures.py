"""Other architectures for real: a big-endian root through bubblewrap, arm64 and this machine's own through Docker."""

from __future__ import annotations

import os
import signal
import time

import pytest

from harness import store
from harness.environments import Folders, container_engine, docker, rootfs
from harness.machine import platforms, tools

from tests.conftest import environment
from tests.live.conftest import Bench, at_night, statuses

HERE, THERE, ARM = "here", "s390x", "arm64"
ENVIRONMENTS = """
    - {name: here, scikit-learn: "1.2.1", python: "3.11", numpy: "1.24.2", packages: [scipy==1.10.1], as_of: 2023-03-01}
    - {name: arm64, scikit-learn: "1.2.1", python: "3.11", numpy: "1.24.2", packages: [scipy==1.10.1], as_of: 2023-03-01,
       kind: rootfs, platform: linux/arm64}
    - {name: s390x, scikit-learn: "1.2.1", numpy: "1.24", kind: rootfs, platform: linux/s390x, suite: bookworm,
       source: debian}
    - {name: own, scikit-learn: "1.2.1", python: "3.11", numpy: "1.24", as_of: 2023-03-01, kind: rootfs}
"""
NATIVE = tools.native_platform()
#: What scikit-learn 1.2.1 does with an artifact of the other byte order.
ACROSS = {
    "k_neighbors_classifier": {"pickle": "load-error", "joblib": "ok"},
    "k_neighbors_regressor": {"pickle": "load-error", "joblib": "ok"},
    "svc_rbf": {"pickle": "predict-error", "joblib": "ok"},
    "hist_gradient_boosting_classifier": {"pickle": "predict-error", "joblib": "predict-error"},
    "random_forest_classifier": {"pickle": "ok", "joblib": "ok"},
}


def needed(kind, platform: str) -> None:
    """Skip where this machine cannot."""
    wanted = environment("x", kind="rootfs", suite="bookworm", platform=platform)
    why = kind.missing(wanted) or (None if os.geteuid() == 0 else "roots are made as root")
    if why is not None:
        pytest.skip(why)


def write(bench: Bench, names: str, cases: str, files: str = "[]") -> None:
    bench.matrix.write_text(
        f"schema: 1\nenvironments:\n  include:{ENVIRONMENTS}\ncases: {{files: {files}}}\nprofiles:\n  default:\n"
        f"    kinds: [local, rootfs]\n    environments: {names}\n    cases: {cases}\n"
        "    formats: [pickle, joblib/joblib]\n    limits: {seconds: 60}\n"
    )


@pytest.fixture(scope="module")
def big_endian(tmp_path_factory, workspace) -> store.RunTables:
    needed(rootfs, "linux/s390x")
    made = Bench(tmp_path_factory.mktemp("big-endian"), workspace)
    write(made, "[here, s390x]", f"[{', '.join(ACROSS)}]")
    made.call("run", "--matrix", str(made.matrix), "--results", str(made.results), seconds=280)
    return made.tables()


@pytest.mark.parametrize("case", list(ACROSS))
def test_what_a_model_of_the_other_byte_order_does(big_endian, case) -> None:
    found = statuses(big_endian)
    for format_, status in ACROSS[case].items():
        for producer, consumer in ((HERE, THERE), (THERE, HERE)):
            assert found[f"{producer}/{case}/{format_}>{consumer}/{format_}"] == status, (format_, producer)
            assert found[f"{producer}/{case}/{format_}>{producer}/{format_}"] == "ok"


def test_the_error_names_the_byte_order_and_home_is_identical(big_endian) -> None:
    cells = big_endian.cells.set_index("cell_id")
    row = cells.loc[f"{HERE}/svc_rbf/pickle>{THERE}/pickle"]
    assert "Little-endian buffer not supported on big-endian compiler" in row.error_message
    home = cells[cells.producer == cells.consumer]
    assert set(home.parity) == {"identical"}


def test_the_rows_tell_what_is_emulated_and_what_it_stands_on(big_endian) -> None:
    rows = big_endian.environments.set_index("environment")
    assert (rows.loc[THERE].byteorder, rows.loc[THERE].kind, bool(rows.loc[THERE].emulated)) == ("big", "rootfs", True)
    assert "root bookworm-s390x-" in rows.loc[THERE].how_built
    assert not rows.loc[HERE].emulated
    cells = big_endian.cells
    assert (cells.producer_emulated == (cells.producer == THERE)).all()
    assert (cells.consumer_emulated == (cells.consumer == THERE)).all()
    lock = (big_endian.path / f"locks/{THERE}.txt").read_text()
    assert "#deb python3-sklearn_1.2.1" in lock
    assert "\nscikit-learn==1.2.1\n" in lock


def containers(bench: Bench, name: str) -> str:
    """The container of an environment in the newest run, if there is one."""
    folders = Folders(stage=bench.folder, scratch=bench.newest() / "spool" / name)
    done = container_engine.ask("ps", "--all", "--quiet", "--filter", f"name={docker.container(folders)}")
    assert done.code == 0, done.stderr
    return done.stdout


def no_container(bench: Bench, name: str, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while containers(bench, name) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not containers(bench, name)


@pytest.mark.nightly
def test_arm64_in_a_container(bench) -> None:
    needed(docker, "linux/arm64")
    write(bench, "[here, arm64]", "[logistic_regression, k_neighbors_classifier]")
    bench.run("--through", "docker")
    tables = bench.tables()
    assert set(tables.cells.status) == {"ok"}
    assert len(tables.cells) == 2 * 2 * 2 * 2
    row = tables.environments.set_index("environment").loc[ARM]
    assert (row.kind, bool(row.emulated)) == ("docker", platforms.is_emulated("linux/arm64"))
    assert "container of persistence-root:bookworm-arm64-" in row.how_built
    assert tables.run["through"] == "docker"
    no_container(bench, ARM)


@pytest.mark.parametrize("number", [signal.SIGKILL, *at_night(signal.SIGINT, signal.SIGTERM)])
def test_no_container_is_left_whatever_ends_a_run(bench, number) -> None:
    needed(docker, NATIVE)
    (bench.folder / "sleepy.py").write_text(SLEEPY)
    write(bench, "[own]", '["family:sleepy"]', "[sleepy.py]")
    process = bench.start("--through", "docker")
    bench.wait_for("cell", 1, process)
    assert containers(bench, "own")
    process.send_signal(number)
    process.communicate(timeout=60)
    no_container(bench, "own")
    bench.none_alive()
    bench.run("--through", "docker", "--resume")
    assert set(bench.tables().cells.status) == {"ok"}
    no_container(bench, "own")


@pytest.mark.parametrize("through", ["docker", None])
def test_a_guest_cannot_reach_beyond_its_folder(bench, through) -> None:
    """A model that tries, in this machine's own architecture; each thing that it could do is a line of the error."""
    needed(docker if through else rootfs, NATIVE)
    (bench.folder / "burglar.py").write_text(BURGLAR)
    write(bench, "[own]", "[burglar]", "[burglar.py]")
    bench.run(*(["--through", through] if through else []), code=1)  # it cannot be fitted: nothing ran
    message = bench.tables().artifacts.iloc[0].error_message
    assert message == "could: write to its own folder"


SLEEPY = """
import time

from sklearn.dummy import DummyClassifier


class Sleepy(DummyClassifier):
    def __setstate__(self, state):
        time.sleep(0.7)
        super().__setstate__(state)


def _case():
    return Sleepy(), [[float(i)] for i in range(60)], [i % 2 for i in range(60)]


def case_one(seed):
    return _case()


def case_two(seed):
    return _case()


def case_three(seed):
    return _case()
"""

BURGLAR = """
import os
import socket

OWN = os.environ["TMPDIR"]
OBJECTS = os.path.join(os.path.dirname(os.path.dirname(OWN)), "objects")


def write(path):
    os.close(os.open(path, os.O_WRONLY | (0 if path.startswith("/proc") else os.O_CREAT)))


def case_burglar(seed):
    tries = {
        "write to its own folder": lambda: write(OWN + "/x"),
        "write to the root": lambda: write("/x"),
        "write to /usr": lambda: write("/usr/x"),
        "write to the artifacts": lambda: write(OBJECTS + "/x"),
        "write to the packages": lambda: write(os.path.dirname(os.__file__) + "/x"),
        "set what the kernel does": lambda: write("/proc/sys/kernel/core_pattern"),
        "be root": lambda: os.setuid(0),
        "reach the network": lambda: socket.create_connection(("192.0.2.1", 80), 1),
        "read this machine": lambda: os.listdir("/root") + os.listdir("/home"),
        "see other processes": lambda: [name for name in os.listdir("/proc") if name.isdigit()][9],
        "make a device": lambda: os.mknod(OWN + "/null", 0o20666, os.makedev(1, 3)),
    }
    could = []
    for name, act in tries.items():
        try:
            act()
        except (OSError, IndexError):
            continue
        could.append(name)
    raise RuntimeError("could: " + ", ".join(could))
"""
