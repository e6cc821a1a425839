"""The reference is whole: whatever the code has is in it."""

from __future__ import annotations

import json

import typer.main

from harness import descriptions
from harness.analysis import cells
from harness.analysis.dataset import Statement, Told
from harness.analysis.meanings import Meaning
from harness.cli import app
from harness.config import catalogue, format_files
from harness.config.matrix import json_schema
from harness.report.dataset import packages
from harness.store import column_descriptions as stored
from harness.store.tables import SCHEMAS
from harness.terms import Figure, Finding, Parity, Status

from .pages import ROOT


def test_every_word_of_a_closed_list_has_its_sentence() -> None:
    assert list(descriptions.STATUSES) == list(Status)
    assert list(descriptions.PARITIES) == list(Parity)
    assert list(descriptions.FINDINGS) == list(Finding)
    assert list(descriptions.FIGURES) == list(Figure)
    assert list(descriptions.MEANINGS) == list(Meaning)


def test_every_column_has_its_sentence() -> None:
    for name, schema in SCHEMAS.items():
        worked_out = cells.COLUMNS if name == "cells" else ()
        assert set(stored.COLUMNS[name]) == {*schema.names, *worked_out}, name


def test_every_file_of_the_kept_run_has_its_sentence() -> None:
    kept = ROOT / "results/reference"
    named = {name.partition("/")[0] for name in stored.FILES}
    assert {path.name for path in kept.iterdir()} - {"report.png", "matrix.png"} <= named


def test_every_verb_option_and_key_is_on_its_page(reference) -> None:
    commands = (reference / "commands.md").read_text()

    def verbs(command, before=""):
        for name, one in command.commands.items():
            if hasattr(one, "commands"):
                yield from verbs(one, f"{before}{name} ")
            else:
                yield before + name, one

    for name, verb in verbs(typer.main.get_command(app)):
        assert f"\n## {name}\n" in commands
        for option in (word for one in verb.params if one.param_type_name == "option" for word in one.opts):
            assert f"`{option}`" in commands, (name, option)
    matrix = (reference / "matrix.md").read_text()
    for part in [json_schema(), *json_schema()["$defs"].values()]:
        assert all(f"| `{key}` |" in matrix for key in part.get("properties", ()))
        assert all(f"`{word}`" in matrix for word in part.get("enum", ()))


def test_every_format_and_case_is_on_its_page(reference) -> None:
    formats, cases = (reference / "formats.md").read_text(), (reference / "cases.md").read_text()
    assert all(f"`{one.name}`" in formats for one in format_files.builtin_formats())
    assert all(f"`{one.name}`" in cases for one in catalogue.builtin_cases())


def test_the_reference_is_written_again_only_where_it_changed(generate, tmp_path) -> None:
    generate.write(tmp_path)
    (tmp_path / "old.md").write_text("")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.md")}
    generate.write(tmp_path)
    after = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.md")}
    assert before == {tmp_path / "old.md": before[tmp_path / "old.md"], **after}
    assert len(after) == len(before) - 1


def test_every_key_and_field_of_the_dataset_is_on_its_page(reference) -> None:
    page = (reference / "dataset.md").read_text()
    schema = json.loads(packages.template(packages.SCHEMA))
    statement = Statement("", "", "", "", "", Told("", "", None, 0, 0))
    fields = [*fields_of(statement), *schema["properties"]]
    assert all(f"| `{name}` |" in page for name in fields)


def fields_of(statement: Statement) -> list[str]:
    renamed = {"saved": "from", "loaded": "to"}
    return [renamed.get(name, name) for name in (*statement._fields[:-1], *statement.told._fields)]


def test_the_kept_page_is_the_one_that_this_program_makes() -> None:
    page = (ROOT / "results/reference/report/index.html").read_text()
    parts = [path for path in (ROOT / "harness/report/site/assets").iterdir() if path.name != "landing.css"]
    stale = [path.name for path in parts if path.read_text() not in page]
    hint = "make it anew: python -m harness report results/reference; python -m tests.report.picture"
    assert not stale, f"{', '.join(stale)} changed. {hint}"
