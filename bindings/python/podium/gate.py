"""The gate: a policy applied to evidence gives promote, hold or reject, with the numbers."""

from __future__ import annotations

import datetime
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from podium import _core
from podium.features import ArrowStream

__all__ = [
    "Check",
    "Decision",
    "Evidence",
    "OperatingCharacteristics",
    "Policy",
    "Reason",
    "VerdictShare",
    "approve",
    "collect",
    "evaluate",
    "read_evidence",
    "simulate",
    "verify",
    "write_evidence",
]

Policy = _core.Policy
Evidence = _core.Evidence


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
    needed: int | None


class VerdictShare(TypedDict):
    """How often a verdict was given, with a 95 % interval of its probability."""

    worlds: int
    share: float
    interval: tuple[float, float]


class OperatingCharacteristics(TypedDict):
    """What a policy does in worlds whose truth is known."""

    metric: str
    effect: float
    champion: float
    challenger: float
    worlds: int
    promote: VerdictShare
    hold: VerdictShare
    reject: VerdictShare
    reasons: dict[str, int]


class Decision:
    """What the gate decided, and everything needed to see why."""

    def __init__(self, core: _core.Decision) -> None:
        self._core = core

    @property
    def verdict(self) -> str:
        """``promote``, ``hold`` or ``reject``."""
        return self._core.verdict

    @property
    def hold(self) -> str:
        """Of a hold: ``invalid`` evidence, ``inconclusive``, or missing ``approval``; empty otherwise."""
        return self._core.hold

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
    def policy_digest(self) -> str:
        """SHA-256 of the policy's file: what an approval is bound to."""
        return self._core.policy_digest

    @property
    def evidence_digest(self) -> str:
        """SHA-256 over the evidence, whatever the order of its rows: what an approval is bound to."""
        return self._core.evidence_digest

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

    @classmethod
    def from_json(cls, text: str) -> Decision:
        """Read what :meth:`to_json` wrote.

        Raises:
            ProtocolError: It is not a decision.
        """
        return cls(_core.Decision.from_json(text))

    def to_html(
        self,
        title: str = "",
        *,
        policy: Policy | str | os.PathLike[str] | None = None,
        evidence: Evidence | None = None,
    ) -> str:
        """The report a person reads, one self-contained page; with ``policy`` and ``evidence`` the curves too."""
        return self._core.to_html(title, None if policy is None else _policy(policy), evidence)

    def to_markdown(self, title: str = "", *, withhold: bool = False) -> str:
        """The report's short form; ``withhold`` leaves out the estimates of sets with ``feedback: verdict_only``."""
        return self._core.to_markdown(title, withhold)

    def to_junit(self) -> str:
        """One test case per check, as XML."""
        return self._core.to_junit()

    def _repr_html_(self) -> str:
        return self._core.to_fragment()

    def __repr__(self) -> str:
        return f"<podium decision: {self.verdict}>"


def _policy(policy: Policy | str | os.PathLike[str]) -> Policy:
    return policy if isinstance(policy, Policy) else Policy.load(os.fspath(policy))


def _microseconds(name: str, time: datetime.datetime | None) -> int:
    if time is None:
        return 0
    if time.tzinfo is None:
        raise _core.InvalidArgumentError(f"{name} has no time zone; give it one, for example datetime.timezone.utc")
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return (time - epoch) // datetime.timedelta(microseconds=1)


def collect(
    policy: Policy | str | os.PathLike[str],
    sets: Mapping[str, ArrowStream | tuple[ArrowStream, ArrowStream]],
    *,
    score_column: str = "score",
    train_units: Iterable[str] | None = None,
    train_end: datetime.datetime | None = None,
    evaluations_used: Mapping[str, int] | None = None,
    provenance: Iterable[tuple[str, str]] = (),
    as_of: datetime.datetime | None = None,
    first_run: bool = False,
    facts: Mapping[str, str] | None = None,
    metrics: Mapping[str, Mapping[str, float]] | None = None,
    load_tests: Iterable[str | os.PathLike[str]] = (),
    production_mix: tuple[Sequence[str], Mapping[str, float]] | None = None,
) -> Evidence:
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
        provenance: Facts for the report, for example job names.
        as_of: When this was collected, with a zone: ages and waivers count from here.
        first_run: There is no champion yet, and no column of its scores.
        facts: What is known about the models: ``challenger.digest``, ``challenger.code_commit``, ``challenger.author``,
            ``champion.digest``, ``endpoint.champion_digest``, ``set.ID.digest``.
        metrics: By evaluation set: the challenger's metrics without rows.  They can hold a floor, never show superiority.
        load_tests: Files of load tests, as ``docs/reference/evidence.md`` describes them.
        production_mix: Slice columns, and the share of traffic of each of their values.
    """
    rules = _policy(policy)
    evidence = _core.Evidence()
    evidence.first_run = first_run
    for name, table in sets.items():
        if isinstance(table, tuple):
            evidence.add_pair(rules, name, table[0], table[1], score_column)
        else:
            evidence.add_table(rules, name, table)
    for name, values in (metrics or {}).items():
        evidence.add_metrics(name, {}, dict(values), 0)
    for path in load_tests:
        evidence.add_load_test(os.fspath(path))
    if production_mix is not None:
        evidence.set_production_mix(list(production_mix[0]), dict(production_mix[1]))
    if train_units is not None:
        evidence.train_units = list(train_units)
    evidence.train_end_us = _microseconds("train_end", train_end)
    evidence.as_of_us = _microseconds("as_of", as_of)
    evidence.facts = dict(facts or {})
    evidence.evaluations_used = dict(evaluations_used or {})
    evidence.provenance = list(provenance)
    return evidence


def read_evidence(path: str | os.PathLike[str], policy: Policy | str | os.PathLike[str]) -> Evidence:
    """Read an evidence folder or tar file, as ``podium gate collect`` makes it.

    A part that is missing or does not fit its digest makes the evidence invalid: the gate holds on it.

    Args:
        path: The folder, or the ``.tar`` file.
        policy: The policy, which says how to read the tables.

    Raises:
        ProtocolError: The manifest cannot be understood.
    """
    return _core.Evidence.read(os.fspath(path), _policy(policy))


def write_evidence(
    out: str | os.PathLike[str],
    predictions: Mapping[str, str | os.PathLike[str] | ArrowStream],
    *,
    train_units: str | os.PathLike[str] | Iterable[str] | None = None,
    train_end: datetime.datetime | None = None,
    as_of: datetime.datetime | None = None,
    evaluations_used: Mapping[str, int] | None = None,
    facts: Mapping[str, str] | None = None,
    eval_results: Mapping[str, str | os.PathLike[str]] | None = None,
    load_tests: Iterable[str | os.PathLike[str]] = (),
    first_run: bool = False,
) -> None:
    """Make an evidence folder (or ``.tar`` file) with a manifest of digests; it appears whole or not at all.

    Args:
        out: Folder or ``.tar`` file to make.
        predictions: By evaluation set: a file (Parquet, CSV, Arrow, JSON lines), or a table.
        train_units: Units seen in training: a file, or the units themselves.
        train_end: Newest label time in training, with a zone.
        as_of: When this was collected, with a zone; now, if it is not given.
        evaluations_used: How often each set was used before this.
        facts: What is known about the models, as for :func:`collect`.
        eval_results: By evaluation set: an ``eval_result.json`` with metrics and no rows.
        load_tests: Files of load tests.
        first_run: There is no champion yet.

    Raises:
        ConflictError: Something is at ``out`` already.
    """
    with tempfile.TemporaryDirectory() as scratch:
        files: list[tuple[str, str]] = []
        for number, (name, table) in enumerate(predictions.items()):
            if isinstance(table, (str, os.PathLike)):
                files.append((name, os.fspath(table)))
                continue
            path = str(Path(scratch, f"{number}.parquet"))
            _core.write_table(table, path)
            files.append((name, path))
        units = ""
        if isinstance(train_units, (str, os.PathLike)):
            units = os.fspath(train_units)
        elif train_units is not None:
            listed = Path(scratch, "train_units.txt")
            listed.write_text("".join(f"{unit}\n" for unit in train_units), encoding="utf-8")
            units = str(listed)
        _core.write_bundle(
            os.fspath(out),
            files,
            units,
            [(name, os.fspath(path)) for name, path in (eval_results or {}).items()],
            [os.fspath(path) for path in load_tests],
            dict(facts or {}),
            dict(evaluations_used or {}),
            _microseconds("train_end", train_end),
            _microseconds("as_of", as_of or datetime.datetime.now(datetime.UTC)),
            first_run,
        )


def evaluate(
    policy: Policy | str | os.PathLike[str],
    evidence: Evidence | str | os.PathLike[str] | Mapping[str, ArrowStream | tuple[ArrowStream, ArrowStream]],
    *,
    threads: int = 1,
) -> Decision:
    """Apply ``policy`` to ``evidence``: pure, the same bytes for the same input.

    Args:
        policy: The policy, or its file.
        evidence: From :func:`collect` or :func:`read_evidence`, the path of an evidence folder or tar file, or the tables
            themselves by evaluation set.
        threads: For resampling; any number gives the same bytes.

    Raises:
        InvalidArgumentError: The policy is wrong, or names a set or column that the evidence lacks.
    """
    rules = _policy(policy)
    if isinstance(evidence, _core.Evidence):
        gathered = evidence
    elif isinstance(evidence, (str, os.PathLike)):
        gathered = read_evidence(evidence, rules)
    else:
        gathered = collect(rules, evidence)
    return Decision(_core.evaluate(rules, gathered, threads))


def approve(
    evidence: Evidence,
    decision: Decision,
    *,
    approver: str,
    role: str,
    time: datetime.datetime | None = None,
    bypass: bool = False,
) -> None:
    """Add an approval of exactly what ``decision`` was made from; a change of policy or evidence voids it.

    Args:
        evidence: What to add it to.
        decision: A decision on this evidence, usually a hold for missing approvals.
        approver: Who approves.
        role: In which of the policy's roles.
        time: When, with a zone; now, if it is not given.
        bypass: Given by an administrator around the rule.
    """
    moment = _microseconds("time", time or datetime.datetime.now(datetime.UTC))
    evidence.add_approval(approver, role, decision.policy_digest, decision.evidence_digest, moment, bypass)


def verify(
    policy: Policy | str | os.PathLike[str],
    evidence: Evidence | str | os.PathLike[str] | Mapping[str, ArrowStream | tuple[ArrowStream, ArrowStream]],
    decision: Decision | str,
    *,
    threads: int = 1,
) -> bool:
    """Judge again, and say whether the same bytes come out.

    Args:
        policy: The policy, or its file.
        evidence: As for :func:`evaluate`.
        decision: What was recorded: a decision, or its JSON.
        threads: For resampling.
    """
    recorded = decision if isinstance(decision, Decision) else Decision.from_json(decision)
    return evaluate(policy, evidence, threads=threads).to_json() == recorded.to_json()


def simulate(
    policy: Policy | str | os.PathLike[str],
    *,
    effect: float = 0.0,
    n: int = 3000,
    clusters: int = 0,
    positives: float = 0.2,
    noise: float = 1.0,
    agreement: float = 0.9,
    worlds: int = 400,
    seed: int = 1,
    threads: int = 1,
) -> OperatingCharacteristics:
    """How often a policy gives each verdict, in worlds whose truth is known.

    Simulated are metrics, slices, sizes and levels; rules about facts, people, latency and traffic are taken as satisfied.

    Args:
        policy: The policy, or its file.
        effect: True gain of the challenger in the first success metric, turned so that better is positive.
        n: Rows of each evaluation set; queries of ten rows for ranking.
        clusters: Clusters, where the policy names them; 0: as many as it asks for, at least 30.
        positives: Share of positives, for binary classification.
        noise: How blurred the champion sees the signal.
        agreement: Correlation of the two models' errors.
        worlds: Simulated evaluations.
        seed: Equal seeds give equal results.
        threads: Any number gives the same result.

    Raises:
        InvalidArgumentError: The policy is wrong, or no challenger has that effect.
    """
    return _core.simulate(_policy(policy), effect, n, clusters, positives, noise, agreement, worlds, seed, threads)
