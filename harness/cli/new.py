"""`new`: a run for shards to go on with."""

from __future__ import annotations

from harness.cli.arguments import MATRIX, RESULTS, MatrixOption, ProfileOption, ResultsOption, ThroughOption


def new(
    matrix: MatrixOption = MATRIX,
    profile: ProfileOption = "default",
    results: ResultsOption = RESULTS,
    through: ThroughOption = None,
) -> None:
    """Begin an empty run for shards, and print its id."""
    from harness.cli.planning import planned
    from harness.run import lifecycle

    folder = lifecycle.begin(planned(matrix, profile, resolving=False, through=through), results)
    folder.close()
    print(folder.path.name)
