"""Entities and feature sets, created and read by the unmodified client."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.peer


def test_entities_and_sets_are_created_read_and_archived(azure: Callable[[str], str]) -> None:
    printed = azure(
        textwrap.dedent(
            """
            from azure.ai.ml.entities import DataColumn, DataColumnType, FeatureSet, FeatureSetSpecification
            from azure.ai.ml.entities import FeatureStoreEntity

            Path("spec/code").mkdir(parents=True)
            body = "class Balances:\\n    def _transform(self, frame):\\n        return frame\\n"
            Path("spec/code/transform.py").write_text(body)
            Path("spec/FeatureSetSpec.yaml").write_text('''
            $schema: http://azureml/sdk-2-0/FeatureSetSpec.json
            source:
              type: parquet
              path: abfss://lake@someaccount.dfs.core.windows.net/accounts/
              timestamp_column: {name: timestamp}
              source_delay: {days: 0, hours: 0, minutes: 20}
            feature_transformation:
              transformation_code: {path: ./code, transformer_class: transform.Balances}
            features:
              - {name: balance_7d, type: double, description: seven days}
              - {name: visits, type: long}
            index_columns:
              - {name: account_id, type: string}
            source_lookback: {days: 30, hours: 0, minutes: 0}
            temporal_join_lookback: {days: 1, hours: 0, minutes: 0}
            '''.replace("\\n            ", "\\n"))

            entity = client.feature_store_entities.begin_create_or_update(
                FeatureStoreEntity(
                    name="account",
                    version="1",
                    index_columns=[DataColumn(name="account_id", type=DataColumnType.STRING)],
                    stage="Development",
                    description="one row for each account",
                )
            ).result()
            made = client.feature_sets.begin_create_or_update(
                FeatureSet(
                    name="balances",
                    version="1",
                    entities=["azureml:account:1"],
                    specification=FeatureSetSpecification(path="spec"),
                    stage="Development",
                    tags={"team": "risk"},
                )
            ).result()
            again = client.feature_sets.get("balances", "1")
            listed = [one.version for one in client.feature_sets.list(name="balances")]
            features = {one.name: str(one.data_type) for one in client.feature_sets.list_features("balances", "1")}
            one = client.feature_sets.get_feature("balances", "1", feature_name="visits")
            stray = FeatureSetSpecification(path="spec")
            try:
                client.feature_sets.begin_create_or_update(
                    FeatureSet(name="other", version="1", entities=["azureml:nobody:1"], specification=stray)
                ).result()
                refused = ""
            except HttpResponseError as error:
                refused = str(error)
            client.feature_sets.archive("balances", version="1")
            archived = [one.version for one in client.feature_sets.list(name="balances")]
            print(json.dumps({
                "entity": [entity.name, entity.version, [[c.name, str(c.type)] for c in entity.index_columns], entity.stage],
                "set": [made.name, made.version, again.entities, again.stage, again.tags],
                "listed": listed, "features": features, "one": one.description or "", "refused": refused, "archived": archived,
            }))
            """
        )
    )
    found = json.loads(printed.strip().splitlines()[-1])
    assert found["entity"][:2] == ["account", "1"] and found["entity"][2][0][0] == "account_id"
    assert found["set"][:2] == ["balances", "1"]
    assert found["set"][2] == ["azureml:account:1"]
    assert found["set"][4] == {"team": "risk"}
    assert found["listed"] == ["1"]
    assert set(found["features"]) == {"balance_7d", "visits"}
    assert "nobody" in found["refused"]
    assert found["archived"] == []
