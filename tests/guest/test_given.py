"""What a run hands on of a user's model file: the file, the model saved again, or another file in its place."""

import hashlib
import os
import tempfile
import types
import unittest

from guest import as_fitted, given

OWN = {"module": "guest.formats.pickled", "options": {"protocol": 5}}


def _writer(name):
    return types.SimpleNamespace(__name__=name, dump=lambda model, options, fit: b"saved " + model)


def _handing(**more):
    one = given.Given.__new__(given.Given)
    one.given = dict(OWN, **dict({"again": False, "carried": None, "carried_sha256": None}, **more))
    one.data_bytes, one.model, one._attributes = b"file", b"model", []
    return one


class HandedOn(unittest.TestCase):
    def test_a_check_hands_the_file_on_whatever_the_format(self):
        self.assertEqual(_handing().dumped(_writer("guest.formats.joblibs"), {}), b"file")

    def test_saved_again_is_the_model_in_each_format_but_the_files_own(self):
        one = _handing(again=True)
        self.assertEqual(one.dumped(_writer("guest.formats.pickled"), {"protocol": 5}), b"file")
        self.assertEqual(one.dumped(_writer("guest.formats.pickled"), {"protocol": 4}), b"saved model")
        self.assertEqual(one.dumped(_writer("guest.formats.joblibs"), {"protocol": 5}), b"saved model")

    def test_saved_again_is_the_model_as_it_was_loaded_whatever_asking_wrote_into_it(self):
        one = _handing(again=True)
        one.model = types.SimpleNamespace(columns=4)
        one._attributes = as_fitted.attributes(one.model)
        one.model.columns = 3
        writer = types.SimpleNamespace(__name__="guest.formats.joblibs", dump=lambda model, options, fit: vars(model))
        self.assertEqual(one.dumped(writer, {}), {"columns": 4})

    def test_another_file_in_its_place_is_checked_by_its_digest(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "out")
            with open(path, "wb") as file:
                file.write(b"other")
            one = _handing(carried=path, carried_sha256=hashlib.sha256(b"other").hexdigest())
            self.assertEqual(one.dumped(_writer("guest.formats.joblibs"), {}), b"other")
            one = _handing(carried=path, carried_sha256="0" * 64)
            with self.assertRaisesRegex(ValueError, "sha256"):
                one.dumped(_writer("guest.formats.joblibs"), {})


if __name__ == "__main__":
    unittest.main()
