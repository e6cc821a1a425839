"""The page and the terminal answer alike: random outcomes, every question, in a real browser."""

import random

import pytest

from harness.analysis import ask
from harness.analysis.ask.index import Index
from harness.analysis import summary
from harness.report import ask_words as words
from harness.report import carriers, run_pages
from harness.report.ask import MARKS
from harness.analysis.pair_signs import pick_signs

from tests.report.stored import cell, plan_of, tables_of

VERSIONS = {"a": "1.4.2", "b": "1.5.1", "c": "1.5.2"}
STATUSES = ("ok", "ok", "ok", "drift", "load-error", "refused", "unsupported", "crash", None)


@pytest.fixture(params=[1, 2, 3])
def tables(request, tmp_path):
    chance = random.Random(request.param)
    plan = plan_of(environments=tuple(VERSIONS.items()), formats=("pickle", "joblib", "onnx"))
    cells = []
    for name in VERSIONS:
        for planned in plan.cells(name):
            status = chance.choice(STATUSES)
            if status is not None:  # else it was not run
                row = cell(planned.id, status, version_warning=chance.random() < 0.3)
                cells.append({**row, "parity": "close"} if status == "ok" and chance.random() < 0.3 else row)
    return tables_of(plan, tmp_path, cells=cells, environments=tuple(VERSIONS), versions=VERSIONS)


def test_every_question_has_one_answer(reader, tables):
    page, index = reader.open(run_pages.write(tables), "#/ask"), Index.from_tables(tables)
    for case in ("one", "linear"):
        for source in ("1.4", "1.5", "1.5.1"):
            for target in ("1.4.2", "1.5", "1.5.2"):
                for name in (None, "pickle", "onnx"):
                    answer = ask.ask([index], case, producers=[source], consumers=[target], format_name=name)
                    wanted = f"#/ask?estimator={case}&from={source}&to={target}" + (f"&format={name}" if name else "")
                    page.evaluate("wanted => { location.hash = wanted; }", wanted)
                    page.wait_for_function("wanted => location.hash.startsWith(wanted)", arg=wanted)
                    page.wait_for_function("() => new Promise((done) => requestAnimationFrame(() => done(true)))")
                    shown = page.locator("#answer .verdict b").inner_text()
                    assert shown.lower() == f"{MARKS[answer.verdict][0]} {answer.sentence}".lower(), wanted
                    safe = words.safe_in(answer)
                    assert page.locator("#answer .safe").all_inner_texts() == ([f"Safe in: {safe}"] if safe else [])
                    if name is None and source in ("1.4", "1.5") and target == "1.5":
                        rescued = carriers.told([one for one in answer.carriers if one.is_sure])
                        lines = page.locator("#answer .verdict p").all_inner_texts()
                        told = [line.partition(": ")[2] for line in lines if line.startswith("Rescued by")]
                        assert told == ([rescued] if rescued else []), wanted
                    pairs = page.locator("#answer h3").all_text_contents()  # folded
                    expected = [f"{MARKS[p.verdict][0]} {p.verdict} {p.producer} → {p.consumer}" for p in answer.pairs]
                    assert sorted(pairs) == sorted(expected), wanted
                    page.fill("#ask-form [name=estimator]", case.capitalize())  # touching the form asks the same again
                    assert page.locator("#answer .verdict b").inner_text() == shown


def test_every_pair_is_told_by_the_same_signs(reader, tables):
    page = reader.open(run_pages.write(tables), "#/matrix?by=environment&format=all")
    pairs = summary.summarize(tables).pairs
    for (producer, consumer), pair in pairs.items():
        field = page.locator(f"#grid a[aria-label^='saved with {producer}, loaded with {consumer}:'] .signs")
        shown = {"ok": "same", "warn": "same ⚠"}
        expected = " ".join(shown.get(text, text) for _, text in pick_signs(pair)) or "–"
        assert " ".join(field.inner_text().split()) == expected, (producer, consumer)
