"""What a kit has done so far, one JSON object a line, beside its output. A process that ends leaves what was answered.

``{"kit": digest, "environment": facts, ...}``   the first line
``{"begin": task, "step"}``                       a step of a cell begins
``{"interrupted": task}``                         by its user; it is done again
``{"event": ...}``                                the answer for a task
"""

import json
import os
import shutil

from .. import wire


class Progress:
    """The journal of one output."""

    def __init__(self, output):
        self.path = output + ".part"
        self.folder = output + ".objects"
        self.overtime = output + ".overtime"
        self.header, self.answers, self._begun = None, {}, None
        self._read()

    def _read(self):
        whole = 0
        if not os.path.exists(self.path):
            return
        with open(self.path, "rb") as lines:
            for line in lines:
                try:
                    entry = wire.decode_line(line)
                except ValueError:
                    break
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                self._take(entry)
        with open(self.path, "r+b") as file:  # what an ending process has cut short
            file.truncate(whole)

    def _take(self, entry):
        if "begin" in entry:
            self._begun = entry
        elif "interrupted" in entry:
            self._begun = None
        elif "event" in entry:
            self.answers[entry["id"]] = entry
            self._begun = None
        else:
            self.header = entry

    def add(self, entry):
        """Write an entry. The operating system has it when this returns, whatever becomes of the process."""
        with open(self.path, "ab") as file:
            file.write(wire.encode_line(entry))
        self._take(entry)

    def settle(self, seconds):
        """Answer for the cell that the last process ended at, if there is one; return its id."""
        if self._begun is None:
            return None
        name, step = self._begun["begin"], self._begun["step"]
        late = os.path.exists(self.overtime) and os.path.getsize(self.overtime) > 0
        answer = {"event": "overtime", "seconds": seconds} if late else {"event": "ended"}
        self.add(dict(answer, id=name, step=step))
        return name

    def finish(self, output, facts):
        """Write the facts file, whole or not at all; remove what was beside it."""
        part = output + ".new"
        with open(part, "w", encoding="ascii") as file:
            json.dump(facts, file, separators=(",", ":"), sort_keys=True)
        os.replace(part, output)
        shutil.rmtree(self.folder, ignore_errors=True)  # Windows keeps what is mapped
        for path in (self.path, self.overtime):
            if os.path.exists(path):
                os.remove(path)
