"""`claims`: scikit-learn's documentation, held against a run."""

from __future__ import annotations

import json

from harness.cli.arguments import RESULTS, JsonOption, ResultsOption, RunArgument, console


def claims(run: RunArgument = None, results: ResultsOption = RESULTS, as_json: JsonOption = False) -> None:
    """Test what scikit-learn's documentation says.

    Each statement is held against a stored run: supported or contradicted. What may happen is seen or not seen here.
    """
    from harness import analysis, store  # pandas
    from harness.analysis import claims as statements
    from harness.report import claims as rendering

    judgement = statements.judge(analysis.read_run(store.find_run(results, run)))
    if as_json:
        print(json.dumps(statements.as_data(judgement), indent=2))
    else:
        rendering.show(judgement, console())
