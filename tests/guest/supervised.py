"""A guest whose tasks are deeds named in them: started by test_supervise.py as ``python -I supervised.py``.

It is the real supervisor with real children; only what a child does for a task stands here, so that it needs nothing
but the standard library.
"""

import importlib.util
import mmap
import os
import pickle
import resource
import signal
import sys
import threading
import time
import types

HERE = os.path.dirname(os.path.abspath(__file__))


def load_guest():
    spec = importlib.util.spec_from_file_location("guest_runner", os.path.join(HERE, "run.py"))
    runner = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(runner)
    runner.load_guest()


def load(task, channel):
    channel.begin(task["id"], "load")
    answer = DEEDS[task["deed"]](task, channel)
    channel.send({"event": "cell", "id": task["id"], "step": "load", "answer": answer})


def dump(task, channel):
    channel.begin(task["id"], "fit")
    channel.send({"event": "fitted", "id": task["id"]})
    for item in task["formats"]:
        channel.begin(item["id"], "dump")
        DEEDS[item["deed"]](item, channel)
        channel.send({"event": "artifact", "id": item["id"], "step": "dump"})


def good(task, channel):
    return os.getpid()


def leave_without_a_word(task, channel):
    os._exit(0)


def segfault(task, channel):
    os.kill(os.getpid(), signal.SIGSEGV)


def hang(task, channel):
    time.sleep(60)


def stop(task, channel):
    os.kill(os.getpid(), signal.SIGSTOP)


def kill_parent(task, channel):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)


def kill_parents_group(task, channel):
    os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
    time.sleep(60)


def eat(task, channel):
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))


def map_and_die(task, channel):
    bytearray(30 << 20)
    os.kill(os.getpid(), signal.SIGKILL)


def close_everything(task, channel):
    os.closerange(0, 257)


def reopen_everything(task, channel):
    os.closerange(0, 257)
    for _ in range(257):
        os.open(os.devnull, os.O_RDWR)


def litter(task, channel):
    for descriptor in range(3, 257):
        try:
            os.write(descriptor, b'{"event":"cell","id":"b","answer":"forged"}\n{"leave":true}\nno newline')
        except OSError:
            pass


def flood(task, channel):
    while True:
        litter(task, channel)


def forge(task, channel):
    """Speak for another task of the batch, by the channel itself."""
    channel.send({"event": "cell", "id": "b", "answer": "forged"})
    channel.send({"event": "done", "id": None})


def end_the_job(task, channel):
    """Say what only the supervisor says, for the task that it is at."""
    for event in ("done", "hello", "died", None, ["cell"]):
        channel.send({"event": event, "id": task["id"]})
    channel.send({"id": task["id"]})
    os._exit(0)


def tear(task, channel):
    """Lose a line of its own, as when another process writes in the middle of it."""
    channel.number += 1


def unpickle(task, channel):
    """What a model may do: code runs that only its artifact names. Nothing of the process looks changed."""
    pickle.loads(b"csubprocess\nPopen\n.")
    return os.getpid()


def unpickle_and_forge(task, channel):
    """The same, and then it speaks for its neighbour as if it were at it."""
    unpickle(task, channel)
    channel.send({"event": "cell", "id": "a", "answer": "first"})
    channel.begin("b", "load")
    channel.send({"event": "cell", "id": "b", "answer": "forged"})


def fail_to_begin(task, channel):
    os._exit(70)


def spin(task, channel):
    """Work, for half a second of a processor."""
    while time.process_time() < 0.5:
        pass


def answer_at_length(task, channel):
    return "x" * (3 << 20)


def write_at_length(task, channel):
    """A line of 3 MiB, past all seals, and no answer."""
    for _ in range(48):
        os.write(channel.descriptor, b"x" * 65536)
    os._exit(0)


def share_memory(task, channel):
    hoard = mmap.mmap(-1, 200 << 20)
    for start in range(0, 200 << 20, 4096):
        hoard[start] = 1
    time.sleep(60)


def fill_shared_memory(task, channel):
    """Files that nobody maps."""
    for number in range(24):
        with open("/dev/shm/%d" % number, "wb") as file:
            file.write(bytes(4 << 20))
    time.sleep(60)


def leave_in_shared_memory(task, channel):
    os.makedirs("/dev/shm/folder/inner")
    open("/dev/shm/left", "w").close()
    return sorted(os.listdir("/dev/shm"))


def list_shared_memory(task, channel):
    return sorted(os.listdir("/dev/shm"))


def fork_eight(task, channel):
    for _ in range(8):
        if os.fork() == 0:
            hoard = bytearray(b"x") * (48 << 20)
            time.sleep(60)
            os._exit(len(hoard))
    time.sleep(60)


def fork_and_lie(task, channel):
    return "lie" if os.fork() == 0 else "truth"


def leave_a_sleeper(task, channel):
    sleeper = os.fork()
    if sleeper == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
    return sleeper


def thread(task, channel):
    threading.Thread(target=time.sleep, args=(60,)).start()
    return os.getpid()


def alias(task, channel):
    sys.modules["another_name"] = os
    return os.getpid()


def move(task, channel):
    os.chdir("/")
    return os.getpid()


def shout(task, channel):
    os.write(2, b"first words")
    for _ in range(20):
        os.write(1, b"y" * 10**6)
    os.write(2, b"last words")


def descriptors(task, channel):
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink("/proc/self/fd/%s" % name).split(":")[0])
        except OSError:  # the one that listed them
            pass
    return found


def folder(task, channel):
    open("litter", "w").close()
    return [os.getcwd(), sorted(os.listdir("."))]


DEEDS = {name: value for name, value in list(globals().items()) if isinstance(value, types.FunctionType)}


def main():
    load_guest()
    import guest

    guest.work = types.ModuleType("guest.work")
    sys.modules["guest.work"] = guest.work
    guest.work.load, guest.work.dump = load, dump
    sys.modules["known"] = types.ModuleType("known")
    sys.modules["known"].NAMES_ITS_CODE = True
    from guest import child, supervise, wire

    wire.LINE_LIMIT = child._LONGEST = 2 << 20  # bytes; the true one would take seconds
    if "cannot_fork" in sys.argv:
        if os.geteuid() == 0:  # whom no such limit binds
            os.setgid(65534)
            os.setuid(65534)
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    answer = os.dup(1)
    os.dup2(2, 1)
    supervise.Supervisor(answer=answer, jobs=0).serve()


if __name__ == "__main__":
    main()
