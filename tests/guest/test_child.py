"""How a child seals its lines."""

from guest import child


def test_a_seal_depends_on_key_number_and_line():
    key = b"k" * 16
    seals = {
        child.seal(key, 0, b"line"),
        child.seal(key, 1, b"line"),
        child.seal(b"l" * 16, 0, b"line"),
        child.seal(key, 0, b"lime"),
    }
    assert len(seals) == 4
    assert child.seal(key, 0, b"line") in seals
    assert {len(seal) for seal in seals} == {32}


def test_only_a_built_in_case_is_fitted_without_a_process_between_it_and_the_guest():
    assert child._is_built_in({"case": {"module": "guest.cases.linear"}})
    assert not child._is_built_in({"case": {"module": "mine"}})
    assert not child._is_built_in({"case": {"module": "guest.cases.linear", "given": {}}})
    assert not child._is_built_in({"artifact": "a file that anybody wrote"})
