"""The work of the data benchmark in pandas. Prints one JSON line: seconds and peak memory of each step, and all counts."""
import json
import resource
import sys
import time

began = time.perf_counter()
import numpy as np
import pandas as pd

steps, counts = [], {}


def step(name):
    global began
    now = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    steps.append({"name": name, "seconds": now - began, "peak": peak * 1024})
    began = time.perf_counter()


step("start")
log = pd.read_csv(sys.argv[1], usecols=["user_id", "timestamp", "track_id", "ms_played"])
log = log[log.ms_played.notna()]
counts["readable"] = len(log)
stamp = pd.to_datetime(log.timestamp, format="%Y-%m-%dT%H:%M:%SZ", errors="coerce", utc=True)
log["time"] = (stamp - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
del stamp
log = log.drop(columns="timestamp")
step("read, parse times")
log = log[log.user_id.notna() & log.track_id.notna()]
counts["missing field"] = len(log)
log = log[log.time.between(631_152_000, 1_800_000_000)]
counts["invalid time"] = len(log)
log = log.drop_duplicates(["user_id", "track_id", "time"])
counts["duplicate"] = len(log)
step("drop invalid, duplicates")
log = log[log.ms_played >= 30_000].drop(columns="ms_played")
counts["too short"] = len(log)
while True:
    before = len(log)
    plays = log.user_id.map(log.user_id.value_counts())
    listened = log.track_id.map(log.track_id.value_counts())
    log = log[(plays >= 3) & (listened >= 2)]
    if len(log) == before:
        break
counts["minimum support"] = len(log)
step("too short, minimum support")
log = log.sort_values(["user_id", "time"], kind="stable")
step("sort")
users, names = pd.factorize(log.user_id)
times = log.time.to_numpy()
starts = np.ones(len(log), bool)
starts[1:] = (np.diff(times) > 1800) | (users[1:] != users[:-1])
sessions = np.flatnonzero(starts)
counts["sessions"] = len(sessions)
step("sessions")
codes, uniques = pd.factorize(log.track_id)
plays = np.bincount(codes)
rank = np.empty(len(plays), np.int32)
rank[np.argsort(-plays, kind="stable")] = np.arange(1, len(plays) + 1)
sequence = rank[codes]
counts["items"] = len(uniques)
counts["events"] = len(sequence)
counts["users"] = len(names)
counts["top"] = int((sequence == 1).sum())
step("item ids, sequences")
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"version": pd.__version__, "cpu": usage.ru_utime + usage.ru_stime, "steps": steps, "counts": counts}))
