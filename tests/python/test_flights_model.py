"""Encoding, metrics and the endpoint's script of the flights pipeline."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import lightgbm
import numpy as np
import pytest
from flights_code import load

encoding = load("model/encoding.py")
metrics = load("model/metrics.py")
score = load("model/score.py")


def flights(rows: int = 400) -> dict[str, list[object]]:
    random = np.random.default_rng(5)
    columns: dict[str, list[object]] = {
        name: random.normal(size=rows).tolist() for name in encoding.VARIANTS["challenger"] if name not in encoding.CATEGORIES
    }
    for name, values in (("carrier", ["UA", "B6", "AA"]), ("origin", ["EWR", "JFK", "LGA"]), ("dest", ["MIA", "ORD"])):
        columns[name] = random.choice(values, rows).tolist()
    columns["seats"][7] = None
    columns["weather__temp"][9] = None
    return columns


def test_the_challenger_sees_what_the_champion_sees_and_fifteen_columns_more() -> None:
    champion, challenger = encoding.VARIANTS["champion"], encoding.VARIANTS["challenger"]
    assert len(champion) == 10
    assert challenger[:10] == champion
    assert len(challenger) == 25
    assert "month" not in challenger and "tailnum" not in challenger


def test_categories_are_coded_in_the_order_of_training_and_unknown_ones_are_missing() -> None:
    columns = flights()
    features = encoding.fit(columns, "champion")
    assert features["categories"]["carrier"] == ["AA", "B6", "UA"]
    columns["carrier"][:3] = ["UA", "XX", None]
    matrix = encoding.encode(columns, features)
    place = features["columns"].index("carrier")
    assert matrix[0, place] == 2
    assert np.isnan(matrix[1:3, place]).all()
    assert np.isnan(matrix[7, features["columns"].index("seats")])


def test_a_missing_column_is_named() -> None:
    columns = flights()
    features = encoding.fit(columns, "challenger")
    del columns["route_delays__n_7d"]
    with pytest.raises(ValueError, match="no column route_delays__n_7d"):
        encoding.encode(columns, features)


def test_auc_equals_a_count_over_all_pairs() -> None:
    random = np.random.default_rng(1)
    label, value = random.random(80) < 0.4, np.round(random.random(80), 1)
    pairs = [(p > n) + (p == n) / 2 for p in value[label] for n in value[~label]]
    assert metrics.roc_auc(label.astype(int), value) == pytest.approx(np.mean(pairs))
    assert np.isnan(metrics.roc_auc(np.ones(4), value[:4]))


def test_log_loss_of_a_certain_mistake_is_finite() -> None:
    assert metrics.log_loss(np.array([1, 0]), np.array([0.5, 0.5])) == pytest.approx(np.log(2))
    assert metrics.log_loss(np.array([1]), np.array([0.0])) == pytest.approx(-np.log(1e-7))


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The endpoint's script with a small model, in a folder below the one that the deployment names."""
    columns = flights()
    features = encoding.fit(columns, "challenger")
    matrix = encoding.encode(columns, features)
    label = (matrix[:, 0] > 0).astype(float)
    data = lightgbm.Dataset(matrix, label, categorical_feature=encoding.category_indices(features))
    booster = lightgbm.train({"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 5}, data, 5)
    folder = tmp_path / "azureml-models" / "flights" / "1"
    folder.mkdir(parents=True)
    booster.save_model(folder / "model.txt")
    (folder / "features.json").write_text(json.dumps(features))
    monkeypatch.setenv("AZUREML_MODEL_DIR", str(tmp_path))
    return score


def ask(served: ModuleType, columns: dict[str, list[object]], rows: slice) -> list[float]:
    names = list(columns)
    data = [list(row) for row in zip(*(columns[name][rows] for name in names), strict=True)]
    answer: list[float] = served.run(json.dumps({"columns": names, "data": data}))
    return answer


def test_a_row_scores_the_same_alone_as_among_others(served: ModuleType) -> None:
    served.init()
    columns = flights()
    together = ask(served, columns, slice(None))
    assert together == [ask(served, columns, slice(i, i + 1))[0] for i in range(len(together))]
    expected = served.model.booster.predict(encoding.encode(columns, served.model.features))
    assert together == expected.tolist()
    assert ask(served, columns, slice(0, 0)) == []


def test_without_a_model_the_endpoint_says_where_it_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZUREML_MODEL_DIR", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        score.init()


def test_the_planted_fault_starts_after_its_number_of_requests_and_hits_its_share(
    served: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLIGHTS_FAULT_AFTER", "100")
    monkeypatch.setenv("FLIGHTS_FAULT_RATE", "0.05")

    def failures() -> list[int]:
        served.init()
        failed = []
        for request in range(2000):
            try:
                served.fault.next_request()
            except RuntimeError:
                failed.append(request)
        return failed

    first = failures()
    assert min(first) >= 100
    assert 60 < len(first) < 130
    assert first == failures()


def test_no_fault_is_planted_unless_asked_for(served: ModuleType) -> None:
    served.init()
    for _ in range(500):
        served.fault.next_request()


def test_rates_in_percent_touch_the_rates_and_nothing_else() -> None:
    flights_scored = load("model/score_flights.py")
    columns = {"route_delays__late_7d": np.array([0.25]), "route_delays__n_7d": np.array([8.0]), "seats": np.array([100.0])}
    spoiled = flights_scored.spoil(columns, "rates_in_percent")
    assert {name: values.tolist() for name, values in spoiled.items()} == {
        "route_delays__late_7d": [25.0],
        "route_delays__n_7d": [8.0],
        "seats": [100.0],
    }
    assert flights_scored.spoil(columns, "none") == columns
