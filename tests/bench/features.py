"""The point-in-time join against DuckDB, Polars, pandas and pyarrow (Acero), in one run on one machine.

    .venv/bin/python tests/bench/features.py [--only W1,W4] [--scale 0.1] [--rounds 5] [--threads 1,2]
        [--lookback-days none,30] [--engines podium,duckdb,polars,pandas,pyarrow] [--w10]

Needs requirements/test.txt and the release build's `bench_features`.  Every engine runs in a process of its own, so that
its peak of memory is its own; results are compared by the number of non-null cells and the sum of every column.  Prints a
table with ratios to the best peer.  Wall and CPU seconds are medians; memory is the peak above the loaded inputs.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
YEAR_US = 365 * 86_400 * 1_000_000
DAY_US = 86_400 * 1_000_000
DELAY_US = 20 * 60 * 1_000_000


@dataclass(frozen=True)
class Workload:
    name: str
    what: str
    observations: int
    rows: int
    keys: int
    features: int = 8
    order: str = "random"  # random, time (both sides), clustered (features by key, then time)
    key: str = "int"  # int, text, pair
    zipf: float = 0.0
    real: bool = False  # null values, null keys, ties, two text features
    parquet: bool = False  # file to file, beside in memory


WORKLOADS = [
    Workload("W1", "headline", 1_000_000, 10_000_000, 100_000, parquet=True),
    Workload("W1s", "headline, both sorted by time", 1_000_000, 10_000_000, 100_000, order="time"),
    Workload("W2", "17-byte text keys, by time", 1_000_000, 10_000_000, 100_000, order="time", key="text", parquet=True),
    Workload("W3", "clustered by key and time", 1_000_000, 10_000_000, 100_000, order="clustered"),
    Workload("W4", "many observations", 10_000_000, 10_000_000, 100_000),
    Workload("W5", "few observations, by time", 10_000, 100_000_000, 1_000_000, features=2, order="time"),
    Workload("W6a", "a thousand keys", 1_000_000, 10_000_000, 1_000),
    Workload("W6b", "a million keys", 1_000_000, 10_000_000, 1_000_000),
    Workload("W7", "skewed keys", 1_000_000, 10_000_000, 100_000, zipf=1.1),
    Workload("W8a", "one feature", 1_000_000, 10_000_000, 100_000, features=1),
    Workload("W8b", "32 features", 1_000_000, 10_000_000, 100_000, features=32),
    Workload("W9", "composite keys, nulls, text features", 1_000_000, 10_000_000, 100_000, key="pair", real=True),
]


# --- the tables -------------------------------------------------------------------------------------------------------


def key_columns(work: Workload, rows: int, rng: np.random.Generator) -> dict[str, pa.Array]:
    if work.zipf:
        weights = 1 / np.arange(1, work.keys + 1) ** work.zipf
        numbers = rng.choice(work.keys, rows, p=weights / weights.sum())
    else:
        numbers = rng.integers(0, work.keys, rows)
    if work.key == "text":
        names = pa.array([f"A{number:016d}" for number in range(work.keys)])
        return {"k": names.take(pa.array(numbers))}
    if work.key == "pair":
        names = pa.array([f"account-{number:06d}" for number in range(work.keys // 10)])
        nulls = rng.random(rows) < 0.01
        first = pa.array(np.where(nulls, 0, numbers // 10), mask=nulls)
        return {"k": names.take(first), "k2": pa.array((numbers % 10).astype(np.int32))}
    return {"k": pa.array(numbers)}


def instants(us: np.ndarray) -> pa.Array:
    return pa.array(us).view(pa.timestamp("us", tz="UTC"))


def tables(work: Workload) -> tuple[pa.Table, pa.Table]:
    rng = np.random.default_rng(sum(map(ord, work.name)))
    span = YEAR_US // DELAY_US * DELAY_US if work.real else YEAR_US
    left_us = rng.integers(0, span, work.observations)
    right_us = rng.integers(0, span, work.rows)
    left = {**key_columns(work, work.observations, rng), "ts": instants(left_us)}
    right = {**key_columns(work, work.rows, rng), "ts": instants(right_us)}
    for f in range(work.features):
        nulls = rng.random(work.rows) < 0.1 if work.real else None
        right[f"f{f}"] = pa.array(rng.integers(0, 1 << 20, work.rows).astype(np.float64), mask=nulls)
    if work.real:
        words = pa.array([f"word {number}" for number in range(1000)])
        for f in range(2):
            right[f"s{f}"] = words.take(pa.array(rng.integers(0, 1000, work.rows)))
    left_table, right_table = pa.table(left), pa.table(right)
    if work.order == "time":
        left_table = left_table.take(pa.array(np.argsort(left_us, kind="stable")))
        right_table = right_table.take(pa.array(np.argsort(right_us, kind="stable")))
    if work.order == "clustered":
        right_table = right_table.sort_by([("k", "ascending"), ("ts", "ascending")])
    return left_table.combine_chunks(), right_table.combine_chunks()


def write(work: Workload, folder: Path) -> None:
    left, right = tables(work)
    for name, table in (("left", left), ("right", right)):
        with ipc.new_file(folder / f"{name}.arrow", table.schema) as sink:
            sink.write_table(table)
        if work.parquet:
            pq.write_table(table, folder / f"{name}.parquet", row_group_size=1 << 20)


# --- peers, each called in a process of its own ------------------------------------------------------------------------


def checksum(table: pa.Table, columns: list[str]) -> str:
    import pyarrow.compute as pc

    parts = []
    for name in columns:
        column = table[name]
        if pa.types.is_floating(column.type):
            total = pc.sum(pc.if_else(pc.is_nan(column), None, column)).as_py() or 0
            count = pc.sum(pc.is_finite(column)).as_py() or 0
        else:
            total = pc.sum(pc.binary_length(column)).as_py() or 0
            count = len(column) - column.null_count
        parts.append(f"{count}:{int(total)}")
    return ",".join(parts)


def feature_names(table: pa.Table) -> list[str]:
    return [name for name in table.column_names if name[0] in "fs" and name[1:].isdigit()]


def shifted(table: pa.Table, us: int) -> pa.Table:
    """The right table with times later by the delay: what peers without a delay have to be given."""
    import pyarrow.compute as pc

    later = pc.add(table["ts"], pa.scalar(us, pa.duration("us")))
    return table.set_column(table.column_names.index("ts"), "ts", later.cast(table["ts"].type))


def duckdb_query(job: dict[str, Any], left: str, right: str, features: list[str]) -> str:
    on = " AND ".join(f"l.{key} = r.{key}" for key in job["by"])
    delay = f"r.ts + INTERVAL {job['delay']} MICROSECONDS" if job["delay"] else "r.ts"
    values = [f"r.{name}" for name in features]
    if job["lookback"] >= 0:
        inside = f"r.ts >= l.ts - INTERVAL {job['lookback']} MICROSECONDS"
        values = [f"CASE WHEN {inside} THEN r.{name} END AS {name}" for name in features]
    return f"SELECT l.*, {', '.join(values)} FROM {left} l ASOF LEFT JOIN {right} r ON {on} AND l.ts >= {delay}"


def run_duckdb(job: dict[str, Any], left: pa.Table, right: pa.Table) -> Any:
    import duckdb

    session = duckdb.connect()
    session.execute(f"SET threads={job['threads']}; SET TimeZone='UTC'; SET preserve_insertion_order=false")
    session.register("left_table", left)
    session.register("right_table", right)
    query = duckdb_query(job, "left_table", "right_table", feature_names(right))
    return lambda: session.sql(query).to_arrow_table()


def run_polars(job: dict[str, Any], left: pa.Table, right: pa.Table) -> Any:
    import polars as pl

    lf, rf = pl.from_arrow(left), pl.from_arrow(right)
    assert isinstance(lf, pl.DataFrame) and isinstance(rf, pl.DataFrame)

    def join() -> pa.Table:
        a, b = lf, rf
        if job["delay"]:
            b = b.with_columns((pl.col("ts") + pl.duration(microseconds=job["delay"])).alias("ts"))
        if not job["sorted"]:
            a, b = a.sort("ts"), b.sort("ts")
        a, b = a.set_sorted("ts"), b.set_sorted("ts")
        # The lookback counts to the row's own time, the shifted column is later by the delay.
        tolerance = f"{job['lookback'] - job['delay']}us" if job["lookback"] >= 0 else None
        return a.join_asof(b, on="ts", by=job["by"], tolerance=tolerance, check_sortedness=False).to_arrow()

    return join


def run_pandas(job: dict[str, Any], left: pa.Table, right: pa.Table) -> Any:
    import pandas as pd

    lf, rf = left.to_pandas(), right.to_pandas()

    def join() -> pa.Table:
        a, b = lf, rf
        if job["delay"]:
            b = b.assign(ts=b.ts + pd.Timedelta(job["delay"], "us"))
        if not job["sorted"]:
            a, b = a.sort_values("ts"), b.sort_values("ts")
        tolerance = pd.Timedelta(job["lookback"] - job["delay"], "us") if job["lookback"] >= 0 else None
        return pa.Table.from_pandas(pd.merge_asof(a, b, on="ts", by=job["by"], tolerance=tolerance))

    return join


def run_pyarrow(job: dict[str, Any], left: pa.Table, right: pa.Table) -> Any:
    pa.set_cpu_count(job["threads"])

    def join() -> pa.Table:
        a, b = left, right
        if job["delay"]:
            b = shifted(b, job["delay"])
        if not job["sorted"]:
            a, b = a.sort_by("ts"), b.sort_by("ts")
        tolerance = -(job["lookback"] - job["delay"]) if job["lookback"] >= 0 else -(10 * YEAR_US)
        return a.join_asof(b, on="ts", by=job["by"], tolerance=tolerance)

    return join


def files_duckdb(job: dict[str, Any]) -> Any:
    import duckdb

    session = duckdb.connect()
    session.execute(f"SET threads={job['threads']}; SET TimeZone='UTC'; SET preserve_insertion_order=false")
    features = feature_names(pq.read_schema(job["right"]).empty_table())
    query = duckdb_query(job, f"'{job['left']}'", f"'{job['right']}'", features)
    return lambda: session.execute(f"COPY ({query}) TO '{job['out']}' (FORMAT parquet, COMPRESSION snappy)")


def files_polars(job: dict[str, Any]) -> Any:
    import polars as pl

    def join() -> None:
        left, right = pl.read_parquet(job["left"]).to_arrow(), pl.read_parquet(job["right"]).to_arrow()
        joined = pl.from_arrow(run_polars(job, left, right)())
        assert isinstance(joined, pl.DataFrame)
        joined.write_parquet(job["out"], compression="snappy")

    return join


def status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    return 0


def peer(job: dict[str, Any]) -> None:
    """The body of a peer's process: prints one line of JSON."""
    os.environ["POLARS_MAX_THREADS"] = str(job["threads"])
    if job["out"]:
        work = {"duckdb": files_duckdb, "polars": files_polars}[job["engine"]](job)
    else:
        left, right = (ipc.open_file(pa.memory_map(job[side])).read_all() for side in ("left", "right"))
        left, right = (pa.Table.from_batches(copied(t)) for t in (left, right))
        engines = {"duckdb": run_duckdb, "polars": run_polars, "pandas": run_pandas, "pyarrow": run_pyarrow}
        work = engines[job["engine"]](job, left, right)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts from here
    before, wall, cpu, peak = status("VmRSS"), [], [], 0
    result = None
    for round_number in range(job["rounds"]):
        usage, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        result = None
        result = work()
        wall.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu.append(after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime)
        if round_number == 0:
            peak = status("VmHWM") - before
    names = feature_names(result) if isinstance(result, pa.Table) else []
    text = checksum(result, names) if names else ""
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "checksum": text}))


def copied(table: pa.Table) -> list[pa.RecordBatch]:
    """Out of the mapped file into memory."""
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return list(ipc.open_stream(sink.getvalue()))


# --- the run -----------------------------------------------------------------------------------------------------------


def program() -> tuple[Path, Path]:
    build = Path(os.environ.get("PODIUM_BENCH_BUILD", ROOT / "build" / "release"))
    found = next(iter(build.rglob("libpodium_arrow.so")), None)
    ours = build / "tests" / "bench" / "bench_features"
    if found is None or not ours.exists():
        sys.exit(f"{ours} or the Arrow plug-in is not built: configure with PODIUM_BENCH=ON and PODIUM_PYARROW")
    return ours, found


def start(engine: str, job: dict[str, Any]) -> dict[str, Any] | None:
    if engine == "podium":
        ours, plugin = program()
        command = [str(ours), "--plugin", str(plugin), "--on", "ts", "--by", ",".join(job["by"])]
        for option, value in (
            ("left", job["left"]), ("right", job["right"]), ("delay-us", job["delay"]), ("lookback-us", job["lookback"]),
            ("threads", job["threads"]), ("rounds", job["rounds"]), ("out", job["out"]),
        ):  # fmt: skip
            command += [f"--{option}", str(value)]
    else:
        command = [sys.executable, "-W", "ignore", __file__, "--peer", json.dumps({**job, "engine": engine})]
    environment = {**os.environ, "POLARS_MAX_THREADS": str(job["threads"]), "OMP_NUM_THREADS": str(job["threads"])}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0 or not done.stdout.strip().startswith("{"):
        print(f"    {engine}: failed ({done.returncode}): {done.stderr.strip().splitlines()[-1:]}", flush=True)
        return None
    answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return answer


def line(engine: str, answer: dict[str, Any]) -> str:
    return (
        f"    {engine:<10}{statistics.median(answer['wall']):>9.3f}{statistics.median(answer['cpu']):>9.3f}"
        f"{answer['peak'] / 2**20:>10.0f}"
    )


def compare(work: Workload, folder: Path, threads: int, lookback: int, out: bool, options: argparse.Namespace) -> None:
    ending = "parquet" if out else "arrow"
    job = {
        "left": str(folder / f"left.{ending}"), "right": str(folder / f"right.{ending}"),
        "by": ["k", "k2"] if work.key == "pair" else ["k"], "delay": DELAY_US, "lookback": lookback,
        "threads": threads, "rounds": options.rounds, "sorted": work.order == "time", "out": "",
    }  # fmt: skip
    print(
        f"{work.name} {work.what}: {work.observations:,} x {work.rows:,}, {work.keys:,} keys, {work.features} features, "
        f"{'files' if out else 'memory'}, lookback {lookback // DAY_US if lookback >= 0 else 'none'}, {threads} thread(s)",
        flush=True,
    )
    print(f"    {'engine':<10}{'wall s':>9}{'cpu s':>9}{'peak MiB':>10}")
    engines = [e for e in options.engines.split(",") if not out or e in ("podium", "duckdb", "polars")]
    answers: dict[str, dict[str, Any]] = {}
    for engine in engines:
        target = str(folder / f"out-{engine}.parquet") if out else ""
        answer = start(engine, {**job, "out": target})
        if answer is None:
            continue
        if out:
            answer["checksum"] = checksum(pq.read_table(target), feature_names(pq.read_schema(target).empty_table()))
        answers[engine] = answer
        print(line(engine, answer), flush=True)
    ours = answers.pop("podium", None)
    if ours is None or not answers:
        return
    for engine, answer in answers.items():
        # Of rows that tie, engines take different ones.
        if answer["checksum"] != ours["checksum"] and not work.real:
            print(f"    {engine} DISAGREES: {answer['checksum'][:60]} against {ours['checksum'][:60]}")
    ratios = []
    for what in ("wall", "cpu"):
        best = min(answers, key=lambda e: statistics.median(answers[e][what]))
        ratio = statistics.median(answers[best][what]) / statistics.median(ours[what])
        ratios.append(f"{what} {ratio:.2f}x the best ({best})")
    if "duckdb" in answers:
        ratios.append(f"memory {max(ours['peak'], 1) / max(answers['duckdb']['peak'], 1):.2f} of DuckDB's")
    print("    " + ", ".join(ratios), flush=True)


def scaled(work: Workload, scale: float) -> Workload:
    fields = dict(work.__dict__)
    for name in ("observations", "rows", "keys"):
        fields[name] = max(100, int(fields[name] * scale))
    return Workload(**fields)


def out_of_core(options: argparse.Namespace, folder: Path) -> None:
    """W10: rows in many files, generated piece by piece, joined within a memory limit."""
    pieces, rows = options.w10_pieces, 5_000_000
    rng = np.random.default_rng(10)
    names = []
    for piece in range(pieces):
        columns = {"k": pa.array(rng.integers(0, 1_000_000, rows)), "ts": instants(rng.integers(0, YEAR_US, rows))}
        for f in range(8):
            columns[f"f{f}"] = pa.array(rng.integers(0, 1 << 20, rows).astype(np.float64))
        names.append(folder / f"part-{piece:03d}.parquet")
        pq.write_table(pa.table(columns), names[-1], row_group_size=1 << 20)
    left = pa.table({"k": pa.array(rng.integers(0, 1_000_000, 5_000_000)), "ts": instants(rng.integers(0, YEAR_US, 5_000_000))})
    pq.write_table(left, folder / "left.parquet", row_group_size=1 << 20)
    size = sum(name.stat().st_size for name in names) / 2**30
    ours, plugin = program()
    command = [
        str(ours), "--plugin", str(plugin), "--on", "ts", "--by", "k", "--left", str(folder / "left.parquet"),
        "--right", ",".join(map(str, names)), "--delay-us", str(DELAY_US), "--threads", "2", "--rounds", "1",
        "--memory-limit", str(2 << 30), "--out", str(folder / "out.parquet"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f"W10 out of core: 5,000,000 x {rows * pieces:,}, {size:.1f} GiB of Parquet, memory_limit 2 GiB")
    if done.returncode != 0:
        print("    failed: " + done.stderr.strip())
        return
    answer = json.loads(done.stdout)
    print(line("podium", answer) + f"   ({answer['plan']})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--only", default="", help="names of workloads, W1,W4")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", default="2")
    parser.add_argument("--lookback-days", default="none", help="none or days, separated by commas")
    parser.add_argument("--engines", default="podium,duckdb,polars")
    parser.add_argument("--w10", action="store_true", help="the out-of-core workload alone")
    parser.add_argument("--w10-pieces", type=int, default=40, help="files of 5 million rows")
    parser.add_argument("--folder", default=None, help="for the files; default: the system's temporary folder")
    options = parser.parse_args()
    if options.peer:
        peer(json.loads(options.peer))
        return
    if options.w10:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            out_of_core(options, Path(folder))
        return
    only = set(options.only.split(",")) - {""}
    for work in WORKLOADS:
        if only and work.name not in only:
            continue
        work = scaled(work, options.scale)
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            write(work, Path(folder))
            for days in options.lookback_days.split(","):
                lookback = -1 if days == "none" else int(days) * DAY_US
                for threads in map(int, options.threads.split(",")):
                    compare(work, Path(folder), threads, lookback, False, options)
                    if work.parquet:
                        compare(work, Path(folder), threads, lookback, True, options)


if __name__ == "__main__":
    main()
