"""One sentence, wherever it stands: terminal, JSON, warning, dataset, page and landing page, for random questions."""

from __future__ import annotations

import dataclasses
import html
import io
import random
import re
from pathlib import Path

import pytest

from harness import analysis
from harness.analysis import dataset
from harness.analysis.ask import ask, tabulating
from harness.analysis.ask.index import Index
from harness.integrations import evidence, warned
from harness.report import ask as terminal
from harness.report import ask_data, landing
from harness.report.console import SafeConsole
from harness.report.site import answers as site_answers

REFERENCE = Path(__file__).resolve().parents[2] / "results/reference"
ESTIMATORS, STATEMENTS = 3, 2  # of each estimator, so many of every model and format, and so many narrower ones
CASES, ASKED = 6, 25  # of the run that page and landing page show, and questions to them


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


@pytest.fixture(scope="module")
def reference():
    return analysis.read_run(REFERENCE)


@pytest.mark.parametrize("seed", [3, 4])
def test_page_and_landing_page_say_what_the_terminal_says_of_the_run_that_they_show(reference, tmp_path, seed) -> None:
    """Of some cases of the reference, as a run of their own: of all of them it would take minutes."""
    chance = random.Random(seed)
    cases = chance.sample(sorted(set(reference.cells["case"])), CASES)
    held = {
        name: table[table["case"].isin(cases)]
        for name, table in vars(reference).items()
        if name in {"cells", "artifacts"}
    }
    tables = dataclasses.replace(reference, **held)
    answers, index = tabulating.tabulate(tables), Index.from_tables(tables)
    facts, arrays = site_answers.packed(answers, {})
    landing.write(tables, "", tmp_path)
    names = sorted(path.parent.name for path in tmp_path.glob("*/index.html"))
    places = {one.name: place for place, one in enumerate(answers.subjects)}
    compared = 0
    for name in chance.choices(names, k=ASKED):
        saved, loaded = chance.choice(answers.saved.minors), chance.choice(answers.loaded.minors)
        answer = ask([index], name, producers=[saved], consumers=[loaded])
        if answer.nothing:
            continue
        told, compared = ask_data.as_data([answer]), compared + 1
        here = places[name], answers.formats[""], answers.saved.names[saved]
        there = answers.loaded.names[loaded]
        assert facts["sentences"][arrays["answer_sentence"][(*here, there)]] == told["sentence"]
        assert facts["stretches"][arrays["answer_safe"][here]] == (told["safe_in"] or "")
        text = html.unescape((tmp_path / name / "index.html").read_text())
        assert f'aria-label="{saved} → {loaded}: {told["sentence"]}"' in text
        (safe,) = re.findall(
            rf"<summary>Saved with {re.escape(saved)}(?: <small>safe in: (.*?)</small>)?</summary>", text
        )
        assert safe == (told["safe_in"] or "")
    assert compared
