"""Runs one function of a test file in a process of its own, or a whole guest in one: for tests of memory and processes.

``python -I apart.py FILE FUNCTION ARGUMENTS`` prints what the function returns, as JSON. Standard library only.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MB = 10**6


def apart(function, *arguments):
    """What ``function(*arguments)`` returns in a fresh interpreter. Raises RuntimeError with its traceback."""
    words = [function.__code__.co_filename, function.__name__, json.dumps(arguments)]
    done = subprocess.run(
        [sys.executable, "-I", os.path.abspath(__file__)] + words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace"))
    return json.loads(done.stdout)


def full(size):
    """So many bytes that are really there: nobody has seen the pages of ``bytearray(size)``."""
    return bytearray(b"x") * size


def about(value, wanted, share=0.05):
    return abs(value - wanted) <= share * wanted


class Guest:
    """A guest of one format, stub_format.py, with everything between: stage, supervisor, child. ``hold``: bytes that
    the process holds that children are forked from."""

    def __init__(self, hold=0):
        self.folder = tempfile.mkdtemp()
        self.stage = os.path.join(self.folder, "stage")
        os.mkdir(self.stage)
        os.symlink(os.path.join(os.path.dirname(os.path.dirname(HERE)), "harness", "guest"), self.stage + "/guest")
        shutil.copy(os.path.join(HERE, "stub_format.py"), self.stage)
        for name, text in (
            ("__main__.py", "from guest.__main__ import main\n\nraise SystemExit(main())\n"),
            ("stub_part.py", "KEPT = bytearray(b'x') * (10 * 10**6)\n"),
            ("stub_service.py", "from stub_format import *\n\nSERVICE = object()\n"),
        ):
            with open(os.path.join(self.stage, name), "w") as file:
                file.write(text)
        self.log = open(os.path.join(self.folder, "log"), "w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-I", self.stage, "json", "--", "stub_format"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            cwd=self.folder,
            env=dict(os.environ, TMPDIR=self.folder, STUB_HOLDS=str(hold)),
            start_new_session=True,
        )

    def __enter__(self):
        hello = json.loads(self.process.stdout.readline())
        assert hello["event"] == "hello", hello
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()
            self.log.close()
            shutil.rmtree(self.folder)

    def measured(self, kind, deed, artifact=b"bytes", limit=20, place=None, **more):
        """The one event of a sample. ``limit``: seconds of one step; ``place``: of the artifact, instead of our own."""
        task = dict(self.task(kind, deed, artifact, place), **more)
        job = {"do": "measure", "batches": [[task]], "limits": {"seconds": limit, "memory": 1 << 30}}
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        self.process.stdin.flush()
        event, done = (json.loads(self.process.stdout.readline()) for _ in range(2))
        assert done["event"] == "done", (event, done)
        return event

    def task(self, kind, deed, artifact=b"bytes", place=None):
        task = {"id": "a", "kind": kind, "seconds": 0.01, "imports": [], "processes": 4, "methods": ["predict", "rest"]}
        task.update(module="stub_format", reader=deed, options={})
        for name, data in [("artifact", artifact), ("inputs", b'{"kind":"texts","items":["x","yy"]}')]:
            task[name] = place if place and name == "artifact" else os.path.join(self.folder, name)
            with open(task[name], "wb") as file:
                file.write(data)
            task["sha256" if name == "artifact" else name + "_sha256"] = digest(data)
        return task

    def left(self):
        """The processes that it still has beside itself."""
        with open("/proc/%d/task/%d/children" % (self.process.pid, self.process.pid)) as children:
            return children.read().split()

    def logged(self):
        with open(self.log.name, "rb") as log:
            return log.read().decode("utf-8", "replace")


def digest(data):
    import hashlib

    return hashlib.sha256(data).hexdigest()


def main(path, name, arguments):
    modules = {}
    for file in (os.path.join(HERE, "run.py"), path):
        spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(file))[0], file)
        modules[file] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(modules[file])
        if file.endswith("run.py"):
            modules[file].load_guest()
    print(json.dumps(getattr(modules[path], name)(*json.loads(arguments))))


if __name__ == "__main__":
    main(*sys.argv[1:])
