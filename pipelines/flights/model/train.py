"""Train one variant on the labelled flights of January to June."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
from encoding import VARIANTS, category_indices, encode, fit
from tracking import log_run

LAST_MONTH = 6
TREES = 100
PARAMETERS = {
    "objective": "binary",
    "num_leaves": 31,
    "learning_rate": 0.1,
    "min_data_in_leaf": 100,
    "max_bin": 63,
    "feature_fraction": 0.8,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "cat_smooth": 50,
    "seed": 1,
    "num_threads": 1,
    "force_row_wise": True,
    "verbose": -1,
}


def main() -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", type=Path, required=True, help="folder with features.parquet")
    parser.add_argument("--variant", choices=sorted(VARIANTS), required=True, help="which columns the model sees")
    parser.add_argument("--model", type=Path, required=True, help="folder for the model")
    arguments = parser.parse_args()
    arguments.model.mkdir(parents=True, exist_ok=True)

    wanted = ["flight_key", "landed_utc", "month", "y", *VARIANTS[arguments.variant]]
    table = pyarrow.parquet.read_table(arguments.features / "features.parquet", columns=wanted)
    rows = table.filter(pc.and_(pc.less_equal(table["month"], LAST_MONTH), table["y"].is_valid()))
    columns = {name: rows[name].to_numpy() for name in VARIANTS[arguments.variant]}
    features = fit(columns, arguments.variant)
    matrix = encode(columns, features)
    label = rows["y"].to_numpy().astype(np.float64)
    print(f"{arguments.variant}: {matrix.shape[0]:,} flights, {matrix.shape[1]} columns, {label.mean():.1%} late", flush=True)

    started = time.perf_counter()
    data = lightgbm.Dataset(matrix, label, feature_name=features["columns"], categorical_feature=category_indices(features))
    booster = lightgbm.train(PARAMETERS, data, num_boost_round=TREES)
    print(f"trained {TREES} trees in {time.perf_counter() - started:.1f} s", flush=True)

    booster.save_model(arguments.model / "model.txt")
    (arguments.model / "features.json").write_text(json.dumps(features, indent=1) + "\n")
    pyarrow.parquet.write_table(pa.table({"flight_key": rows["flight_key"]}), arguments.model / "train_units.parquet")
    facts = {
        "variant": arguments.variant,
        "rows": len(label),
        "positives": int(label.sum()),
        # The label of a flight is known when it has landed.
        "train_end_us": pc.max(rows["landed_utc"]).cast(pa.int64()).as_py(),
        "data_digest": hashlib.sha256(matrix.tobytes() + label.tobytes()).hexdigest(),
        "model_digest": hashlib.sha256((arguments.model / "model.txt").read_bytes()).hexdigest(),
    }
    (arguments.model / "train.json").write_text(json.dumps(facts, indent=1) + "\n")
    log_run(
        {"variant": arguments.variant, "trees": TREES} | {k: v for k, v in PARAMETERS.items() if k != "verbose"},
        {"train_rows": facts["rows"], "train_late_share": facts["positives"] / facts["rows"]},
    )


if __name__ == "__main__":
    main()
