"""Challengers that add nothing but noise, judged by the policy of the flights: none is promoted."""

from __future__ import annotations

import os

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from conftest import ROOT
from flights_code import load
from podium import gate

prepare = load("prepare/prepare.py")
encoding = load("model/encoding.py")
train = load("model/train.py")

POLICY = ROOT / "pipelines" / "flights" / "policy.yaml"
NOISE_COLUMNS = 9
FULL = os.environ.get("PODIUM_FULL") == "1"
SEEDS = range(30) if FULL else range(2)


@pytest.fixture(scope="module")
def flights() -> pa.Table:
    folder = prepare.data_folder()
    rows = prepare.observations(prepare.read_flights(folder), folder)
    return rows.filter(rows["y"].is_valid())


def split(flights: pa.Table) -> tuple[pa.Table, pa.Table]:
    return flights.filter(pc.less_equal(flights["month"], train.LAST_MONTH)), flights.filter(pc.equal(flights["month"], 9))


def matrix(rows: pa.Table, features: dict[str, object]) -> np.ndarray:
    encoded: np.ndarray = encoding.encode({name: rows[name].to_numpy() for name in encoding.VARIANTS["champion"]}, features)
    return encoded


def scores(learn: pa.Table, test: pa.Table, noise: tuple[np.ndarray, np.ndarray] | None) -> np.ndarray:
    features = encoding.fit({name: learn[name].to_numpy() for name in encoding.VARIANTS["champion"]}, "champion")
    known, asked = matrix(learn, features), matrix(test, features)
    if noise is not None:
        known, asked = np.hstack([known, noise[0]]), np.hstack([asked, noise[1]])
    data = lightgbm.Dataset(known, learn["y"].to_numpy(), categorical_feature=encoding.category_indices(features))
    predicted: np.ndarray = lightgbm.train(train.PARAMETERS, data, num_boost_round=train.TREES).predict(asked)
    return predicted


@pytest.fixture(scope="module")
def champion(flights: pa.Table) -> np.ndarray:
    return scores(*split(flights), None)


def noise_of(kind: str, seed: int, learn: pa.Table, test: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Nine columns that know nothing: drawn for each flight, or once for each day and airport."""
    random = np.random.default_rng([seed, kind == "day"])
    if kind == "flight":
        return random.normal(size=(len(learn), NOISE_COLUMNS)), random.normal(size=(len(test), NOISE_COLUMNS))
    both = pa.concat_tables([part.select(["flight_date", "origin"]) for part in (learn, test)])
    days = pc.binary_join_element_wise(both["flight_date"], both["origin"], " ").combine_chunks().dictionary_encode()
    drawn = random.normal(size=(len(days.dictionary), NOISE_COLUMNS))[days.indices.to_numpy()]
    return drawn[: len(learn)], drawn[len(learn) :]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["flight", "day"])
def test_a_challenger_of_noise_is_never_promoted(flights: pa.Table, champion: np.ndarray, kind: str, seed: int) -> None:
    learn, test = split(flights)
    challenger = scores(learn, test, noise_of(kind, seed, learn, test))
    table = test.select(["flight_key", "flight_date", "y", "sched_dep_utc", "origin"])
    table = table.append_column("champion", pa.array(champion)).append_column("challenger", pa.array(challenger))
    evidence = gate.collect(
        POLICY,
        {"september": table},
        train_units=learn["flight_key"].to_pylist(),
        train_end=pc.max(learn["landed_utc"]).as_py(),
    )
    decision = gate.evaluate(POLICY, evidence)
    assert decision.verdict != "promote"
    assert decision.reasons[0]["code"].partition(":")[0] in {
        "NO_BENEFIT",
        "NEED_N",
        "GUARDRAIL_FAIL",
        "DETERIORATION_FAIL",
        "SLICE_FAIL",
    }
