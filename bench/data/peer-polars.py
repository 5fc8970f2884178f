"""The work of the data benchmark in Polars. Prints one JSON line: seconds and peak memory of each step, and all counts."""
import json
import resource
import sys
import time

began = time.perf_counter()
import polars as pl

steps, counts = [], {}


def step(name):
    global began
    now = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    steps.append({"name": name, "seconds": now - began, "peak": peak * 1024})
    began = time.perf_counter()


step("start")
schema = ["user_id", "timestamp", "track_id", "ms_played"]
log = (
    pl.scan_csv(sys.argv[1], infer_schema=False, truncate_ragged_lines=True)
    .select(schema)
    .with_columns(
        pl.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%SZ", strict=False).dt.epoch("s").alias("time"),
        pl.col("ms_played").cast(pl.Int32, strict=False),
    )
    .drop("timestamp")
    .filter(pl.col("ms_played").is_not_null())
    .with_columns(pl.col("user_id", "track_id").cast(pl.Categorical))
    .collect(engine="streaming")
)
counts["readable"] = log.height
step("read, parse times")
log = log.filter(pl.col("user_id").is_not_null() & pl.col("track_id").is_not_null())
counts["missing field"] = log.height
log = log.filter(pl.col("time").is_between(631_152_000, 1_800_000_000))
counts["invalid time"] = log.height
log = log.unique(["user_id", "track_id", "time"], keep="first", maintain_order=True)
counts["duplicate"] = log.height
step("drop invalid, duplicates")
log = log.filter(pl.col("ms_played") >= 30_000).drop("ms_played")
counts["too short"] = log.height
while True:
    before = log.height
    log = log.filter((pl.len().over("user_id") >= 3) & (pl.len().over("track_id") >= 2))
    if log.height == before:
        break
counts["minimum support"] = log.height
step("too short, minimum support")
log = log.with_columns(pl.col("user_id").to_physical().alias("user")).drop("user_id")
log = log.sort("user", "time", maintain_order=True)
step("sort")
starts = ((pl.col("time").diff() > 1800) | (pl.col("user") != pl.col("user").shift())).fill_null(True)
log = log.with_columns(starts.alias("start"))
sessions = log["start"].arg_true().to_numpy()
counts["sessions"] = len(sessions)
step("sessions")
items = log.group_by("track_id").len().sort("len", descending=True).with_row_index("index", 1)
counts["items"] = items.height
sequence = log.select("track_id").join(items, on="track_id", how="left", maintain_order="left")["index"]
sequence = sequence.cast(pl.Int32).to_numpy()
counts["events"] = len(sequence)
counts["users"] = log["user"].n_unique()
counts["top"] = int((sequence == 1).sum())
step("item ids, sequences")
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"version": pl.__version__, "cpu": usage.ru_utime + usage.ru_stime, "steps": steps, "counts": counts}))
