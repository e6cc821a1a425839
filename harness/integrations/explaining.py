"""`explain_warnings`: scikit-learn's version warning, with the verdict of the stored runs beside it."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Self, TextIO

from harness.integrations import warned
from harness.report.console import SafeConsole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from harness.analysis.ask.index import Index
    from harness.integrations.warned import Explained


class Explanations:
    """Explains warnings from its making until `stop`, or the end of its ``with`` block.

    Attributes
    ----------
    seen : list of Explained
        One for each estimator and pair of versions, in the order in which they came.
    """

    def __init__(self, stored: Callable[[], Sequence[Index]], stream: TextIO | None = None) -> None:
        self._explainer = warned.Explainer(stored)
        self._stream = stream
        self._before = warnings.showwarning
        warnings.showwarning = self._show

    @property
    def seen(self) -> list[Explained]:
        return [*self._explainer.explained.values()]

    def stop(self) -> None:
        """Show warnings as before. What has hooked itself in since then stays."""
        if warnings.showwarning == self._show:
            warnings.showwarning = self._before

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _show(  # noqa: PLR0917  # the signature is Python's
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """See `warnings.showwarning`."""
        self._before(message, category, filename, lineno, file, line)
        found = warned.parse(message)
        if found is None or found in self._explainer.explained:
            return
        explained = self._explainer.explain(found)
        SafeConsole(file=file or self._stream or sys.stderr, highlight=False, markup=False, soft_wrap=True).print(
            f"  persistence-matrix: {explained}"
        )
