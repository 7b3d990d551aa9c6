"""Retrieval from Python: the point-in-time vectors, explanations, certificates, hazards, transformations."""

from __future__ import annotations

import datetime
import math
from pathlib import Path
from typing import Any

import pit
import podium
import pyarrow as pa
import pytest
from podium.features import FeatureSetSpec, get_offline_features

DAY = datetime.datetime(2023, 1, 10, tzinfo=datetime.UTC)
ALL = pit.vectors()
by_id = {one["id"]: one for one in ALL}
needs_vectors = pytest.mark.skipif(not ALL, reason="../shared/pit is not there")


def rolling_sum_3d(frame: Any) -> Any:
    """Sum of `amount` over the three days up to each row, both ends included: the transformer of the vectors."""
    frame = frame.sort_values("timestamp")
    parts = []
    for key, group in frame.groupby("k", sort=False):
        rolled = group.rolling("3D", on="timestamp", closed="both")["amount"].sum()
        parts.append(group.assign(amount_3d=rolled.astype("int64"), k=key))
    import pandas

    return pandas.concat(parts)[["k", "timestamp", "amount_3d"]]


def retrieve(vector: dict[str, Any], folder: Path, **options: Any) -> podium.features.OfflineFeatures:
    specs = {}
    for one in vector["feature_sets"]:
        transformer = rolling_sum_3d if one.get("transformer") else None
        table = pit.table_of(one["table"]["columns"], one["table"]["rows"])
        specs[one["name"], one["version"]] = FeatureSetSpec.from_config(
            pit.write_spec(one, folder), data=table, transformer=transformer
        )
    wanted = [specs[one["feature_set"], one["version"]].get_feature(one["feature"]) for one in vector["request"]]
    given = {
        key: vector["options"][key] for key in ("apply_source_delay", "apply_temporal_join_lookback") if key in vector["options"]
    }
    observations = pit.table_of(vector["observation"]["columns"], vector["observation"]["rows"])
    return get_offline_features(wanted, observations, vector["timestamp_column"], **given, **options)


def same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return (math.isnan(one) and math.isnan(other)) or (one == other and math.copysign(1, one) == math.copysign(1, other))
    return bool(one == other)


def plain(table: pa.Table) -> list[tuple[Any, ...]]:
    columns = []
    for column in table.columns:
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("ns" if column.type.unit == "ns" else "us", column.type.tz)).cast("int64")
        columns.append(column.to_pylist())
    return list(zip(*columns, strict=True)) if columns else []


def left_out(vector: dict[str, Any]) -> bool:
    """Delay longer than lookback: the specification is refused when it is read, since no row could ever join."""
    return vector["id"] == "s05" or stores(vector)


def stores(vector: dict[str, Any]) -> bool:
    """Does the vector speak of a partly materialised store?"""
    return any(one.get("materialized_windows") for one in vector["feature_sets"]) and vector["options"].get(
        "use_materialized_data", True
    )


@needs_vectors
@pytest.mark.parametrize("id", [one["id"] for one in ALL if not left_out(one)])
def test_a_vector_has_the_expected_rows_columns_and_reasons(id: str, tmp_path: Path) -> None:
    vector = by_id[id]
    expected = vector["expected"]
    if "error" in expected:
        with pytest.raises(podium.InvalidArgumentError) as raised:
            retrieve(vector, tmp_path)
        for name in expected["mentions"]:
            assert name in str(raised.value)
        return
    found = retrieve(vector, tmp_path, explain=True)
    columns = [{"name": name, "type": kind} for name, kind in zip(expected["columns"], expected["types"], strict=True)]
    table = found.to_arrow()
    assert table.column_names == expected["columns"]
    wanted = plain(pit.table_of(columns, expected["rows"]))
    given = plain(table)
    assert len(given) == len(wanted)
    for row, (one, other) in enumerate(zip(given, wanted, strict=True)):
        assert all(map(same, one, other)), (row, one, other)
    reasons = found.explain().to_table().to_arrow()
    assert [list(row) for row in zip(*(column.to_pylist() for column in reasons.columns), strict=True)] == expected["reasons"]
    codes = set(vector.get("warnings", []))
    assert any("zero" in text for text in found.warnings) == ("zero_lookback" in codes)
    assert any("source_lookback" in text for text in found.warnings) == ("source_lookback_shorter_than_window" in codes)


@needs_vectors
@pytest.mark.parametrize("id", [one["id"] for one in ALL if not left_out(one) and "error" not in one["expected"]])
def test_the_certificate_of_a_vector_holds(id: str, tmp_path: Path) -> None:
    found = retrieve(by_id[id], tmp_path)
    verdict = podium.features.verify_certificate(found, found.certificate())
    assert verdict, verdict.problems
    assert verdict.checked == len(found) * len(found.request.parts)


@needs_vectors
@pytest.mark.parametrize(
    ("id", "code"),
    [
        ("s17", "H1"),
        ("x05", "H1"),
        ("x06", "H1"),
        ("s18", "H2"),
        ("x17", "H2"),
        ("s09", "H4"),
        ("x60", "H4"),
        ("s22", "H5"),
        ("x21", "H5"),
        ("s25b", "H8"),
        ("x38", "H8"),
        ("x09", "H9"),
        ("x10", "H9"),
        ("s20b", "H9"),
        ("x01", "H10"),
        ("x30", "H11"),
        ("x25a", "H13"),
        ("x26b", "H13"),
        ("x13a", "H14"),
        ("s14a", "H14"),
        ("x28", "H14"),
    ],
)
def test_a_hazard_of_azure_is_found_where_it_was_recorded(id: str, code: str, tmp_path: Path) -> None:
    assert code in [one.code for one in retrieve(by_id[id], tmp_path).hazards()]


@needs_vectors
@pytest.mark.parametrize("id", ["s01", "s02", "s03", "s13", "s15"])
def test_an_ordinary_request_has_no_hazards(id: str, tmp_path: Path) -> None:
    assert retrieve(by_id[id], tmp_path).hazards() == []
