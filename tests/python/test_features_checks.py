"""Explanations, poison tests, freshness, comparisons, durations, transformations."""

from __future__ import annotations

import datetime
import textwrap
from pathlib import Path
from typing import Any

import pandas
import podium
import polars
import pyarrow as pa
import pytest
from podium.features import FeatureSetSpec, compare_retrievals, freshness, get_offline_features, poison_test
from podium.features.durations import nanoseconds, size

DAY = datetime.datetime(2023, 1, 10, tzinfo=datetime.UTC)

SPEC = """
source:
  type: parquet
  path: ./rows.parquet
  timestamp_column: {name: ts}
  source_delay: {minutes: 20}
features:
  - {name: amount, type: double}
index_columns:
  - {name: k, type: string}
temporal_join_lookback: {days: 1}
source_lookback: {days: 30}
"""


def at(hour: int, minute: int = 0, day: int = 0) -> datetime.datetime:
    return DAY + datetime.timedelta(days=day, hours=hour, minutes=minute)


def times(*moments: datetime.datetime | None) -> pa.Array:
    return pa.array(moments, pa.timestamp("us", "UTC"))


def rows() -> pa.Table:
    return pa.table({"k": ["a", "a", "a"], "ts": times(at(8), at(9), at(9, 50)), "amount": [8.0, None, 10.0]})


def spec_of(folder: Path, transformer: Any = None, data: pa.Table | None = None, text: str = SPEC) -> FeatureSetSpec:
    place = folder / "sums"
    place.mkdir(exist_ok=True)
    (place / "FeatureSetSpec.yaml").write_text(text)
    return FeatureSetSpec.from_config(place, data=rows() if data is None else data, transformer=transformer)


def observations() -> pa.Table:
    return pa.table({"k": ["a", "a", "b", "a", None], "t": times(at(10), at(9), at(10), at(9, day=3), at(10))})


def test_an_explanation_counts_and_tells(tmp_path: Path) -> None:
    spec = spec_of(tmp_path)
    found = get_offline_features(spec.get_features(), observations(), "t", explain=True)
    assert found.explain().summary() == {"amount": {"null_key": 1, "no_key": 1, "too_old": 1, "null_value": 1, "matched": 1}}
    story = found.explain(row=0)
    (one,) = story
    assert (one.reason, one.used_us, one.values) == ("matched", int(at(9).timestamp() * 1e6), {"amount": None})
    assert "became known 10 min after the observation" in str(story)
    assert "no value of amount" in str(story)
    assert "2 d 22 h 50 min" in str(found.explain(row=3)) or "2 d" in str(found.explain(row=3))
    assert "no row of k='b'" in str(found.explain(row=2))
    assert "null" in str(found.explain(row=4))
    with pytest.raises(podium.InvalidArgumentError, match="no row 5"):
        found.explain(row=5)
    assert "matched" in found.explain()._repr_html_()
    assert "amount" in found.explain().to_table()._repr_html_()


def test_features_come_in_the_order_asked_for_whatever_their_sets(tmp_path: Path) -> None:
    text = SPEC.replace("- {name: amount, type: double}", "- {name: amount, type: double}\n  - {name: more, type: double}")
    data = rows().append_column("more", pa.array([1.0, 2.0, 3.0]))
    one, other = spec_of(tmp_path, data=data, text=text), None
    place = tmp_path / "other"
    place.mkdir()
    (place / "FeatureSetSpec.yaml").write_text(SPEC.replace("amount", "count"))
    other = FeatureSetSpec.from_config(place, data=rows().rename_columns(["k", "ts", "count"]))
    found = get_offline_features([one["more"], other["count"], one["amount"]], observations(), "t", with_feature_timestamps=True)
    table = found.to_arrow()
    assert table.column_names == ["k", "t", "more", "count", "amount", "sums__timestamp", "other__timestamp"]
    assert table["more"].to_pylist()[1] == 1.0
    assert table["count"].to_pylist()[1] == table["amount"].to_pylist()[1] == 8.0
    assert found.explain().to_table().column_names == ["more", "count", "amount"]
    assert found.certificate() and podium.features.verify_certificate(found, found.certificate())


def test_a_certificate_that_lies_does_not_hold(tmp_path: Path) -> None:
    spec = spec_of(tmp_path)
    found = get_offline_features(spec.get_features(), observations(), "t")
    honest = found.certificate().to_arrow()
    verify = podium.features.verify_certificate
    assert verify(found, podium.features.Certificate.of(honest))

    def changed(column: str, row: int, value: datetime.datetime | None) -> podium.features.Certificate:
        values = honest[column].to_pylist()
        values[row] = value
        return podium.features.Certificate.of(honest.set_column(honest.column_names.index(column), column, times(*values)))

    for column, row, value, why in (
        ("previous", 0, at(8), "lie between"),
        ("previous", 0, at(9, 50), "not known yet"),
        ("previous", 0, at(9, 1), "there is no row"),
        ("next", 0, None, "lie between"),
        ("next", 0, at(8), "was known"),
        ("previous", 2, at(8), "there is no row"),
        ("previous", 4, at(8), "no key or no time"),
    ):
        verdict = verify(found, changed(column, row, value))
        assert not verdict and why in verdict.problems[0], (column, row, verdict.problems)
    leaky = get_offline_features(spec.get_features(), observations(), "t", leak={"sums": 3600.0})
    assert not verify(leaky, leaky.certificate())
    with pytest.raises(podium.InvalidArgumentError, match="previous"):
        podium.features.Certificate.of(honest.drop_columns("previous"))


class HonestSum:
    """Sum of the last three days, in pandas."""

    def transform(self, frame: pandas.DataFrame) -> pandas.DataFrame:
        parts = []
        for key, group in frame.sort_values("ts").groupby("k"):
            parts.append(group.assign(amount=group.rolling("3D", on="ts")["amount"].sum(), k=key))
        return pandas.concat(parts)[["k", "ts", "amount"]]


class SumOfTheDay:
    """A window stamped at its start: it sees the rest of the day."""

    def transform(self, frame: polars.DataFrame) -> polars.DataFrame:
        return frame.group_by("k", polars.col("ts").dt.truncate("1d")).agg(polars.col("amount").sum())


class MeanOfAll:
    """Centres by a mean over everything, later rows included."""

    def __call__(self, table: pa.Table) -> pa.Table:
        import pyarrow.compute as pc

        mean = pc.mean(table["amount"])
        return table.set_column(table.column_names.index("amount"), "amount", pc.subtract(table["amount"], mean))


def history() -> pa.Table:
    moments = [at(hour, day=day) for day in range(6) for hour in (1, 9, 17)]
    return pa.table({"k": ["a", "b"] * 9, "ts": times(*moments), "amount": [float(i) for i in range(18)]})


def test_poison_after_a_cut_off_shows_who_looks_ahead(tmp_path: Path) -> None:
    honest = poison_test(spec_of(tmp_path, HonestSum, history()))
    assert honest and honest.compared > 20 and "no leak" in honest._repr_html_()
    for transformer in (SumOfTheDay, MeanOfAll):
        report = poison_test(spec_of(tmp_path, transformer, history()))
        assert not report
        assert [leak.feature for leak in report.leaks] == ["amount"]
        assert "without later rows" in report.leaks[0].example
    with pytest.raises(podium.InvalidArgumentError, match="no transformation"):
        poison_test(spec_of(tmp_path, None, history()))


def test_a_transformation_sees_its_lookback_and_only_its_window_comes_out(tmp_path: Path) -> None:
    spec = spec_of(tmp_path, HonestSum, history())
    table = spec.compute(at(0, day=3), at(0, day=4))
    assert [time.day for time in table["ts"].to_pylist()] == [13, 13, 13]
    assert table.column_names == ["k", "ts", "amount"]
    assert max(table["amount"].to_pylist()) > 11  # the days before counted


def test_a_transformation_that_cannot_run_says_what_to_do(tmp_path: Path) -> None:
    def broken(frame: pandas.DataFrame) -> pandas.DataFrame:
        raise KeyError("amount_usd")

    wanted = [spec_of(tmp_path, broken)["amount"]]
    with pytest.raises(podium.InvalidArgumentError, match=r"sums.*KeyError.*amount_usd"):
        get_offline_features(wanted, observations(), "t")
    with pytest.raises(podium.InvalidArgumentError, match="not a table"):
        get_offline_features([spec_of(tmp_path, lambda frame: 7)["amount"]], observations(), "t")
    with pytest.raises(podium.InvalidArgumentError, match="gave no column `amount`"):
        get_offline_features([spec_of(tmp_path, lambda frame: frame[["k", "ts"]])["amount"]], observations(), "t")


def test_a_transformer_class_is_loaded_from_its_folder(tmp_path: Path) -> None:
    from podium.features.transform import load

    (tmp_path / "helper.py").write_text("FACTOR = 2\n")
    (tmp_path / "code.py").write_text(
        textwrap.dedent(
            """
            from helper import FACTOR

            class Doubled:
                def _transform(self, frame):
                    return frame.assign(amount=frame["amount"] * FACTOR)
            """
        )
    )
    doubled = load(tmp_path, "code.Doubled", "sums")
    assert doubled(pandas.DataFrame({"amount": [1.5]}))["amount"].tolist() == [3.0]
    for name, why in (("code.Other", "not defined"), ("nothing.X", "not in"), ("Doubled", "not in")):
        with pytest.raises(podium.InvalidArgumentError, match=why):
            load(tmp_path, name, "sums")
    (tmp_path / "spark.py").write_text("from pyspark_that_is_not_there.ml import Transformer\n")
    with pytest.raises(podium.InvalidArgumentError, match="cannot be imported"):
        load(tmp_path, "spark.T", "sums")


def test_freshness_and_differences_are_measured(tmp_path: Path) -> None:
    found = get_offline_features(spec_of(tmp_path).get_features(), observations(), "t")
    (one,) = freshness(found)
    assert (one.matched, one.oldest, one.lookback) == (2, 3600.0, 86400.0)
    first = pa.table({"x": [1.0, 2.0, None, 4.0, None], "s": ["a", "b", "c", None, None]})
    second = pa.table({"x": [1.0, 3.0, 1.0, None, None], "s": ["a", "x", "c", None, None]})
    x, s = compare_retrievals(first, second, ["x", "s"])
    assert (x.equal, x.different, x.missing, x.extra) == (2, 1, 1, 1)
    assert x.smape == pytest.approx(0.2)
    assert (s.equal, s.different, s.smape) == (4, 1, None)
    assert "row 1" in x.example
    with pytest.raises(podium.InvalidArgumentError, match="5 rows"):
        compare_retrievals(first, second.slice(1), ["x"])


def test_durations_and_sizes_are_read_as_people_write_them() -> None:
    minute = 60 * 10**9
    for text, expected in {
        "20m": 20 * minute,
        "1h30m": 90 * minute,
        "30d": 43200 * minute,
        "250ms": 250 * 10**6,
        "0.5s": 5 * 10**8,
    }.items():
        assert nanoseconds(text) == expected
    assert nanoseconds(datetime.timedelta(microseconds=1)) == 1000
    for wrong in ("", "20", "m", "20 parsecs", "-1d", "1d-1h", "0.1ns", "1000000d"):
        with pytest.raises(podium.InvalidArgumentError):
            nanoseconds(wrong)
    with pytest.raises(podium.InvalidArgumentError, match="negative"):
        nanoseconds(datetime.timedelta(days=-1))
    assert (size(None), size("2GB"), size("512MiB"), size(7)) == (0, 2 * 10**9, 2**29, 7)
    for wrong in ("2 potatoes", "", "GB"):
        with pytest.raises(podium.InvalidArgumentError):
            size(wrong)


def test_results_go_into_every_kind_of_frame(tmp_path: Path) -> None:
    found = get_offline_features(spec_of(tmp_path).get_features(), polars.DataFrame(observations()), "t")
    assert isinstance(found.to_pandas(), pandas.DataFrame)
    assert isinstance(found.to_polars(), polars.DataFrame)
    assert found.to_arrow().num_rows == len(found) == 5
