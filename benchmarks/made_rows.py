"""Do rows that are made from a model find what the rows of a case find? python -m benchmarks.made_rows RUN WRITER TARGET...

Takes every pickle that an environment of a stored run wrote (WRITER, such as sk1.2-py3.11-np1.24-amd64) as a file that
nobody knows anything of, as `check` does, and loads it in the TARGETs, releases such as 1.5. The run has the answer with
the case's own rows. Named are the models that the run finds changed or broken, and that made rows call the same: what
`check` would falsely call safe. The run needs its objects.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from harness import read_run
from harness.checking import wanted
from harness.config import matrix as matrices
from harness.config.plan import Plan
from harness.machine import tools
from harness.run import lifecycle
from harness.terms import Case, Given

BAD = {"changes predictions", "breaks"}


def main(run: Path, writer: str, targets: list[str]) -> None:
    known = read_run(run)
    matrix = matrices.load_matrix(tools.ROOT / "matrix.yaml", native=tools.native_platform())
    by_minor = wanted.by_minor(matrix.profile("default", satisfiable=lambda _: True).environments)
    rows = known.environments.set_index("environment")
    home = wanted.of_release(rows.loc[writer, "sklearn"], by_minor)
    others = [wanted.of_release(one, by_minor) for one in targets]
    file = wanted.matrix_file([home, *others], kind=wanted.TRUSTED_KIND, packages=["pandas"])
    chosen = matrices.load_matrix(file, native=matrix.native).profile("check", satisfiable=lambda _: True)
    item = next(one for one in matrix.formats if one.name == "pickle")
    written = known.artifacts.query("producer == @writer and format == 'pickle' and status == 'ok'")
    profile = replace(
        chosen,
        cases=tuple(given(run, row.case, row.sha256) for row in written.itertuples()),
        formats=(replace(item, readers=item.readers[:1]),),
        trusted_types=("*",),
    )
    plan = Plan(profile=profile, matrix=file, writer=home.name)
    found = read_run(
        lifecycle.run(plan, results=tools.workspace() / ".harness" / "checks", console=Console(stderr=True))
    )
    print(Counter(found.artifacts["status"]), Counter(found.artifacts["reason"].dropna().str[:100]).most_common(12))
    at_home = found.cells.query("consumer == @home.name").set_index("case")["verdict"]
    print("at home:", dict(Counter(at_home)))
    for one in others:
        compare(known, found, writer, one.scikit_learn, one.name, at_home)


def given(run: Path, case: str, digest: str) -> Case:
    path = str(run / "objects" / digest[:2] / digest)
    asked = Given(file=path, sha256=digest, reader="pickle")
    return Case(
        name=case, family="given", module="guest.given", function="Given", file=path, digest=digest, given=asked
    )


def compare(known, found, writer: str, release: str, name: str, at_home) -> None:  # noqa: ANN001
    there = known.cells[(known.cells.producer == writer) & (known.cells.consumer_sklearn == release)]
    truth = there.set_index("case")
    ours = found.cells.query("consumer == @name").set_index("case")
    table: Counter[tuple[str, str]] = Counter()
    for case, row in ours.iterrows():
        answer = str(row.verdict) if str(at_home.get(case)).startswith("safe") else "not known"
        table[str(truth.verdict.get(case)), answer] += 1
        if truth.verdict.get(case) in BAD and answer.startswith("safe"):
            print(
                f"  false safe: {case} in {release}: {truth.differing.get(case)}: {str(truth.reason.get(case))[:150]}"
            )
    print(f"{release}: the run's answer, and that of made rows:")
    for pair, count in table.most_common():
        print(f"  {count:5} {pair[0]:26} {pair[1]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
