"""The feature store client, against a workspace in a folder and the same one served."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import podium
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from podium.features import FeatureStoreClient, get_offline_features

DAY = datetime.datetime(2023, 1, 10, tzinfo=datetime.UTC)

SPEC = """
source:
  type: parquet
  path: ./rows.parquet
  timestamp_column: {name: timestamp}
  source_delay: {minutes: 20}
features:
  - {name: balance, type: double, description: at the end of the day}
index_columns:
  - {name: account_id, type: string}
temporal_join_lookback: {days: 1}
"""


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    folder = tmp_path / "accounts"
    folder.mkdir()
    (folder / "FeatureSetSpec.yaml").write_text(SPEC)
    hours = [8, 9, 11]
    table = pa.table(
        {
            "account_id": ["a", "a", "a"],
            "timestamp": pa.array([DAY.replace(hour=hour) for hour in hours], pa.timestamp("us", "UTC")),
            "balance": [8.0, 9.0, 11.0],
        }
    )
    pq.write_table(table, folder / "rows.parquet")
    return folder


def observations() -> pa.Table:
    return pa.table({"account_id": ["a", "b"], "t": pa.array([DAY.replace(hour=10)] * 2, pa.timestamp("us", "UTC"))})


def filled(client: FeatureStoreClient, accounts: Path) -> None:
    client.feature_store_entities.create("account", "1", {"account_id": "string"}, description="one row for each account")
    client.feature_sets.create("accounts", "1", entities=["account:1"], specification=accounts, stage="Production")


def test_a_registered_set_is_joined_like_one_from_a_folder(tmp_path: Path, accounts: Path) -> None:
    with podium.Workspace.local(tmp_path / "ws") as ws:
        client = FeatureStoreClient(ws)
        filled(client, accounts)
        entity = client.feature_store_entities.get("account")
        assert (entity.version, entity.index_columns[0].type, entity.description) == ("1", "string", "one row for each account")
        registered = client.feature_sets.get("accounts", "1")
        assert (registered.name, registered.version, registered.stage) == ("accounts", "1", "Production")
        assert registered.entities == ["azureml:account:1"]
        assert registered.get_feature("balance").description == "at the end of the day"
        found = get_offline_features([registered.get_feature("balance")], observations(), "t", explain=True)
        assert found.to_arrow()["balance"].to_pylist() == [9.0, None]
        assert found.summary() == {"balance": {"no_key": 1, "matched": 1}}
        assert [one["name"] for one in client.feature_sets.list()] == ["accounts"]
        assert [one["version"] for one in client.feature_sets.list("accounts")] == ["1"]
        assert [one.name for one in client.feature_store_entities.list()] == ["account"]
        assert client.resolve_feature_uri(["accounts:1:balance"])[0].uri == "accounts:1:balance"
        with pytest.raises(podium.InvalidArgumentError, match="podium features materialize"):
            client.feature_sets.begin_backfill("accounts", "1")


def test_what_does_not_fit_is_refused_with_its_name(tmp_path: Path, accounts: Path) -> None:
    with podium.Workspace.local(tmp_path / "ws") as ws:
        client = FeatureStoreClient(ws)
        with pytest.raises(podium.NotFoundError, match="nobody"):
            client.feature_sets.get("nobody", "1")
        with pytest.raises(podium.InvalidArgumentError, match="account"):
            client.feature_sets.create("accounts", "1", entities=["account:1"], specification=accounts)
        filled(client, accounts)
        with pytest.raises(podium.ConflictError, match="indexColumns"):
            client.feature_store_entities.create("account", "1", {"other": "string"})
        with pytest.raises(podium.InvalidArgumentError, match="set:version:feature"):
            client.resolve_feature_uri(["accounts:balance"])
        (accounts / "FeatureSetSpec.yaml").write_text("source: {}\n")
        with pytest.raises(podium.InvalidArgumentError, match=r"FeatureSetSpec\.yaml"):
            client.feature_sets.create("broken", "1", entities=["account:1"], specification=accounts)
        assert [one["name"] for one in client.feature_sets.list()] == ["accounts"]


def test_the_same_client_works_over_the_wire_with_azure_s_arguments(
    tmp_path: Path, accounts: Path, serve: Callable[[Path], Any]
) -> None:
    facts = serve(tmp_path / "ws").ready

    class Credential:
        def get_token(self, *scopes: str) -> Any:
            assert scopes == (f"{facts['tls_url']}/.default",)
            return type("Token", (), {"token": "local"})()

    client = FeatureStoreClient(
        credential=Credential(),
        subscription_id=facts["subscription_id"],
        resource_group_name=facts["resource_group"],
        name=facts["workspace_name"],
        endpoint=facts["tls_url"],
        ca_file=facts["ca"],
    )
    filled(client, accounts)
    found = get_offline_features(client.feature_sets.get("accounts").get_features(), observations(), "t")
    assert found.to_arrow()["balance"].to_pylist() == [9.0, None]
    with pytest.raises(TypeError, match="workspace"):
        FeatureStoreClient()
