"""Feature stores: sets and entities under names and versions, in Azure or in a folder."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from podium import _core
from podium.features.spec import Column, Feature, FeatureSetSpec
from podium.workspace import Workspace

_AZURE = "https://management.azure.com"


class TokenCredential(Protocol):
    """A credential of ``azure.identity``."""

    def get_token(self, *scopes: str) -> Any:
        """A token with an attribute ``token``."""
        ...


@dataclass(frozen=True)
class FeatureStoreEntity:
    """The keys of one kind of thing: feature sets join by the index columns of their entities."""

    name: str
    version: str
    index_columns: list[Column]
    description: str = ""
    stage: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    id: str = ""


def _entity(facts: _core.EntityFacts) -> FeatureStoreEntity:
    return FeatureStoreEntity(
        facts["name"],
        facts["version"],
        [Column(name, kind) for name, kind in facts["index_columns"]],
        facts["description"],
        facts["stage"],
        facts["tags"],
        facts["id"],
    )


class FeatureStoreEntities:
    """Entities of a feature store."""

    def __init__(self, core: _core.FeatureStore) -> None:
        self._core = core

    def get(self, name: str, version: str | None = None, *, timeout: float | None = None) -> FeatureStoreEntity:
        """One version; ``None``: the newest.

        Raises:
            NotFoundError: There is none.
        """
        return _entity(self._core.entity(name, version or "", timeout=timeout))

    def list(self, name: str | None = None, *, timeout: float | None = None) -> list[FeatureStoreEntity]:
        """All entities with their newest version's number, or all versions of one."""
        return [_entity(one) for one in self._core.entities(name or "", timeout=timeout)]

    def create(
        self,
        name: str,
        version: str,
        index_columns: Mapping[str, str] | Sequence[Column],
        *,
        description: str = "",
        stage: str = "Development",
        tags: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> FeatureStoreEntity:
        """Create a version, or change its description, stage and tags.

        Args:
            name: Name of the entity.
            version: Its version.
            index_columns: Types by column, for example ``{"account_id": "string"}``.
            description: Free text.
            stage: Development, Production or Archived.
            tags: Free.
            timeout: Seconds to wait; ``None``: as long as it takes.

        Raises:
            ConflictError: The version exists with other columns.
        """
        pairs = (
            list(index_columns.items()) if isinstance(index_columns, Mapping) else [(one.name, one.type) for one in index_columns]
        )
        return _entity(self._core.put_entity(name, version, pairs, description, stage, dict(tags or {}), timeout=timeout))


class RegisteredFeatureSet(FeatureSetSpec):
    """A feature set of a feature store."""

    def __init__(self, core: _core.FeatureSetSpec, facts: _core.SetFacts, store: _core.FeatureStore) -> None:
        super().__init__(core, version=facts["version"], store=store.uri)
        self._keeper = store  # the specification's files live as long as the client
        self._facts = facts

    @property
    def id(self) -> str:
        """ARM id."""
        return self._facts["id"]

    @property
    def description(self) -> str:
        """Free text."""
        return self._facts["description"]

    @property
    def stage(self) -> str:
        """Development, Production or Archived."""
        return self._facts["stage"]

    @property
    def entities(self) -> list[str]:
        """``azureml:name:version`` of the entities whose keys it joins by."""
        return list(self._facts["entities"])

    @property
    def tags(self) -> dict[str, str]:
        """Free."""
        return dict(self._facts["tags"])


class FeatureSets:
    """Feature sets of a feature store."""

    def __init__(self, core: _core.FeatureStore) -> None:
        self._core = core

    def get(self, name: str, version: str | None = None, *, timeout: float | None = None) -> RegisteredFeatureSet:
        """One version with its specification; ``None``: the newest.

        Raises:
            NotFoundError: There is no such set, version, or its specification's files are gone.
        """
        spec, facts = self._core.resolve(name, version or "", timeout=timeout)
        return RegisteredFeatureSet(spec, facts, self._core)

    def list(self, name: str | None = None, *, timeout: float | None = None) -> list[_core.SetFacts]:
        """All sets with their newest version's number, or all versions of one, without their specifications."""
        return self._core.sets(name or "", timeout=timeout)

    def create(
        self,
        name: str,
        version: str,
        *,
        entities: Sequence[str],
        specification: str | os.PathLike[str],
        description: str = "",
        stage: str = "Development",
        tags: Mapping[str, str] | None = None,
        offline_enabled: bool = False,
        online_enabled: bool = False,
        timeout: float | None = None,
    ) -> RegisteredFeatureSet:
        """Create a version, or change its description, stage, tags and materialisation.

        Args:
            name: Name of the set.
            version: Its version.
            entities: ``name:version`` of each entity.
            specification: Local folder with ``FeatureSetSpec.yaml``, which is uploaded, or a URI.
            description: Free text.
            stage: Development, Production or Archived.
            tags: Free.
            offline_enabled: Materialise into the offline store.
            online_enabled: Materialise into the online store.
            timeout: Seconds to wait; ``None``: as long as it takes.

        Raises:
            ConflictError: The version exists with other entities or another specification.
        """
        path = os.fspath(specification)
        # The specification is read first, so that a mistake in it is found here and not by whoever uses the set.
        if os.path.exists(path):
            _core.FeatureSetSpec.from_config(path)
        self._core.put_set(
            name,
            version,
            list(entities),
            path,
            description,
            stage,
            dict(tags or {}),
            offline_enabled,
            online_enabled,
            timeout=timeout,
        )
        return self.get(name, version, timeout=timeout)

    def begin_backfill(
        self,
        name: str,
        version: str,
        *,
        feature_window_start_time: datetime.datetime | None = None,
        feature_window_end_time: datetime.datetime | None = None,
        data_status: Sequence[str] = ("None",),
        timeout: float | None = None,
    ) -> Sequence[str]:
        """Start jobs that materialise a window; returns their names.

        Raises:
            InvalidArgumentError: A local workspace has none of these jobs; see ``podium features materialize``.
        """

        def said(time: datetime.datetime | None) -> str:
            return "" if time is None else (time if time.tzinfo else time.replace(tzinfo=datetime.UTC)).isoformat()

        return self._core.backfill(
            name, version, said(feature_window_start_time), said(feature_window_end_time), list(data_status), timeout=timeout
        )


class FeatureStoreClient:
    """A feature store: a workspace with feature sets and entities.

    Either of a workspace that is open already, or, as in ``azureml.featurestore``, of names and a credential:

        >>> FeatureStoreClient(podium.Workspace.local(".podium"))                    # doctest: +SKIP
        >>> FeatureStoreClient(credential=DefaultAzureCredential(), subscription_id=s, # doctest: +SKIP
        ...                    resource_group_name=g, name="features")

    Args:
        workspace: An open workspace.
        credential: A credential of ``azure.identity``; its token is fetched once.
        subscription_id: Subscription of the feature store.
        resource_group_name: Resource group of the feature store.
        name: Name of the feature store.
        endpoint: Scheme and host of the control plane.
        ca_file: PEM file with extra roots; ``podium serve`` writes one.
    """

    def __init__(
        self,
        workspace: Workspace | None = None,
        *,
        credential: TokenCredential | None = None,
        subscription_id: str | None = None,
        resource_group_name: str | None = None,
        name: str | None = None,
        endpoint: str = _AZURE,
        ca_file: str | None = None,
    ) -> None:
        if workspace is None:
            if credential is None or not (subscription_id and resource_group_name and name):
                raise TypeError("give a workspace, or credential, subscription_id, resource_group_name and name")
            workspace = Workspace.remote(
                endpoint,
                subscription_id=subscription_id,
                resource_group=resource_group_name,
                workspace_name=name,
                token=credential.get_token(f"{endpoint}/.default").token,
                ca_file=ca_file,
            )
        self._workspace = workspace
        self._core = _core.FeatureStore(workspace._core)

    @property
    def uri(self) -> str:
        """``azureml://`` URI, as retrieval specifications name it."""
        return self._core.uri

    @property
    def feature_sets(self) -> FeatureSets:
        """Feature sets."""
        return FeatureSets(self._core)

    @property
    def feature_store_entities(self) -> FeatureStoreEntities:
        """Entities."""
        return FeatureStoreEntities(self._core)

    def resolve_feature_retrieval_spec(self, path: str | os.PathLike[str]) -> list[Feature]:
        """The features that ``feature_retrieval_spec.yaml`` asks for, in its order.

        Args:
            path: The folder that holds it, or the file.

        Raises:
            InvalidArgumentError: The file has a mistake, or asks for features of another store.
            NotFoundError: There is no such set or feature.
        """
        found, order = self._core.resolve_retrieval_spec(os.fspath(path))
        sets = [RegisteredFeatureSet(spec, facts, self._core) for spec, facts in found]
        return [sets[at].get_feature(name) for at, name in order]

    def generate_feature_retrieval_spec(self, path: str | os.PathLike[str], features: Sequence[Feature]) -> None:
        """Write ``feature_retrieval_spec.yaml`` for registered features of this store.

        Args:
            path: The folder to write it into; it appears whole or not at all.
            features: Features of registered sets.

        Raises:
            ConflictError: The file is there already.
            InvalidArgumentError: A feature belongs to no registered set of this store.
        """
        for feature in features:
            if feature.feature_set_reference.store != self.uri:
                raise _core.InvalidArgumentError(f"feature `{feature.name}` is not of a set that is registered in {self.uri}")
        names = [(one.feature_set_reference.name, one.feature_set_reference.version, one.name) for one in features]
        self._core.write_retrieval_spec(os.fspath(path), names)

    def resolve_feature_uri(self, feature_uris: Sequence[str]) -> list[Feature]:
        """Features by ``set:version:feature``.

        Raises:
            InvalidArgumentError: A URI has another form.
            NotFoundError: There is no such set or feature.
        """
        sets: dict[tuple[str, str], RegisteredFeatureSet] = {}
        out = []
        for uri in feature_uris:
            parts = uri.split(":")
            if len(parts) != 3 or not all(parts):
                raise _core.InvalidArgumentError(f"`{uri}` is no feature: write `set:version:feature`")
            key = (parts[0], parts[1])
            if key not in sets:
                sets[key] = self.feature_sets.get(*key)
            out.append(sets[key].get_feature(parts[2]))
        return out

    def __repr__(self) -> str:
        return f"<podium feature store {self.uri}>"
