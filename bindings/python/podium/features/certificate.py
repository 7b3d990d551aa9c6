"""A proof of a result, and a small program that checks it.

The certificate holds, for each set and observation at ``t``, the times of the two neighbouring rows of its key around
``t - source_delay``: ``previous``, the newest that was known, and ``next``, the oldest that was not.  Whoever has the
observations, the feature rows and the certificate can check every value without trusting, or repeating, the join:

1. ``previous <= t - source_delay < next``;
2. no row of the key lies between ``previous`` and ``next``, and both exist;
3. the row was used if and only if ``previous >= t - temporal_join_lookback``;
4. the values are those of the row at ``previous`` (of several, the newest ``create_timestamp``, then the last).

The verifier shares no code with the join: sorted lists, bisection, and comparisons.  Time O((N + M) log M).
"""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from podium import _core
from podium.features import times
from podium.features.table import Table

if TYPE_CHECKING:
    import pyarrow

    from podium.features.offline import OfflineFeatures, Part, Request

_MICRO = datetime.timedelta(microseconds=1)
_LARGEST_REPORT = 5


class Certificate(Table):
    """Columns ``feature_set, observation, previous, next``: one row for each set and observation, sets in request order."""

    @classmethod
    def of(cls, table: object) -> Certificate:
        """A certificate that was stored, for example read back with ``pyarrow.parquet.read_table``."""
        made = times.as_table(table)
        if made.column_names != ["feature_set", "observation", "previous", "next"]:
            raise _core.InvalidArgumentError(
                f"a certificate has the columns feature_set, observation, previous, next; got {', '.join(made.column_names)}"
            )
        return cls(made, made.num_rows, made.column_names)


@dataclass(frozen=True)
class Verdict:
    """What the verifier found; true if the result holds.

    Attributes:
        checked: Values of sets and observations that were checked.
        problems: What does not hold, in row order; the first few in words.
        failed: How many do not hold.
    """

    checked: int
    failed: int
    problems: tuple[str, ...]

    def __bool__(self) -> bool:
        return self.failed == 0


def _bounds(part: Part, request: Request) -> tuple[int, int | None]:
    delay = part.spec.source_delay // _MICRO if request.apply_source_delay else 0
    lookback = part.spec.temporal_join_lookback if request.apply_temporal_join_lookback else None
    return delay, None if lookback is None else lookback // _MICRO


def _same(value: Any) -> Any:
    """Values as the join compares them: NaN equals NaN, and -0.0 equals 0.0."""
    if isinstance(value, float):
        return "nan" if value != value else value + 0.0
    return value


def _keys(table: pyarrow.Table, part: Part) -> list[tuple[Any, ...] | None]:
    """Each row's key; ``None`` if a part of it is null."""
    columns = [[_same(value) for value in table[one.name].to_pylist()] for one in part.spec.index_columns]
    return [None if None in key else key for key in zip(*columns, strict=True)]


def _moments(part: Part) -> dict[tuple[Any, ...], list[int]]:
    """The different times of each key, sorted."""
    table = times.as_table(part.rows)
    at = times.instants_of(table, part.spec).to_pylist()
    found: dict[tuple[Any, ...], set[int]] = {}
    for key, moment in zip(_keys(table, part), at, strict=True):
        if key is not None and moment is not None:
            found.setdefault(key, set()).add(moment)
    return {key: sorted(values) for key, values in found.items()}


def _observed(request: Request) -> tuple[pyarrow.Table, list[int | None]]:
    table = times.as_table(request.observations)
    return table, times.instants(table[request.timestamp_column], request.timestamp_column).to_pylist()


def certify(result: OfflineFeatures) -> Certificate:
    """The certificate of a result."""
    import pyarrow

    request = result.request
    observations, observed = _observed(request)
    names: list[str] = []
    rows: list[int] = []
    previous: list[int | None] = []
    following: list[int | None] = []
    for part in request.parts:
        moments = _moments(part)
        delay, _ = _bounds(part, request)
        zero = part.spec.temporal_join_lookback == datetime.timedelta(0) and request.apply_temporal_join_lookback
        for row, (key, time) in enumerate(zip(_keys(observations, part), observed, strict=True)):
            known = moments.get(key, []) if key is not None and time is not None else []
            at = 0 if time is None else bisect_right(known, time - (0 if zero else delay))
            names.append(part.spec.name)
            rows.append(row)
            previous.append(known[at - 1] if at > 0 else None)
            following.append(known[at] if at < len(known) else None)
    instant = pyarrow.timestamp("us", "UTC")
    table = pyarrow.table(
        {
            "feature_set": pyarrow.array(names, pyarrow.string()),
            "observation": pyarrow.array(rows, pyarrow.int64()),
            "previous": pyarrow.array(previous, pyarrow.int64()).cast(instant),
            "next": pyarrow.array(following, pyarrow.int64()).cast(instant),
        }
    )
    return Certificate.of(table)


def verify(result: OfflineFeatures, certificate: Certificate) -> Verdict:
    """Check a result against its certificate, its observations and the feature rows."""
    request = result.request
    observations, observed = _observed(request)
    table = times.as_table(certificate)
    claims = list(
        zip(
            table["feature_set"].to_pylist(),
            table["observation"].to_pylist(),
            table["previous"].cast("int64").to_pylist(),
            table["next"].cast("int64").to_pylist(),
            strict=True,
        )
    )
    expected = len(request.parts) * len(observed)
    problems: list[str] = []
    failed = 0
    if len(claims) != expected:
        return Verdict(0, 1, (f"the certificate has {len(claims)} rows, the request {expected}",))
    values = _Values(result)
    for number, part in enumerate(request.parts):
        moments, keys = _moments(part), _keys(observations, part)
        rows = values.rows_of(number)
        for row in range(len(observed)):
            problem = _check(part, request, claims[number * len(observed) + row], row, keys[row], observed[row], moments)
            if problem is None:
                used = _used(part, request, claims[number * len(observed) + row], keys[row], observed[row])
                problem = values.check(number, row, None if used is None else rows.get(used))
            if problem is not None:
                failed += 1
                if len(problems) < _LARGEST_REPORT:
                    problems.append(f"{part.spec.name}, observation {row}: {problem}")
    return Verdict(expected, failed, tuple(problems))


Claim = tuple[str, int, int | None, int | None]


def _check(
    part: Part,
    request: Request,
    claim: Claim,
    row: int,
    key: tuple[Any, ...] | None,
    time: int | None,
    moments: dict[tuple[Any, ...], list[int]],
) -> str | None:
    name, observation, previous, following = claim
    if (name, observation) != (part.spec.name, row):
        return f"the certificate speaks of {name}, observation {observation}"
    if key is None or time is None:
        return None if previous is None and following is None else "it has no key or no time, yet the certificate names rows"
    delay, lookback = _bounds(part, request)
    edge = time if lookback == 0 else time - delay
    if previous is not None and previous > edge:
        return f"the row of {times.text(previous)} was not known yet at {times.text(time)}"
    if following is not None and following <= edge:
        return f"the row of {times.text(following)} was known by {times.text(time)}"
    known = moments.get(key, [])
    left = bisect_left(known, previous) if previous is not None else -1
    right = bisect_left(known, following) if following is not None else len(known)
    for moment, at in ((previous, left), (following, right)):
        if moment is not None and (at >= len(known) or known[at] != moment):
            return f"there is no row of {times.text(moment)}"
    return None if right == left + 1 else f"{right - left - 1} rows lie between those that the certificate names"


def _used(part: Part, request: Request, claim: Claim, key: tuple[Any, ...] | None, time: int | None) -> tuple[Any, ...] | None:
    """Key and time of the row that has to be used, if one has to."""
    _, lookback = _bounds(part, request)
    previous = claim[2]
    if previous is None or key is None or time is None or (lookback is not None and previous < time - lookback):
        return None
    return (*key, previous)


class _Values:
    """The values of a result and of the feature rows, compared one by one."""

    def __init__(self, result: OfflineFeatures) -> None:
        from podium.features.explain import _feature_columns, _positions

        table = result.to_arrow()
        positions = _positions(result, len(table.column_names) - _feature_columns(result))
        self._parts = result.request.parts
        self._given: dict[int, list[tuple[str, list[Any]]]] = {}
        for (part, feature), position in zip(result.request.order, positions, strict=True):
            self._given.setdefault(part, []).append((feature.name, table.column(position).to_pylist()))

    def rows_of(self, number: int) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        """The values that count for each key and time."""
        part = self._parts[number]
        table = times.as_table(part.rows)
        at = times.instants_of(table, part.spec).to_pylist()
        created: list[int | None] = [None] * len(table)
        if "create_timestamp" in table.column_names:
            created = times.instants(table["create_timestamp"], "create_timestamp").to_pylist()
        columns = [table[name].to_pylist() for name, _ in self._given[number]]
        best: dict[tuple[Any, ...], tuple[tuple[int, int], int]] = {}
        for row, (key, moment) in enumerate(zip(_keys(table, part), at, strict=True)):
            if key is None or moment is None:
                continue
            written = created[row]
            rank = (-(2**63) if written is None else written, row)
            if (*key, moment) not in best or best[(*key, moment)][0] < rank:
                best[(*key, moment)] = (rank, row)
        return {key: tuple(column[row] for column in columns) for key, (_, row) in best.items()}

    def check(self, number: int, row: int, expected: tuple[Any, ...] | None) -> str | None:
        for position, (name, column) in enumerate(self._given[number]):
            wanted = None if expected is None else expected[position]
            if _same(column[row]) != _same(wanted):
                return f"`{name}` is {column[row]!r}, the row has {wanted!r}"
        return None
