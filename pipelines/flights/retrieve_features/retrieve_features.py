"""Point-in-time features of every flight: the newest row of each set that was known at scheduled departure.

`--rates-shift-hours` lets the late rates look into the future, to show what such a leak promises; the audit names the rows.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import podium
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

RATES = ("carrier_delays", "route_delays", "origin_delays")
SETS = ("weather", *RATES)
TIME = "sched_dep_utc"
SEPTEMBER = 9
EXAMPLES = 5


def shares(audit: list[dict[str, Any]], flights: pa.Table) -> dict[str, Any]:
    """The audit by set, with the share of rows not yet known and the flights that used them."""
    keys = flights["flight_key"]
    return {
        found["set"]: {
            "matched": found["matched"],
            "violations": found["violations"],
            "share": found["violations"] / found["matched"] if found["matched"] else 0.0,
            "examples": [{"flight_key": keys[one["observation"]].as_py(), **one} for one in found["examples"]],
        }
        for found in audit
    }


def main() -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observations", type=Path, required=True, help="folder with observations.parquet")
    parser.add_argument("--sources", type=Path, required=True, help="folder with the sources of the feature sets")
    parser.add_argument("--featuresets", type=Path, required=True, help="folder with a FeatureSetSpec.yaml per set")
    parser.add_argument("--rates-shift-hours", type=float, default=0, help="look this far into the future, on purpose")
    parser.add_argument("--features", type=Path, required=True, help="folder for features.parquet")
    parser.add_argument("--september", type=Path, required=True, help="file for the features of September alone")
    parser.add_argument("--audit", type=Path, required=True, help="file for the audit")
    arguments = parser.parse_args()
    for folder in (arguments.features, arguments.september.parent, arguments.audit.parent):
        folder.mkdir(parents=True, exist_ok=True)

    flights = pyarrow.parquet.read_table(arguments.observations / "observations.parquet")
    sets = [
        podium.features.FeatureSet(
            arguments.featuresets / name, data=pyarrow.parquet.read_table(arguments.sources / f"{name}.parquet")
        )
        for name in SETS
    ]
    leak = {name: arguments.rates_shift_hours * 3600 for name in RATES} if arguments.rates_shift_hours else None
    if leak:
        print(f"late rates are joined {arguments.rates_shift_hours:g} hours into the future, on purpose", flush=True)

    def retrieve(wanted: pa.Table) -> podium.features.OfflineFeatures:
        return podium.features.get_offline_features(
            sets, wanted, TIME, leak=leak, with_feature_timestamps=True, prefix_with_set=True
        )

    everything = retrieve(flights)
    pyarrow.parquet.write_table(everything.to_arrow(), arguments.features / "features.parquet")
    for summary in everything.summaries:
        counts = ", ".join(f"{reason} {count:,}" for reason, count in summary["counts"].items() if count)
        print(f"{summary['set']}: {counts}", flush=True)

    month = flights.filter(pc.equal(flights["month"], SEPTEMBER))
    judged = month.filter(month["y"].is_valid())  # the flights that September's AUC is about
    found = {
        "all": shares(everything.audit(EXAMPLES), flights),
        "september": shares(retrieve(judged).audit(EXAMPLES), judged),
    }
    arguments.audit.write_text(json.dumps(found, indent=1) + "\n")
    table = retrieve(month).to_arrow()
    kept = [name for name in table.column_names if name == "row" or "__" in name]
    pyarrow.parquet.write_table(table.select(kept), arguments.september)
    for name, one in found["september"].items():
        print(f"audit of September, {name}: {one['violations']:,} of {one['matched']:,} rows not yet known", flush=True)


if __name__ == "__main__":
    main()
