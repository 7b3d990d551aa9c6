"""Instants, landings and late rates of the flights: the rules that a wrong one would break silently."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from flights_code import load

prepare = load("prepare/prepare.py")
MINUTE = prepare.MINUTE


def day(text: str) -> np.ndarray:
    return np.array([np.datetime64(text)]).astype("datetime64[D]").astype(np.int64)


def instant(text: str) -> int:
    return int(datetime.datetime.fromisoformat(text).timestamp() * 1_000_000)


def test_a_clock_time_of_2400_is_the_end_of_the_day() -> None:
    assert prepare.clock_minutes(np.array([0, 5, 1545, 2400])).tolist() == [0, 5, 945, 1440]


@pytest.mark.parametrize(
    ("date", "minute", "zone", "utc"),
    [
        ("2013-01-15", 720, "America/New_York", "2013-01-15T17:00+00:00"),
        ("2013-07-15", 720, "America/New_York", "2013-07-15T16:00+00:00"),
        ("2013-03-10", 119, "America/New_York", "2013-03-10T06:59+00:00"),
        ("2013-03-10", 180, "America/New_York", "2013-03-10T07:00+00:00"),
        ("2013-11-03", 59, "America/New_York", "2013-11-03T04:59+00:00"),
        ("2013-11-03", 120, "America/New_York", "2013-11-03T07:00+00:00"),
        ("2013-07-15", 720, "America/Phoenix", "2013-07-15T19:00+00:00"),
        ("2013-07-15", 720, "America/Puerto_Rico", "2013-07-15T16:00+00:00"),
        ("2013-07-15", 720, "Pacific/Honolulu", "2013-07-15T22:00+00:00"),
        ("2013-07-15", 1440, "America/New_York", "2013-07-16T04:00+00:00"),
    ],
)
def test_a_wall_time_becomes_an_instant_by_the_zone_s_own_rules(date: str, minute: int, zone: str, utc: str) -> None:
    assert prepare.local_to_utc(day(date), np.array([minute]), zone).tolist() == [instant(utc)]


def test_an_arrival_before_the_departure_is_the_next_calendar_day_not_24_hours_later() -> None:
    # 22:00 on 9 March in New York, scheduled to arrive at 03:30: the night of the change has no hour from 2 to 3.
    departure = np.array([instant("2013-03-10T03:00+00:00")])
    arrival = prepare.scheduled_arrivals(day("2013-03-09"), np.array([210]), departure, np.array(["America/New_York"]))
    assert arrival.tolist() == [instant("2013-03-10T07:30+00:00")]
    # The same day 24 hours later would be 08:30.
    assert (arrival - instant("2013-03-09T08:30+00:00")).tolist() == [23 * 60 * MINUTE]


def test_a_rate_counts_every_landing_up_to_its_own_minute_and_none_at_the_far_edge() -> None:
    keys = np.array([0, 0, 0, 0, 1])
    landed = np.array([0, 10, 10, 20, 10])
    late = np.array([True, False, True, False, True])
    rows, rate, count = prepare.late_rates(keys, landed, late, 10)
    found = {(int(keys[r]), int(landed[r])): (float(x), int(n)) for r, x, n in zip(rows, rate, count, strict=True)}
    assert found == {(0, 0): (1.0, 1), (0, 10): (0.5, 2), (0, 20): (0.0, 1), (1, 10): (1.0, 1)}


def test_rates_equal_a_count_by_hand() -> None:
    random = np.random.default_rng(3)
    keys, landed, late = random.integers(0, 4, 500), random.integers(0, 200, 500) * 7, random.random(500) < 0.3
    rows, rate, count = prepare.late_rates(keys, landed, late, 100)
    assert len(rows) == len({(int(k), int(t)) for k, t in zip(keys, landed, strict=True)})
    for row, share, n in zip(rows, rate, count, strict=True):
        window = (keys == keys[row]) & (landed > landed[row] - 100) & (landed <= landed[row])
        assert n == window.sum()
        assert share == pytest.approx(late[window].mean())


@pytest.fixture(scope="module")
def flights() -> pa.Table:
    folder = prepare.data_folder()
    return prepare.observations(prepare.read_flights(folder), folder)


def test_every_flight_is_there_once_in_the_order_of_the_file(flights: pa.Table) -> None:
    assert flights.num_rows == 336_776
    assert flights["row"].to_pylist()[:3] == [0, 1, 2]
    assert pc.count_distinct(flights["flight_key"]).as_py() == 336_776
    assert flights["y"].null_count == 9_430
    # The file is ordered by month as text.
    assert list(dict.fromkeys(flights["month"].to_pylist())) == [1, 10, 11, 12, 2, 3, 4, 5, 6, 7, 8, 9]


def test_landings_agree_with_departure_and_time_in_the_air(flights: pa.Table) -> None:
    raw = prepare.read_flights(prepare.data_folder())
    flown = pc.and_(raw["arr_delay"].is_valid(), raw["air_time"].is_valid())
    departed = prepare.microseconds(flights["sched_dep_utc"].filter(flown)) // MINUTE + raw["dep_delay"].filter(flown).to_numpy()
    taxi = (
        prepare.microseconds(flights["landed_utc"].filter(flown)) // MINUTE - departed - raw["air_time"].filter(flown).to_numpy()
    )
    assert len(taxi) == 327_346
    assert (taxi.min(), np.median(taxi), taxi.max()) == (5, 28, 235)


def test_the_departure_of_a_flight_falls_on_its_own_date_in_new_york(flights: pa.Table) -> None:
    september = flights.filter(pc.equal(flights["month"], 9))
    instants = prepare.microseconds(september["sched_dep_utc"])
    assert september.num_rows == 27_574
    assert instants.min() >= instant("2013-09-01T04:00+00:00")
    assert instants.max() < instant("2013-10-01T04:00+00:00")


def test_a_source_has_one_row_per_key_and_landing(flights: pa.Table) -> None:
    for _, keys, window, suffix in prepare.RATES:
        source = prepare.delay_source(flights, keys, window, suffix)
        groups = source.group_by([*keys, "landed_at"]).aggregate([([], "count_all")])
        assert groups.num_rows == source.num_rows
        assert pc.min(source[f"n_{suffix}"]).as_py() >= 1
        assert 0 <= pc.min(source[f"late_{suffix}"]).as_py() <= pc.max(source[f"late_{suffix}"]).as_py() <= 1
