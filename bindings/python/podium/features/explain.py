"""Why a retrieved value is what it is."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from podium import _core
from podium.features import times
from podium.features.table import Table

if TYPE_CHECKING:
    import pyarrow

    from podium.features.offline import OfflineFeatures, Part

REASONS: tuple[str, ...] = (
    "null_key",
    "null_time",
    "no_key",
    "coverage_gap",
    "before_first",
    "not_yet_available",
    "not_yet_known",
    "too_old",
    "null_value",
    "matched",
)
"""Every reason code, in the order in which they are considered."""

_MICRO = datetime.timedelta(microseconds=1)


class Explanation:
    """Reason codes of a result: one for each observation and requested feature."""

    def __init__(self, result: OfflineFeatures) -> None:
        self._result = result
        self._names = result.column_names[len(result.column_names) - _feature_columns(result) :]

    def to_table(self) -> Table:
        """One column of reason codes per requested feature, under the feature's name; rows as in the result."""
        made = self._codes()
        return Table(made, made.num_rows, made.column_names)

    def summary(self) -> dict[str, dict[str, int]]:
        """Per requested feature, how many observations have which reason; the counts of a feature sum to the rows."""
        import pyarrow.compute as pc

        codes = self._codes()
        out: dict[str, dict[str, int]] = {}
        for name, column in zip(codes.column_names, codes.columns, strict=True):
            counts = {one["values"]: one["counts"] for one in pc.value_counts(column.combine_chunks()).to_pylist()}
            out[name] = {reason: counts[reason] for reason in REASONS if counts.get(reason)}
        return out

    def story(self, row: int) -> Story:
        """What happened to one observation, set by set, with the nearest rows that were not used."""
        if not 0 <= row < len(self._result):
            raise _core.InvalidArgumentError(f"there is no row {row}; the result has {len(self._result)}")
        return _story(self._result, self._codes(row), row)

    def _codes(self, row: int | None = None) -> pyarrow.Table:
        """The reason codes of all rows, or of one."""
        import pyarrow
        import pyarrow.compute as pc

        order = self._result.request.order
        table = self._result.to_arrow()
        base = len(table.column_names) - _feature_columns(self._result)
        positions = _positions(self._result, base)
        reasons: dict[int, pyarrow.Array] = {}
        columns, names = [], []
        for (part, feature), position in zip(order, positions, strict=True):
            if part not in reasons:
                every = self._result.reasons(part)
                reasons[part] = pyarrow.array(every if row is None else every[row : row + 1], pyarrow.string())
            values = table.column(position) if row is None else table.column(position).slice(row, 1)
            null = pc.and_(pc.equal(reasons[part], "matched"), pc.is_null(values).combine_chunks())
            columns.append(pc.if_else(null, "null_value", reasons[part]))
            names.append(feature.name)
        return pyarrow.Table.from_arrays(columns, names=names)

    def _repr_html_(self) -> str:
        from podium.display import table_html

        rows = [(name, reason, f"{count:,}") for name, counts in self.summary().items() for reason, count in counts.items()]
        return table_html(("feature", "reason", "observations"), rows, f"{len(self._result):,} observations")

    def __repr__(self) -> str:
        return f"<podium explanation: {len(self._result)} observations, {len(self._result.request.order)} features>"


def _feature_columns(result: OfflineFeatures) -> int:
    return len(result.column_names) - len(times.as_table(result.request.observations).column_names)


def _positions(result: OfflineFeatures, base: int) -> list[int]:
    """Where each requested feature stands in the result; timestamps of sets may stand between them."""
    names = result.column_names
    at, out = base, []
    for part, feature in result.request.order:
        wanted = {feature.name, f"{result.request.parts[part].spec.name}__{feature.name}"}
        while names[at] not in wanted:
            at += 1
        out.append(at)
        at += 1
    return out


@dataclass
class SetStory:
    """What happened to one observation in one feature set; times in microseconds since 1970, UTC."""

    feature_set: str
    reason: str
    values: dict[str, Any]
    used_us: int | None = None
    used_row: int | None = None
    newest_visible_us: int | None = None
    next_newer_us: int | None = None
    sentence: str = ""


@dataclass
class Story:
    """What happened to one observation."""

    row: int
    observed_us: int | None
    sets: list[SetStory] = field(default_factory=list)

    def __iter__(self) -> Iterator[SetStory]:
        return iter(self.sets)

    def __str__(self) -> str:
        lines = [f"row {self.row}, observed {times.text(self.observed_us)}"]
        lines += [f"  {one.feature_set}: {one.reason}: {one.sentence}" for one in self.sets]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from podium.display import table_html

        rows = [(one.feature_set, one.reason, one.sentence) for one in self.sets]
        return table_html(
            ("feature set", "reason", "what happened"), rows, f"row {self.row}, observed {times.text(self.observed_us)}"
        )


def rows_of_key(part: Part, key: list[Any]) -> list[tuple[int, int]]:
    """Time and row number of the feature rows with that key, oldest first; of one time in the table's order."""
    import pyarrow
    import pyarrow.compute as pc

    table = times.as_table(part.rows)
    kept: pyarrow.ChunkedArray | None = None
    for column, value in zip(part.spec.index_columns, key, strict=True):
        values = table[column.name]
        if pyarrow.types.is_dictionary(values.type):
            values = pc.cast(values, values.type.value_type)
        same = pc.is_nan(values) if isinstance(value, float) and value != value else pc.equal(values, pyarrow.scalar(value))
        kept = same if kept is None else pc.and_(kept, same)
    at = times.instants_of(table, part.spec)
    found = pc.indices_nonzero(pc.and_(pc.fill_null(kept, False), pc.is_valid(at)))
    return sorted(zip(at.take(found).to_pylist(), found.to_pylist(), strict=True))


def _story(result: OfflineFeatures, codes: pyarrow.Table, row: int) -> Story:
    request = result.request
    observations = times.as_table(request.observations).slice(row, 1)
    observed = times.instants(observations[request.timestamp_column], request.timestamp_column)[0].as_py()
    story = Story(row, observed)
    table = result.to_arrow().slice(row, 1)
    positions = _positions(result, len(table.column_names) - _feature_columns(result))
    for number, part in enumerate(request.parts):
        values, reason = {}, result.reasons(number)[row]
        for (owner, feature), position in zip(request.order, positions, strict=True):
            if owner == number:
                values[feature.name] = table.column(position)[0].as_py()
        one = SetStory(part.spec.name, reason, values)
        key = [observations[column.name][0].as_py() for column in part.spec.index_columns]
        found = [] if reason in ("null_key", "null_time") else rows_of_key(part, key)
        if reason == "matched":
            one.used_us = result.feature_timestamps(number)[row].cast("int64").as_py()
        _place(one, part, request, observed, found)
        one.sentence = _sentence(one, part, request, observed, key, found)
        story.sets.append(one)
    return story


def _place(one: SetStory, part: Part, request: Any, observed: int | None, found: list[tuple[int, int]]) -> None:
    if observed is None:
        return
    delay = part.spec.source_delay // _MICRO if request.apply_source_delay else 0
    visible = [entry for entry in found if entry[0] <= observed - delay]
    later = [entry for entry in found if entry[0] > observed - delay]
    one.newest_visible_us = visible[-1][0] if visible else None
    one.next_newer_us = later[0][0] if later else None
    if one.used_us is not None:
        same = [entry[1] for entry in found if entry[0] == one.used_us]
        one.used_row = same[0] if len(same) == 1 else None


def _sentence(one: SetStory, part: Part, request: Any, observed: int | None, key: list[Any], found: list[tuple[int, int]]) -> str:
    named = ", ".join(f"{column.name}={value!r}" for column, value in zip(part.spec.index_columns, key, strict=True))
    if one.reason == "null_key":
        return f"a part of the key is null ({named})"
    if observed is None:
        return "the observation has no time"
    if not found:
        return f"the set has no row of {named}"
    delay = part.spec.source_delay // _MICRO if request.apply_source_delay else 0
    newer = ""
    if one.next_newer_us is not None:
        missed = one.next_newer_us + delay - observed
        newer = (
            f"; the next one, of {times.text(one.next_newer_us)}, became known {times.span_text(missed)} after the observation"
        )
    if one.reason == "matched" and one.used_us is not None:
        where = "" if one.used_row is None else f" (row {one.used_row} of its rows)"
        nulls = [name for name, value in one.values.items() if value is None]
        missing = f"; it holds no value of {', '.join(nulls)}" if nulls else ""
        age = times.span_text(observed - one.used_us)
        return f"the row of {times.text(one.used_us)}{where}, {age} old, was used{missing}{newer}"
    if one.newest_visible_us is None:
        return f"no row of {named} was known by then{newer}"
    lookback = part.spec.temporal_join_lookback
    limit = 0 if lookback is None else lookback // _MICRO
    over = observed - one.newest_visible_us - limit
    age = times.span_text(observed - one.newest_visible_us)
    return (
        f"the newest known row, of {times.text(one.newest_visible_us)}, is {age} old, "
        f"{times.span_text(over)} more than temporal_join_lookback allows{newer}"
    )
