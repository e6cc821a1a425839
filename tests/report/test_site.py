"""The page in a real browser: the matrix, its filters, the way down to a traceback, and what a hostile text comes to."""

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

VIEWS = ("matrix", "ask", "formats", "architectures", "claims", "changes", "history", "environments")
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
    return page.locator(f"#grid a[aria-label^='dumped by {producer}, loaded by {consumer}:']")


def test_the_matrix_opens_and_tells_each_pair_at_a_glance(reader, page_file):
    page = reader.open(page_file)
    assert field(page, "new", "old").inner_text().split() == ["≠1", "✗1"]
    assert field(page, "old", "new").inner_text() == "warn"
    assert field(page, "old", "old").inner_text() == "ok"
    assert "is-drift" in field(page, "new", "old").locator("..").get_attribute("class")
    assert page.locator("#matrix-count").inner_text() == "16 cells"


def test_what_differs_in_its_own_producer_is_not_blamed_on_the_way(reader, tmp_path):
    plan = plan_of()
    rows = [cell(f"old/one/pickle>{name}/pickle", "drift", reason="rounding") for name in ("old", "new")]
    tables = tables_of(plan, tmp_path, cells=all_cells(plan, rows))
    page = reader.open(run_pages.write(tables))
    assert field(page, "old", "new").inner_text() == "(≠1)"
    assert "is-home-drift" in field(page, "old", "new").locator("..").get_attribute("class")
    assert "(≠1)" in (tables.path / "SUMMARY.md").read_text()
    page = reader.open(tables.path / run_pages.PAGE, "#/ask?estimator=one&from=1.4&to=1.5")
    assert "Changes predictions" in page.locator("#answer").inner_text()


def test_filters_count_again_and_stand_in_the_address(reader, page_file):
    page = reader.open(page_file)
    page.select_option("#matrix-filters [name=format]", "joblib")
    assert field(page, "new", "old").inner_text() == "✗1"
    assert page.url.endswith("#/matrix?format=joblib")
    page.fill("#matrix-filters [name=case]", "one")
    assert field(page, "new", "old").inner_text() == "ok"
    page.click("text=All cells")
    expect(page.locator("#matrix-count")).to_have_text("16 cells")
    page = reader.open(page_file, "#/matrix?status=drift")
    assert page.locator("#matrix-count").inner_text() == "1 cell"


def test_a_click_goes_to_the_pair_and_a_second_one_to_the_traceback(reader, page_file):
    page = reader.open(page_file)
    field(page, "new", "old").click()
    first = page.locator("#pair-view tbody tr").first
    assert "predicts differently" in first.inner_text()
    page.click("#pair-view a:has-text('two') >> nth=0")
    assert page.locator("#traceback").inner_text().endswith("No module named 'numpy._core'")
    text = page.locator("#cell-view").inner_text()
    assert f"python -m harness run --profile default --only '{FAILS}' --locks" in text
    page.go_back()
    assert page.locator("#pair-title").is_visible()


def test_the_matrix_is_walked_by_keyboard(reader, page_file):
    page = reader.open(page_file)
    field(page, "old", "old").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#pair-view")
    assert page.locator("#pair-title").inner_text() == "Dumped by new, loaded by old"
    assert page.evaluate("document.activeElement.id") == "pair-title"


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
    assert "○ No difference seen in 1 model" in page.locator("#answer .verdict").inner_text()


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
                  "ask?estimator=" + quote(EVIL), "cell?id=" + quote(EVIL)):  # fmt: skip
        page = reader.open(path, f"#/{route}")
        assert page.evaluate("window.planted") is None
        assert page.locator("img").count() == 0
    page = reader.open(path, "#/cell?id=" + quote("new/one/pickle>old/pickle"))
    assert page.locator("#traceback").inner_text() == EVIL


def test_nothing_but_the_pages_own_scripts_may_run(reader, page_file):
    page = reader.open(page_file)
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
        page = reader.open(run_pages.write(tables))
        alerts = " ".join(page.locator("[role=alert]").all_inner_texts())
        assert "6 of 8 cells did not run" in alerts
        assert "1 of 2 environments are missing: new." in alerts
        assert page.locator(".missing").inner_text() == "new: cut short"
        assert field(page, "old", "new").inner_text() == "–"

    def test_a_run_cut_short_says_how_much_is_missing(self, reader, tmp_path):
        plan = plan_of()
        tables = tables_of(plan, tmp_path, cells=list(all_cells(plan))[:5])
        page = reader.open(run_pages.write(tables))
        assert "3 of 8 cells did not run" in page.locator("[role=alert]").last.inner_text()

    def test_an_empty_result_is_no_result(self, reader, tmp_path):
        tables = tables_of(plan_of(), tmp_path, cells=[], environments=())
        page = reader.open(run_pages.write(tables))
        assert "Nothing ran" in page.locator("[role=alert]").first.inner_text()
        assert {text for text in page.locator("#grid td a").all_inner_texts()} == {"–"}

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
