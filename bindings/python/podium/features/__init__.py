"""Point-in-time retrieval: for an observation at t, the newest row that was known at t, never a later one.

    >>> from podium.features import FeatureSetSpec, get_offline_features
    >>> spec = FeatureSetSpec.from_config("featuresets/accounts")                   # doctest: +SKIP
    >>> frame = get_offline_features(                                               # doctest: +SKIP
    ...     features=[spec.get_feature("balance_7d")], observation_data=payments, timestamp_column="timestamp"
    ... ).to_pandas()

The names are those of ``azureml.featurestore``; tables may be anything that speaks Arrow.
"""

from __future__ import annotations

from podium.features.asof import asof_join
from podium.features.certificate import Certificate, Verdict
from podium.features.certificate import verify as verify_certificate
from podium.features.checks import Freshness, Leak, PoisonReport, Skew, freshness, poison_test
from podium.features.checks import compare as compare_retrievals
from podium.features.explain import REASONS, Explanation, SetStory, Story
from podium.features.hazards import Hazard
from podium.features.offline import OfflineFeatures, get_offline_features
from podium.features.online import (
    Layout,
    OnlineFeatures,
    OnlineStore,
    get_online_features,
    init_online_lookup,
    shutdown_online_lookup,
)
from podium.features.spec import Column, DateTimeOffset, Feature, FeatureSet, FeatureSetSpec
from podium.features.store import FeatureStoreClient, FeatureStoreEntity, RegisteredFeatureSet
from podium.features.table import Table
from podium.features.types import ArrowStream, Audit, AuditExample, SetSummary

__all__ = [
    "REASONS",
    "ArrowStream",
    "Audit",
    "AuditExample",
    "Certificate",
    "Column",
    "DateTimeOffset",
    "Explanation",
    "Feature",
    "FeatureSet",
    "FeatureSetSpec",
    "FeatureStoreClient",
    "FeatureStoreEntity",
    "Freshness",
    "Hazard",
    "Layout",
    "Leak",
    "OfflineFeatures",
    "OnlineFeatures",
    "OnlineStore",
    "PoisonReport",
    "RegisteredFeatureSet",
    "SetStory",
    "SetSummary",
    "Skew",
    "Story",
    "Table",
    "Verdict",
    "asof_join",
    "compare_retrievals",
    "freshness",
    "get_offline_features",
    "get_online_features",
    "init_online_lookup",
    "poison_test",
    "shutdown_online_lookup",
    "verify_certificate",
]
