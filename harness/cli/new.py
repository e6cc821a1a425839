"""`new`: a run for shards to go on with."""

from __future__ import annotations

from harness.cli.arguments import MATRIX, RESULTS, MatrixOption, ProfileOption, ResultsOption, ThroughOption


def new(
    matrix: MatrixOption = MATRIX,
    profile: ProfileOption = "default",
    results: ResultsOption = RESULTS,
    through: ThroughOption = None,
) -> None:
    """Begin a run in which nothing has happened yet, for shards to go on with; prints its id."""
    from harness.cli.planning import planned
    from harness.run import lifecycle

    folder = lifecycle.begin(planned(matrix, profile, resolving=False, through=through), results)
    folder.close()
    print(folder.path.name)
