"""Metrics and parameters go to the run that the workspace has opened, through MLflow's own client."""

from __future__ import annotations

import os
from collections.abc import Mapping


def log_run(parameters: Mapping[str, object], metrics: Mapping[str, float]) -> None:
    """Log to the current run; outside a workspace (no MLFLOW_TRACKING_URI) say so and go on."""
    if "MLFLOW_TRACKING_URI" not in os.environ:
        print("MLFLOW_TRACKING_URI is not set: metrics are not logged", flush=True)
        return
    import mlflow  # a second of imports that only this needs

    mlflow.log_params(dict(parameters))
    mlflow.log_metrics(dict(metrics))
