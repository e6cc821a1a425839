"""Which rule recognises which cell. Pure."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

import numpy as np

from harness.analysis.causes.facts import gathered
from harness.terms import BROKEN, Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from harness.analysis.causes.facts import Facts, Model
    from harness.analysis.causes.rules import Rule

    Rows = NDArray[np.intp]

#: In place of a rule's number.
NO_RULE: Final = -1
_ASKED = frozenset(map(str, BROKEN | {Status.DRIFT}))


def is_asked(cells: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the cells that are broken or drift. They have a cause, perhaps an unknown one."""
    return cells["status"].isin(_ASKED).to_numpy(dtype=bool)


def matched(
    rules: Sequence[Rule], cells: pd.DataFrame, artifacts: pd.DataFrame, environments: pd.DataFrame
) -> NDArray[np.intp]:
    """Return for each cell the number of the first rule that recognises it, or `NO_RULE`."""
    found = np.full(len(cells), NO_RULE, dtype=np.intp)
    for number, rows in _each(rules, cells, artifacts, environments):
        free = rows[found[rows] == NO_RULE]
        found[free] = number
    return found


def claims(
    rules: Sequence[Rule], cells: pd.DataFrame, artifacts: pd.DataFrame, environments: pd.DataFrame
) -> list[set[str]]:
    """Return for each cell the causes of all rules that recognise it. More than one is a mistake in the rules."""
    found: list[set[str]] = [set() for _ in range(len(cells))]
    for number, rows in _each(rules, cells, artifacts, environments):
        for row in rows:
            found[row].add(rules[number].cause)
    return found


def _each(
    rules: Sequence[Rule], cells: pd.DataFrame, artifacts: pd.DataFrame, environments: pd.DataFrame
) -> Iterator[tuple[int, Rows]]:
    """Every rule's number with the rows that it recognises."""
    asked = np.flatnonzero(is_asked(cells) | (cells["status"] == Status.REFUSED).to_numpy(dtype=bool))
    facts = gathered(cells.iloc[asked], artifacts, environments)
    everything = np.arange(len(asked))
    for number, rule in enumerate(rules):
        yield number, asked[_recognised(rule, facts, everything)]


def _recognised(rule: Rule, facts: Facts, rows: Rows) -> Rows:
    """Select the rows that a rule recognises. The cheapest and most selective conditions come first."""
    pattern = rule.message
    rows = facts.status.where(rule.statuses.__contains__, rows)
    if pattern is not None:
        rows = facts.text.where(lambda text: pattern.search(text) is not None, rows)
    return _by_places(rule, facts, _by_model(rule, facts, _by_words(rule, facts, rows)))


def _by_words(rule: Rule, facts: Facts, rows: Rows) -> Rows:
    """By the columns that hold one word each."""
    for wanted, column in (
        (rule.error_type, facts.error_type),
        (rule.cases, facts.case),
        (rule.families, facts.family),
        (rule.readers, facts.reader),
    ):
        if wanted and rows.size:
            rows = column.where(wanted.__contains__, rows)
    if rule.elsewhere and rows.size:
        rows = facts.at_home.where("True".__ne__, rows)
    if rule.formats and rows.size:
        rows = facts.format.where(lambda name: any(fnmatchcase(name, pattern) for pattern in rule.formats), rows)
    return rows


def _by_model(rule: Rule, facts: Facts, rows: Rows) -> Rows:
    """By what differs, and by what was fitted."""
    if rule.findings and rows.size:
        rows = facts.findings.where(lambda kinds: not rule.findings.isdisjoint(kinds), rows)
    if (pattern := rule.outputs) is not None and rows.size:
        rows = facts.outputs.where(lambda names: bool(names) and all(map(pattern.search, names)), rows)
    if (rule.estimators or rule.parameters) and rows.size:
        rows = facts.model.where(lambda model: _fits(rule, model), rows)
    return rows


def _fits(rule: Rule, model: Model) -> bool:
    known = model.parameters
    return (not rule.estimators or not rule.estimators.isdisjoint(model.classes)) and all(
        name in known and pattern.search(known[name]) for name, pattern in rule.parameters.items()
    )


def _by_places(rule: Rule, facts: Facts, rows: Rows) -> Rows:
    """By the two environments."""
    if not (rule.producer or rule.consumer or rule.differs or rule.same) or not rows.size:
        return rows
    return facts.places.where(
        lambda pair: (
            pair[0].holds(rule.producer)
            and pair[1].holds(rule.consumer)
            and pair[0].differs(pair[1], rule.differs)
            and pair[0].is_like(pair[1], rule.same)
        ),
        rows,
    )
