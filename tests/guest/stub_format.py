"""A format whose readers are deeds: what a load may do to who measures it. Put beside a guest by apart.py."""

import mmap
import os
import signal
import sys
import time

MB = 10**6
FORMATS = {"stub": {}}
READERS = {"stub": ("keeps",)}
WRITES_WITH = READS_WITH = ()
PARTIAL = True

# Only where children are forked: a fresh interpreter is to know nothing of it.
HELD = bytearray(b"x") * (0 if "cold" in sys.argv else int(os.environ.get("STUB_HOLDS", "0")))


class Model:
    methods = ["predict", "rest"]

    def __init__(self, held=None):
        self.held = held

    def predict(self, inputs):
        return [len(text) for text in inputs]

    rest = predict


class Mapped(Model):
    def predict(self, inputs):
        return sum(self.held[place] for place in range(0, len(self.held), mmap.PAGESIZE))

    def rest(self, inputs):
        return None


def load_file(path, reader, options):
    return globals()["load_" + reader](path)


def full(megabytes):
    return bytearray(b"x") * (megabytes * MB)


def load_good(path):
    return Model()


def load_20(path):
    return Model(full(20))


def load_5(path):
    return Model(full(5))


def load_20_after_40(path):
    kept = full(20)
    full(20)
    return Model(kept)


def load_5_after_10(path):
    full(10)
    return Model(full(5))


def load_with_a_part(path):
    import stub_part

    return Model(stub_part)


def load_mapped(path):
    with open(path, "rb") as file:
        return Mapped(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))


def load_read(path):
    with open(path, "rb") as file:
        return Model(file.read())


def load_without_methods(path):
    model = Model()
    model.methods = ["score_samples"]
    return model


def load_raises(path):
    raise ValueError("not today")


def load_raises_strangely(path):
    raise SystemExit(0)


def load_unsupported(path):
    from guest.errors import Unsupported

    raise Unsupported("not here")


def load_refused(path):
    from guest.errors import Refused

    raise Refused("not this")


def load_dies(path):
    os._exit(0)


def load_is_killed(path):
    os.kill(os.getpid(), signal.SIGSEGV)


def load_hangs(path):
    time.sleep(60)


def load_kills_its_parent(path):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)


def load_forks(path):
    os.fork()
    return Model(full(5))


def load_leaves_a_process(path):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    return Model(full(5))


def load_replaces_the_clocks(path):
    time.perf_counter = time.monotonic = lambda: 0
    return Model()


def load_prints(path):
    print("on standard output")
    os.write(1, b"on descriptor 1\n")
    return Model()


def load_closes_everything(path):
    os.closerange(0, 257)
    return Model()


def load_second_time_raises(path):
    if "second time" in sys.modules:
        raise ValueError("once is enough")
    sys.modules["second time"] = sys
    return Model()


def load_tells_its_process(path):
    with open("processes", "a") as file:
        file.write("%d %s\n" % (os.getpid(), "again" if "loaded" in sys.modules else "first"))
    sys.modules["loaded"] = sys
    return Model()


def load_takes_its_time(path):
    time.sleep(0.2)
    return Model()


class Choosy(Model):
    def rest(self, inputs):
        raise ValueError("not this one")


def load_rest_is_not_called(path):
    return Choosy()
