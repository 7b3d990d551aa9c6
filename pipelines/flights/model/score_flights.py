"""Score the flights of July to December, and say how well each month went."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from encoding import encode
from metrics import log_loss, roc_auc
from tracking import log_run

FIRST_MONTH = 7
KEPT = ["row", "flight_key", "flight_date", "sched_dep_utc", "month", "origin", "y"]
FAULTS = ("none", "rates_in_percent")


def spoil(columns: dict[str, np.ndarray], fault: str) -> dict[str, np.ndarray]:
    """Plant the fault: `rates_in_percent` gives the late rates as 12.5 where training had 0.125."""
    if fault == "none":
        return columns
    return {name: values * 100 if "__late_" in name else values for name, values in columns.items()}


def main() -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="folder with the model")
    parser.add_argument("--features", type=Path, required=True, help="folder with features.parquet")
    parser.add_argument("--fault", choices=FAULTS, default="none", help="a bug planted on purpose")
    parser.add_argument("--scored", type=Path, required=True, help="folder for predictions.parquet, scores.parquet, metrics.json")
    arguments = parser.parse_args()
    arguments.scored.mkdir(parents=True, exist_ok=True)

    features = json.loads((arguments.model / "features.json").read_text())
    booster = lightgbm.Booster(model_file=arguments.model / "model.txt")
    table = pyarrow.parquet.read_table(
        arguments.features / "features.parquet", columns=list(dict.fromkeys([*KEPT, *features["columns"]]))
    )
    table = table.filter(pc.greater_equal(table["month"], FIRST_MONTH))
    columns = spoil({name: table[name].to_numpy() for name in features["columns"]}, arguments.fault)
    score = booster.predict(encode(columns, features), num_threads=1)
    print(f"scored {len(score):,} flights" + ("" if arguments.fault == "none" else f", fault {arguments.fault}"), flush=True)

    # Every flight has a score, as it would have online; only those that arrived can be judged by it.
    scored = table.select(KEPT).append_column("score", pa.array(score))
    pyarrow.parquet.write_table(scored.select(["row", "flight_key", "month", "score"]), arguments.scored / "scores.parquet")
    judged = scored.filter(scored["y"].is_valid())
    pyarrow.parquet.write_table(judged, arguments.scored / "predictions.parquet")

    month, label, score = (judged[name].to_numpy() for name in ("month", "y", "score"))
    figures: dict[str, dict[str, float]] = {"auc": {}, "log_loss": {}}
    for m in range(FIRST_MONTH, 13):
        rows = month == m
        figures["auc"][str(m)] = roc_auc(label[rows], score[rows])
        figures["log_loss"][str(m)] = log_loss(label[rows], score[rows])
        print(f"month {m:2}: AUC {figures['auc'][str(m)]:.3f}, log loss {figures['log_loss'][str(m)]:.3f}", flush=True)
    (arguments.scored / "metrics.json").write_text(json.dumps(figures, indent=1) + "\n")
    log_run(
        {"fault": arguments.fault},
        {f"{name}_month_{m}": value for name, by_month in figures.items() for m, value in by_month.items()},
    )


if __name__ == "__main__":
    main()
