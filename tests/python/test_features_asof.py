"""asof_join from Python: frames of every library in and out, pandas and polars as peers, properties against an oracle."""

from __future__ import annotations

import datetime
from typing import Any

import duckdb
import pandas
import podium
import polars
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from podium.features import asof_join

UTC = datetime.UTC


def trades() -> pa.Table:
    return pa.table(
        {
            "time": pa.array(
                [datetime.datetime(2023, 1, 10, 10, minute, tzinfo=UTC) for minute in (3, 1, 2, 9)], pa.timestamp("us", "UTC")
            ),
            "ticker": ["M", "G", "M", None],
            "price": [51.95, 720.0, 51.9, 1.0],
        }
    )


def quotes() -> pa.Table:
    return pa.table(
        {
            "time": pa.array(
                [datetime.datetime(2023, 1, 10, 10, minute, tzinfo=UTC) for minute in (2, 0, 1, 3)], pa.timestamp("us", "UTC")
            ),
            "ticker": ["M", "G", "M", "M"],
            "bid": [51.97, 719.0, 51.93, 52.01],
        }
    )


def test_the_surface_is_as_promised() -> None:
    found = asof_join(trades(), quotes(), on="time", by="ticker")
    assert found.column_names == ["time", "ticker", "price", "bid"]
    assert found.to_arrow()["bid"].to_pylist() == [52.01, 719.0, 51.97, None]
    assert "52.01" in found._repr_html_()
    strict = asof_join(trades(), quotes(), on="time", by=["ticker"], allow_exact_matches=False)
    assert strict.to_arrow()["bid"].to_pylist() == [51.97, 719.0, 51.93, None]
    for delay in ("1m", datetime.timedelta(minutes=1), "60s"):
        assert asof_join(trades(), quotes(), on="time", by="ticker", delay=delay).to_arrow()["bid"].to_pylist() == [
            51.97,
            719.0,
            51.93,
            None,
        ]
    close = asof_join(trades(), quotes(), on="time", by="ticker", tolerance="30s")
    assert close.to_arrow()["bid"].to_pylist() == [52.01, None, 51.97, None]
    forward = asof_join(trades(), quotes(), on="time", by="ticker", strategy="forward", allow_exact_matches=False)
    assert forward.to_arrow()["bid"].to_pylist() == [None, None, 52.01, None]
    renamed = quotes().rename_columns(["at", "ticker", "bid"])
    assert asof_join(trades(), renamed, on="time", right_on="at", by="ticker", matched_on="used").column_names == [
        "time",
        "ticker",
        "price",
        "bid",
        "used",
    ]


@pytest.mark.parametrize("make", [lambda t: t.to_pandas(), polars.DataFrame, lambda t: t, lambda t: duckdb.from_arrow(t)])
def test_every_library_s_tables_go_in_and_out(make: Any) -> None:
    found = asof_join(make(trades()), make(quotes()), on="time", by="ticker")
    assert found.to_arrow()["bid"].to_pylist() == [52.01, 719.0, 51.97, None]
    assert found.to_pandas()["bid"].tolist()[:3] == found.to_polars()["bid"].to_list()[:3] == [52.01, 719.0, 51.97]
    assert len(pa.table(found)) == len(found) == 4


def test_mistakes_are_named() -> None:
    for arguments, why in (
        ({"on": "when", "by": "ticker"}, "when"),
        ({"on": "time", "by": "nothing"}, "nothing"),
        ({"on": "time", "by": "ticker", "strategy": "sideways"}, "sideways"),
        ({"on": "time", "by": "ticker", "tolerance": "soon"}, "soon"),
        ({"on": "time", "by": "ticker", "tolerance": datetime.timedelta(-1)}, "tolerance"),
        ({"on": "time", "by": "ticker", "tolerance": 5}, "time"),
        ({"on": "time", "by": "ticker", "memory_limit": "some"}, "some"),
        ({"on": "time", "by": None}, "ticker"),
    ):
        with pytest.raises(podium.InvalidArgumentError, match=why):
            asof_join(trades(), quotes(), **arguments)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="__arrow_c_stream__"):
        asof_join([1], quotes(), on="time", by="ticker")  # type: ignore[arg-type]


Row = tuple[int, int, int]
rows = st.lists(st.tuples(st.integers(0, 3), st.integers(-30, 30), st.integers(0, 99)), max_size=25)


def table(given_rows: list[Row], value: str) -> pa.Table:
    columns = list(zip(*given_rows, strict=True)) or [(), (), ()]
    return pa.table(
        {
            "k": pa.array(columns[0], pa.int64()),
            "t": pa.array([one * 1_000_000 for one in columns[1]], pa.int64()).cast(pa.timestamp("us", "UTC")),
            value: pa.array(columns[2], pa.int64()),
        }
    )


def oracle(left: list[Row], right: list[Row], tolerance: int | None, delay: int) -> list[int | None]:
    out: list[int | None] = []
    for key, time, _ in left:
        fit = [
            (ts, place, value)
            for place, (other, ts, value) in enumerate(right)
            if other == key and ts <= time - delay and (tolerance is None or ts >= time - tolerance)
        ]
        out.append(max(fit)[2] if fit else None)
    return out


def joined(left: list[Row], right: list[Row], tolerance: int | None, delay: int, **more: Any) -> list[int | None]:
    found = asof_join(
        table(left, "x"),
        table(right, "y"),
        on="t",
        by="k",
        tolerance=None if tolerance is None else datetime.timedelta(seconds=tolerance),
        delay=datetime.timedelta(seconds=delay),
        **more,
    ).to_arrow()
    assert found["x"].to_pylist() == [one[2] for one in left]
    return found["y"].to_pylist()  # type: ignore[no-any-return]


spans = st.one_of(st.none(), st.integers(0, 40))
several = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@several
@given(rows, rows, spans, st.integers(0, 10))
def test_the_join_equals_the_oracle(left: list[Row], right: list[Row], tolerance: int | None, delay: int) -> None:
    assert joined(left, right, tolerance, delay) == oracle(left, right, tolerance, delay)


@several
@given(rows, rows, rows, spans, st.integers(0, 10))
def test_rows_that_are_not_known_yet_change_nothing(
    left: list[Row], right: list[Row], poison: list[Row], tolerance: int | None, delay: int
) -> None:
    latest = {key: max(time for other, time, _ in left if other == key) for key, _, _ in left}
    future = [(key, latest.get(key, 0) - delay + 1 + abs(time), value) for key, time, value in poison if key in latest]
    assert joined(left, [*right, *future], tolerance, delay) == joined(left, right, tolerance, delay)


@several
@given(rows, rows, rows)
def test_an_unseen_key_changes_nothing(left: list[Row], right: list[Row], more: list[Row]) -> None:
    strangers = [(key + 100, time, value) for key, time, value in more]
    assert joined(left, [*strangers, *right], None, 0) == joined(left, right, None, 0)


@several
@given(rows, rows, spans, st.integers(-(10**6), 10**6))
def test_a_shift_of_all_times_shifts_nothing_else(left: list[Row], right: list[Row], tolerance: int | None, shift: int) -> None:
    def moved(some: list[Row]) -> list[Row]:
        return [(key, time + shift, value) for key, time, value in some]

    assert joined(moved(left), moved(right), tolerance, 3) == joined(left, right, tolerance, 3)


@several
@given(rows, rows, st.integers(0, 40), st.integers(0, 40))
def test_a_longer_lookback_only_turns_nulls_into_values(left: list[Row], right: list[Row], one: int, more: int) -> None:
    narrow, wide = joined(left, right, one, 0), joined(left, right, one + more, 0)
    assert all(a is None or a == b for a, b in zip(narrow, wide, strict=True))


@several
@given(rows, rows, st.randoms(use_true_random=False))
def test_order_splits_and_threads_do_not_matter(left: list[Row], right: list[Row], random: Any) -> None:
    unique = list({(key, time): (key, time, value) for key, time, value in right}.values())  # ties go by order
    expected = joined(left, unique, 20, 2)
    shuffled = list(unique)
    random.shuffle(shuffled)
    assert joined(left, shuffled, 20, 2, threads=2) == expected
    split = pa.concat_tables([table(shuffled[:1], "y"), table(shuffled[1:], "y")])
    found = asof_join(table(left, "x"), split, on="t", by="k", tolerance="20s", delay="2s", threads=1).to_arrow()
    assert found["y"].to_pylist() == expected


@several
@given(rows, rows, st.sampled_from(["backward", "forward", "nearest"]), spans, st.booleans())
def test_pandas_gives_the_same(left: list[Row], right: list[Row], strategy: str, tolerance: int | None, exact: bool) -> None:
    unique = list({(key, time): (key, time, value) for key, time, value in right}.values())
    ordered = sorted(left, key=lambda one: one[1])
    if strategy == "nearest":  # of two equally near ones pandas takes the earlier, as is the rule here
        tolerance = tolerance or 40
    peer = pandas.merge_asof(
        table(ordered, "x").to_pandas(),
        table(sorted(unique, key=lambda one: one[1]), "y").to_pandas(),
        on="t",
        by="k",
        direction=strategy,
        tolerance=None if tolerance is None else pandas.Timedelta(seconds=tolerance),
        allow_exact_matches=exact,
    )
    found = asof_join(
        table(ordered, "x"),
        table(unique, "y"),
        on="t",
        by="k",
        strategy=strategy,
        tolerance=None if tolerance is None else f"{tolerance}s",
        allow_exact_matches=exact,
    ).to_arrow()
    theirs = [None if pandas.isna(value) else int(value) for value in peer["y"]]
    assert found["y"].to_pylist() == theirs
