"""The Java runtime: where it is, how it is started, what it says when it fails, and one that is kept for many children.

A JVM takes nearly two seconds of processor time until it has evaluated its first model, and 0.03 seconds for each
after that. So the supervisor starts one before it forks (see `harness.guest.services`), and the children are its
clients, one at a time. A process without such a supervisor starts its own.
"""

import contextlib
import os
import re
import select
import shutil
import socket
import subprocess
import time

from ..errors import Unsupported

#: For one thread and short lives: no parallel collector, the quick compiler only. They halve a conversion's time (2.1
#: to 1.2 s). The heap fits into a child's limit of memory, which a JVM inherits from the Python that starts it.
OPTIONS = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ActiveProcessorCount=1", "-Xmx1g"]
#: sklearn2pmml reports each failure to https://telemetry.jpmml.org, with names and versions, unless no way leads there.
NO_NETWORK = ["-Dhttps.proxyHost=127.0.0.1", "-Dhttps.proxyPort=9"]

_START_SECONDS = 60
_THROWN = re.compile(
    r'^(?:Exception in thread "[^"]*" |Caused by: )?([a-z][\w$]*(?:\.[\w$]+)+(?:Exception|Error))(?:: (.*))?$'
)
_WRAPPERS = ("Failed to convert", "Failed to load")


class JavaError(Exception):
    """What Java code has thrown, in one line; its stack trace is in the exception that caused this one."""


def program():
    """The path of the Java launcher. Raises Unsupported where there is none."""
    found = shutil.which("java")
    if found is None:
        raise Unsupported("no Java runtime: install one, for example `apt-get install default-jre-headless`")
    return found


def thrown(text):
    """The exception that a Java stack trace is about: (its class, its message, what it advises or ""), or None.

    Exceptions that only say that another one came are passed over.
    """
    found = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = _THROWN.match(line)
        if match:
            after = [one.strip() for one in lines[number + 1 : number + 3]] + [""]
            advice = after[1] if after[0] == "Solution:" else ""
            found.append((match.group(1), match.group(2) or after[0], advice))  # without a message, where it was
    causes = [one for one in found if not one[1].startswith(_WRAPPERS)]
    return next(iter(causes or found), None)


def line_of(name, message, advice=""):
    """One line about an exception: ``InvalidAttributeException: Attribute ... (Use a supported value ...)``."""
    return "%s: %s%s" % (name.rpartition(".")[2], message, " (%s)" % advice if advice else "")


@contextlib.contextmanager
def errors_of_java():
    """Inside, what py4j or jpmml_evaluator raise for a Java exception becomes a JavaError, or a MemoryError."""
    from jpmml_evaluator import JavaError as EvaluatorError
    from py4j.protocol import Py4JJavaError

    try:
        yield
    except EvaluatorError as error:
        trace = ["\tat %s" % line for line in error.stackTraceElements]
        _raise("\n".join(["%s: %s" % (error.className, error.message)] + trace))
    except Py4JJavaError as error:
        _raise(str(error).partition("\n: ")[2])


def _raise(text):
    """Raise what a stack trace tells. It is the cause, as text: py4j's exceptions ask Java for it when they are shown."""
    name, message, advice = thrown(text) or ("java", text, "")
    kind = MemoryError if name == "java.lang.OutOfMemoryError" else JavaError
    raise kind(line_of(name, " ".join(message.split()), advice)) from JavaError(text)


class Gateway:
    """A JVM in a process of its own, with py4j's server in it; ``classpath()`` tells what else."""

    def __init__(self, classpath, warm_up):
        self._classpath = classpath
        self._warm_up = warm_up
        self._process = None
        self._address = None

    @property
    def pid(self):
        """Of the process, or None where none was started."""
        return None if self._process is None else self._process.pid

    def start(self):
        """Start it, unless it is there. What makes the first model slow is done here, so that no model pays for it."""
        if self._process is not None and self._process.poll() is None:
            return
        java = program()
        from py4j.java_gateway import find_jar_path

        command = [java] + OPTIONS + NO_NETWORK + ["-cp", os.pathsep.join([find_jar_path()] + self._classpath())]
        command += ["py4j.GatewayServer", "--die-on-broken-pipe", "--enable-auth", "0"]
        # In a session of its own: it outlives the first child. It ends when nobody holds its input any more.
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        port, token = self._lines(2)
        self._process.stdout.close()
        self._address = int(port), token
        gateway = self.connect()
        try:
            self._warm_up(gateway)
        finally:
            disconnect(gateway)

    def stop(self):
        """End it; the next `start` starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process = self._address = None

    def connect(self):
        """A py4j gateway, for `disconnect`. Starts the JVM where none is running."""
        if not self._answers():
            self._process = None
            self.start()
        from py4j.java_gateway import GatewayParameters, JavaGateway

        port, token = self._address
        return JavaGateway(gateway_parameters=GatewayParameters(port=port, auth_token=token))

    def _answers(self):
        if self._address is None:
            return False
        try:
            socket.create_connection(("127.0.0.1", self._address[0]), timeout=5).close()
        except OSError:
            return False
        return True

    def _lines(self, count):
        """The first lines that it prints: byte by byte, because what comes after them is nobody's."""
        data, descriptor, until = b"", self._process.stdout.fileno(), time.monotonic() + _START_SECONDS
        while data.count(b"\n") < count:
            left = max(until - time.monotonic(), 0)
            byte = os.read(descriptor, 1) if select.select([descriptor], [], [], left)[0] else b""
            if not byte:
                self.stop()
                raise RuntimeError(
                    "Java did not start; it printed %r, and more in the log" % data.decode("utf-8", "replace")
                )
            data += byte
        return data.decode("ascii").split("\n")[:count]


def disconnect(gateway):
    """Close what `Gateway.connect` gave, and for good: py4j would connect again to say that an object of it is gone."""
    gateway._gateway_client.is_connected = False
    gateway.close()
