"""A guest with a service: the deeds of supervised.py and two that speak of it; started by test_services.py."""

import importlib.util
import os
import subprocess
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))


class Service:
    process = None

    @property
    def pid(self):
        return self.process.pid if self.process else None

    def start(self):
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-c", "import sys; sys.stdin.read()"],
                stdin=subprocess.PIPE,
                start_new_session=True,
            )

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process = None


def serving(task, channel):
    return sys.modules[task["module"]].SERVICE.pid


def main():
    spec = importlib.util.spec_from_file_location("supervised", os.path.join(HERE, "supervised.py"))
    supervised = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(supervised)
    supervised.DEEDS["serving"] = serving
    for name in ("served", "other"):
        module = sys.modules["guest.formats." + name] = types.ModuleType(name)
        module.SERVICE = Service()
    supervised.main()


if __name__ == "__main__":
    main()
