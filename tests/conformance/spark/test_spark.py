"""The same request embedded and on a local Spark: the same table.  `make test-spark` runs it; without PySpark it is skipped."""

from __future__ import annotations

import datetime
import math
import os
import random
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import podium
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from podium.features import FeatureSetSpec, get_offline_features

pytest.importorskip("pyspark", reason="PySpark is not installed: make test-spark")
if not os.environ.get("PODIUM_SPARK"):
    pytest.skip("set PODIUM_SPARK=1, or run `make test-spark`", allow_module_level=True)
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
import pit

UTC = datetime.UTC
START = datetime.datetime(2023, 1, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "America/New_York")  # must not matter
        .config("spark.driver.memory", "1g")
        .getOrCreate()
    )
    yield session
    session.stop()


def spec(folder: Path, name: str, extra: str, data: pa.Table | None, features: str, **options: Any) -> FeatureSetSpec:
    place = folder / name
    place.mkdir()
    (place / "FeatureSetSpec.yaml").write_text(
        textwrap.dedent(
            f"""
            source:
              type: parquet
              path: ./rows.parquet
              timestamp_column: {{name: ts}}
              source_delay: {{minutes: 20}}
            features: [{features}]
            index_columns: [{{name: k, type: string}}, {{name: n, type: long}}]
            {extra}
            """
        )
    )
    return FeatureSetSpec.from_config(place, data=data, **options)


def made(rows: int, seed: int, moments: int = 400) -> pa.Table:
    chance = random.Random(seed)

    def time() -> datetime.datetime | None:
        return None if chance.random() < 0.02 else START + datetime.timedelta(minutes=10 * chance.randrange(moments))

    return pa.table(
        {
            "k": [chance.choice(["a", "b", "c", None]) for _ in range(rows)],
            "n": pa.array([chance.choice([1, 2, 3]) for _ in range(rows)], pa.int32()),
            "ts": pa.array([time() for _ in range(rows)], pa.timestamp("us", "UTC")),
            "x": [None if chance.random() < 0.1 else chance.random() for _ in range(rows)],
            "y": pa.array([chance.randrange(1000) for _ in range(rows)], pa.int64()),
            "s": [chance.choice(["red", "green", None]) for _ in range(rows)],
            "create_timestamp": pa.array(
                [START + datetime.timedelta(seconds=row) for row in range(rows)], pa.timestamp("us", "UTC")
            ),
        }
    )


def test_random_requests_give_the_same_table(spark: Any, tmp_path: Path) -> None:
    one = spec(
        tmp_path, "one", "temporal_join_lookback: {hours: 6}", made(600, 1), "{name: x, type: double}, {name: s, type: string}"
    )
    pq.write_table(made(500, 2), tmp_path / "rows.parquet")
    two = spec(tmp_path, "two", "", made(500, 2), "{name: y, type: long}")
    observations = made(300, 3).rename_columns(["k", "n", "t", "x0", "y0", "s0", "c0"])
    wanted = [two["y"], one["x"], one["s"]]
    here = get_offline_features(wanted, observations, "t")
    there = get_offline_features(wanted, observations, "t", engine="spark", spark=spark)
    assert there.engine == "spark" and there.engine_reason == "asked for"
    assert there.to_arrow().equals(here.to_arrow())
    assert sum(here.summary()["y"].values()) == 300
    with pytest.raises(podium.InvalidArgumentError, match='engine="embedded"'):
        there.explain()


@pytest.mark.parametrize(
    "id",
    [
        one["id"]
        for one in pit.vectors()
        if one["id"] in {f"s{n:02}" for n in (1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 15, 17, 18, 19)}
    ],
)
def test_a_vector_has_the_same_rows_on_spark(spark: Any, id: str, tmp_path: Path) -> None:
    vector = next(one for one in pit.vectors() if one["id"] == id)
    specs = {
        (one["name"], one["version"]): FeatureSetSpec.from_config(
            pit.write_spec(one, tmp_path), data=pit.table_of(one["table"]["columns"], one["table"]["rows"])
        )
        for one in vector["feature_sets"]
    }
    wanted = [specs[one["feature_set"], one["version"]].get_feature(one["feature"]) for one in vector["request"]]
    observations = pit.table_of(vector["observation"]["columns"], vector["observation"]["rows"])
    found = get_offline_features(wanted, observations, vector["timestamp_column"], engine="spark", spark=spark).to_arrow()
    columns = [{"name": n, "type": t} for n, t in zip(vector["expected"]["columns"], vector["expected"]["types"], strict=True)]
    expected = pit.table_of(columns, vector["expected"]["rows"])
    assert found.column_names == expected.column_names
    for name in expected.column_names:
        for one, other in zip(found[name].to_pylist(), expected[name].to_pylist(), strict=True):
            assert one == other or (isinstance(one, float) and math.isnan(one) and math.isnan(other))


def test_a_pyspark_transformer_runs_on_spark_and_is_refused_elsewhere(spark: Any, tmp_path: Path) -> None:
    from pyspark.ml import Transformer
    from pyspark.sql import functions as f

    class Doubled(Transformer):
        def _transform(self, frame: Any) -> Any:
            return frame.withColumn("x", f.col("x") * 2)

    one = spec(tmp_path, "one", "", made(200, 4), "{name: x, type: double}", transformer=Doubled)
    observations = made(50, 5).rename_columns(["k", "n", "t", "x0", "y0", "s0", "c0"])
    with pytest.raises(podium.InvalidArgumentError, match='engine="spark"'):
        get_offline_features([one["x"]], observations, "t")
    found = get_offline_features([one["x"]], observations, "t", engine="auto", spark=spark)
    assert "PySpark" in found.engine_reason
    plain = FeatureSetSpec(one._core, data=made(200, 4))
    expected = get_offline_features([plain["x"]], observations, "t").to_arrow()["x"].to_pylist()
    assert found.to_arrow()["x"].to_pylist() == [None if value is None else 2 * value for value in expected]


def test_auto_goes_by_size_and_says_so(spark: Any, tmp_path: Path) -> None:
    one = spec(tmp_path, "one", "", made(200, 6), "{name: x, type: double}")
    observations = made(50, 7).rename_columns(["k", "n", "t", "x0", "y0", "s0", "c0"])
    small = get_offline_features([one["x"]], observations, "t", engine="auto")
    assert small.engine == "embedded" and "GB" in small.engine_reason
    large = get_offline_features([one["x"]], observations, "t", engine="auto", memory_limit="1kB", spark=spark)
    assert large.engine == "spark" and "may be used" in large.engine_reason
    assert large.to_arrow().equals(small.to_arrow())


def test_mistakes_are_the_embedded_engine_s(spark: Any, tmp_path: Path) -> None:
    one = spec(tmp_path, "one", "", made(20, 8), "{name: x, type: double}")
    observations = made(5, 9).rename_columns(["k", "n", "t", "x", "y0", "s0", "c0"])
    for table, why in (
        (observations, "`x` would be there twice"),
        (observations.drop_columns("x").drop_columns("k"), "`k`"),
        (observations.drop_columns("x").set_column(1, "n", pa.array(["1"] * 5)), "`n` is declared long"),
    ):
        with pytest.raises(podium.InvalidArgumentError, match=why):
            get_offline_features([one["x"]], table, "t", engine="spark", spark=spark)
    with pytest.raises(podium.InvalidArgumentError, match="flink"):
        get_offline_features([one["x"]], observations, "t", engine="flink")
