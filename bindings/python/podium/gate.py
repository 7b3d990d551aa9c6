"""The gate: a policy applied to evidence gives promote, hold or reject, with the numbers."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from podium import _core
from podium.features import ArrowStream

__all__ = ["Check", "Decision", "Policy", "Reason", "collect", "evaluate"]

Policy = _core.Policy


class Reason(TypedDict):
    """Why the verdict is what it is."""

    code: str
    message: str


class Check(TypedDict):
    """One line of a decision; ``estimate`` is challenger minus champion, turned so that better is positive."""

    id: str
    role: str
    metric: str
    slice: str
    estimate: float
    interval: tuple[float, float]
    level: float
    margin: float
    standard_error: float | None
    p_value: float | None
    method: str
    units: int
    clusters: int
    outcome: str
    resolve: str
    notes: list[str]


class Decision:
    """What the gate decided, and everything needed to see why."""

    def __init__(self, core: _core.Decision) -> None:
        self._core = core

    @property
    def verdict(self) -> str:
        """``promote``, ``hold`` or ``reject``."""
        return self._core.verdict

    @property
    def reasons(self) -> list[Reason]:
        """Why, most important first."""
        return self._core.reasons

    @property
    def checks(self) -> list[Check]:
        """Every check with estimate, interval, margin and outcome."""
        return self._core.checks

    @property
    def limits(self) -> list[str]:
        """What the numbers do not cover."""
        return self._core.limits

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON: same evidence, same policy, same digest."""
        return self._core.digest

    @property
    def exit_code(self) -> int:
        """What the command line would exit with."""
        return self._core.exit_code

    def to_json(self) -> str:
        """Canonical JSON, the same bytes as ``podium gate evaluate --output json``."""
        return self._core.to_json()

    def to_dict(self) -> dict[str, Any]:
        """The canonical JSON, parsed."""
        parsed: dict[str, Any] = json.loads(self.to_json())
        return parsed

    def to_html(self, title: str = "Promotion gate") -> str:
        """The report a person reads, one self-contained page."""
        return self._core.to_html(title)

    def to_markdown(self, title: str = "Promotion gate") -> str:
        """The report's short form."""
        return self._core.to_markdown(title)

    def _repr_html_(self) -> str:
        from podium.display import table_html

        rows = [
            (
                check["id"],
                check["role"],
                f"{check['estimate']:+.4f}",
                f"{check['interval'][0]:+.4f} .. {check['interval'][1]:+.4f}",
                f"{check['margin']:+.4f}",
                check["outcome"],
            )
            for check in self.checks
        ]
        reasons = "; ".join(reason["message"] for reason in self.reasons)
        caption = f"{self.verdict}: {reasons}" if reasons else self.verdict
        return table_html(("check", "role", "estimate", "interval", "line", "outcome"), rows, caption)

    def __repr__(self) -> str:
        return f"<podium decision: {self.verdict}>"


def _policy(policy: Policy | str | os.PathLike[str]) -> Policy:
    return policy if isinstance(policy, Policy) else Policy.load(os.fspath(policy))


def collect(
    policy: Policy | str | os.PathLike[str],
    sets: Mapping[str, ArrowStream | tuple[ArrowStream, ArrowStream]],
    *,
    score_column: str = "score",
    train_units: Iterable[str] | None = None,
    train_end: datetime.datetime | None = None,
    evaluations_used: Mapping[str, int] | None = None,
    provenance: Iterable[tuple[str, str]] = (),
) -> _core.Evidence:
    """Put together the evidence for a decision.

    Args:
        policy: The policy, or its file.
        sets: By evaluation set: one table with both models' scores in ``champion`` and ``challenger``, or a pair of tables
            (champion, challenger) with a score column each, joined by the policy's unit column.  The other columns are those
            that the policy names.
        score_column: Name of the score in tables of a pair.
        train_units: Units seen in training; needed by the policy's leakage rules.
        train_end: Newest label time in training, with a zone.
        evaluations_used: How often each set was used before this.
        provenance: Facts for the report, for example model digests.
    """
    rules = _policy(policy)
    evidence = _core.Evidence()
    for name, table in sets.items():
        if isinstance(table, tuple):
            evidence.add_pair(rules, name, table[0], table[1], score_column)
        else:
            evidence.add_table(rules, name, table)
    if train_units is not None:
        evidence.train_units = list(train_units)
    if train_end is not None:
        if train_end.tzinfo is None:
            raise _core.InvalidArgumentError("train_end has no time zone; give it one, for example datetime.timezone.utc")
        evidence.train_end_us = round(train_end.timestamp() * 1_000_000)
    evidence.evaluations_used = dict(evaluations_used or {})
    evidence.provenance = list(provenance)
    return evidence


def evaluate(
    policy: Policy | str | os.PathLike[str],
    evidence: _core.Evidence | Mapping[str, ArrowStream | tuple[ArrowStream, ArrowStream]],
) -> Decision:
    """Apply ``policy`` to ``evidence``: pure, the same bytes for the same input.

    Args:
        policy: The policy, or its file.
        evidence: From :func:`collect`, or the tables themselves by evaluation set.

    Raises:
        InvalidArgumentError: The policy is wrong, or names a set or column that the evidence lacks.
    """
    rules = _policy(policy)
    gathered = evidence if isinstance(evidence, _core.Evidence) else collect(rules, evidence)
    return Decision(_core.evaluate(rules, gathered))
