"""A format whose readers are deeds: what a model may do to the process of a kit. Put into a kit by test_kit.py."""

import os
import sys
import time

FORMATS = {"deeds": {}}
READERS = {
    "deeds": ("answers", "raises", "exits", "leaves", "aborts", "hangs", "changes", "forks", "moves", "interrupts"),
}
WRITES_WITH = READS_WITH = ()
PARTIAL = True
NAMES_ITS_CODE = True


class Model:
    methods = ["predict"]

    def predict(self, inputs):
        raise ValueError("asked with %s" % "/".join(inputs))  # an answer that needs no NumPy to be written down


def load(data, path, reader, options):
    with open(path, "rb") as file:
        assert file.read() == data
    return globals()["load_" + reader]()


def load_answers():
    return Model()


def load_raises():
    raise RuntimeError("not today")


def load_exits():
    sys.exit(0)


def load_leaves():
    os._exit(0)


def load_aborts():
    os.abort()


def load_hangs():
    time.sleep(60)


def load_changes():
    sys.setrecursionlimit(sys.getrecursionlimit() + 1)
    return Model()


def load_moves():
    os.chdir(os.path.dirname(os.getcwd()))
    return Model()


def load_forks():
    if hasattr(os, "fork"):
        os.fork()
    return Model()


def load_interrupts():
    import signal

    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(1)


def dump(model, options, fit):
    raise NotImplementedError
