"""What an environment can write and read, and which modules it lacks for the rest."""

import types

from guest import facts


def a_format(writes_with, reads_with):
    return types.SimpleNamespace(
        FORMATS={"one": {}}, READERS={"one": ["its-reader"]}, WRITES_WITH=writes_with, READS_WITH=reads_with
    )


def test_what_it_can_do_has_no_inability():
    found = facts.abilities([a_format(("json",), ())], {})
    assert found == {"writers": {"one": None}, "readers": {"its-reader": None}, "broken": {}}


def test_each_module_that_it_lacks_is_named_in_the_reason_and_as_data():
    found = facts.abilities([a_format(("no_such.part", "json", "nor_this"), ("nor_this",))], {})
    assert found["writers"]["one"]["modules"] == ["no_such.part", "no_such", "nor_this"]
    assert "no_such.part cannot be imported" in found["writers"]["one"]["reason"]
    assert found["readers"]["its-reader"]["modules"] == ["nor_this"]
