"""Runs a kit on a system that lacks what only POSIX has: ``python lacking.py KIT WORD...``. As much of Windows as can be."""

import builtins
import os
import runpy
import signal
import sys

import argparse  # noqa: F401  # these ask for os.name, and would look for what Windows has instead
import pathlib
import platform  # noqa: F401
import shutil  # noqa: F401
import subprocess

_MODULES = ("fcntl", "resource", "grp", "pwd", "termios", "pty", "tty", "posix", "_posixsubprocess")
_OS = ("fork", "forkpty", "waitpid", "wait4", "WNOHANG", "getuid", "geteuid", "setsid", "setpgid", "killpg", "mkfifo")
_OS += ("sched_getaffinity", "uname", "EX_OK")
_KEPT = {"SIGINT", "SIGTERM", "SIGABRT", "SIGFPE", "SIGILL", "SIGSEGV", "SIGBREAK", "SIG_DFL", "SIG_IGN"}


def lack():
    for name in _MODULES:
        sys.modules[name] = None
    for name in _OS:
        if hasattr(os, name):
            delattr(os, name)
    for name in dir(signal):
        others = ("ITIMER_", "pthread_", "setitimer", "getitimer", "alarm", "pause", "sigwait", "sigpending")
        if (name.startswith("SIG") and name not in _KEPT) or name.startswith(others):
            if not isinstance(getattr(signal, name), type):
                delattr(signal, name)
    subprocess.Popen = _no_process
    for module in (pathlib, sys.modules.get("pathlib._local", pathlib)):
        module.WindowsPath = pathlib.PosixPath  # os.name chooses it, and it cannot be here
    os.name, sys.platform = "nt", "win32"
    builtins.open, os.listdir = _without_proc(builtins.open), _without_proc(os.listdir)


def _no_process(*words, **named):
    raise OSError(38, "no other process can be started here, as on a phone")


def _without_proc(function):
    def refused(path, *words, **named):
        if isinstance(path, str) and path.startswith("/proc"):
            raise FileNotFoundError(2, "there is no /proc", path)
        return function(path, *words, **named)

    return refused


if __name__ == "__main__":
    lack()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
