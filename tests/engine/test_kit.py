"""Kits as the host makes them, and what they bring back: nobody knows who wrote it."""

from __future__ import annotations

import copy
import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from harness import analysis, store
from harness.config import loading_rules
from harness.engine import kit, kit_facts, kit_rows
from harness.errors import InputError
from harness.run import lifecycle
from harness.store import finishing
from harness.terms import Status

from tests.engine.made import PLAN, environment

TEXTS = {"kind": "texts", "items": ["a", "b"]}
LONG = "x" * 10_000


def fit_of(case: str, inputs: str, code: str, module: str) -> dict:
    return {
        "case": {"module": module, "function": f"case_{case}", "seed": 0, "estimator": None, "beside": []},
        "code_sha256": code, "inputs_sha256": inputs, "data_sha256": inputs, "train_sha256": "0" * 64,
        "methods": ["predict"], "probes": ["classes_"], "not_compared": {}, "written": [], "outputs": {},
        "reference": {"predict": TEXTS, "classes_": TEXTS}, "truth": None, "score_kind": None, "score": None,
        "cv_scores": None, "n_samples": 2, "n_features": 1, "warnings": [], "estimator": "E", "parameters": {},
        "parts": [], "input": {}, "fit_seconds": 1.0, "fitted_at": 1.0, "data_stored": False,
    }  # fmt: skip


def run_in(results: Path, module: str = "guest.cases.linear") -> Path:
    """A stored run whose environments have written and loaded everything; no guest was there."""
    folder = lifecycle.begin(PLAN, results)
    code = folder.keep_object(json.dumps({"files": {"own.py": "CODE = 1\n"}}).encode())
    inputs = folder.keep_object(json.dumps(TEXTS).encode())
    for name in PLAN.environments:
        folder.journal.add(*environment(name))
        for artifact in PLAN.artifacts(name):
            fit = fit_of(artifact.case, inputs, code, module)
            digest = folder.keep_object(json.dumps(fit).encode())
            folder.journal.add("fit", {"fitted_sha256": digest, **fit})
            row = {"artifact_id": artifact.id, "status": "ok", "reason": None, "fitted_sha256": digest}
            written = folder.keep_object(artifact.id.encode())
            folder.journal.add("artifact", {**row, "sha256": written, "size_bytes": 7})
        for cell in PLAN.cells(name):
            folder.journal.add("cell", {"cell_id": cell.id, "status": "ok", "reason": None, "parity": "identical"})
    folder.run |= {"finished": folder.run["started"], "seconds": 1.0}
    finishing.finish(PLAN, folder, cut_short="not begun")
    return folder.path


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return run_in(tmp_path / "results")


def made(run: Path, **chosen: tuple[str, ...]) -> tuple[dict, zipfile.ZipFile]:
    output = run.parent.parent / "kit.pyz"
    kit.make(store.read_run(run), output, kit.Chosen(**chosen))
    archive = zipfile.ZipFile(output)
    return json.loads(archive.read("bundle/manifest.json")), archive


def facts_of(run: Path, answer: dict | None = None) -> dict:
    """What a sound kit would bring back."""
    manifest, _ = made(run, producers=("old",))
    answer = {"event": "cell", "step": "predict", "outputs": {"predict": TEXTS, "classes_": TEXTS}} | (answer or {})
    return {
        "kit_facts": 1, "kit": "a" * 64, "run_id": manifest["run_id"], "include_data": True, "finished": 1.5,
        "environment": {
            "system": "win32", "python": "3.12.1", "implementation": "CPython", "build": "b", "machine": "AMD64",
            "bits": 64, "byteorder": "little", "libc": "", "cpu": None, "cpu_features": [], "blas": None,
            "packages": {"scikit-learn": "1.5.2", "numpy": "2.1.0"}, "variables": {}, "estimators": None,
        },
        "wanted": {task["id"]: task["sha256"] for task in manifest["tasks"]},
        "cells": [{"id": task["id"], **answer} for task in manifest["tasks"]],
    }  # fmt: skip


def file_of(run: Path, facts: object, name: str = "facts.json") -> Path:
    path = run.parent.parent / name
    path.write_bytes(facts if isinstance(facts, bytes) else json.dumps(facts).encode())
    return path


def joined(run: Path, facts: object, **more) -> store.RunTables:
    return analysis.read_run(kit_rows.join(run, [file_of(run, facts)], run.parent, **more).path)


def test_a_kit_has_what_was_chosen_and_the_guest(run: Path) -> None:
    manifest, archive = made(run, producers=("new*",), cases=("ridge",), formats=("pickle",))
    assert {task["id"] for task in manifest["tasks"]} == {"new/ridge/pickle>pickle", "newest/ridge/pickle>pickle"}
    task = manifest["tasks"][0]
    stored = archive.read(f"bundle/objects/{task['sha256']}")
    assert hashlib.sha256(stored).hexdigest() == task["sha256"]
    assert task["known"] == ["predict", "classes_"]
    names = set(archive.namelist())
    assert {"__main__.py", "guest/wire.py", "guest/kit/program.py"} <= names
    assert "reference" not in json.dumps(manifest)  # whoever has the kit could send it back


def test_a_kit_says_to_an_old_python_what_it_needs(run: Path, tmp_path: Path) -> None:
    _, archive = made(run)
    text = archive.read("__main__.py").decode()
    start = tmp_path / "start.py"
    start.write_text(re.sub(r"\(3, 6\)", "(99, 0)", text))
    done = subprocess.run([sys.executable, start], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.6 or newer" in done.stderr


def test_rows_and_code_of_a_users_own_go_only_if_he_says_so(tmp_path: Path) -> None:
    run = run_in(tmp_path / "results", module="own")
    with pytest.raises(InputError, match="rows of yours.*--include-data"):
        made(run)
    output = tmp_path / "kit.pyz"
    told = kit.make(store.read_run(run), output, kit.Chosen(), include_data=True)
    assert told.private
    assert zipfile.ZipFile(output).read("own.py") == b"CODE = 1\n"


@pytest.mark.parametrize("name", ["../own.py", "/own.py", "guest/wire.py", "__main__.py", "bundle/manifest.json"])
def test_no_file_of_a_users_takes_the_place_of_another(name: str) -> None:
    with pytest.raises(InputError, match="cannot be put into a kit"):
        kit._own_name(name)


def test_a_run_without_models_or_rules_says_what_to_do(run: Path) -> None:
    tables = store.read_run(run)
    with pytest.raises(InputError, match='no case of this run is "nothing"'):
        kit.make(tables, run / "kit.pyz", kit.Chosen(cases=("nothing",)))
    (run / "objects").rename(run / "elsewhere")
    with pytest.raises(InputError, match="its models are not kept"):
        kit.make(tables, run / "kit.pyz", kit.Chosen())
    del tables.run["loading"]
    with pytest.raises(InputError, match="run it again"):
        kit.make(tables, run / "kit.pyz", kit.Chosen())


def test_the_rules_of_a_run_are_those_of_its_profile(run: Path) -> None:
    rules = loading_rules.of_run(store.read_run_json(run), run)
    assert rules.tolerances == PLAN.profile.tolerances
    assert rules.formats == PLAN.profile.formats
    assert rules.seconds == PLAN.profile.limits.seconds


def test_facts_become_rows_beside_those_that_were_measured(run: Path) -> None:
    before = store.read_run(run)
    tables = joined(run, facts_of(run))
    name = "kit-sk1.5.2-py3.12-win32"
    cells = tables.cells[tables.cells["consumer"] == name]
    assert len(cells) == 6
    assert {*cells["status"]} == {"ok"}
    assert {*cells["parity"]} == {"identical"}
    row = tables.environments.set_index("environment").loc[name]
    assert (row["reason"], row["kind"], row["platform"]) == ("one process, no isolation", "kit", "windows/amd64")
    assert tables.run["kits"][0]["environment"] == name
    assert tables.run["run_id"] != before.run["run_id"]
    old = tables.cells[tables.cells["consumer"] != name]
    assert [*old["cell_id"]] == [*before.cells["cell_id"]]
    assert [*old["status"]] == [*before.cells["status"]]
    assert {path.name for path in (run.parent).iterdir()} == {run.name, tables.path.name}


def test_answers_are_judged_here(run: Path) -> None:
    other = {"kind": "texts", "items": ["a", "c"]}
    answers: list[dict] = [
        {"outputs": {"predict": other, "classes_": TEXTS}},
        {"event": "ended", "step": "load"},
        {"event": "overtime", "step": "predict", "seconds": 5},
        {"outputs": {"predict": "nonsense"}},
    ]
    facts = facts_of(run)
    facts["cells"] = [{**cell, **answer} for cell, answer in zip(facts["cells"], answers, strict=False)]
    cells = joined(run, facts, name="pod")
    cells = cells.cells[cells.cells["consumer"] == "pod"]
    assert [*cells["status"]][:4] == ["drift", "crash", "timeout", "crash"]
    assert "its process ended while loading" in cells["reason"].iloc[1]


def test_a_digest_tells_what_is_identical_and_nothing_else(run: Path) -> None:
    def digest(value: object) -> dict:
        text = json.dumps(value, separators=(",", ":"), sort_keys=True)
        return {"kind": "digest", "sha256": hashlib.sha256(text.encode()).hexdigest()}

    facts = facts_of(run, {"outputs": {"predict": digest(TEXTS), "classes_": digest(TEXTS)}})
    facts["cells"][0]["outputs"] = {"predict": digest(TEXTS), "classes_": digest(["others"])}
    tables = joined(run, facts, name="pod")
    cells = tables.cells[tables.cells["consumer"] == "pod"]
    assert [*cells["status"]] == ["incomparable", *["ok"] * 5]
    assert "--include-data" in cells["reason"].iloc[0]


def test_what_a_kit_left_out_is_not_run(run: Path) -> None:
    facts = facts_of(run)
    del facts["cells"][0]
    tables = joined(run, facts, name="pod")
    assert (tables.cells[tables.cells["consumer"] == "pod"]["status"] == Status.NOT_RUN).sum() == 1


def test_texts_are_cut_and_cleaned(run: Path) -> None:
    error = {"type": f"\x1b[31m{LONG}", "message": LONG * 10, "traceback": LONG * 10}
    facts = facts_of(run, {"step": "load", "error": error, "warnings": [{"category": LONG, "message": LONG}] * 99})
    facts["environment"] |= {"python": f"\x1b]0;{LONG}", "packages": {"scikit-learn": "<b>1.5"}, "system": "../../x"}
    tables = joined(run, facts)
    name = tables.run["kits"][0]["environment"]
    assert name == "kit-unknown"
    cells = tables.cells[tables.cells["consumer"] == name]
    assert cells["error_message"].str.len().max() <= 4_000
    assert not cells["error_type"].str.contains("\x1b").any()
    python = tables.environments.set_index("environment").loc[name, "python"]
    assert len(python) <= 300
    assert "\x1b" not in python


def _with(facts: dict, path: str, value: object) -> dict:
    changed = copy.deepcopy(facts)
    *way, last = path.split(".")
    place: dict = changed
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value  # type: ignore[index]
    return changed


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("kit_facts", 2, "version 2"),
        ("kit", "../x", "kit"),
        ("run_id", "another", "are of run"),
        ("environment", None, "environment"),
        ("environment.bits", "64", "bits"),
        ("environment.packages", {str(n): "1" for n in range(6_000)}, "packages"),
        ("wanted", {}, "no cell"),
        ("wanted.made/up/pickle>pickle", "0" * 64, "of no artifact of this run"),
        ("wanted.old/ridge/pickle>pickle", "0" * 64, "of no artifact of this run"),
        ("cells.0", {"event": "cell"}, r"cells\[0\] is damaged"),
        ("cells.0", {"event": "died", "id": "a", "signal": 9}, "no event"),
        ("cells.0", {"event": "ended", "id": "a", "step": "fit"}, "does not say"),
        ("cells.0.id", "new/ridge/pickle>pickle", "without being asked"),
        ("cells.1.id", "old/ridge/pickle>pickle", "answers twice"),
        ("cells", "many", "cells"),
    ],
)
def test_a_damaged_file_is_refused_with_what_is_wrong(run: Path, path: str, value: object, says: str) -> None:
    facts = _with(facts_of(run), path, value)
    with pytest.raises(InputError, match=says):
        kit_rows.join(run, [file_of(run, facts)], run.parent)
    assert [one.name for one in run.parent.iterdir()] == [run.name]  # nothing was written


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"kit_facts": NaN}', b'{"kit_facts": ' + b"9" * 9_000 + b"}"]
)
def test_what_is_no_json_of_ours_is_refused(run: Path, data: bytes) -> None:
    with pytest.raises(InputError, match="damaged"):
        kit_rows.join(run, [file_of(run, data)], run.parent)


def test_too_much_is_not_read(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kit_facts, "_MOST_BYTES", 100)
    with pytest.raises(InputError, match="more than a kit writes"):
        kit_rows.join(run, [file_of(run, facts_of(run))], run.parent)


def test_a_number_beyond_all_is_damage(run: Path) -> None:
    text = json.dumps(facts_of(run, {"load_seconds": 1.5})).replace('"load_seconds": 1.5', '"load_seconds": 1e999')
    with pytest.raises(InputError, match="too large"):
        kit_rows.join(run, [file_of(run, text.encode())], run.parent)


def test_no_environment_is_overwritten_and_no_file_merged_twice(run: Path) -> None:
    facts = facts_of(run)
    for name, says in (("new", "nothing that was measured is overwritten"), ("a/b", "make a name")):
        with pytest.raises(InputError, match=says):
            joined(run, facts, name=name)
    once = joined(run, facts).path
    with pytest.raises(InputError, match="before"):
        kit_rows.join(once, [file_of(run, facts)], run.parent)
    again = kit_rows.join(once, [file_of(run, {**facts, "finished": 2.0})], run.parent)
    assert [*again.environments] == ["kit-sk1.5.2-py3.12-win32-2"]


def test_a_run_with_rows_of_kits_is_not_continued(run: Path) -> None:
    merged = joined(run, facts_of(run)).path
    with pytest.raises(InputError, match="rows of kits"):
        lifecycle._reopen(PLAN, merged, None)  # type: ignore[arg-type]
    assert {path.name for path in store.every(run.parent) if not store.is_kept(path.name)} == {run.name, merged.name}
