"""What a fit needs of its data beside the fit itself."""

import unittest

from guest import errors, fitting


class TestInputs(unittest.TestCase):
    def test_rows_that_cannot_travel_are_no_failure_of_the_fit(self):
        encoded = {"kind": "list", "container": "list", "items": [{"kind": "opaque", "type": "a.Rows"}]}
        for rows in (encoded, {"kind": "opaque", "type": "a.Rows"}):
            with self.assertRaisesRegex(errors.Unsupported, "held-out rows cannot be sent .* type a.Rows"):
                fitting.received(rows)

    def test_rows_that_travel_arrive(self):
        self.assertEqual(fitting.received({"kind": "texts", "items": ["a"]}), ["a"])
