"""The point-in-time vectors as tables and specifications."""

from __future__ import annotations

import base64
import datetime
import decimal
import json
from pathlib import Path
from typing import Any

import pyarrow as pa

VECTORS = Path(__file__).resolve().parents[3] / "shared/pit/vectors.json"

_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "short": pa.int16(),
    "integer": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "decimal(10,2)": pa.decimal128(10, 2),
    "timestamp": pa.timestamp("us", "UTC"),
    "timestamp_ms": pa.timestamp("ms", "UTC"),
    "timestamp_ns": pa.timestamp("ns", "UTC"),
    "timestamp_ntz": pa.timestamp("us"),
}


def vectors() -> list[dict[str, Any]]:
    """Those that can be expressed; none if the file is not there."""
    if not VECTORS.exists():
        return []
    return [one for one in json.loads(VECTORS.read_text())["vectors"] if "expected" in one]


def _cell(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "binary":
        return base64.b64decode(value)
    if kind == "date":
        return datetime.date.fromisoformat(value)
    if kind.startswith("decimal"):
        return decimal.Decimal(value)
    if kind in ("float", "double"):
        return float(value)
    if kind == "timestamp_ntz":
        return datetime.datetime.fromisoformat(value)
    return value


def _column(name: str, kind: str, values: list[Any]) -> pa.Array:
    cells = [_cell(value, kind) for value in values]
    if kind in ("timestamp", "timestamp_ms", "timestamp_ns"):
        # Through text, so that nanoseconds and years beyond Python's are kept.
        micros = [None if one is None else _micros(one) for one in cells]
        if kind == "timestamp_ns":
            return pa.array([None if one is None else one[0] * 1000 + one[1] for one in micros], pa.int64()).cast(_TYPES[kind])
        return (
            pa.array([None if one is None else one[0] for one in micros], pa.int64())
            .cast(pa.timestamp("us", "UTC"))
            .cast(_TYPES[kind])
        )
    return pa.array(cells, _TYPES[kind])


def _micros(text: str) -> tuple[int, int]:
    """Microseconds since 1970, and nanoseconds beyond."""
    nanos = 0
    head, dot, tail = text.partition(".")
    if dot:
        digits = len(tail) - len(tail.lstrip("0123456789"))
        fraction, offset = tail[:digits], tail[digits:]
        nanos = int(fraction[6:9].ljust(3, "0")) if len(fraction) > 6 else 0
        text = f"{head}.{fraction[:6].ljust(6, '0')}{offset}"
    span = datetime.datetime.fromisoformat(text) - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds, nanos


def table_of(columns: list[dict[str, str]], rows: list[list[Any]]) -> pa.Table:
    arrays = [_column(one["name"], one["type"], [row[c] for row in rows]) for c, one in enumerate(columns)]
    return pa.Table.from_arrays(arrays, names=[one["name"] for one in columns])


def write_spec(feature_set: dict[str, Any], folder: Path) -> Path:
    """``FeatureSetSpec.yaml`` of a vector's feature set; the folder has the set's name."""
    stamp = {"name": feature_set["timestamp_column"]}
    if feature_set.get("timestamp_format"):
        stamp["format"] = feature_set["timestamp_format"]
    source: dict[str, Any] = {"type": "parquet", "path": "./rows.parquet", "timestamp_column": stamp}
    if feature_set.get("source_delay"):
        source["source_delay"] = feature_set["source_delay"]
    features = [{**one, "type": "datetime" if one["type"] == "timestamp" else one["type"]} for one in feature_set["features"]]
    spec: dict[str, Any] = {"source": source, "features": features, "index_columns": feature_set["index_columns"]}
    for key in ("temporal_join_lookback", "source_lookback"):
        if feature_set.get(key) is not None:
            spec[key] = feature_set[key]
    place = folder / feature_set["version"] / feature_set["name"]
    place.mkdir(parents=True)
    (place / "FeatureSetSpec.yaml").write_text(json.dumps(spec))  # JSON is YAML
    return place
