"""`verify`: is a stored run sound?"""

from __future__ import annotations

from harness.cli.arguments import RESULTS, MayFailOption, ResultsOption, RunArgument
from harness.errors import GateCrossed


def verify(run: RunArgument = None, results: ResultsOption = RESULTS, may_fail: MayFailOption = None) -> None:
    """Check that a run is sound; the exit code is 1 if not.

    A sound run is complete and has every environment. Broken models are results.
    """
    from harness import analysis, store  # pandas
    from harness.analysis import soundness
    from harness.analysis.summary import summarize

    folder = store.find_run(results, run)
    tables = analysis.read_run(folder)
    problems = soundness.find_run_problems(tables, may_fail=may_fail or ())
    if problems:
        raise GateCrossed("\n".join([f"{folder}: this run is not sound:", *(f"  {line}" for line in problems)]))
    forgiven = ", ".join(soundness.forgiven(tables, may_fail or ()))
    allowed = "".join(f"\n  {one}" for one in soundness.allowed(summarize(tables)))
    sound = f"sound but for what may be missing: {forgiven}" if forgiven else "complete, with every environment"
    print(f"{folder.name}: {sound}{allowed}")
