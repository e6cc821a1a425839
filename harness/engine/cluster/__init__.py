"""A run on a cluster of Dask: workers own the guests and return facts, this process judges and writes the journal.

A share of the work is a task of Dask: one environment and some seconds of cells (`shares`). A plugin of each worker has
the guests (`worker`). This process says which worker gets which share, and notices when one is lost (`pool`). Artifacts
go through a store by digest (`objects`), never through Dask. `session` makes of all this what the passes of a run ask
for, so everything else is as without a cluster: judging, control experiments, journal, resuming.

Internal.
"""
