"""The main job in Python: the twin of promote_flights.cpp, without its table and report.

python promote_flights.py --pipelines pipelines/flights --out demo-python
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import podium
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from podium.promotion import LiveRequest

ENDPOINT = "flights"


@dataclass
class Scored:
    """What a run's score step left."""

    predictions: pa.Table  # labelled flights of July to December
    scores: pa.Table  # row and score of all of them
    figures: dict[str, dict[str, float]]  # "auc", "log_loss" -> month -> value

    def month(self, month: int) -> pa.Table:
        return self.predictions.filter(pc.equal(self.predictions["month"], month))


def run_side_by_side(ws: podium.Workspace, runs: dict[str, tuple[Path, dict[str, str]]]) -> dict[str, Any]:
    """Submit pipelines, wait for all of them, and stop with the reason if one failed."""
    jobs = {
        title: ws.jobs.submit(str(file), set=inputs, display_name=f"flights, {title}") for title, (file, inputs) in runs.items()
    }

    def wait(title: str) -> Any:
        def show(job: Any) -> None:
            reused = ", reused" if job.properties.get("azureml.isreused") == "true" else ""
            print(f"{title}, {job.display_name}: {job.status}{reused}", file=sys.stderr)

        return jobs[title].wait(on_change=show)

    with ThreadPoolExecutor(len(jobs)) as pool:
        done = dict(zip(jobs, pool.map(wait, jobs), strict=True))
    for title, job in done.items():
        if job.status != "Completed":
            raise RuntimeError(f"{title}: {job.error}")
    return done


def scored(ws: podium.Workspace, uri: str, folder: Path) -> Scored:
    """Fetch what a score step wrote."""
    ws.files.download(uri, str(folder))
    return Scored(
        pq.read_table(folder / "predictions.parquet"),
        pq.read_table(folder / "scores.parquet"),
        json.loads((folder / "metrics.json").read_text()),
    )


def register(ws: podium.Workspace, name: str, job: Any, folder: Path) -> tuple[Any, dict[str, Any]]:
    """Register a run's model with its lineage; returns it with what training wrote beside it."""
    ws.files.download(job.outputs["model"], str(folder))
    facts = json.loads((folder / "train.json").read_text())
    facts["columns"] = json.loads((folder / "features.json").read_text())["columns"]
    facts["units"] = pq.read_table(folder / "train_units.parquet")["flight_key"].to_pylist()
    facts["end"] = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=facts["train_end_us"])
    step = next(child for child in job.children() if child.display_name == "train")
    digests = {"podium.model_digest": facts["model_digest"], "podium.data_digest": facts["data_digest"]}
    return ws.models.register(name, job.outputs["model"], job_name=step.name, properties=digests), facts


def october(features: Path, columns: list[str], scores: pa.Table, prefix: str) -> Iterator[LiveRequest]:
    """The flights of October as requests, in an order that has nothing to do with time."""
    table = pq.read_table(features / "features.parquet", columns=["row", "month", "flight_key", *columns])
    table = table.filter(pc.equal(table["month"], 10))
    score_of = dict(zip(scores["row"].to_pylist(), scores["score"].to_pylist(), strict=True))
    flights = sorted(table.to_pylist(), key=lambda flight: hashlib.sha256(flight["flight_key"].encode()).digest())
    for flight in flights:
        body = json.dumps({"columns": columns, "data": [[flight[name] for name in columns]]})
        yield LiveRequest(f"{prefix} {flight['flight_key']}", body, [score_of[flight["row"]]])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pipelines", type=Path, default=Path("pipelines/flights"))
    parser.add_argument("--out", type=Path, default=Path("demo-python"))
    arguments = parser.parse_args()
    pipelines, out = arguments.pipelines, arguments.out
    pipeline, policy = pipelines / "pipeline.yml", podium.gate.Policy.load(str(pipelines / "policy.yaml"))

    with podium.Workspace.local(out / "workspace") as ws:
        jobs = run_side_by_side(
            ws, {name: (pipeline, {"inputs.variant": name}) for name in ("champion", "challenger")}
        ) | run_side_by_side(
            ws, {"unit_bug": (pipeline, {"inputs.fault": "rates_in_percent"}), "leak": (pipelines / "leak.yml", {})}
        )
        runs = {name: scored(ws, jobs[name].outputs["scored"], out / name) for name in ("champion", "challenger", "unit_bug")}
        promised, served = (scored(ws, jobs["leak"].outputs[name], out / name) for name in ("promised", "served"))
        leak = [run.figures["auc"]["9"] for run in (promised, served)]
        print(f"leak: promised {leak[0]:.3f}, served {leak[1]:.3f}")
        champion, _ = register(ws, "flights_champion", jobs["champion"], out / "champion")
        challenger, trained = register(ws, "flights_challenger", jobs["challenger"], out / "challenger")

        def september(name: str, used: int) -> Any:
            pair = (runs["champion"].month(9), runs[name].month(9))
            return podium.gate.collect(
                policy,
                {"september": pair},
                train_units=trained["units"],
                train_end=trained["end"],
                evaluations_used={"september": used},
            )

        for used, name in enumerate(("challenger", "unit_bug")):
            decision = podium.gate.evaluate(policy, september(name, used))
            print(f"{name}: {decision.verdict}, {'; '.join(reason['message'] for reason in decision.reasons)}")

        ws.endpoints.create(str(pipelines / "endpoint.yml"))
        ws.deployments.create(str(pipelines / "deployment-champion.yml"), model=champion.id)
        ws.endpoints.set_traffic(ENDPOINT, {"champion": 100})
        ws.files.download(jobs["challenger"].outputs["features"], str(out / "features"))
        outcomes = []
        for attempt, deployment in enumerate(("challenger-faulty", "challenger"), 1):
            ws.deployments.create(str(pipelines / f"deployment-{deployment}.yml"), model=challenger.id)
            promotion = podium.promote(
                ws,
                policy=policy,
                evidence=september("challenger", 0),
                endpoint=ENDPOINT,
                champion="champion",
                challenger=deployment,
                challenger_model=challenger.id,
                traffic=october(out / "features", trained["columns"], runs["challenger"].scores, f"try {attempt}"),
                reference_scores=runs["challenger"].month(9)["score"].to_pylist(),
                ledger=out / "ledger.jsonl",
            )
            print(f"try {attempt}, {deployment}: {promotion.outcome}")
            outcomes.append(promotion.outcome)
        print("traffic:", ws.endpoints.get(ENDPOINT).traffic)
    return 0 if outcomes == ["rolled_back", "promoted"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
