"""Start workers on a Slurm cluster and wait: `pip install dask-jobqueue`, then `python slurm.py`."""

import time

from dask_jobqueue import SLURMCluster

cluster = SLURMCluster(
    queue="normal",
    cores=8,  # shares that a worker works on at once, each with a guest
    processes=1,  # one worker a machine, so that its slot is the machine's
    memory="32GB",
    walltime="04:00:00",
    local_directory="/tmp",
    job_script_prologue=["export NOXENVDIR=$HOME/.cache/persistence-matrix"],  # environments, built once for all
    scheduler_options={"host": "login-1", "port": 8786, "dashboard_address": "127.0.0.1:8787"},
)
cluster.scale(jobs=10)
print(f"run --scheduler {cluster.scheduler_address}", flush=True)
while True:
    time.sleep(60)
