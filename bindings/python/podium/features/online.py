"""Online retrieval: the newest values by key, out of a Redis that Azure ML, or Podium, has filled."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from podium import _core
from podium.features.durations import nanoseconds
from podium.features.offline import Wanted, _understood
from podium.features.spec import FeatureSet, FeatureSetSpec
from podium.features.table import Table
from podium.features.types import ArrowStream, Duration

STATUSES: tuple[str, ...] = ("present", "missing", "null_key", "expired")


class Written(TypedDict):
    """What a write did."""

    rows: int
    written: int
    expired: int
    skipped: int


@dataclass(frozen=True)
class Layout:
    """Under which keys feature sets lie in the online store, as Azure ML lays it out.

    Attributes:
        store_guid: Workspace id of the feature store.
        schema: 2: values as bytes, readable and writable; 1: values as text and base64, readable.
        materialization_version: As the service has it; empty: none.
        hashed_prefix: Schema 2: keys begin with a digest (azureml-featurestore 1.2 and later), or with the plain text.
        wide_longs: Write longs that need more than 32 bits with 64, which Azure's own reader refuses; otherwise an error.
        version: Version of sets that have none of their own (those from a folder).
    """

    store_guid: str
    schema: int = 2
    materialization_version: str = ""
    hashed_prefix: bool = True
    wide_longs: bool = False
    version: str = "1"


class OnlineFeatures(Table):
    """The observations with the newest values of their features, in the observations' order."""

    def __init__(self, core: _core.LookedUp, names: list[str]) -> None:
        super().__init__(core, core.rows, core.column_names)
        self._looked_up = core
        self._names = names

    def status(self) -> dict[str, list[str]]:
        """For each set, why each row has the values it has: ``present``, ``missing``, ``null_key`` or ``expired``."""
        return {name: self._looked_up.status(index) for index, name in enumerate(self._names)}


class OnlineStore:
    """An online feature store in a Redis: one server, or a cluster, with or without TLS.

    Requests go out pipelined: one exchange per server, however many rows and sets.  May be used from several threads.

    Args:
        address: ``redis://[[user]:password@]host[:port]``, ``rediss://...`` for TLS, or Azure's
            ``host:port,password=...,ssl=True``.  A cluster is found out by asking.
        layout: Under which keys the sets lie.
        ca_file: PEM file with extra roots.
        patience: Seconds that the server may stay silent.

    Raises:
        UnavailableError: Nobody answers there, or with a certificate that does not hold.
        UnauthenticatedError: The credentials are refused.
    """

    def __init__(
        self, address: str, layout: Layout, *, ca_file: str | os.PathLike[str] | None = None, patience: float = 5.0
    ) -> None:
        pem = Path(ca_file).read_text() if ca_file is not None else ""
        self._core = _core.OnlineStore.connect(address, pem, patience)
        self._layout = layout

    @property
    def clustered(self) -> bool:
        """Is it a cluster?"""
        return self._core.clustered

    def _set(self, spec: FeatureSetSpec, features: list[str]) -> _core.OnlineSet:
        one = self._layout
        version = spec.version if spec.store else one.version
        return _core.OnlineSet(
            spec._core,
            features,
            one.store_guid,
            version,
            one.schema,
            one.materialization_version,
            one.hashed_prefix,
            one.wide_longs,
        )

    def get(
        self,
        features: Sequence[Wanted],
        observation_data: ArrowStream,
        *,
        max_age: Duration | None = None,
        apply_temporal_join_lookback: bool = True,
        with_age: bool = False,
        with_status: bool = False,
        prefix_with_set: bool = False,
        timeout: float | None = None,
    ) -> OnlineFeatures:
        """Look features up by the observations' keys.

        Args:
            features: Features, whole feature sets, or specifications.
            observation_data: Any Arrow-capable table with the key columns.
            max_age: Older values are not given out (null, status ``expired``), besides the sets' own lookback.
            apply_temporal_join_lookback: ``False``: a set's lookback does not matter.
            with_age: Add ``<set>__age_s``, seconds since the row's timestamp.
            with_status: Add ``<set>__status``.
            prefix_with_set: Name the features ``<set>__<feature>``.
            timeout: Seconds for the whole; ``None``: as long as it takes.

        Raises:
            InvalidArgumentError: A column is missing, of the wrong type, or there twice.
            UnavailableError: The server does not answer.
        """
        parts, _ = _understood(features)
        core = self._core.lookup(
            [self._set(part.spec, [one.name for one in part.features]) for part in parts],
            observation_data,
            None if max_age is None else nanoseconds(max_age, "max_age") / 1e9,
            apply_temporal_join_lookback,
            with_age,
            with_status,
            prefix_with_set,
            timeout=timeout,
        )
        return OnlineFeatures(core, [part.spec.name for part in parts])

    def write(self, feature_set: FeatureSet | FeatureSetSpec, rows: ArrowStream, *, timeout: float | None = None) -> Written:
        """Write the newest row of each key, unless the store has a newer one.

        Args:
            feature_set: The set; its keys, time column and features are taken from the rows.
            rows: Feature rows.
            timeout: Seconds for the whole.

        Returns:
            Keys given, written, too old to be written, and rows without a key or time.
        """
        spec = feature_set.spec if isinstance(feature_set, FeatureSet) else feature_set
        names = list(feature_set.features) if isinstance(feature_set, FeatureSet) else []
        return self._core.write(self._set(spec, names), rows, timeout=timeout)

    def materialize(
        self,
        feature_set: FeatureSetSpec,
        feature_window_start: datetime.datetime | None = None,
        feature_window_end: datetime.datetime | None = None,
        *,
        timeout: float | None = None,
    ) -> Written:
        """Compute a window of a set's features and write the newest of each key: offline to online."""
        return self.write(feature_set, feature_set.compute(feature_window_start, feature_window_end), timeout=timeout)


_lookup: OnlineStore | None = None


def init_online_lookup(features: Sequence[Wanted], credential: object = None, *, store: OnlineStore) -> None:
    """Get ready for :func:`get_online_features`.

    Args:
        features: What will be asked for; checked now.
        credential: Not used: the store is connected already.
        store: Where to look.
    """
    global _lookup
    _understood(features)
    _lookup = store


def shutdown_online_lookup() -> None:
    """Forget the store."""
    global _lookup
    _lookup = None


def get_online_features(
    features: Sequence[Wanted], observation_data: ArrowStream, *, max_age: Duration | None = None
) -> OnlineFeatures:
    """Look features up in the store of :func:`init_online_lookup`; see :meth:`OnlineStore.get`.

    Raises:
        InvalidArgumentError: Nobody has called :func:`init_online_lookup`.
    """
    if _lookup is None:
        raise _core.InvalidArgumentError("call init_online_lookup(features, store=...) first")
    return _lookup.get(features, observation_data, max_age=max_age)
