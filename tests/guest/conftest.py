"""pytest collects the guest's tests on the host too, with the guest loaded as it is loaded everywhere else."""

import importlib.util
import pathlib

_spec = importlib.util.spec_from_file_location("guest_runner", pathlib.Path(__file__).with_name("run.py"))
assert _spec is not None
assert _spec.loader is not None
_runner = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_runner)
_runner.load_guest()
