"""The engine's front door: judge the challenger, and if it deserves it, put it there step by step."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from podium import _core, gate
from podium.features import ArrowStream
from podium.workspace import Workspace


@dataclass(frozen=True)
class LiveRequest:
    """One call to the endpoint, as a replay or a load generator supplies it.

    Attributes:
        id: Unique; decides the router's choice.
        body: JSON for the scoring script.
        offline_scores: The challenger's offline scores of the rows in ``body``; empty if unknown.
    """

    id: str
    body: str
    offline_scores: Sequence[float] = ()


class Promotion:
    """What became of a challenger."""

    def __init__(self, core: _core.Promotion) -> None:
        self._core = core

    @property
    def decision(self) -> gate.Decision:
        """The gate's decision."""
        return gate.Decision(self._core.decision)

    @property
    def rollout(self) -> dict[str, Any] | None:
        """Steps and outcome of the rollout (``promoted``, ``rolled_back``, ``paused``); ``None`` if the gate did not promote."""
        text = self._core.rollout_json
        parsed: dict[str, Any] | None = json.loads(text) if text is not None else None
        return parsed

    @property
    def outcome(self) -> str:
        """The rollout's outcome, or the gate's verdict when there was none."""
        rollout = self.rollout
        return str(rollout["outcome"]) if rollout is not None else self.decision.verdict

    @property
    def exit_code(self) -> int:
        """What the command line would exit with."""
        return self._core.exit_code

    def _repr_html_(self) -> str:
        from podium.display import table_html

        steps = (self.rollout or {"steps": []})["steps"]
        rows = [
            (
                step["stage"],
                f"{step['weight']} %",
                f"{step['requests']:,}",
                f"{step['challenger_errors']}/{step['challenger_requests']}",
                step["outcome"],
                step["reason"],
            )
            for step in steps
        ]
        return table_html(("stage", "weight", "requests", "challenger errors", "outcome", "reason"), rows, self.outcome)

    def __repr__(self) -> str:
        return f"<podium promotion: {self.outcome}>"


def promote(
    workspace: Workspace,
    *,
    policy: gate.Policy | str | os.PathLike[str],
    evidence: _core.Evidence | Mapping[str, ArrowStream | tuple[ArrowStream, ArrowStream]],
    endpoint: str,
    champion: str,
    challenger: str,
    traffic: Iterable[LiveRequest],
    challenger_model: str = "",
    reference_scores: Sequence[float] = (),
    ledger: str | os.PathLike[str] | None = None,
    on_step: Callable[[dict[str, Any]], object] | None = None,
    timeout: float | None = None,
) -> Promotion:
    """Judge the challenger; if it is to be promoted, shadow it, give it traffic step by step, and promote it or roll it back.

    Args:
        workspace: Where the endpoint is.
        policy: When a challenger deserves to be champion, and how it gets there.
        evidence: What the gate judges (see :func:`podium.gate.collect`).
        endpoint: Name of the online endpoint.
        champion: Deployment that serves 100 % now.
        challenger: Deployment beside it at 0 %.
        traffic: Requests to replay; ends in a paused rollout when it is used up before the policy's numbers are reached.
        challenger_model: Id of the challenger's model, for the record.
        reference_scores: The challenger's offline scores on the evaluation set, for the policy's ``psi`` check.
        ledger: JSON-lines file that every decision and change is appended to.
        on_step: Told of each stage while it runs.
        timeout: Seconds in all; the rollout is rolled back when they are over.

    Raises:
        InvalidArgumentError: Policy and evidence do not fit.
        ConflictError: Somebody else changed the endpoint meanwhile.
    """
    rules = policy if isinstance(policy, gate.Policy) else gate.Policy.load(os.fspath(policy))
    gathered = evidence if isinstance(evidence, _core.Evidence) else gate.collect(rules, evidence)
    requests = iter(traffic)

    def next_request() -> tuple[str, str, Sequence[float]] | None:
        request = next(requests, None)
        return None if request is None else (request.id, request.body, list(request.offline_scores))

    return Promotion(
        _core.promote(
            workspace._core,
            rules,
            gathered,
            endpoint,
            champion,
            challenger,
            challenger_model,
            next_request,
            list(reference_scores),
            os.fspath(ledger) if ledger is not None else "",
            on_step,
            timeout,
        )
    )
