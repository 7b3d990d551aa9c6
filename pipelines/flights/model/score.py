"""Behind the endpoint: a flight's columns in, the probability that it arrives late out.

The body is `{"columns": [...], "data": [[...], ...]}`; the answer a list with one score per row.  Values may be null.

`FLIGHTS_FAULT_RATE` plants a fault for the demonstration of a rollback: that share of requests fails, from the one after
`FLIGHTS_FAULT_AFTER` on.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import lightgbm
from encoding import encode


class PlantedFault:
    """Fails a share of requests, always the same ones, once a number of requests has gone well."""

    def __init__(self, rate: float, after: int, seed: int = 1) -> None:
        self.rate = rate
        self.after = after
        self.seed = seed
        self.requests = 0

    def next_request(self) -> None:
        """Count a request; raises if it is one that has to fail."""
        self.requests += 1
        if self.rate > 0 and self.requests > self.after:
            digest = hashlib.sha256(f"{self.seed}:{self.requests}".encode()).digest()
            if int.from_bytes(digest[:8], "big") < self.rate * 2**64:
                raise RuntimeError(f"planted fault at request {self.requests}")


class Model:
    """A trained model with its columns."""

    def __init__(self, folder: Path) -> None:
        # The folder's depth depends on how the model was registered, and parts of it may be links.
        found = sorted(Path(root) / "model.txt" for root, _, names in os.walk(folder, followlinks=True) if "model.txt" in names)
        if not found:
            raise FileNotFoundError(f"no model.txt below {folder}")
        file = found[0]
        self.features = json.loads(file.with_name("features.json").read_text())
        self.booster = lightgbm.Booster(model_file=file)

    def score(self, names: list[str], rows: list[list[Any]]) -> list[float]:
        """One score per row."""
        if not rows:
            return []
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        scores: list[float] = self.booster.predict(encode(columns, self.features), num_threads=1).tolist()
        return scores


model: Model
fault: PlantedFault


def init() -> None:
    """Load the model that the deployment names."""
    global model, fault
    model = Model(Path(os.environ["AZUREML_MODEL_DIR"]))
    fault = PlantedFault(float(os.environ.get("FLIGHTS_FAULT_RATE", "0")), int(os.environ.get("FLIGHTS_FAULT_AFTER", "0")))


def run(raw_data: str) -> list[float]:
    """Answer one request."""
    request = json.loads(raw_data)
    fault.next_request()
    return model.score(request["columns"], request["data"])
