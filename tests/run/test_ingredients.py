"""A key that left something out would lie: each thing that an outcome depends on makes another key."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from harness.config import catalogue
from harness.config.plan import Plan
from harness.environments import file_states, local, variables
from harness.environments.kinds import OF
from harness.environments.lock import Lock
from harness.machine import hardware
from harness.run import ingredients
from harness.terms import Artifact, Cell, Compare, Limits, OwnCode, Tolerance

from tests.conftest import environment, plan_of

HOLDING = {
    "held": {"interpreter": {"version": "3.12.1", "build": "gcc 12"}, "files": None},
    "lock": "aa",
    "variables": {"OMP_NUM_THREADS": "1"},
    "emulated": False,
    "stage": "0",
}
WRITTEN = {"sha256": "bb"}
FIT = {"fitted_sha256": "f", "inputs_sha256": "i", "methods": [], "outputs": {}, "reference_sha256": "cc"}


def with_profile(plan: Plan, **changed: object) -> Plan:
    return dataclasses.replace(plan, profile=dataclasses.replace(plan.profile, **changed))  # type: ignore[arg-type]


def with_case(plan: Plan, **changed: object) -> Plan:
    first, *rest = plan.profile.cases
    return with_profile(plan, cases=(dataclasses.replace(first, **changed), *rest))  # type: ignore[arg-type]


def with_format(plan: Plan, **changed: object) -> Plan:
    first, *rest = plan.profile.formats
    return with_profile(plan, formats=(dataclasses.replace(first, **changed), *rest))  # type: ignore[arg-type]


def of_environment(one=None, holding=HOLDING, plan=None) -> str:
    return ingredients.of_environment(one or environment("new"), holding, plan or plan_of("old", "new"))


def of_artifact(plan: Plan, key: str = "e") -> str | None:
    return ingredients.of_artifact(key, Artifact(producer="old", case="ridge", format="pickle"), plan)


def of_cell(plan: Plan, *, key: str = "e", written=WRITTEN, fit=FIT, reader: str = "pickle") -> str | None:
    artifact = Artifact(producer="old", case="ridge", format="pickle")
    return ingredients.of_cell(key, Cell(artifact=artifact, consumer="new", reader=reader), written, fit, plan)


@pytest.mark.parametrize(
    "changed",
    [
        {"lock": "ab"},
        {"held": {**HOLDING["held"], "interpreter": {"version": "3.12.2", "build": "gcc 12"}}},
        {"held": {**HOLDING["held"], "interpreter": {"version": "3.12.1", "build": "gcc 13"}}},
        {"held": {**HOLDING["held"], "files": "somebody has patched one"}},
        {"variables": {"OMP_NUM_THREADS": "2"}},
        {"variables": {**HOLDING["variables"], "OPENBLAS_CORETYPE": "Haswell"}},
        {"emulated": True},
    ],
    ids=["lock", "Python", "its build", "a package's files", "threads", "a variable", "emulated"],
)
def test_another_environment_has_another_key(changed) -> None:
    assert of_environment(holding={**HOLDING, **changed}) != of_environment()


OWN = OwnCode(name="mine", version="1.0", digest="dd", path="/mine.whl")


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "sandboxed"},
        {"platform": "linux/arm64"},
        {"index": "NIGHTLY"},
        {"wheels": (OWN,)},
        {"wheels": (dataclasses.replace(OWN, digest="de"),)},
        {"modules": (OWN,)},
        {"scikit_learn": None},
    ],
)
def test_whatever_it_is_planned_as_makes_another_key(changed) -> None:
    keys = {
        of_environment(environment("new", **changed)),
        of_environment(),
        of_environment(environment("new", wheels=(OWN,))),
    }
    assert len(keys) == (2 if changed == {"wheels": (OWN,)} else 3)


def test_its_name_and_why_it_is_there_make_no_other_key() -> None:
    assert of_environment(environment("other", origin="elsewhere")) == of_environment()


@pytest.mark.parametrize("limit", [{"fit_seconds": 1.0}, {"seconds": 1.0}, {"memory": 1 << 30}])
def test_another_limit_is_another_key(limit) -> None:
    assert of_environment(plan=with_profile(plan_of("old"), limits=Limits(**limit))) != of_environment()


def test_how_long_building_may_take_changes_no_outcome() -> None:
    assert of_environment(plan=with_profile(plan_of("old"), limits=Limits(build_seconds=1.0))) == of_environment()


@pytest.mark.parametrize("fact", ["machine", "cpu", "flags", "processors", "libc", "java"])
def test_another_machine_is_another_key(monkeypatch, fact) -> None:
    before, facts = of_environment(), hardware.computing()
    monkeypatch.setattr(hardware, "computing", lambda: {**facts, fact: "another"})
    assert of_environment() != before


def test_another_format_that_is_imported_before_the_fork_is_another_key() -> None:
    few = plan_of("old", "new")
    assert of_environment(plan=with_profile(few, formats=few.profile.formats[:1])) != of_environment()


@pytest.mark.parametrize(
    ("folder", "name", "same"),
    [("guest", "fitting.py", False), ("guest", "formats/pickled.py", False), ("guest", "cases/linear.py", True)],
)
def test_the_guests_code_is_in_the_key_and_cases_are_not(tmp_path, monkeypatch, folder, name, same) -> None:
    """A case's own digest stands for it, so that one more changes no other."""
    guest = tmp_path / "harness" / "guest"
    for path in ingredients.GUEST.rglob("*.py"):
        copy = guest / path.relative_to(ingredients.GUEST)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(ingredients, "GUEST", guest)
    monkeypatch.setattr(ingredients, "GUEST_NODE", guest)
    before = ingredients.guest_digest.__wrapped__()
    changed = guest / name
    changed.write_text(changed.read_text() + "\n\ndef case_new(seed):\n    return None\n")
    assert (ingredients.guest_digest.__wrapped__() == before) is same


@pytest.mark.parametrize(
    "changed",
    [
        lambda plan: with_case(plan, digest="1"),
        lambda plan: with_case(plan, function="case_other"),
        lambda plan: with_case(plan, estimator="Ridge"),
        lambda plan: with_case(plan, beside=(("data.csv", "/data.csv"),)),
        lambda plan: with_format(plan, options={"protocol": 2}),
        lambda plan: with_format(plan, module="guest.formats.other"),
        lambda plan: with_format(plan, digest="of a user's file"),
    ],
)
def test_what_both_depend_on_changes_both(changed) -> None:
    plan = plan_of("old", "new")
    assert of_artifact(changed(plan)) != of_artifact(plan)
    assert of_cell(changed(plan)) != of_cell(plan)


def test_an_artifact_depends_on_its_seed_and_its_environment() -> None:
    plan = plan_of("old", "new")
    assert len({of_artifact(plan), of_artifact(with_profile(plan, seed=1)), of_artifact(plan, key="other")}) == 3


def test_what_is_compared_is_in_an_artifacts_key() -> None:
    plan = plan_of("old", "new")
    assert of_artifact(with_profile(plan, compare=Compare.METHODS)) != of_artifact(plan)


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "other"},
        {"written": {"sha256": "ba"}},
        {"fit": {**FIT, "reference_sha256": "cd"}},
        {"reader": "joblib"},
        {"plan": with_profile(plan_of("old", "new"), tolerances=(Tolerance(rtol=1e-3, atol=0.0),))},
        {"plan": with_format(plan_of("old", "new"), tolerances=(Tolerance(rtol=1e-3, atol=0.0),))},
        {"plan": with_profile(plan_of("old", "new"), trusted_types=("sklearn.*",))},
        {"plan": with_format(plan_of("old", "new"), partial=True)},
        {"plan": with_format(plan_of("old", "new"), converts=True)},
    ],
    ids=["consumer", "bytes", "reference", "reader", "tolerance", "own tolerance", "trusted", "partial", "converts"],
)
def test_a_cell_depends_on(changed) -> None:
    given = {"plan": plan_of("old", "new"), **changed}
    assert of_cell(given.pop("plan"), **given) != of_cell(plan_of("old", "new"))


def test_how_outcomes_are_judged_is_in_both_keys(monkeypatch) -> None:
    plan = plan_of("old", "new")
    before = of_artifact(plan), of_cell(plan)
    monkeypatch.setattr(ingredients, "judging_digest", lambda: "another")
    assert of_artifact(plan) != before[0] and of_cell(plan) != before[1]


def test_a_fit_that_does_not_tell_its_reference_has_no_key() -> None:
    assert of_cell(plan_of("old", "new"), fit={key: FIT[key] for key in FIT if key != "reference_sha256"}) is None


def scanned(folder: Path) -> dict[str, str]:
    data = {path.name: path for path in folder.glob("*.csv")}
    return {case.name: case.digest for case in catalogue.scan_user_file(folder / "mine.py", data=data).cases}


@pytest.mark.parametrize("name", ["mine.py", "helper.py", "rows.csv"])
def test_a_helper_and_a_data_file_of_a_case_are_in_its_digest(tmp_path, name) -> None:
    (tmp_path / "mine.py").write_text("import helper\n\n\ndef shared():\n    pass\n\n\ndef case_own(seed):\n    pass\n")
    (tmp_path / "helper.py").write_text("RATE = 1\n")
    (tmp_path / "rows.csv").write_text("1,2\n")
    before = scanned(tmp_path)
    text = (tmp_path / name).read_text()
    (tmp_path / name).write_text(
        text.replace("pass\n\n\ndef case", "return 1\n\n\ndef case") if name == "mine.py" else text + "3\n"
    )
    assert scanned(tmp_path)["own"] != before["own"]


def test_one_more_case_in_a_file_leaves_the_others_as_they_are(tmp_path) -> None:
    (tmp_path / "mine.py").write_text("def case_own(seed):\n    pass\n")
    before = scanned(tmp_path)
    (tmp_path / "mine.py").write_text("def case_own(seed):\n    pass\n\n\ndef case_more(seed):\n    pass\n")
    assert scanned(tmp_path)["own"] == before["own"]


# ------------------------------------------------------------------------------------------------ what is not known


def test_only_kinds_whose_lock_says_everything_are_known() -> None:
    known = {name for name, kind in OF.items() if kind.held is not OF["interpreter"].held}
    assert known == {"local", "node"}
    assert OF["image"].held(environment("new", kind="image"), Lock(text="")) is None


@pytest.fixture
def built(tmp_path, monkeypatch):
    """An environment that looks like one that was built."""
    monkeypatch.setenv("NOXENVDIR", str(tmp_path))
    monkeypatch.delenv("LD_LIBRARY_PATH", raising=False)
    lock = Lock(text="scikit-learn==1.5.2\n")
    place = local.folder(environment("new"), lock)
    (place / "lib").mkdir(parents=True)
    (place / "lib/ridge.py").write_text("ALPHA = 1.0\n")
    stamped = {"interpreter": {"version": "3.12.1"}, "files": file_states.digest(place)}
    (place / "persistence-matrix.json").write_text(json.dumps(stamped))
    return place, lambda: local.held(environment("new"), lock)


def test_a_patch_of_an_installed_package_is_seen(built) -> None:
    place, held = built
    assert held() == {"interpreter": {"version": "3.12.1"}, "files": None}
    (place / "lib/ridge.py").write_text("ALPHA = 2.0\n")  # as long as before
    first = held()["files"]
    assert first is not None
    (place / "lib/more.py").write_text("")
    assert held()["files"] not in (None, first)


def test_bytecode_that_python_writes_is_no_patch(built) -> None:
    place, held = built
    (place / "lib/__pycache__").mkdir()
    (place / "lib/__pycache__/ridge.cpython-312.pyc").write_bytes(b"")
    assert held()["files"] is None


def test_with_libraries_from_elsewhere_nothing_is_known(built, monkeypatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/blas")
    assert "LD_LIBRARY_PATH" in variables.of_guest(environment("new"))
    assert built[1]() is None


def test_variables_that_are_passed_on_reach_the_guest_and_so_its_key(monkeypatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert variables.of_guest(environment("new"))["OPENBLAS_CORETYPE"] == "Haswell"


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ({"status": "ok"}, True),
        ({"status": "drift"}, True),
        ({"status": "load-error", "error_type": "ModuleNotFoundError"}, True),
        ({"status": "load-error", "error_type": "OSError"}, False),
        ({"status": "unsupported"}, True),
        ({"status": "crash", "signal": 11}, True),
        ({"status": "crash", "signal": 9}, False),
        ({"status": "crash"}, False),
        ({"status": "timeout"}, False),
        ({"status": "oom"}, False),
        ({"status": "not-run"}, False),
    ],
)
def test_what_a_machine_did_on_one_day_is_not_kept(row, kept) -> None:
    assert ingredients.may_be_kept(row) is kept
