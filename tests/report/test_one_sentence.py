"""Terminal, JSON, warning and dataset say the same sentence: random estimators, releases and formats, as carried."""

from __future__ import annotations

import io
import random

import pytest

from harness.analysis import dataset
from harness.analysis.ask import ask
from harness.integrations import evidence, warned
from harness.report import ask as terminal
from harness.report import ask_data
from harness.report.console import SafeConsole

ESTIMATORS, STATEMENTS = 3, 2  # of each estimator, so many of every model and format, and so many narrower ones


@pytest.mark.parametrize("seed", [1, 2])
def test_a_random_statement_is_the_same_wherever_it_stands(seed) -> None:
    chance, indexes = random.Random(seed), evidence.stored()
    for name in chance.sample(dataset.estimators(indexes), ESTIMATORS):
        statements = list(dataset.of_estimator(indexes, name))
        plain = [one for one in statements if not one.setting and not one.format]
        narrow = [one for one in statements if one.setting or one.format]
        for one in chance.sample(plain, STATEMENTS) + chance.sample(narrow, STATEMENTS):
            settings = [one.setting] if one.setting else []
            answer = ask(
                indexes, name, producers=[one.saved], consumers=[one.loaded], settings=settings,
                format_name=one.format or None,
            )  # fmt: skip
            assert (str(answer.verdict), str(answer.sentence)) == (one.told.verdict, one.told.sentence), one
            assert ask_data.as_data([answer])["sentence"] == one.told.sentence
            console = SafeConsole(file=io.StringIO(), width=200)
            terminal.show([answer], console)
            first = " ".join(console.file.getvalue().split())
            assert answer.sentence.core in first, one
            if not one.setting and not one.format:
                asked = warned.Warned(estimator=name, saved=f"{one.saved}.0", loaded=f"{one.loaded}.0")
                assert warned.explain(asked, indexes).sentence == one.told.sentence, one
