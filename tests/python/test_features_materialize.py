"""Materialising, coverage, falling back to the source, windowed expressions: from Python."""

from __future__ import annotations

import datetime
import textwrap
from pathlib import Path
from typing import Any

import pandas
import podium
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from podium.features import FeatureSetSpec, get_offline_features

DAY = datetime.datetime(2023, 1, 8, tzinfo=datetime.UTC)


def at(day: int, hour: int = 12) -> datetime.datetime:
    return DAY + datetime.timedelta(days=day, hours=hour)


def spec_of(folder: Path, more: str = "", **options: Any) -> FeatureSetSpec:
    place = folder / "sums"
    place.mkdir()
    pq.write_table(
        pa.table(
            {
                "k": ["a", "a", "a"],
                "ts": pa.array([at(0), at(1), at(2)], pa.timestamp("us", "UTC")),
                "v": pa.array([1, 2, 3], pa.int64()),
            }
        ),
        place / "rows.parquet",
    )
    (place / "FeatureSetSpec.yaml").write_text(
        textwrap.dedent(
            """
            source: {type: parquet, path: ./rows.parquet, timestamp_column: {name: ts}}
            features: [{name: v, type: long}]
            index_columns: [{name: k, type: string}]
            temporal_join_lookback: {days: 2}
            """
        )
        + more
    )
    return FeatureSetSpec.from_config(place, **options)


def observations() -> pa.Table:
    return pa.table({"k": ["a"], "t": pa.array([at(1, 20)], pa.timestamp("us", "UTC"))})


def test_a_gap_in_the_store_is_named_and_can_be_filled_from_the_source(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, offline_store=tmp_path / "store")
    for day in (0, 2):  # vector 24: the 8th and the 10th are materialised, the 9th is not
        assert spec.materialize(at(day, 0), at(day + 1, 0))["rows"] == 1
    covered = spec.coverage(at(0, 0), at(3, 0))
    assert covered.covered == pytest.approx(2 / 3)
    assert covered.gaps == [(at(1, 0), at(2, 0))]
    stored = get_offline_features([spec["v"]], observations(), "t")
    assert stored.to_arrow()["v"].to_pylist() == [1]
    assert "H3" in [one.code for one in stored.hazards()] or any("materiali" in text for text in stored.warnings)
    filled = get_offline_features([spec["v"]], observations(), "t", fallback="source")
    assert filled.to_arrow()["v"].to_pylist() == [2]
    source = get_offline_features([spec["v"]], observations(), "t", use_materialized_data=False)
    assert source.to_arrow()["v"].to_pylist() == [2]
    with pytest.raises(podium.InvalidArgumentError, match="nowhere"):
        get_offline_features([spec["v"]], observations(), "t", fallback="nowhere")


def test_a_python_transformation_is_materialised(tmp_path: Path) -> None:
    def doubled(frame: pandas.DataFrame) -> pandas.DataFrame:
        return frame.assign(v=frame["v"] * 2)

    code = "feature_transformation: {transformation_code: {path: ./code, transformer_class: code.Doubled}}\n"
    (tmp_path / "sums").mkdir()
    (tmp_path / "sums/code").mkdir()
    (tmp_path / "sums/code/code.py").write_text(
        "class Doubled:\n    def transform(self, frame):\n        return frame.assign(v=frame['v'] * 2)\n"
    )
    (tmp_path / "sums").rename(tmp_path / "kept")
    spec = spec_of(tmp_path, code, offline_store=tmp_path / "store")
    (tmp_path / "kept/code").rename(tmp_path / "sums/code")
    assert spec.transformation_code == (str(tmp_path / "sums/code"), "code.Doubled")
    assert spec.materialize(at(0, 0), at(3, 0))["rows"] == 3
    assert get_offline_features([spec["v"]], observations(), "t").to_arrow()["v"].to_pylist() == [4]
    spec.transformer = doubled
    assert get_offline_features([spec["v"]], observations(), "t", use_materialized_data=False).to_arrow()["v"].to_pylist() == [4]
    spec.transformer = lambda frame: 1 / 0
    with pytest.raises(podium.InvalidArgumentError, match="ZeroDivisionError"):
        spec.materialize(at(0, 0), at(3, 0))
    assert get_offline_features([spec["v"]], observations(), "t").hazards() is not None


def test_windowed_expressions_are_computed(tmp_path: Path) -> None:
    more = """
feature_transformation:
  transformation_expressions:
    - {feature_name: v, source_column: v, aggregation: sum, window: {days: 1}}
source_lookback: {days: 1}
"""
    spec = spec_of(tmp_path, more)
    assert spec.windows == [datetime.timedelta(days=1)]
    found = get_offline_features([spec["v"]], observations(), "t")
    assert found.to_arrow()["v"].to_pylist() == [3]
    assert "H8" not in [one.code for one in found.hazards()]
    with pytest.raises(podium.InvalidArgumentError, match="offline_store"):
        spec.materialize(at(0), at(1))
