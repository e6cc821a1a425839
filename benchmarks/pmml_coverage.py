"""How much of what each environment's PMML converter documents is converted there, and evaluated.

    python -m benchmarks.pmml_coverage                      every local environment of matrix.yaml from 1.0 on
    python -m benchmarks.pmml_coverage "sk1.0-*" "sk1.9-*"

sklearn2pmml's documentation lists the classes of its own registry, which lies in its jars: the registry is asked here. A
class counts as written if a document of a model that is one or contains one was written, and as evaluated if such a
document also gave predictions. `same` are those whose predictions are the model's own. What the one model of a class does
not show, a few with other parameters may. Where the converter takes no model at all of a scikit-learn that is newer than
itself, it documents none; the table says `refused`. Exit code 1 when less than 80 % of an environment's classes are
written and evaluated, or nothing could be counted. Runs that are in the folder already count.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd
from packaging.version import Version
from ruamel.yaml import YAML

from harness import store
from harness.analysis.models import Model
from harness.config import matrix as matrices
from harness.environments import Folders, local, stage
from harness.terms import Environment, Limits

LEAST = 0.8
FLOOR = Version("1.0")
FAMILIES = ("estimators", "transformers")
AFTER = "_then_linear"
REFUSED = re.compile(r"Scikit-Learn version '[^']+' is not supported|does not know about Scikit-Learn version")
MOST = 6  # further models of a class
#: Answers, in an environment: the public classes of its scikit-learn that are in the registries of the converter's jars.
REGISTRY = """
import glob, json, os, re, sys, warnings, zipfile
warnings.simplefilter("ignore")
import sklearn2pmml
from sklearn.utils import all_estimators
known = []
for path in glob.glob(os.path.join(os.path.dirname(sklearn2pmml.__file__), "resources", "*.jar")):
    with zipfile.ZipFile(path) as jar:
        for name in set(jar.namelist()) & {"META-INF/sklearn2pmml.properties"}:
            lines = jar.read(name).decode("utf-8").splitlines()
            keys = [line.partition("=")[0].strip() for line in lines if not line.startswith("#")]
            known += [re.compile(key.replace(".", "[.]")) for key in keys if key]
full = {name: cls.__module__ + "." + cls.__name__ for name, cls in all_estimators()}
found = sorted(name for name, path in full.items() if any(one.fullmatch(path) for one in known))
version = getattr(sklearn2pmml, "__version__", None) or sklearn2pmml.metadata.__version__
json.dump({"version": version, "classes": found}, sys.stdout)
"""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What one environment's converter documents, and which classes of that came through."""

    environment: str
    converter: str
    documented: frozenset[str]
    written: frozenset[str]
    evaluated: frozenset[str]
    same: frozenset[str]
    reasons: dict[str, str]  # by a class that some model has, why one of them was not evaluated
    refused: str = ""  # why nothing at all is written: the converter takes no model of this scikit-learn

    @property
    def share(self) -> float:
        return len(self.evaluated) / max(len(self.documented), 1)

    def __str__(self) -> str:
        counts = [len(one) for one in (self.documented, self.written, self.evaluated, self.same)]
        shown = " ".join(f"{n:10}" for n in counts)
        return (
            f"{self.environment:28} {self.converter:14} {shown} {'refused' if self.refused else f'{self.share:.1%}':>8}"
        )


def coverage(environment: str, converter: str, documented: frozenset[str], run: store.RunTables) -> Coverage:
    """Count the documented classes in the models of a run, by what became of their documents in their own producer."""
    artifacts = run.artifacts[(run.artifacts["producer"] == environment) & (run.artifacts["status"] == "ok")]
    home = run.cells[(run.cells["consumer"] == environment) & (run.cells["producer"] == environment)]
    status = home.set_index("artifact_id")["status"]
    loaded, same = (set(status[status.isin(words)].index) for words in (("ok", "drift"), ("ok",)))

    def classes(rows: pd.DataFrame) -> frozenset[str]:
        models = [Model.from_manifest(json.loads(text)) for text in rows["manifest"]]
        return documented & frozenset().union(*(model.names for model in models))

    return Coverage(
        environment=environment,
        converter=converter,
        documented=documented,
        written=classes(artifacts),
        evaluated=classes(artifacts[artifacts["artifact_id"].isin(loaded)]),
        same=classes(artifacts[artifacts["artifact_id"].isin(same)]),
        reasons=_reasons(environment, documented, run),
        refused=_refusal(run.artifacts[run.artifacts["producer"] == environment]),
    )


def _refusal(artifacts: pd.DataFrame) -> str:
    """What the converter says, in the same words, of every model: of scikit-learn's version. Empty if it takes some."""
    said = set(artifacts["reason"].map(str))
    return said.pop() if len(said) == 1 and len(artifacts) > 1 and REFUSED.search(min(said)) else ""


def _reasons(environment: str, documented: frozenset[str], run: store.RunTables) -> dict[str, str]:
    """Why models were not written or not evaluated, by the class that their case is named after."""
    found: dict[str, str] = {}
    home = run.cells[(run.cells["consumer"] == environment) & (run.cells["producer"] == environment)]
    for row in [*run.artifacts[run.artifacts["producer"] == environment].to_dict("records"), *home.to_dict("records")]:
        name = row["case"].partition("_")[0]
        if name in documented and row["status"] not in ("ok", "drift", "no-artifact"):
            found.setdefault(name, f"{row['status']}: {str(row['reason']).partition(chr(10))[0]}")
    return found


def registry(environment: Environment) -> tuple[str, frozenset[str]]:
    """The converter's version and the classes that it documents; the environment is built if it is not there."""
    lock = local.lock(environment)
    built = local.build(environment, lock, folders=Folders(stage=stage.stage(())), limits=Limits())
    done = subprocess.run([built.command.argv[0], "-I", "-c", REGISTRY], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{environment.name}: its converter cannot be asked: {done.stderr.strip()[-400:]}")
    told = json.loads(done.stdout)
    return told["version"], frozenset(told["classes"])


def covered(environment: Environment, options: argparse.Namespace) -> Coverage:
    """Run an environment alone: first the models of `FAMILIES`, then others of the classes that these do not show."""
    converter, documented = registry(environment)
    known = matrices.load_matrix(options.matrix).cases
    cases = [one.name for one in known if one.family in FAMILIES and one.name.partition("_")[0] in documented]
    # A document of a transformer alone has no model, so nothing of it can be evaluated.
    shown = {name.partition(AFTER)[0] for name in cases if name.endswith(AFTER)}
    first = [name for name in cases if name not in shown]
    found = coverage(environment.name, converter, documented, run_of(environment, first, "first", options))
    further = [
        name
        for left in sorted(documented - found.evaluated)
        for name in [one.name for one in known if one.family == "parameters" and one.name.startswith(f"{left}_")][:MOST]
    ]
    if not further or found.refused:
        return found
    other = coverage(environment.name, converter, documented, run_of(environment, further, "further", options))
    both = {name: getattr(found, name) | getattr(other, name) for name in ("written", "evaluated", "same")}
    return replace(found, **both, reasons={**other.reasons, **found.reasons})


def run_of(environment: Environment, cases: list[str], name: str, options: argparse.Namespace) -> store.RunTables:
    """The finished run of these cases; made if it is not there."""
    results = options.results / environment.name / name
    finished = [path for path in store.runs(results) if store.read_run_json(path).get("complete")]
    if not finished:
        yaml = YAML()
        text = yaml.load(options.matrix)
        profile = {"environments": [environment.name], "cases": cases, "formats": ["pmml"], "limits": {"seconds": 60}}
        text["profiles"] = {"pmml": profile}
        own = results / "matrix.yaml"
        own.parent.mkdir(parents=True, exist_ok=True)
        yaml.dump(text, own)
        command = [
            sys.executable,
            "-m",
            "harness",
            "run",
            "--profile",
            "pmml",
            "--matrix",
            own,
            "--results",
            results,
            "--cache",
            "none",
        ]
        done = subprocess.run([str(word) for word in command], stdout=subprocess.DEVNULL)
        if done.returncode not in (0, 1):  # 1: nothing was written, and that is an answer
            sys.exit(f"{environment.name}: its run ended with exit code {done.returncode}")
        finished = list(store.runs(results))
    return store.read_run(finished[-1])


def main() -> int:
    options = arguments()
    matrix = matrices.load_matrix(options.matrix)
    print(f"{'environment':28} {'converter':14} documented    written  evaluated       same    share")
    found = []
    for one in matrix.environments(satisfiable=lambda _: True):
        chosen = any(fnmatchcase(one.name, pattern) for pattern in options.environments)
        if chosen and one.kind == "local" and one.tools and Version(one.scikit_learn or "0") >= FLOOR:
            found.append(covered(one, options))
            print(found[-1], flush=True)
    for one in found:
        left = sorted(one.documented - one.evaluated)
        print(f"{one.environment}, not evaluated: {one.refused or ('' if left else 'none')}")
        for name in left if not one.refused else ():
            print(f"  {name}: {one.reasons.get(name, 'no case has it')}")
    counted = [one.share for one in found if not one.refused]
    return int(not counted or min(counted) < LEAST)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("environments", nargs="*", default=["sk*"], metavar="ENVIRONMENT")
    parser.add_argument("--matrix", type=Path, default=Path("matrix.yaml"))
    parser.add_argument("--results", type=Path, default=Path("results/pmml-coverage"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
