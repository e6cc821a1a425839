"""Kinds of environments: what each says of itself, and what an installed package may add."""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from pydantic import Field

from harness.environments import keys, kinds, local
from harness.environments.keys import Included
from harness.errors import HarnessError, InputError

from tests.conftest import environment
from tests.extensions import PACKAGE

HOST = Path(kinds.__file__).parent.parent


@pytest.fixture
def borrowed(monkeypatch):
    """The kind of docs/examples/package."""
    spec = importlib.util.spec_from_file_location("borrowed", PACKAGE / "borrowed.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "borrowed", module)
    return module


def entry(value: str = "borrowed:KIND", name: str = "borrowed") -> EntryPoint:
    return EntryPoint(name=name, value=value, group=kinds.GROUP)


def test_an_installed_package_adds_a_kind(borrowed):
    found, faults = kinds.collect([entry()])
    assert not faults
    assert list(found) == ["local", "node", "rootfs", "docker", "sandboxed", "interpreter", "image", "borrowed"]
    assert found["borrowed"].plain


@pytest.mark.parametrize(
    ("value", "name", "message"),
    [
        ("nowhere:KIND", "borrowed", "it cannot be imported: ModuleNotFoundError: No module named 'nowhere'"),
        ("borrowed:LIKE", "borrowed", "it cannot be imported: AttributeError"),
        ("borrowed", "borrowed", "it is no harness.environments.kind.Kind"),
        ("borrowed:KIND", "other", 'it calls itself "borrowed"'),
    ],
)
def test_a_kind_that_cannot_be_used_is_named_with_what_to_do(borrowed, value, name, message):
    found, (fault,) = kinds.collect([entry(value, name)])
    assert list(found) == [kind.name for kind in kinds.OURS]
    assert f'offers the kind of environment "{name}" ({value}): {message}' in fault
    assert "mend it" in fault


def test_a_module_that_ends_the_program_is_a_fault(borrowed, monkeypatch, tmp_path):
    (tmp_path / "leaving.py").write_text("raise SystemExit(3)\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    _, (fault,) = kinds.collect([entry("leaving:KIND")])
    assert "SystemExit" in fault


def test_a_kind_brings_no_name_and_no_key_that_is_taken(borrowed):
    class Common(keys.Keys):
        platform: keys.Word = Field(default="x")

    class Other(keys.Keys):
        node: int | None = None

    class Same(keys.Keys):
        image: kinds.OF["docker"].keys.model_fields["image"].annotation = None
        path: kinds.OF["interpreter"].keys.model_fields["path"].annotation = ""

    for model, message in (
        (Common, 'its key "platform" is every kind\'s'),
        (Other, 'its key "node" means something else'),
    ):
        borrowed.KIND = dataclasses.replace(borrowed.KIND, keys=model)
        _, (fault,) = kinds.collect([entry()])
        assert message in fault
    borrowed.KIND = dataclasses.replace(borrowed.KIND, name="local", keys=Same)
    _, (fault,) = kinds.collect([entry()])
    assert 'there is a kind "local" already' in fault
    assert 'its key "image"' not in fault


def test_a_matrix_is_not_read_beside_a_broken_package(monkeypatch, tmp_path):
    from harness.config.matrix import load_matrix

    monkeypatch.setattr(kinds, "FAULTS", ("the installed package x 1 offers ...; mend it",))
    with pytest.raises(InputError, match="the installed package x 1"):
        load_matrix(tmp_path / "matrix.yaml")


def test_options_are_read_as_they_were_given():
    class Own(keys.Keys):
        level: int = 3
        word: keys.Word | None = Field(default=None, alias="a-word")
        many: tuple[keys.Word, ...] = ()

    given = Own.model_validate({"a-word": "x", "many": ["y", "z"]})
    assert given.options() == (("a-word", "x"), ("many", ("y", "z")))
    one = dataclasses.replace(environment("a"), options=given.options())
    assert Own.read(one) == given
    assert Own.read(environment("a")).level == 3
    assert hash(one)


def test_what_no_plan_can_hold_is_no_option():
    class Own(keys.Keys):
        table: dict[str, str] = Field(default_factory=dict)

    with pytest.raises(HarnessError, match='the key "table"'):
        Own.model_validate({"table": {"a": "b"}}).options()


def test_a_session_is_what_the_kind_says(monkeypatch):
    assert {name for name, kind in kinds.OF.items() if kind.session(_sound(name)) is not None} == {
        "local",
        "node",
        "rootfs",
        "sandboxed",
    }
    made = local.session(environment("a", python=None))
    assert (made.description, made.python) == ("Build a: wheels only, by hash.", None)
    assert kinds.OF["rootfs"].session(_sound("rootfs")).python is None


def _sound(kind: str):
    own = {
        "node": {"node": "24", "npm": ("x",)},
        "rootfs": {"suite": "bookworm"},
        "docker": {"image": "a@sha256:0"},
        "interpreter": {"path": "x"},
        "image": {"image": "a"},
    }
    return environment("a", kind=kind, **own.get(kind, {}))


def test_nothing_outside_a_kinds_file_compares_the_names_of_kinds():
    names = {kind.name for kind in kinds.OURS}
    own = {HOST / "environments" / f"{name}.py" for name in names}
    files = [*HOST.rglob("*.py"), HOST.parent / "noxfile.py"]
    for path in set(files) - own:
        if "guest" in path.relative_to(HOST.parent).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            parts = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
            words = {part.value for part in ast.walk(ast.Tuple(parts)) if isinstance(part, ast.Constant)}
            assert not words & names, f"{path}: {ast.unparse(node)}"


def test_keys_of_every_kind_are_told_apart():
    for kind in kinds.OF.values():
        assert not kind.keys.names().keys() & Included.names().keys()
        assert set(kind.needs) | set(kind.refuses) <= Included.names().keys()
