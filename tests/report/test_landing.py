"""The pages for a web server: what they say without scripts, and what a hostile name comes to."""

import dataclasses
import json

import pytest
from axe_playwright_python.sync_playwright import Axe

from harness.analysis.ask import ask
from harness.analysis.ask.index import Index
from harness.report import ask_words, landing

from tests.report.stored import EVIL, all_cells, cell, plan_of, tables_of


@pytest.fixture
def tables(tmp_path):
    plan = plan_of()
    drift = cell("new/one/pickle>old/pickle", "drift", reason="predict: 3 of 40 labels differ", findings=["labels"])
    found = tables_of(plan, tmp_path / "results", cells=all_cells(plan, [drift]))
    names = {"one": "sklearn.Ridge", "two": EVIL}
    manifests = [json.dumps({"estimator": names[case]}) for case in found.artifacts["case"]]
    return dataclasses.replace(found, artifacts=found.artifacts.assign(manifest=manifests))


def test_each_estimator_has_an_address_with_the_sentences_of_ask(tables, tmp_path):
    assert landing.write(tables, "<p>interactive</p>", tmp_path / "pages") == 1
    text = (tmp_path / "pages/Ridge/index.html").read_text()
    index = Index.from_tables(tables)
    for saved in ("1.4", "1.5"):
        for loaded in ("1.4", "1.5"):
            answer = ask([index], "Ridge", producers=[saved], consumers=[loaded])
            assert f'aria-label="{saved} → {loaded}: {answer.sentence}"' in text
        assert f"Saved with {saved} <small>safe in: {ask_words.safe_in(answer)}</small>" in text
    assert 'href="../report.html#/ask?estimator=Ridge&amp;from=1.5&amp;to=1.4"' in text
    assert "<script" not in text
    assert (tmp_path / "pages/report.html").read_text() == "<p>interactive</p>"


def test_a_name_that_is_no_folder_has_no_page(tables, tmp_path):
    landing.write(tables, "", tmp_path / "pages")
    assert sorted(path.name for path in (tmp_path / "pages").iterdir()) == ["Ridge", "index.html", "report.html"]
    assert "alert(1)" not in (tmp_path / "pages/index.html").read_text()


def test_the_pages_work_without_scripts_and_on_a_phone(reader, tables, tmp_path):
    landing.write(tables, "", tmp_path / "pages")
    reader.page.set_viewport_size({"width": 390, "height": 800})
    reader.page.goto((tmp_path / "pages/index.html").as_uri())
    assert reader.page.locator(".list a").all_inner_texts() == ["≠ Ridge"]
    reader.page.goto((tmp_path / "pages/Ridge/index.html").as_uri())
    assert "1.5 → 1.4: changes predictions (without an error)" in reader.page.locator(".lead").inner_text()
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert reader.page.locator(".wide").evaluate("one => one.scrollWidth <= one.clientWidth"), "every release is seen"
    assert reader.page.locator("h1").inner_text() == "Ridge"
    for scheme in ("light", "dark"):
        reader.page.emulate_media(color_scheme=scheme)
        found = Axe().run(reader.page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
