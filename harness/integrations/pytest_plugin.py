"""A pytest plugin: ``--persistence-matrix`` says what version warnings come to, and `assert_loads_in` checks a model.

Every pytest of an environment that has this project loads it. So it imports nothing until it is asked for.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from harness.integrations.warned import Explained, Warned

_GATES = "changes, breaks, not-known, not-seen"
_HEADING = "saved by another scikit-learn"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("persistence-matrix")
    group.addoption(
        "--persistence-matrix",
        action="store_true",
        help="Say what scikit-learn's version warnings come to, from stored runs.",
    )
    group.addoption(
        "--persistence-matrix-fail-on",
        metavar="GATE",
        action="append",
        default=[],
        help=f"Fail a test that loads such a model: {_GATES}. May be given several times.",
    )
    parser.addini("persistence_matrix_fail_on", f"As --persistence-matrix-fail-on: {_GATES}.", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    given = [*config.getoption("persistence_matrix_fail_on"), *config.getini("persistence_matrix_fail_on")]
    if not given and not config.getoption("persistence_matrix"):
        return
    from harness.analysis import verdicts
    from harness.errors import HarnessError

    try:
        gates = verdicts.gates(given)
    except HarnessError as error:
        raise pytest.UsageError(str(error)) from error
    config.pluginmanager.register(_Explainer(gates), "persistence-matrix-explainer")


class _Explainer:
    """Collects what is warned of, explains it, and fails a test where a gate is crossed."""

    def __init__(self, gates: Sequence[str]) -> None:
        from harness.integrations import evidence, warned

        self._gates = gates
        self._explainer = warned.Explainer(evidence.stored)
        self._tests: dict[Warned, dict[str, None]] = {}  # in the order in which they came

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, Any, Any]:
        return (yield from self._gated())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        return (yield from self._gated())

    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage, nodeid: str) -> None:
        explained = self._explain(warning_message.message)
        if explained is not None:
            self._tests.setdefault(explained.warned, {})[nodeid or "while collecting"] = None

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._tests:
            return
        terminalreporter.section(_HEADING)
        for warned, tests in self._tests.items():
            terminalreporter.line(str(self._explainer.explained[warned]))
            first, *others = tests
            terminalreporter.line(f"  in {first}" + (f" and {len(others)} more" if others else ""))

    def _gated(self) -> Generator[None, Any, Any]:
        """Let the test run; fail it if what it was warned of crosses a gate. Its warnings go where they would have."""
        from harness.analysis.verdicts import crossed

        try:
            with warnings.catch_warnings(record=True) as caught:
                result = yield
        finally:
            for one in caught:
                warnings.showwarning(one.message, one.category, one.filename, one.lineno, one.file, one.line)
        found = [explained for one in caught if (explained := self._explain(one.message)) is not None]
        bad = [one for one in dict.fromkeys(found) if crossed(self._gates, [one.verdict])]
        if bad:
            pytest.fail("\n".join(map(str, bad)), pytrace=False)
        return result

    def _explain(self, message: Warning | str) -> Explained | None:
        from harness.integrations import warned

        found = warned.parse(message)
        return None if found is None else self._explainer.explain(found)


@pytest.fixture
def assert_loads_in(tmp_path: Path) -> Callable[..., None]:
    """A function that fails the test unless a model loads and predicts the same in each target.

    ``assert_loads_in(model, "1.6", "1.9")``: a model file, or a fitted estimator, which is pickled. Further
    arguments are those of `harness.check`; ``allow`` names verdicts that are good enough.
    """

    def assert_loads_in(
        model: object, *targets: str, allow: Sequence[str] = ("safe", "safe (within tolerance)"), **options: Any
    ) -> None:
        __tracebackhide__ = True
        import harness

        path = Path(model) if isinstance(model, str | Path) else _dumped(model, tmp_path)
        options.setdefault("results", tmp_path / "results")
        answer = harness.check(path, to=targets, **options)
        bad = [one for one in answer.targets if str(one.verdict) not in allow]
        if bad:
            pytest.fail("\n".join(f"{one.name}: {one.verdict} ({one.why})" for one in bad), pytrace=False)

    return assert_loads_in


def _dumped(model: object, folder: Path) -> Path:
    """The model in a file of its own. It is the test's own and is trusted there: nothing is loaded here."""
    import pickle

    path = folder / "model.pkl"
    path.write_bytes(pickle.dumps(model))
    return path
