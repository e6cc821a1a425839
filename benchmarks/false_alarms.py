"""Does rounding pass for drift? Every estimator, in environments that differ in patch releases of NumPy and SciPy only.

    python -m benchmarks.false_alarms [--release 1.5.2] [--kernels Prescott SkylakeX] [--families estimators parameters]

Lists each cell that is not ok between two environments of the same scikit-learn, if it is ok in its own producer, and each
cell that is not identical there. With ``--kernels`` every model is written with the first kernels of OpenBLAS and loaded
with the second: they round in other ways, as another processor does. Then a cell in its own producer counts, too. Prints
the share of all cells; exit code 1 when it is more than 0.01 %, or a cell was not tried.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from harness import analysis, store

MOST = 0.0001
#: By scikit-learn: its Python, the day of its packages, and patch releases of NumPy and SciPy.
RELEASES = {
    "1.2.2": ("3.11", "2023-07-15", (("1.24.1", "1.10.0"), ("1.24.4", "1.10.0"), ("1.24.4", "1.10.1"))),
    "1.5.2": ("3.12", "2024-09-30", (("2.0.0", "1.14.0"), ("2.0.2", "1.14.0"), ("2.0.2", "1.14.1"))),
}
ENVIRONMENT = """
    - name: sk{release}-np{numpy}-sp{scipy}
      scikit-learn: "{release}"
      python: "{python}"
      numpy: "{numpy}"
      packages: ["scipy=={scipy}"]
      as_of: {day}
"""
#: A function of ``__main__`` is found nowhere, not in its own producer either.
CASES = '"*", "!family:third_party", "!family:large", "!main_function"'
MATRIX = """
schema: 1
environments:
  packages: [cloudpickle, pandas]
  include:
{environments}
profiles:
  rounding:
    cases: [{cases}]
    formats: [pickle/pickle]
    limits: {{seconds: 60}}
"""
#: Of a cell that says nothing of rounding: nothing was there to be loaded, or nothing could be compared.
ABSENT = ("no-artifact", "unsupported", "incomparable")
COLUMNS = ["producer", "consumer", "case", "status", "max_abs_diff", "tolerance_used", "reason"]


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        matrix = Path(folder) / "matrix.yaml"
        matrix.write_text(matrix_of(options.release, options.families))
        run = made(matrix, options.results or Path(folder) / "results", options.release, options.kernels)
    return printed(run, other_kernels=options.kernels is not None)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--release", nargs="+", choices=list(RELEASES), default=list(RELEASES))
    parser.add_argument("--kernels", nargs=2, metavar=("WRITE", "LOAD"), help="values of OPENBLAS_CORETYPE")
    parser.add_argument("--families", nargs="+", help="all but third_party and large, if left out")
    parser.add_argument("--results", type=Path, help="keep the run in this folder")
    return parser.parse_args()


def matrix_of(releases: list[str], families: list[str] | None) -> str:
    lines = []
    for release in releases:
        python, day, patches = RELEASES[release]
        for numpy, scipy in patches:
            lines.append(ENVIRONMENT.format(release=release, python=python, day=day, numpy=numpy, scipy=scipy))
    cases = ", ".join(f'"family:{one}"' for one in families) if families else CASES
    return MATRIX.format(environments="".join(lines), cases=cases)


def made(matrix: Path, results: Path, releases: list[str], kernels: list[str] | None) -> store.RunTables:
    """A run of it. With kernels, one pass with each: the harness hands the variable on to its guests."""
    command = [sys.executable, "-m", "harness", "run", "--profile", "rounding", "--cache", "none"]
    command += ["--matrix", str(matrix), "--results", str(results)]
    if kernels is None:
        called(command)
        return analysis.read_run(store.runs(results)[-1])
    names = [f"sk{release}-np{numpy}-sp{scipy}" for release in releases for numpy, scipy in RELEASES[release][2]]
    called([*command, *(word for name in names for word in ("--dump", name))], kernels[0])
    run = store.runs(results)[-1]
    called([*command, "--run", run.name, *(word for name in names for word in ("--load", name))], kernels[1])
    return analysis.read_run(run)


def called(command: list[str], kernels: str | None = None) -> None:
    variables = os.environ if kernels is None else {**os.environ, "OPENBLAS_CORETYPE": kernels}
    subprocess.run(command, check=True, env=variables, stdout=subprocess.DEVNULL)


def printed(run: store.RunTables, *, other_kernels: bool) -> int:
    tried = run.cells[~run.cells["status"].isin(ABSENT)]
    at_home = tried["producer"] == tried["consumer"]
    alike = tried[(tried["producer_sklearn"] == tried["consumer_sklearn"]) & (other_kernels | ~at_home)]
    alarms = alike[(alike["status"] != "ok") & (other_kernels | ~alike["also_at_home"])]
    untried = int((alike["status"] == "not-run").sum())
    if not other_kernels:
        listed("not identical in its own producer", tried[at_home & (tried["parity"] != "identical")])
    listed("false alarms", alarms)
    kinds = alarms.assign(model=alarms["case"].str.split("_").str[0], finding=alarms["findings"].str.join(", "))
    for (model, finding), cells in kinds.groupby(["model", "finding"]):
        print(f"  {model}: {finding} in {len(cells)} cells, by up to {cells['max_abs_diff'].max():.2g}")
    ok = alike[alike["status"] == "ok"]
    print(f"the most of its tolerance that a cell took: {ok['tolerance_used'].max():.2g}; {untried} cells not tried")
    share = len(alarms) / max(len(alike), 1)
    print(f"{len(alarms)} of {len(alike)} cells are false alarms: {share:.3%}")
    return int(share > MOST or untried > 0 or alike.empty)


def listed(title: str, cells: pd.DataFrame) -> None:
    print(f"{title}: {len(cells)}")
    if len(cells):
        print(cells[COLUMNS].to_string(index=False, max_colwidth=120))


if __name__ == "__main__":
    sys.exit(main())
