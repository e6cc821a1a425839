"""What the workflows say: pinned, with least rights, in verbs that there are, and red when a night is not a good one."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer.main
from ruamel.yaml import YAML

from harness.cli import app
from harness.config.matrix import load_matrix
from harness.cli.shards import MOST

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".github"
FILES = sorted([*FOLDER.glob("workflows/*.yml"), *FOLDER.glob("actions/*/action.yml")])
WORKFLOWS = [path for path in FILES if path.parent.name == "workflows"]
NIGHTLY = FOLDER / "workflows/nightly.yml"


def read(path: Path):
    return YAML(typ="safe").load(path.read_text())


def steps(path: Path):
    told = read(path)
    jobs = told.get("jobs") or {"action": told["runs"]}
    return [step for job in jobs.values() for step in job["steps"]]


def scripts(path: Path) -> list[str]:
    return [step["run"] for step in steps(path) if "run" in step]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_action_is_pinned_to_a_commit_and_says_of_which_version(path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text())
    assert used
    for action, comment in used:
        if action.startswith("./"):
            assert (ROOT / action / "action.yml").exists()
        else:
            assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


def test_an_action_is_of_one_version_everywhere() -> None:
    used = {pin for path in FILES for pin in re.findall(r"uses: ([\w./-]+@[0-9a-f]{40} # \S+)", path.read_text())}
    assert len({pin.partition("@")[0] for pin in used}) == len(used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_job_has_the_rights_that_it_names_and_no_others(path) -> None:
    told = read(path)
    assert told["permissions"] == {}
    for name, job in told["jobs"].items():
        assert "permissions" in job and "timeout-minutes" in job, name
        writing = {right for right, level in job["permissions"].items() if level == "write"}
        assert writing <= {"publish": {"pages", "id-token"}, "tell": {"issues"}}.get(name, set()), name
    for step in steps(path):
        if str(step.get("uses", "")).startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_text_from_outside_is_pasted_into_a_script(path) -> None:
    for script in scripts(path):
        assert "${{" not in script


def test_only_verbs_and_options_that_there_are_are_used() -> None:
    verbs = typer.main.get_command(app).commands
    used = [line for path in FILES for script in scripts(path) for line in joined(script)]
    called = [line for line in used if "python -m harness" in line]
    assert len(called) >= 7
    for line in called:
        words = shlex.split(
            line.partition("python -m harness ")[2].partition(")")[0].partition(">")[0].partition("|")[0]
        )
        known = {option for parameter in verbs[words[0]].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


def joined(script: str) -> list[str]:
    return script.replace("\\\n", " ").splitlines()


def test_the_gates_are_gates() -> None:
    from harness.analysis.compare import gates

    (line,) = [line for script in scripts(NIGHTLY) for line in joined(script) if "harness compare" in line]
    found = gates.parse_all(re.findall(r'--fail-on "?([^"\s]+)"?', line))
    assert [gate.name for gate in found] == ["drift", "gone", "status"]


def test_a_pipe_does_not_hide_that_a_verb_failed() -> None:
    assert (
        read(NIGHTLY)["defaults"]["run"]["shell"] == "bash"
    )  # GitHub runs this name with pipefail, its default without


def test_nothing_that_writes_much_is_piped_into_what_ends_early() -> None:
    for path in FILES:
        for script in scripts(path):
            assert not re.search(r"\|\s*head", script)  # what writes into it would fail, and the step with it


def test_the_profile_and_the_environments_that_may_fail_are_in_the_matrix() -> None:
    told = read(NIGHTLY)
    matrix = load_matrix(ROOT / "matrix.yaml", native=told["env"]["HARNESS_NATIVE"])
    names = [one.name for one in matrix.environments(satisfiable=lambda _: True)]
    assert told["on"]["workflow_dispatch"]["inputs"]["profile"]["default"] in matrix.spec.profiles
    scheduled = re.findall(r"'([^']+)' && '([^']+)'", told["env"]["PROFILE"])
    assert {profile for _, profile in scheduled} == {"architectures", "third-party"} <= matrix.spec.profiles.keys()
    assert {cron for cron, _ in scheduled} < {one["cron"] for one in told["on"]["schedule"]}
    assert any(name.startswith(told["env"]["MAY_FAIL"].removesuffix("*")) for name in names)
    indexes = {dict(one.options).get("index") for one in matrix.environments(satisfiable=lambda _: True)} - {None}
    assert indexes <= told["env"].keys()  # else nobody could give it
    assert MOST == 256


def test_jobs_go_on_without_the_shards_that_failed_and_the_last_word_knows_of_all() -> None:
    jobs = read(NIGHTLY)["jobs"]
    for name in ("dump", "load"):
        assert jobs[name]["strategy"]["fail-fast"] is False
        (upload,) = [s for s in jobs[name]["steps"] if "upload-artifact" in s.get("uses", "")]
        assert upload["if"] == "always()"
    for name in ("dumped", "report"):
        assert "!cancelled()" in jobs[name]["if"]
    assert jobs["verdict"]["if"] == "always()"
    assert set(jobs["verdict"]["needs"]) == jobs.keys() - {"verdict", "tell", "publish"}


def test_an_ordinary_night_reuses_what_it_restores_and_once_a_week_everything_is_worked_out(tmp_path) -> None:
    told = read(NIGHTLY)
    for name in ("dump", "load"):
        steps_ = told["jobs"][name]["steps"]
        (place,) = [number for number, step in enumerate(steps_) if "actions/cache@" in step.get("uses", "")]
        cache, run = steps_[place]["with"], steps_[place + 1]
        assert run["env"]["PERSISTENCE_MATRIX_CACHE"] == cache["path"]
        # The key is new each night, else nothing would be stored; what is restored differs from it by the night only.
        assert cache["key"] == cache["restore-keys"] + "${{ github.run_id }}"
        assert "matrix.shard.name" in cache["restore-keys"] and name in cache["restore-keys"]
        assert [words_of(run["run"], tmp_path, FRESH=fresh)[-1] for fresh in ("yes", "")] == ["--fresh", "500MB"]
    weekly = re.search(r"github.event.schedule == '([^']+)'", told["env"]["FRESH"])
    assert weekly is not None and weekly[1].endswith(" 0") and "inputs.fresh" in told["env"]["FRESH"]
    assert [weekly[1], weekly[1].replace(" 0", " 1-6")] == sorted(
        one["cron"] for one in told["on"]["schedule"] if one["cron"].startswith("17 1 ")
    )


def words_of(script: str, folder: Path, **variables: str) -> list[str]:
    """What a script gives to nox."""
    program = folder / "nox"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    program.chmod(0o755)
    path = {"PATH": f"{folder}:/usr/bin:/bin", "PROFILE": "nightly", "RUN": "night"}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], env={**path, **variables}, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_the_options_that_a_share_is_given_are_those_of_a_run(tmp_path) -> None:
    known = {option for one in typer.main.get_command(app).commands["run"].params for option in one.opts}
    for name in ("dump", "load"):
        (script,) = [s["run"] for s in read(NIGHTLY)["jobs"][name]["steps"] if str(s.get("run")).startswith("nox")]
        assert {word for word in words_of(script, tmp_path, FRESH="yes")[1:] if word.startswith("--")} <= known


def test_the_night_runs_the_tests_that_others_leave_out() -> None:
    assert "nox -s nightly" in scripts(NIGHTLY)
    assert "nox -s nightly" not in [line for path in WORKFLOWS if path != NIGHTLY for line in scripts(path)]


def test_the_site_has_a_page_for_each_estimator_and_the_night_the_data_and_the_documentation_beside_it(
    tmp_path,
) -> None:
    """The step, as it is run; the verbs themselves are tested elsewhere, and only write what they would write."""
    (script,) = [script for script in scripts(NIGHTLY) if "--pages" in script]
    (tmp_path / "results/night/report").mkdir(parents=True)
    (tmp_path / "results/night/report/index.html").touch()
    made = {"python": 'mkdir -p "${@: -1}"; touch "${@: -1}/index.html"', "nox": "mkdir -p docs/_build/html/tutorial"}
    for name, text in made.items():
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/bash\n{text}\n")
        program.chmod(0o755)
    variables = {"RUN": "night", "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
    subprocess.run(["bash", "-eo", "pipefail", "-c", script], env=variables, cwd=tmp_path, check=True)
    found = {str(path.relative_to(tmp_path / "site")) for path in (tmp_path / "site").rglob("*")}
    assert found == {"index.html", "data", "data/index.html", "nightly", "nightly/index.html", "docs", "docs/tutorial"}
    paths = [step["with"]["path"] for step in steps(NIGHTLY) if "upload-pages" in str(step.get("uses"))]
    assert paths == ["site"]


GOOD = "success success success success success"


@pytest.mark.parametrize(
    ("jobs", "sound", "gates", "code"),
    [
        (GOOD, "success", "success", 0),
        (GOOD, "success", "skipped", 0),  # the first night
        (GOOD, "failure", "success", 1),
        (GOOD, "success", "failure", 1),
        (GOOD, "", "", 1),
        ("success failure success success success", "success", "success", 1),
        ("success success success cancelled success", "success", "success", 1),
        ("success success success skipped failure", "", "", 1),
        ("success success success skipped success", "success", "success", 1),
        ("failure skipped skipped skipped skipped", "", "", 1),
    ],
)
def test_the_last_job_is_red_when_anything_is(jobs, sound, gates, code) -> None:
    (script,) = [step["run"] for step in read(NIGHTLY)["jobs"]["verdict"]["steps"]]
    variables = {"JOBS": jobs, "SOUND": sound, "GATES": gates, "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], env=variables, capture_output=True)
    assert done.returncode == code, done.stdout
