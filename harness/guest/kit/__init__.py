"""A program of its own: loads a run's artifacts where no harness can go, in its own process, and writes facts as one file.

A kit is a zipapp of this package and a bundle. It needs Python 3.6 and its standard library: no fork, no ``/proc``, no POSIX.
It judges nothing: the host does, when the facts file is merged.

bundle     what the kit carries: tasks, artifacts, inputs
progress   the journal beside the output: a start after a crash goes on behind the cell that ended the process
working    loads cells, one after the other, in this process
program    the command line
"""
