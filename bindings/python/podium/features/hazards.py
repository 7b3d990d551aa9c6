"""Where Azure's own retrieval answers otherwise, or fails.

Each finding has the number under which ``docs/reference/azure-differences.md`` explains it.  Podium's answer follows the
documented rule in every case; the findings say for which requests the two differ, and on how many rows.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podium.features import times

if TYPE_CHECKING:
    import pyarrow

    from podium.features.offline import OfflineFeatures, Request

_DAY = 86_400_000_000
_MICRO = datetime.timedelta(microseconds=1)
_FIRST_US = times.micros(datetime.datetime(1, 1, 1, tzinfo=datetime.UTC))
_LAST_US = times.micros(datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.UTC))
_INTERNAL = ("event_timestamp", "created_timestamp", "row_number")
_QUOTED = re.compile(r"[.:`]")


@dataclass(frozen=True)
class Hazard:
    """One finding.

    Attributes:
        code: ``H1`` to ``H14``.
        feature_set: The set concerned; empty: the request as a whole.
        rows: Observations concerned; ``None``: not a matter of rows.
        message: What Azure does here, and what Podium does.
    """

    code: str
    feature_set: str
    rows: int | None
    message: str

    def __str__(self) -> str:
        where = f" {self.feature_set}:" if self.feature_set else ""
        return f"{self.code}{where} {self.message}"


def find(result: OfflineFeatures) -> list[Hazard]:
    """All findings on a result's request, in the order of their numbers."""
    request = result.request
    observations = times.as_table(request.observations)
    at = times.instants(observations[request.timestamp_column], request.timestamp_column)
    found = [
        *_row_ids(request, observations, at),
        *_other_time_column(request, observations),
        *_coverage(result),
        *_written_later(result, at),
        *_zero_lookback(request),
        *_source_lookback(request),
        *_rough_window(request, observations),
        *_internal_columns(observations),
        *_versions(request),
        *_names(request),
        *_sentinels(request, at),
    ]
    return sorted(found, key=lambda one: int(one.code[1:]))


def _row_ids(request: Request, observations: pyarrow.Table, at: pyarrow.ChunkedArray) -> list[Hazard]:
    """H1: row ids are keys and time written one after the other, without anything between; H7: in local time."""
    out = []
    moments = at.to_pylist()
    for part in request.parts:
        names = [one.name for one in part.spec.index_columns]
        if len(names) < 2:
            continue
        keys = list(zip(*(observations[name].to_pylist() for name in names), strict=True))
        apart: dict[tuple[str, int | None], set[tuple[Any, ...]]] = defaultdict(set)
        ids = []
        for key, moment in zip(keys, moments, strict=True):
            one = ("".join(map(str, key)), moment)
            ids.append(one)
            if None not in key:
                apart[one].add(key)
        rows = sum(1 for one in ids if len(apart.get(one, ())) > 1)
        if rows:
            out.append(
                Hazard(
                    "H1",
                    part.spec.name,
                    rows,
                    f"{rows} observations have other keys that read the same when written one after the other; Azure gives them "
                    "each other's values, here they are told apart",
                )
            )
    return out


def _other_time_column(request: Request, observations: pyarrow.Table) -> list[Hazard]:
    """H2: the row id takes the set's time column out of the observations."""
    out = []
    for part in request.parts:
        name = part.spec.timestamp_column
        if name == request.timestamp_column:
            continue
        if name not in observations.column_names:
            out.append(
                Hazard(
                    "H2",
                    part.spec.name,
                    None,
                    f"Azure looks for the set's time column `{name}` among the observations' and fails, because it is not there; "
                    "here it need not be",
                )
            )
            continue
        keys = [observations[one.name].to_pylist() for one in part.spec.index_columns]
        counts = Counter(zip(*keys, observations[name].to_pylist(), strict=True))
        rows = sum(count for count in counts.values() if count > 1)
        out.append(
            Hazard(
                "H2",
                part.spec.name,
                rows,
                f"the observations have both `{request.timestamp_column}` and `{name}`; Azure takes rows of one `{name}` for one "
                f"row ({rows} here), which then see the newest value of all; here only `{request.timestamp_column}` counts",
            )
        )
    return out


def _coverage(result: OfflineFeatures) -> list[Hazard]:
    """H3: intervals that were never materialised."""
    out = []
    for number, part in enumerate(result.request.parts):
        rows = result.reasons(number).count("coverage_gap")
        if rows:
            out.append(
                Hazard(
                    "H3",
                    part.spec.name,
                    rows,
                    f"{rows} observations fall into intervals that are not materialised; Azure gives nulls or older values "
                    "without a word, here the reason is `coverage_gap`",
                )
            )
    return out


def _written_later(result: OfflineFeatures, at: pyarrow.ChunkedArray) -> list[Hazard]:
    """H4: rows that were used although they were written after the observation."""
    import pyarrow
    import pyarrow.compute as pc

    out = []
    for number, part in enumerate(result.request.parts):
        table = times.as_table(part.rows)
        if "create_timestamp" not in table.column_names or part.spec.timestamp_column not in table.column_names:
            continue
        created = times.instants(table["create_timestamp"], "create_timestamp")
        moment = times.instants_of(table, part.spec)
        late = table.append_column("_created", created).append_column("_at", moment)
        late = late.filter(pc.is_valid(late["_created"]))
        keys = [one.name for one in part.spec.index_columns]
        # Of one key and time the newest written one is used.
        newest = late.group_by([*keys, "_at"]).aggregate([("_created", "max")])
        written = {tuple(row[name] for name in (*keys, "_at")): row["_created_max"] for row in newest.to_pylist()}
        observations = times.as_table(result.request.observations)
        columns = [observations[name].to_pylist() for name in keys]
        used = pc.cast(result.feature_timestamps(number), pyarrow.int64()).to_pylist()
        rows = 0
        for key, time, row in zip(zip(*columns, strict=True), at.to_pylist(), used, strict=True):
            if row is not None and time is not None and written.get((*key, row), time) > time:
                rows += 1
        if rows:
            out.append(
                Hazard(
                    "H4",
                    part.spec.name,
                    rows,
                    f"{rows} observations use a value that was written after them (a backfill or a correction), as in Azure; "
                    "`as_known_at=True` leaves those out",
                )
            )
    return out


def _zero_lookback(request: Request) -> list[Hazard]:
    """H5: a lookback of zero ignores the delay and multiplies rows."""
    return [
        Hazard(
            "H5",
            part.spec.name,
            None,
            "a temporal_join_lookback of zero matches only rows of exactly the observation's time and ignores source_delay; "
            "Azure gives one row per duplicate feature row, here every observation stays one row",
        )
        for part in request.parts
        if part.spec.temporal_join_lookback == datetime.timedelta(0)
    ]


def _source_lookback(request: Request) -> list[Hazard]:
    """H8: a transformation that reads history, with too little of it."""
    out = []
    for part in request.parts:
        spec = part.spec
        windows = [seconds for seconds in spec.windows if seconds > spec.source_lookback]
        if windows:
            out.append(
                Hazard(
                    "H8",
                    spec.name,
                    None,
                    f"a window of {times.span_text(max(windows) // _MICRO)} reads further back than source_lookback "
                    f"({times.span_text(spec.source_lookback // _MICRO)}); values depend on the batch's earliest observation",
                )
            )
        elif (spec.transformation_code or spec.transformer) and not spec.source_lookback:
            out.append(
                Hazard(
                    "H8",
                    spec.name,
                    None,
                    "the transformation gets no rows before the feature window (source_lookback is zero): right for one that "
                    "works row by row; with one that has a window, values depend on the batch's earliest observation",
                )
            )
    return out


def _rough_window(request: Request, observations: pyarrow.Table) -> list[Hazard]:
    """H9: the window that Azure reads is computed roughly, and may cut off matches."""
    import pyarrow

    kind = observations[request.timestamp_column].type
    if pyarrow.types.is_date(kind):
        why = "dates lose a match at exactly midnight"
    elif pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind):
        offsets = {
            text[-6:]
            for text in observations[request.timestamp_column].to_pylist()
            if text and re.search(r"[+-]\d\d:\d\d$", text)
        }
        if not offsets:
            return []
        why = "texts with offsets are compared as texts"
    elif pyarrow.types.is_timestamp(kind) and kind.tz is None:
        why = "times without a zone are read in the zone of the Spark session, and the window in that of its driver"
    else:
        return []
    return [
        Hazard(
            "H9",
            "",
            None,
            f"Azure's rough window may cut off matches: {why}; here bounds are exact instants, and UTC without a zone",
        )
    ]


def _internal_columns(observations: pyarrow.Table) -> list[Hazard]:
    """H10: a column of Azure's own."""
    if "entity_timestamp" not in observations.column_names:
        return []
    return [Hazard("H10", "", len(observations), "Azure overwrites the observations' column `entity_timestamp`; here it stays")]


def _versions(request: Request) -> list[Hazard]:
    """H11: two versions of one set."""
    names = Counter((part.spec.store, part.spec.name) for part in request.parts)
    return [
        Hazard(
            "H11",
            name,
            None,
            "two versions of the set are asked for; Azure takes all features from one of them, here each from its own",
        )
        for (_, name), count in names.items()
        if count > 1
    ]


def _names(request: Request) -> list[Hazard]:
    """H13: names that Azure's Spark code trips over."""
    return [
        Hazard(
            "H13", request.parts[part].spec.name, None, f"Azure fails on a feature named `{feature.name}`; here any name works"
        )
        for part, feature in request.order
        if feature.name in _INTERNAL or _QUOTED.search(feature.name)
    ]


def _sentinels(request: Request, at: pyarrow.ChunkedArray) -> list[Hazard]:
    """H14: times at the ends of the calendar."""
    import pyarrow.compute as pc

    bounds = pc.min_max(at).as_py()
    if bounds["min"] is None:
        why = "there is no observation with a time"
    else:
        reach = max(
            ((part.spec.temporal_join_lookback or datetime.timedelta(0)) + part.spec.source_delay) // _MICRO
            for part in request.parts
        )
        if bounds["max"] + 1000 > _LAST_US:
            why = "an observation's time is the end of the calendar"
        elif bounds["min"] - reach < _FIRST_US:
            why = "a lookback reaches before the year 1"
        else:
            return []
    return [Hazard("H14", "", None, f"Azure fails: {why}; here such times are ordinary")]
