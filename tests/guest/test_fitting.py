"""What a fit needs of its data beside the fit itself."""

from guest import errors, fitting


def test_rows_that_cannot_travel_are_no_failure_of_the_fit():
    opaque = {"kind": "opaque", "type": "a.Rows"}
    for rows in (opaque, {"kind": "list", "container": "list", "items": [opaque]}):
        try:
            fitting.received(rows)
        except errors.Unsupported as error:
            assert "held-out rows cannot be sent" in str(error) and "a.Rows" in str(error)
        else:
            raise AssertionError("it was received")


def test_rows_that_travel_arrive():
    assert fitting.received({"kind": "texts", "items": ["a"]}) == ["a"]
