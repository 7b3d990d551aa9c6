"""What a feature set is: ``FeatureSetSpec.yaml``, its columns and its features."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from podium import _core
from podium.features import times
from podium.features.types import ArrowStream

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True)
class DateTimeOffset:
    """A length of time in whole days, hours and minutes; days are 24 hours."""

    days: int = 0
    hours: int = 0
    minutes: int = 0

    def to_timedelta(self) -> datetime.timedelta:
        """As a ``timedelta``."""
        return datetime.timedelta(days=self.days, hours=self.hours, minutes=self.minutes)


@dataclass(frozen=True)
class Column:
    """A key column."""

    name: str
    type: str


class Feature:
    """One feature of a feature set; what :func:`get_offline_features` takes.

    Attributes:
        name: Its column.
        type: string, integer, long, float, double, binary, datetime or boolean.
        description: As the specification has it.
    """

    def __init__(self, name: str, type: str, description: str, feature_set: FeatureSetSpec) -> None:
        self.name = name
        self.type = type
        self.description = description
        self._feature_set = feature_set

    @property
    def feature_set_reference(self) -> FeatureSetSpec:
        """The set that it belongs to."""
        return self._feature_set

    @property
    def uri(self) -> str:
        """``set:version:feature``."""
        return f"{self._feature_set.name}:{self._feature_set.version}:{self.name}"

    def __repr__(self) -> str:
        return f"Feature(Name={self.name},Type={self.type})"


class FeatureSetSpec:
    """A feature set: where its rows come from, by which keys they join, and what its features are.

    Made by :meth:`from_config` from a folder with ``FeatureSetSpec.yaml``, or by
    :class:`podium.features.FeatureStoreClient` from a feature store.
    """

    def __init__(
        self,
        core: _core.FeatureSetSpec,
        *,
        data: ArrowStream | None = None,
        transformer: Callable[..., object] | None = None,
        offline_store: str | os.PathLike[str] | None = None,
        version: str = "local",
        store: str = "",
    ) -> None:
        self._core = core
        self.offline_store = None if offline_store is None else os.fspath(offline_store)
        self._data = data
        self.transformer = transformer
        self._version = version
        self._store = store
        self._features = [Feature(one["name"], one["type"], one["description"], self) for one in core.feature_columns]

    @classmethod
    def from_config(
        cls,
        spec_path: str | os.PathLike[str],
        *,
        data: ArrowStream | None = None,
        transformer: Callable[..., object] | None = None,
        offline_store: str | os.PathLike[str] | None = None,
        name: str | None = None,
    ) -> FeatureSetSpec:
        """Read ``FeatureSetSpec.yaml``.

        Args:
            spec_path: The folder that holds it, or the file.
            data: The source's rows, as any Arrow-capable table; ``None``: read from the specification's source when needed.
            transformer: A pandas- or polars-style class or callable in place of the specification's transformation; see
                :mod:`podium.features.transform`.
            offline_store: Folder or URI of the Delta table that the set is materialised into, read in place of the source.
            name: Name of the set; ``None``: the folder's.

        Raises:
            InvalidArgumentError: The file has a mistake; the message says where.
        """
        core = _core.FeatureSetSpec.from_config(os.fspath(spec_path))
        if name is not None:
            core.name = name
        return cls(core, data=data, transformer=transformer, offline_store=offline_store)

    @property
    def name(self) -> str:
        """Name of the set."""
        return self._core.name

    @property
    def version(self) -> str:
        """Version in its feature store; ``"local"`` for one from a folder."""
        return self._version

    @property
    def store(self) -> str:
        """URI of the feature store it comes from; empty for one from a folder."""
        return self._store

    @property
    def timestamp_column(self) -> str:
        """Column with the time of each row."""
        return self._core.timestamp_column

    @property
    def timestamp_format(self) -> str:
        """Layout of a timestamp column of text, in Java's letters; empty: RFC 3339."""
        return self._core.timestamp_format

    @property
    def source_delay(self) -> datetime.timedelta:
        """How long after its timestamp a row is known."""
        return datetime.timedelta(seconds=self._core.source_delay)

    @property
    def source_lookback(self) -> datetime.timedelta:
        """How far before a feature window the source is read; zero if the specification says nothing."""
        return datetime.timedelta(seconds=self._core.source_lookback or 0)

    @property
    def temporal_join_lookback(self) -> datetime.timedelta | None:
        """Age at which a row is too old to be used; ``None``: never."""
        seconds = self._core.temporal_join_lookback
        return None if seconds is None else datetime.timedelta(seconds=seconds)

    @property
    def source_type(self) -> str:
        """parquet, csv, deltatable or mltable."""
        return self._core.source_type

    @property
    def source_path(self) -> str:
        """URI or local path of the source."""
        return self._core.source_path

    @property
    def transformation_code(self) -> tuple[str, str] | None:
        """Folder and ``module.Class`` of the transformation, if the specification has one."""
        return self._core.transformation_code

    @property
    def windows(self) -> list[datetime.timedelta]:
        """Lengths of the windows that the specification's expressions aggregate over."""
        return [datetime.timedelta(seconds=seconds) for seconds in self._core.windows]

    @property
    def index_columns(self) -> list[Column]:
        """The key columns, in order."""
        return [Column(one["name"], one["type"]) for one in self._core.key_columns]

    @property
    def features(self) -> list[Feature]:
        """All features, in the specification's order."""
        return list(self._features)

    def get_features(self) -> list[Feature]:
        """All features, in the specification's order."""
        return list(self._features)

    def get_feature(self, name: str) -> Feature:
        """The feature of that name.

        Raises:
            NotFoundError: There is none; the message lists what there is.
        """
        for feature in self._features:
            if feature.name == name:
                return feature
        known = ", ".join(f"`{feature.name}`" for feature in self._features)
        raise _core.NotFoundError(f"feature set `{self.name}` has no feature `{name}`; it has {known}")

    def __getitem__(self, name: str) -> Feature:
        return self.get_feature(name)

    def source(self) -> ArrowStream:
        """The source's rows, before any transformation."""
        return self._data if self._data is not None else self.read(None, None)

    @property
    def has_own_rows(self) -> bool:
        """Were the rows given, so that the source is not read?"""
        return self._data is not None

    def read(self, start_us: int | None, end_us: int | None) -> ArrowStream:
        """The source's rows that may lie in ``[start_us, end_us)``, microseconds since 1970; others may be among them."""
        return self._data if self._data is not None else _core.read_source(self._core, start_us, end_us)

    def compute(
        self, feature_window_start: datetime.datetime | None = None, feature_window_end: datetime.datetime | None = None
    ) -> pyarrow.Table:
        """The feature rows of ``[feature_window_start, feature_window_end)``, transformation applied.

        Source rows of ``[start - source_lookback, end)`` are read, the transformation runs on all of them, and the rows of
        the window are kept.  Keys, time and features come back, and ``create_timestamp`` if there is one.
        """
        from podium.features import transform

        return transform.compute(self, feature_window_start, feature_window_end)

    def materialize(self, feature_window_start: datetime.datetime, feature_window_end: datetime.datetime) -> _core.Materialized:
        """Compute ``[feature_window_start, feature_window_end)`` into the offline store, in place of what it holds of it.

        Raises:
            InvalidArgumentError: The set has no ``offline_store``, or its source or transformation has a mistake.
        """
        from podium.features import transform

        if self.offline_store is None:
            raise _core.InvalidArgumentError(f"feature set `{self.name}` has no offline store: give `offline_store=`")
        function = transform.transformation_of(self)
        name = self.name
        return _core.materialize(
            self._core,
            self._data,
            self.offline_store,
            times.micros(feature_window_start),
            times.micros(feature_window_end),
            None if function is None else lambda rows: transform.apply(function, times.as_table(rows), name),
            None,
        )

    def coverage(self, feature_window_start: datetime.datetime, feature_window_end: datetime.datetime) -> Coverage:
        """How much of a window the offline store has materialised.

        Raises:
            InvalidArgumentError: The set has no ``offline_store``.
        """
        if self.offline_store is None:
            raise _core.InvalidArgumentError(f"feature set `{self.name}` has no offline store: give `offline_store=`")
        found = _core.coverage(self.offline_store, times.micros(feature_window_start), times.micros(feature_window_end))
        return Coverage(found["covered"], [(times.moment(start), times.moment(end)) for start, end in found["gaps"]])

    def __repr__(self) -> str:
        return f"<podium feature set {self.name}: {', '.join(one.name for one in self._features)}>"


@dataclass(frozen=True)
class Coverage:
    """How much of a window is materialised.

    Attributes:
        covered: Share of the window, 0 to 1.
        gaps: The stretches that are not, each without its end.
    """

    covered: float
    gaps: list[tuple[datetime.datetime, datetime.datetime]]


class FeatureSet:
    """A feature set and its rows, with all or some of its features.

    Args:
        spec: ``FeatureSetSpec.yaml``, or the folder that holds it; the folder's name is the set's name.
        data: The rows, as any Arrow-capable table; ``None``: read from the spec's source.
        features: Which features are wanted; ``None``: all of the spec's.
        name: Another name than the folder's.
    """

    def __init__(
        self,
        spec: str | os.PathLike[str] | FeatureSetSpec,
        data: ArrowStream | None = None,
        features: Sequence[str] | None = None,
        *,
        name: str | None = None,
    ) -> None:
        self.spec = spec if isinstance(spec, FeatureSetSpec) else FeatureSetSpec.from_config(spec, data=data, name=name)
        self.features = list(features) if features is not None else []

    @property
    def name(self) -> str:
        """Name of the set."""
        return self.spec.name

    def wanted(self) -> list[Feature]:
        """The features that are asked for."""
        return [self.spec.get_feature(name) for name in self.features] if self.features else self.spec.get_features()

    def __repr__(self) -> str:
        return f"<podium feature set {self.name}: {', '.join(one.name for one in self.wanted())}>"
