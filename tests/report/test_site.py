"""The page in a real browser: the matrix, its filters, the way down to a traceback, and what a hostile text comes to."""

import csv
import dataclasses
import json
import shlex
import re
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from harness import analysis
from harness import store
from harness.analysis import summary
from harness.report import site, run_pages

from tests.report.stored import all_cells, cell, plan_of, tables_of

VIEWS = ("ask", "findings", "overview", "matrix", "formats", "claims", "environments")
DRIFT = "new/one/pickle>old/pickle"
FAILS = "new/two/joblib>old/joblib"
TRACEBACK = "Traceback (most recent call last):\n  …\nModuleNotFoundError: No module named 'numpy._core'"
#: As an exception, a package or a model may be called.
EVIL = "</script><script>window.planted=1</script><img src=x onerror='window.planted=1'>\"'&"


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Two environments, two cases, two formats: one cell drifts, one fails with a traceback."""
    plan = plan_of(formats=("pickle", "joblib"))
    special = [
        cell(DRIFT, "drift", reason="predict: 3 of 40 labels differ", findings=["labels"], label_mismatch=0.075),
        cell(FAILS, "load-error", reason="ModuleNotFoundError: no", error_type="ModuleNotFoundError", traceback="abc"),
        cell("old/one/pickle>new/pickle", version_warning=True, original_sklearn_version="1.4.2"),
    ]
    tables = tables_of(plan, tmp_path_factory.mktemp("results"), cells=all_cells(plan, special))
    line = json.dumps({"traceback": "abc", "text": TRACEBACK})
    (tables.path / "logs/tracebacks.jsonl").write_text(f"{line}\n{{torn")
    return analysis.read_run(tables.path)


@pytest.fixture(scope="module")
def page_file(stored):
    return run_pages.write(stored)


def field(page, producer, consumer):
    return page.locator(f"#grid a[aria-label^='saved with {producer}, loaded with {consumer}:']")


def signs(page, producer, consumer):
    return field(page, producer, consumer).locator(".signs").inner_text().split()


def style(page, producer, consumer):
    return field(page, producer, consumer).locator("..").get_attribute("class")


def test_the_matrix_tells_each_pair_of_releases_at_a_glance_with_its_denominator(reader, page_file):
    page = reader.open(page_file, "#/matrix")
    assert signs(page, "1.5", "1.4") == ["≠1", "✗1"]
    assert field(page, "1.5", "1.4").locator(".of").inner_text() == "of 4"
    assert signs(page, "1.4", "1.5") == ["same", "⚠"]
    assert signs(page, "1.4", "1.4") == ["same"]
    assert "share-changes" in style(page, "1.5", "1.4")
    assert "share-safe" in style(page, "1.4", "1.5")  # a warning alone is no harm
    assert page.locator("#matrix-count").inner_text() == "16 cells"


def test_the_larger_the_share_the_deeper_the_colour(reader, tmp_path):
    plan = plan_of(cases=("one", "two", "three"))
    rows = [cell(f"new/{name}/pickle>old/pickle", "drift", reason="differs") for name in ("one", "two", "three")]
    rows.append(cell("old/one/pickle>new/pickle", "drift", reason="differs"))
    page = reader.open(run_pages.write(tables_of(plan, tmp_path, cells=all_cells(plan, rows))), "#/matrix")
    shares = [
        page.evaluate(
            "one => parseInt(getComputedStyle(one).getPropertyValue('--share'))",
            field(page, *way).locator("..").element_handle(),
        )
        for way in (("1.5", "1.4"), ("1.4", "1.5"))
    ]
    assert shares[0] > shares[1] > 14


def test_what_differs_in_its_own_producer_is_not_blamed_on_the_way(reader, tmp_path):
    plan = plan_of()
    rows = [cell(f"old/one/pickle>{name}/pickle", "drift", reason="rounding") for name in ("old", "new")]
    tables = tables_of(plan, tmp_path, cells=all_cells(plan, rows))
    page = reader.open(run_pages.write(tables), "#/matrix?by=environment")
    assert signs(page, "old", "new") == ["(≠1)"]
    assert "share-changes" not in style(page, "old", "new")
    assert "(≠1)" in (tables.path / "SUMMARY.md").read_text()
    page = reader.open(tables.path / run_pages.PAGE, "#/ask?estimator=one&from=1.4&to=1.5")
    assert "Changes predictions" in page.locator("#answer").inner_text()
    page = reader.open(tables.path / run_pages.PAGE, "#/findings")
    assert "None: whatever loaded predicts the same" in page.locator("#findings").inner_text()


def test_filters_count_again_and_stand_in_the_address(reader, page_file):
    page = reader.open(page_file, "#/matrix")
    page.select_option("#matrix-filters [name=format]", "joblib")
    assert signs(page, "1.5", "1.4") == ["✗1"]
    assert page.url.endswith("#/matrix?format=joblib")
    page.click("text=More filters")
    page.fill("#matrix-filters [name=case]", "one")
    assert signs(page, "1.5", "1.4") == ["same"]
    page.click("text=All cells")
    expect(page.locator("#matrix-count")).to_have_text("16 cells")
    page = reader.open(page_file, "#/matrix?status=drift")
    assert page.locator("#matrix-count").inner_text() == "1 cell"


def test_a_click_goes_to_the_pair_and_a_second_one_to_the_traceback(reader, page_file):
    page = reader.open(page_file, "#/matrix")
    field(page, "1.5", "1.4").click()
    rows = page.locator("#pair-view tbody tr")
    assert rows.count() == 2  # one for each case
    assert "predicts differently" in rows.first.inner_text()
    assert rows.first.locator(".chip").all_inner_texts() == ["✓ joblib", "≠ pickle"]
    page.click("#pair-view .chip:has-text('✗ joblib')")
    assert page.locator("#traceback").inner_text().endswith("No module named 'numpy._core'")
    text = page.locator("#cell-view").inner_text()
    assert f"python -m harness run --profile default --only '{FAILS}' --locks" in text
    page.go_back()
    assert page.locator("#pair-title").is_visible()


def test_the_matrix_is_walked_by_keyboard(reader, page_file):
    page = reader.open(page_file, "#/matrix")
    field(page, "1.4", "1.4").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#pair-view")
    assert page.locator("#pair-title").inner_text() == "Saved with 1.5, loaded with 1.4"
    assert page.evaluate("document.activeElement.id") == "pair-title"


def test_the_page_opens_on_the_question_and_shows_no_error(reader, page_file):
    page = reader.open(page_file)
    assert page.locator("#ask-form [name=estimator]").is_visible()
    assert "no estimator" not in page.locator("#answer").inner_text()
    assert page.locator("#welcome").is_visible()


def test_suggestions_come_while_typing_and_are_taken_by_keyboard(reader, page_file):
    page = reader.open(page_file)
    typed = page.locator("#ask-form [name=estimator]")
    typed.press_sequentially("tw")
    assert page.locator("#suggested [role=option]").all_inner_texts() == ["two"]
    typed.press("ArrowDown")
    assert typed.get_attribute("aria-activedescendant") == "suggested-0"
    typed.press("Enter")
    assert typed.input_value() == "two"
    assert not page.locator("#suggested").is_visible()
    assert page.locator("#answer .verdict").is_visible()
    typed.press_sequentially(", on")
    typed.press("Escape")
    assert not page.locator("#suggested").is_visible()


def test_a_strip_has_every_version_and_each_leads_to_its_answer(reader, page_file):
    page = reader.open(page_file, "#/ask?estimator=one&from=1.5&to=1.5")
    strip = page.locator("#answer .strips table")
    assert strip.locator("thead th").all_inner_texts() == ["1.4", "1.5"]
    assert strip.locator("td a").all_inner_texts() == ["≠", "○"]
    strip.locator("td a").first.click()
    expect(page.locator("#answer .verdict b")).to_contain_text("Changes predictions")
    assert "to=1.4" in page.url


def test_of_several_estimators_the_worst_counts_and_each_has_a_strip(reader, page_file):
    page = reader.open(page_file, "#/ask?estimator=two,one&from=1.5&to=1.4")
    assert page.locator("#answer .strips tbody th").all_inner_texts() == ["two", "one"]
    assert "Changes predictions" in page.locator("#answer .verdict b").inner_text()
    assert "one saved with 1.5" in page.locator("#answer .asked").inner_text()


def test_the_last_question_is_remembered(reader, page_file):
    reader.open(page_file, "#/ask?estimator=two&from=1.5&to=1.4")
    reader.page.goto("about:blank")
    page = reader.open(page_file)
    assert page.locator("#ask-form [name=estimator]").input_value() == "two"
    assert "Breaks" in page.locator("#answer").inner_text()


def test_without_a_place_to_keep_anything_the_page_works(reader, page_file):
    refused = (
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    reader.page.add_init_script(refused)
    page = reader.open(page_file, "#/ask?estimator=two&from=1.5&to=1.4")
    assert "Breaks" in page.locator("#answer").inner_text()


def test_findings_are_cards_with_their_causes(reader, tmp_path):
    plan = plan_of(cases=("one", "two", "three"))
    rows = [
        cell(f"new/{name}/pickle>old/pickle", "refused" if name == "three" else "drift", reason=f"{name} differs",
             findings=["labels"], label_mismatch=0.25)
        for name in ("one", "two", "three")
    ]  # fmt: skip
    page = reader.open(run_pages.write(tables_of(plan, tmp_path, cells=all_cells(plan, rows))), "#/findings")
    cards = page.locator("#findings .card")
    assert cards.count() == 1  # two cells with one cause; what was refused is none
    text = cards.first.inner_text()
    assert "Not explained yet" in text
    assert "up to 25 % of the labels differ" in text
    assert "Saved with 1.5, loaded with 1.4" in text
    cards.first.locator("text=where: 2 loads").click()
    expect(page.locator("#matrix-count")).to_have_text("2 cells")


def test_a_card_names_the_formats_that_get_over_its_models(reader, tmp_path):
    plan = plan_of(formats=("pickle", "portable"))
    rows = [cell(f"old/{name}/pickle>new/pickle", "load-error") for name in ("one", "two")]
    rows.append(cell("old/two/portable>new/portable", "drift", parity="drift"))
    page = reader.open(run_pages.write(tables_of(plan, tmp_path, cells=all_cells(plan, rows))), "#/findings")
    card = page.locator("#findings .of-breaks")
    assert "Rescued by: portable (identical; 1 of 2 models tried)" in card.inner_text()


def test_the_overview_is_sorted_by_any_version_and_downloaded(reader, page_file):
    page = reader.open(page_file, "#/overview?from=1.5")
    table = page.locator("#overview-table")
    assert table.locator("tbody th").all_inner_texts() == ["one", "two"]
    table.locator("button[data-key=name]").click()
    table.locator("button[data-key=name]").click()
    assert table.locator("tbody th").all_inner_texts() == ["two", "one"]
    assert table.locator("thead th").first.get_attribute("aria-sort") == "descending"
    with page.expect_download() as download:
        page.click("#overview-csv")
    rows = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert len(rows) == 2 * 2 * 2
    found = next(
        one for one in rows if (one["estimator"], one["saved_with"], one["loaded_with"]) == ("one", "1.5", "1.4")
    )
    assert found["verdict"] == "changes predictions"
    assert found["answer"].startswith("changes predictions")


def test_views_without_data_are_hidden(reader, page_file):
    page = reader.open(page_file)
    shown = [link.get_attribute("href").removeprefix("#/") for link in page.locator("nav a").all()]
    assert shown == list(VIEWS)
    page = reader.open(page_file, "#/history")  # an old link still leads somewhere
    assert page.locator("#ask-title").is_visible()


def test_a_cell_shows_cause_and_model_before_the_packages(reader, tmp_path):
    plan = plan_of()
    damaged = cell("old/one/pickle>new/pickle", "refused", reason="one: (sha256 differs)")
    tables = tables_of(plan, tmp_path, cells=all_cells(plan, [damaged]))
    model = {"class": "sklearn.linear_model.LogisticRegression", "parameters": {"C": "1.0", "penalty": "'l2'"}}
    manifest = json.dumps({"estimator": model["class"], "parts": [model], "input": {"container": "csr"}})
    held = [json.dumps({"scikit-learn": "1.4.2", "numpy": n, "certifi": n}) for n in ("1.26.4", "2.1.0")]
    changed = dataclasses.replace(
        tables,
        artifacts=tables.artifacts.assign(manifest=manifest),
        environments=tables.environments.assign(packages=held),
    )
    path = tmp_path / "page.html"
    path.write_text(site.render(changed, summary.summarize(changed)))
    page = reader.open(path, f"#/cell?id={quote(damaged['cell_id'])}")
    assert page.locator("#cell-view h3").all_inner_texts()[:4] == ["Why", "Model", "What was compared", "Packages"]
    text = page.locator("#cell-view").inner_text()
    assert "penalty='l2'" in text
    assert "input csr" in text
    assert "certifi" not in text  # folded
    assert "1 other package" in text


@pytest.mark.parametrize(
    ("estimator", "source", "target", "verdict"),
    [
        ("one", "1.5", "1.4", "Changes predictions"),
        ("two", "1.5.2", "1.4", "Breaks"),
        ("one", "1.4", "1.5", "No difference seen in 1 model"),
        ("nothing", "1.4", "1.5", "This run has no estimator, case or family nothing"),
    ],
)
def test_a_question_is_answered_by_its_address(reader, page_file, estimator, source, target, verdict):
    page = reader.open(page_file, f"#/ask?estimator={estimator}&from={source}&to={target}")
    assert verdict in page.locator("#answer").inner_text()


def test_one_format_can_be_safe_where_another_is_not(reader, page_file):
    page = reader.open(page_file, "#/ask?estimator=one&from=1.5&to=1.4&format=joblib")
    assert page.locator("#answer .verdict b").inner_text() == "○ No difference seen in 1 model"


def test_a_cell_can_be_linked_to(reader, page_file):
    page = reader.open(page_file, f"#/cell?id={quote(DRIFT)}")
    assert "3 of 40 labels differ" in page.locator("#cell-view").inner_text()
    page = reader.open(page_file, "#/cell?id=nobody")
    assert "No such cell" in page.locator("#cell-title").inner_text()


def test_every_view_opens_on_a_phone_without_widening_it(reader, page_file):
    reader.page.set_viewport_size({"width": 390, "height": 800})
    for view in VIEWS:
        page = reader.open(page_file, f"#/{view}")
        assert page.locator(f"#{view}-title").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, view


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_stands_in_the_way_of_assistive_technology(reader, page_file, scheme):
    reader.page.emulate_media(color_scheme=scheme)
    for route in (
        *VIEWS,
        "pair?producer=new&consumer=old",
        f"cell?id={quote(FAILS)}",
        "ask?estimator=one&from=1.5&to=1.4",
    ):
        page = reader.open(page_file, f"#/{route}")
        # axe brings a script of its own, which the policy rightly refuses; the driver evaluates it instead.
        found = Axe().run(page).response["violations"]
        bad = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in {"serious", "critical"}]
        assert bad == [], route


def test_text_of_models_and_packages_is_only_ever_text(reader, tmp_path):
    plan = plan_of(cases=("one", "two<img src=x onerror=alert(1)>"))
    evil = cell("new/one/pickle>old/pickle", "load-error", reason=EVIL, error_type=EVIL, traceback="abc")
    evil["warnings"] = [{"category": EVIL, "message": EVIL}]
    drift = cell("old/one/pickle>new/pickle", "drift", reason=EVIL, findings=["labels"])
    tables = tables_of(plan, tmp_path, cells=all_cells(plan, [evil, drift]))
    (tables.path / "logs/tracebacks.jsonl").write_text(json.dumps({"traceback": "abc", "text": EVIL}) + "\n")
    packages = json.dumps({"numpy": EVIL, EVIL: "1"})
    environments = tables.environments.assign(packages=packages, reason=EVIL, how_built=EVIL, cpu=EVIL)
    hostile = dataclasses.replace(tables, environments=environments)
    html = site.render(hostile, summary.summarize(hostile))
    path = tmp_path / "page.html"
    path.write_text(html)
    for route in (*VIEWS, "pair?producer=new&consumer=old", "cell?id=" + quote("new/one/pickle>old/pickle"),
                  "ask?estimator=" + quote(EVIL), "ask?estimator=one&from=1.5&to=1.4", "cell?id=" + quote(EVIL)):  # fmt: skip
        page = reader.open(path, f"#/{route}")
        assert page.evaluate("window.planted") is None
        assert page.locator("img").count() == 0
    page = reader.open(path, "#/cell?id=" + quote("new/one/pickle>old/pickle"))
    assert page.locator("#traceback").inner_text() == EVIL


def test_nothing_but_the_pages_own_scripts_may_run(reader, page_file):
    page = reader.open(page_file, "#/matrix")
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert re.search(r"script-src ('sha256-[A-Za-z0-9+/=]+' ?)+;", policy)
    page.evaluate(
        "() => { const one = document.createElement('script'); one.text = 'window.planted = 1'; document.body.append(one); }"
    )
    assert page.evaluate("window.planted") is None
    assert "Content Security Policy" in reader.complaints.pop()


class TestBadNights:
    """A failed night must not look like a passed one."""

    def test_a_broken_environment_stands_at_the_top(self, reader, tmp_path):
        plan = plan_of()
        rows = [row for row in all_cells(plan) if "new" not in row["cell_id"]]
        tables = tables_of(plan, tmp_path, cells=rows, environments=("old",))
        page = reader.open(run_pages.write(tables), "#/matrix")
        alerts = " ".join(page.locator("[role=alert]").all_inner_texts())
        assert "6 of 8 cells did not run" in alerts
        assert "1 of 2 environments are missing: new." in alerts
        assert page.locator(".missing").inner_text() == "new: cut short"
        assert signs(page, "1.4", "1.5") == ["–"]

    def test_a_run_cut_short_says_how_much_is_missing(self, reader, tmp_path):
        plan = plan_of()
        tables = tables_of(plan, tmp_path, cells=list(all_cells(plan))[:5])
        page = reader.open(run_pages.write(tables))
        assert "3 of 8 cells did not run" in page.locator("[role=alert]").last.inner_text()

    def test_an_empty_result_is_no_result(self, reader, tmp_path):
        tables = tables_of(plan_of(), tmp_path, cells=[], environments=())
        page = reader.open(run_pages.write(tables), "#/matrix")
        assert "Nothing ran" in page.locator("[role=alert]").first.inner_text()
        assert {text for text in page.locator("#grid td a").all_inner_texts()} == {"–"}
        page = reader.open(tables.path / run_pages.PAGE, "#/findings")
        assert "Nothing was compared, so nothing is known" in page.locator("#findings").inner_text()

    def test_what_did_not_run_is_not_known(self, reader, tmp_path):
        plan = plan_of()
        tables = tables_of(plan, tmp_path, cells=list(all_cells(plan))[:1])
        page = reader.open(run_pages.write(tables), "#/ask?estimator=one&from=1.5&to=1.4")
        assert "Not known" in page.locator("#answer").inner_text()


def test_claims_without_data_are_folded_at_the_end(reader, page_file):
    page = reader.open(page_file, "#/claims")
    folded = page.locator("#claims details")
    assert "No data for " in folded.locator("summary").inner_text()
    hidden = folded.locator("tbody tr").first
    assert not hidden.is_visible()
    folded.locator("summary").click()
    assert hidden.is_visible()
    assert page.locator("#claims > .wide tbody tr", has_text="no data").count() == 0
    assert folded.evaluate("one => one.nextElementSibling") is None


def test_the_page_names_what_differs_between_two_environments(reader, tmp_path):
    plan = plan_of(environments=(("one", "1.5.2"), ("other", "1.5.2")))
    tables = tables_of(
        plan, tmp_path, cells=all_cells(plan), environments=("one", "other"), versions=dict.fromkeys(("one", "other"), "1.5.2")
    )  # fmt: skip
    held = [{"scikit-learn": "1.5.2", "aaa": "1", "numpy": number} for number in ("1.26.4", "2.1.0")]
    held[1]["aaa"] = "2"
    tables.environments["packages"] = [json.dumps(packages) for packages in held]
    page = reader.open(run_pages.write(tables), "#/pair?producer=one&consumer=other")
    assert page.locator("#differences summary").inner_text() == "2 differences: numpy 1.26.4 → 2.1.0, aaa 1 → 2"


def test_the_command_of_a_page_knows_the_folder_it_was_opened_from(reader, stored, tmp_path):
    moved = tmp_path / "somebody's own folder" / stored.path.name
    (moved / "report").mkdir(parents=True)
    (moved / "report" / "index.html").write_text(run_pages.write(stored).read_text())
    page = reader.open(moved / "report" / "index.html", f"#/cell?id={FAILS}")
    words = shlex.split(page.locator("#again").inner_text())
    assert words[:7] == ["python", "-m", "harness", "run", "--profile", "default", "--only"]
    assert words[7:] == [FAILS, "--locks", str(moved)]
