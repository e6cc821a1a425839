"""The environments that a model file is to work in, and the one that wrote it."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest
import ruamel.yaml

from harness.checking import existing, pins, targets, wanted, writer
from harness.config import matrix as matrices
from harness.environments import LackingError, present
from harness.environments.installed import Installed
from harness.errors import InputError, MachineError
from harness.inspection.result import Evidence, Inspection, Need
from harness.machine import tools


@pytest.fixture(scope="module")
def known():
    matrix = matrices.load_matrix(tools.ROOT / "matrix.yaml", native="linux/amd64")
    return wanted.by_minor(matrix.profile("default", satisfiable=lambda _: True).environments)


def inspected(version="1.2.2", numpy="1.x", needs=(), own=()):
    evidence = [Evidence(package="numpy", version=numpy, exact=False, why="")]
    if version is not None:
        evidence.append(Evidence(package="scikit-learn", version=version, exact=True, why=""))
    needs = tuple(Need(module=name, package=name, names=()) for name in needs)
    return Inspection(path="m.pkl", size=1, format="pickle", evidence=tuple(evidence), needs=needs, own=own)


def names(found):
    return [one.scikit_learn for one in found]


@pytest.fixture
def by_1_2(known):
    return writer.of(inspected(), known, [])


def test_without_a_target_each_later_minor_is_one(by_1_2, known) -> None:
    found = targets.of([], by_1_2, known)
    assert names(found) == ["1.3.2", "1.4.2", "1.5.2", "1.6.1", "1.7.2", "1.8.0", "1.9.1"]  # and no nightly one


def test_releases_and_ranges(by_1_2, known) -> None:
    assert names(targets.of(["1.9"], by_1_2, known)) == ["1.9.1"]
    assert names(targets.of(["1.3.0"], by_1_2, known)) == ["1.3.0"]
    assert names(targets.of(["1.9", "1.4..1.5"], by_1_2, known)) == ["1.4.2", "1.5.2", "1.9.1"]
    assert names(targets.of(["..1.0"], by_1_2, known)) == ["0.24.2", "1.0.2"]


def test_the_writers_own_environment_is_no_target(by_1_2, known) -> None:
    assert names(targets.of(["1.2", "1.3"], by_1_2, known)) == ["1.3.2"]


@pytest.mark.parametrize("word", ["latest", "1.9..", "x..1.4", "2.7", "1.20..1.30"])
def test_other_words_say_what_is_taken(by_1_2, known, word) -> None:
    if word == "1.9..":  # from there on
        assert names(targets.of([word], by_1_2, known)) == ["1.9.1"]
        return
    with pytest.raises(InputError, match="1.4|known are"):
        targets.of([word], by_1_2, known)


LOCK = """
version = 1
requires-python = "==3.12.*"

[[package]]
name = "churn"
version = "0.1"
source = { virtual = "." }

[[package]]
name = "scikit-learn"
version = "1.7.2"
source = { registry = "https://example.org" }

[[package]]
name = "numpy"
version = "2.3.1"
source = { registry = "https://example.org" }

[[package]]
name = "scipy"
version = "1.16.2"
source = { registry = "https://example.org" }
resolution-markers = ["python_full_version < '3.13'"]

[[package]]
name = "scipy"
version = "1.17.0"
source = { registry = "https://example.org" }
resolution-markers = ["python_full_version >= '3.13'"]
"""


def test_a_requirements_file_is_taken_with_its_pins(by_1_2, known, tmp_path: Path) -> None:
    file = tmp_path / "prod.txt"
    file.write_text(
        "# ours\n--index-url https://example.org\nscikit-learn==1.7.2 \\\n    --hash=sha256:00\nnumpy==2.3.1\n"
        'pywin32==306; sys_platform == "win32"\nimbalanced-learn>=0.12\n'
    )
    (found,) = targets.of([str(file)], by_1_2, known)
    assert (found.scikit_learn, found.name, found.numpy) == ("1.7.2", "prod.txt", None)
    assert found.packages == ("numpy==2.3.1", "imbalanced-learn>=0.12")
    assert found.as_of == "newest", "what it pins may be newer than its scikit-learn"


def test_what_scikit_learn_stands_on_and_a_file_does_not_name_is_of_its_day_and_told(by_1_2, known, tmp_path) -> None:
    file = tmp_path / "prod.txt"
    file.write_text("scikit-learn==1.2\nSciPy==1.10.1\n")
    (found,) = targets.of([str(file)], by_1_2, known)
    assert (found.scikit_learn, found.numpy, found.packages) == ("1.2.0", None, ("SciPy==1.10.1",)), "as pip reads it"
    assert found.notes == ("prod.txt names no NumPy or joblib: taken as of the day of scikit-learn 1.2.0; pin yours",)
    entry = found.entry("local", [])
    assert entry["as_of"] == "newest" and entry["days"] == {"numpy": "release", "joblib": "release"}
    file.write_text("scikit-learn==1.2.2\nnumpy==1.24.2\nscipy==1.10.1\njoblib==1.2.0\n")
    (found,) = targets.of([str(file)], by_1_2, known)
    assert not found.notes and "days" not in found.entry("local", [])


def test_a_lock_is_taken_for_its_own_python_without_the_users_own_project(by_1_2, known, tmp_path: Path) -> None:
    file = tmp_path / "uv.lock"
    file.write_text(LOCK)
    (found,) = targets.of([str(file)], by_1_2, known)
    assert (found.scikit_learn, found.python, found.name) == ("1.7.2", "3.12", "uv.lock")
    assert set(found.packages) == {"numpy==2.3.1", "scipy==1.16.2"} and found.as_of == "newest"


def test_of_condas_packages_only_those_that_are_the_same_on_pypi_are_taken(by_1_2, known, tmp_path: Path) -> None:
    file = tmp_path / "environment.yml"
    file.write_text("dependencies:\n- scikit-learn=1.7.2\n- python=3.12.4\n- libblas=3.9.0=x\n- xgboost=2.1.0\n")
    (found,) = targets.of([str(file)], by_1_2, known)
    assert (found.scikit_learn, found.python, found.packages) == ("1.7.2", "3.12", ("xgboost==2.1.0",))


def test_a_lock_with_two_releases_of_scikit_learn_is_not_one_target(by_1_2, known, tmp_path: Path) -> None:
    file = tmp_path / "uv.lock"
    file.write_text(LOCK.replace('requires-python = "==3.12.*"\n', "").replace('"scipy"', '"scikit-learn"'))
    with pytest.raises(InputError, match=r"scikit-learn 1\.17\.0 and 1\.16\.2 and 1\.7\.2, for several Pythons"):
        targets.of([str(file)], by_1_2, known)


def test_a_file_above_this_folder_is_no_range(by_1_2, known, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "prod.txt").write_text("scikit-learn==1.7.2\n")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert names(targets.of(["../prod.txt"], by_1_2, known)) == ["1.7.2"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("numpy==2\n", "does not pin scikit-learn"),
        ("scikit-learn @ https://x.org/a.whl\n", "line 1.*no URLs"),
        ("a b\n", "line 1"),
        ("scikit-learn==1.9.*\n", r'prod.txt: "scikit-learn==1.9.\*" is not one release: pin it, scikit-learn==X.Y.Z'),
        ("scikit-learn>=1.9\n", "is not one release"),
    ],
)
def test_a_requirements_file_that_says_too_little_or_too_much(by_1_2, known, tmp_path: Path, text, told) -> None:
    file = tmp_path / "prod.txt"
    file.write_text(text)
    with pytest.raises(InputError, match=told):
        targets.of([str(file)], by_1_2, known)


def test_the_writer_has_the_release_and_the_numpy_of_the_evidence(known) -> None:
    found = writer.of(inspected("1.5.2", "1.x"), known, []).environment
    assert (found.scikit_learn, found.numpy, found.packages) == ("1.5.2", None, ("numpy>=1,<2",))
    found = writer.of(inspected("1.5.2", "2.x"), known, []).environment
    assert (found.scikit_learn, found.numpy, found.packages) == ("1.5.2", "2.1", ())


def test_another_release_of_a_minor_has_the_numpy_of_its_own_day(known) -> None:
    """The matrix has NumPy 1.26 with 1.3.2, and 1.3.0 is older than that."""
    assert wanted.of_release("1.3.2", known).numpy == wanted.of_release("1.3", known).numpy == "1.26"
    assert wanted.of_release("1.3.0", known).numpy is None
    found = writer.of(inspected("1.5.1", "2.x"), known, []).environment
    assert (found.scikit_learn, found.numpy, found.packages) == ("1.5.1", None, ("numpy>=2,<3",))


def test_what_the_user_supplies_comes_first(known) -> None:
    found = writer.of(inspected(None), known, ["scikit-learn==1.0.1", "numpy==1.21.0", "dill==0.3.8"])
    assert found.environment.scikit_learn == "1.0.1" and found.environment.numpy is None
    assert set(found.environment.packages) == {"numpy==1.21.0", "dill==0.3.8"}
    assert found.packages == ("dill==0.3.8",), "targets have a NumPy of their own day"


def test_requirements_of_the_writer_are_not_its_targets(known) -> None:
    own = pins.of(["scikit-learn==1.2.1", "lightgbm==3.3.5", "scipy==1.9.3"])
    found = writer.of(inspected(needs=("lightgbm",)), known, [], own)
    assert found.environment.scikit_learn == "1.2.1" and found.packages == ("lightgbm",)
    assert set(found.environment.packages) == {"lightgbm==3.3.5", "scipy==1.9.3", "numpy>=1,<2"}


def test_packages_that_the_file_needs_are_in_every_environment(known) -> None:
    found = writer.of(inspected(needs=("scikit-learn", "numpy", "lightgbm"), own=("churn.Tenure",)), known, [])
    assert found.packages == ("lightgbm",) and found.missing == ("churn.Tenure",)
    assert all("lightgbm" in one.packages for one in targets.of([], found, known))


def test_an_old_file_is_tried_in_the_minors_before_the_matrix_too(known) -> None:
    found = targets.of([], writer.of(inspected("0.19.1"), known, []), known)
    assert names(found)[:6] == ["0.19.2", "0.20.4", "0.21.3", "0.22.2", "0.23.2", "0.24.2"]
    assert names(targets.of(["0.23..1.0"], writer.of(inspected("0.19.1"), known, []), known)) == [
        "0.23.2",
        "0.24.2",
        "1.0.2",
    ]


def test_joblib_is_installed_where_scikit_learn_had_a_copy_and_the_file_names_it_itself(known) -> None:
    found = writer.of(inspected("0.19.1", needs=("joblib",)), known, [])
    assert "joblib" in found.environment.packages
    old, new = targets.of(["0.20", "1.9"], found, known)
    assert "joblib" in old.packages and "joblib" not in new.packages, "every later release needs it itself"
    assert "joblib" not in writer.of(inspected("0.19.1"), known, []).environment.packages
    assert "joblib" not in writer.of(inspected("1.2.2", needs=("joblib",)), known, []).environment.packages


def test_a_booster_that_keeps_its_release_is_rebuilt_with_it_and_of_others_it_is_said_that_they_do_not(known) -> None:
    kept = Evidence(package="xgboost", version="1.7.6", exact=True, why="its booster keeps it")
    found = inspected(needs=("scikit-learn", "xgboost", "lightgbm"))
    found = dataclasses.replace(found, evidence=(*found.evidence, kept))
    one = writer.of(found, known, [])
    assert {"xgboost==1.7.6", "lightgbm"} <= set(one.environment.packages) and "xgboost 1.7.6" in one.said
    assert one.packages == ("xgboost", "lightgbm"), "targets have theirs"
    assert len(one.notes) == 1 and "lightgbm" in one.notes[0] and "xgboost" not in one.notes[0]
    first, second, third, *_ = writer.candidates(found, known, [])
    assert (first.environment.as_of, second.environment.as_of, third.stands_in is None) == ("release", "newest", False)
    assert "xgboost" in third.environment.packages and "xgboost 1.7.6" in str(third.stands_in)
    given = writer.of(found, known, ["xgboost==2.0.0", "lightgbm==4.0.0"])
    assert {"xgboost==2.0.0", "lightgbm==4.0.0"} <= set(given.environment.packages) and not given.notes


def test_a_pinned_package_may_be_younger_than_the_release_and_only_that(known) -> None:
    one = writer.of(inspected("0.24.2", needs=("lightgbm",)), known, ["lightgbm==3.3.5"])
    entry = one.environment.entry(wanted.KIND, ["pandas"])
    assert list(entry["days"]) == ["lightgbm"] and entry["as_of"] == "release"
    assert "days" not in writer.of(inspected("0.24.2", needs=("lightgbm",)), known, []).environment.entry(
        wanted.KIND, []
    )
    path = wanted.matrix_file([one.environment], kind=wanted.KIND, packages=["pandas"])
    (found,) = matrices.load_matrix(path).profile("check", satisfiable=lambda _: True).environments
    assert [name for name, _ in found.days] == ["lightgbm"]


def test_a_release_of_two_numbers_is_that_release(known) -> None:
    assert writer.of(inspected("1.0"), known, []).environment.scikit_learn == "1.0.0"


def dated(version):
    evidence = Evidence(package="scikit-learn", version=version, exact=False, why="Forest without _sklearn_version")
    return Inspection(path="m.pkl", size=1, format="pickle", evidence=(evidence,))


@pytest.mark.parametrize(
    ("found", "releases"),
    [
        (inspected("1.2.0"), ["1.2.0", "1.2.2", "1.1.3", "1.3.2", "1.0.2"]),
        (inspected("0.17.1"), ["0.18.2", "0.19.2", "0.20.4", "0.21.3"]),
        (inspected("1.20.0"), ["1.9.1", "1.8.0", "1.7.2", "1.6.1"]),
        (inspected("1.5.dev0"), ["1.5.2", "1.4.2", "1.6.1", "1.3.2"]),
        (dated("<0.18"), ["0.18.2", "0.19.2", "0.20.4", "0.21.3"]),
        (dated(">=0.20,<0.22"), ["0.21.3", "0.20.4", "0.22.2", "0.19.2"]),
    ],
)
def test_the_nearest_releases_stand_in_for_a_writer_that_cannot_be_had(known, found, releases) -> None:
    every = list(writer.candidates(found, known, []))
    assert [one.environment.scikit_learn for one in every] == releases
    own = bool(found.sklearn_versions) and releases[0] == found.sklearn_versions[0]
    assert [one.stands_in is None for one in every] == [own, *[False] * (len(every) - 1)]
    assert all("stands in" in one.said for one in every[own:])


def test_a_file_that_tells_nothing_asks_for_its_release(known) -> None:
    with pytest.raises(InputError, match="--with scikit-learn"):
        list(writer.candidates(dated("not told"), known, []))


@pytest.mark.parametrize("supplied", [[], ["scikit-learn>=1.2"], ["scikit-learn @ https://x.org/a.whl"], ["--pre"]])
def test_a_file_without_release_asks_for_one(known, supplied) -> None:
    with pytest.raises(InputError):
        writer.of(inspected(None), known, supplied)


def test_releases_before_the_matrix_have_an_old_python(known) -> None:
    assert wanted.of_release("0.22.2", known).python == "3.8"
    oldest = wanted.of_release("0.18.1", known, packages=["numpy==1.13.3"])
    assert (oldest.python, oldest.packages, oldest.as_of) == ("3.6", ("scipy", "numpy==1.13.3"), "2018-09-30")
    with pytest.raises(InputError, match="1.44 is not known"):
        wanted.of_release("1.44", known)


def test_the_matrix_is_one_that_the_project_reads(known, tmp_path: Path) -> None:
    some = [wanted.of_release("1.2.2", known), wanted.of_release("1.9", known, packages=["dill==0.3.8"])]
    file = wanted.matrix_file(some, kind=wanted.TRUSTED_KIND, packages=["pandas"])
    assert file == wanted.matrix_file(some, kind=wanted.TRUSTED_KIND, packages=["pandas"])
    told = ruamel.yaml.YAML(typ="safe").load(file)["environments"]["include"]
    assert [one["packages"] for one in told] == [["pandas"], ["dill==0.3.8", "pandas"]]
    profile = matrices.load_matrix(file, native="linux/amd64").profile("check", satisfiable=lambda _: True)
    assert [one.name for one in profile.environments] == ["sk1.2.2-py3.11-np1.24", "sk1.9.1-py3.13-np2.5"]


def there(*packages: str) -> Installed:
    """What a Python of 3.12 tells of itself."""
    held = {name: {"version": version, "files": None} for name, version in (one.split("==") for one in packages)}
    told = {
        "python": "3.12.4",
        "implementation": "CPython",
        "executable": "/x/bin/python",
        "virtual": "/x",
        "base": ["/usr"],
    }
    return Installed.model_validate({**told, "packages": held, "sources": []})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """With environments that hold the same, and one image; nothing is run."""
    for name in (".venv", "other/.venv"):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin/python").symlink_to(sys.executable)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(existing.interpreter, "held", lambda _: there("scikit-learn==1.5.2", "numpy==2.1.3"))
    monkeypatch.setattr(existing.image, "held", lambda *_: there("scikit-learn==1.8.dev0", "numpy==2.3.0"))
    monkeypatch.setattr(present.container_engine, "missing", lambda: None)
    return tmp_path


def test_an_environment_that_is_there_is_a_target(by_1_2, known, folder: Path) -> None:
    (found,) = targets.of([".venv"], by_1_2, known)
    assert (found.name, found.called, found.scikit_learn) == ("venv", ".venv", "1.5.2")
    assert found.entry(wanted.KIND, ["pandas"]) == {
        "name": "venv", "kind": "interpreter", "scikit-learn": "1.5", "python": "3.12", "path": str(folder / ".venv"),
        "sandbox": "true",
    }  # fmt: skip
    assert "sandbox" not in found.entry(wanted.TRUSTED_KIND, [])
    (program,) = targets.of([".venv/bin/python"], by_1_2, known)
    assert (program.name, dict(program.keys)["path"]) == ("venv", str(folder / ".venv/bin/python"))


def test_an_image_is_a_target_whatever_release_it_has(by_1_2, known, folder: Path) -> None:
    (found,) = targets.of(["image:serving:1.4"], by_1_2, known)
    assert (found.called, found.scikit_learn) == ("image:serving:1.4", "1.8.dev0")
    assert found.entry(wanted.KIND, []) == {
        "name": "image-serving-1.4", "kind": "image", "scikit-learn": "1.8", "python": "3.12", "image": "serving:1.4",
    }  # fmt: skip


def test_targets_of_one_name_are_all_kept(by_1_2, known, folder: Path) -> None:
    found = targets.of([".venv", "other/.venv", ".venv", "1.5"], by_1_2, known)
    assert [one.name for one in found] == ["venv", "venv-2", "sk1.5.2-py3.12-np2.1"]
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "prod.txt").write_text(f"scikit-learn==1.7.{1 if name == 'a' else 2}\n")
    found = targets.of(["a/prod.txt", "b/prod.txt"], by_1_2, known)
    assert [(one.name, one.scikit_learn) for one in found] == [("prod.txt", "1.7.1"), ("prod.txt-2", "1.7.2")]


def test_the_matrix_of_environments_that_are_there_is_one_that_the_project_reads(by_1_2, known, folder: Path) -> None:
    asked = targets.of([".venv", "image:serving:1.4", "1.9"], by_1_2, known)
    file = wanted.matrix_file([by_1_2.environment, *asked], kind=wanted.KIND, packages=["pandas"])
    profile = matrices.load_matrix(file, native="linux/amd64").profile("check", satisfiable=lambda _: True)
    assert [one.kind for one in profile.environments] == ["sandboxed", "interpreter", "image", "sandboxed"]
    assert [one.packages for one in profile.environments][1:3] == [(), ()]


@pytest.mark.parametrize(
    ("word", "kind", "told"),
    [
        ("nowhere/.venv", InputError, "is none of these: a release such as 1.9.*image:NAME"),
        ("empty", InputError, "empty has no bin/python"),
        ("dead", InputError, "leads to a Python that is gone"),
        ("image:--privileged", InputError, "no name of an image"),
        ("image:", InputError, "no name of an image"),
    ],
)
def test_what_is_no_environment_says_so(by_1_2, known, folder: Path, word, kind, told) -> None:
    (folder / "empty").mkdir()
    (folder / "dead/bin").mkdir(parents=True)
    (folder / "dead/bin/python").symlink_to("/gone/python3.12")
    with pytest.raises(kind, match=told):
        targets.of([word], by_1_2, known)


def test_an_environment_without_scikit_learn_is_no_target(by_1_2, known, folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(existing.interpreter, "held", lambda _: there("numpy==2.1.3"))
    with pytest.raises(
        InputError, match=r"there is no scikit-learn in it \(Python 3.12.4, 1 packages\): install it there"
    ):
        targets.of([".venv"], by_1_2, known)


def test_what_cannot_be_had_here_is_the_machines(by_1_2, known, folder: Path, monkeypatch) -> None:
    def refused(*_):
        raise LackingError("the image x is not here")

    monkeypatch.setattr(existing.image, "held", refused)
    with pytest.raises(MachineError, match="--to image:x: the image x is not here"):
        targets.of(["image:x"], by_1_2, known)
    monkeypatch.setattr(present.container_engine, "missing", lambda: "there is neither Docker nor Podman")
    with pytest.raises(MachineError, match="neither Docker nor Podman"):
        targets.of(["image:x"], by_1_2, known)
