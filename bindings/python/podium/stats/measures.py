"""Metrics by name, resampling, calibration, many tests and sample sizes."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from podium import _core
from podium.stats.columns import Column, Interval, groups, matrix, numbers, optional

_stats = _core.stats


Task = Literal["binary", "regression", "multiclass", "ranking", "custom"]
Method = Literal["automatic", "student", "bootstrap", "jackknife", "tango", "sign_flip"]


@dataclass(frozen=True)
class Metric:
    """A metric that :func:`compare` and :func:`measure` know; ``parameter`` is the keyword that it needs, if any."""

    name: str
    task: str
    higher_is_better: bool
    parameter: str | None
    summary: str


def metrics(task: Task | None = None) -> list[Metric]:
    """All metrics, or those of one task."""
    return [Metric(**row) for row in _stats.metrics() if task is None or row["task"] == task]


@dataclass(frozen=True)
class Measurement:
    """A measured value: never a bare p-value.

    Attributes:
        metric: Its name.
        champion: The champion's own value; NaN for :func:`measure`.
        challenger: The challenger's own value.
        estimate: Challenger - champion, turned so that positive is better; for :func:`measure` the value itself.
        standard_error: For planning; NaN where there is none.
        method: How the bounds are made.
        rows: Rows looked at.
        units: What was taken as independent: rows, queries or clusters.
        effective_rows: After weights and design effect.
        design_effect: Variance by clusters over variance by rows.
        clipped_champion: Predictions moved to keep a log loss finite.
        clipped_challenger: The same.
        assumptions: What the bounds rest on.
        warnings: What a reader should know.
        reason: Why there are no bounds; empty where there are.
    """

    metric: str
    champion: float
    challenger: float
    estimate: float
    standard_error: float
    uncertainty: _core.Uncertainty
    method: str
    rows: int
    units: int
    effective_rows: float
    design_effect: float
    clipped_champion: int
    clipped_challenger: int
    assumptions: list[str]
    warnings: list[str]
    reason: str

    def bounds(self, level: float = 0.05) -> Interval:
        """One-sided bounds at ``level`` each; infinite where nothing can be said."""
        return self.uncertainty.bounds(level)

    def p_at_most(self, line: float) -> float:
        """p-value of "the true value is at most ``line``"."""
        return self.uncertainty.p_at_most(line)

    def p_at_least(self, line: float) -> float:
        """p-value of "the true value is at least ``line``"."""
        return self.uncertainty.p_at_least(line)


def _measured(
    compared: bool,
    metric: str,
    label: Column,
    champion: Column | None,
    challenger: Column,
    task: Task,
    weight: Column | None,
    cluster: Column | None,
    query: Column | None,
    method: Method,
    replicates: int,
    seed: int,
    stream: int,
    threads: int,
    parameters: dict[str, float],
) -> Measurement:
    known = {
        "clip",
        "threshold",
        "precision",
        "quantile",
        "k",
        "bins",
        "true_positive",
        "false_positive",
        "false_negative",
        "true_negative",
    }
    if unknown := sorted(set(parameters) - known):
        raise TypeError(f"unknown parameter `{unknown[0]}`; known are {', '.join(sorted(known))}")
    y = numbers(label, "label")
    classes = 0
    a: Any = array("d")
    if task == "multiclass":
        b, classes = matrix(challenger, "challenger")
        if champion is not None:
            a, _ = matrix(champion, "champion")
    else:
        b = numbers(challenger, "challenger")
        a = optional(champion, "champion")
    clusters, cluster_count = groups(cluster, "cluster", len(y))
    queries, query_count = groups(query, "query", len(y))
    return Measurement(
        **_stats.measured(
            compared,
            metric,
            task,
            y,
            a,
            b,
            optional(weight, "weight"),
            clusters,
            cluster_count,
            queries,
            query_count,
            classes,
            parameters,
            method,
            replicates,
            seed,
            stream,
            threads,
        )
    )


def compare(
    metric: str,
    label: Column,
    champion: Column,
    challenger: Column,
    *,
    task: Task = "binary",
    weight: Column | None = None,
    cluster: Column | None = None,
    query: Column | None = None,
    method: Method = "automatic",
    replicates: int = 10_000,
    seed: int = 0,
    stream: int = 0,
    threads: int = 1,
    **parameters: float,
) -> Measurement:
    """Compare two models on the same rows by one metric, with bounds.

    Args:
        metric: One of :func:`metrics`.
        label: 0/1, number, class 0 .. K - 1, or relevance grade, by ``task``.
        champion: Scores of the model in place; for ``multiclass`` rows x classes.
        challenger: Scores of the model that would replace it.
        task: What kind of labels and scores these are.
        weight: Row weights.
        cluster: Rows of one cluster move together, and are resampled together.
        query: For ``ranking``: which query a row belongs to.
        method: How the bounds are made; ``automatic`` is explained in ``docs/reference/statistics.md``.
        replicates: Resamples, where the bootstrap is used.
        seed: Of the resamples.
        stream: Of the resamples: another one per metric and slice.
        threads: Changes nothing but the time.
        **parameters: ``threshold``, ``clip``, ``precision``, ``quantile``, ``k``, ``bins``, ``true_positive``, ...

    Raises:
        InvalidArgumentError: Unknown metric, columns that do not fit, values that are not numbers, wrong parameters.
    """
    return _measured(
        True,
        metric,
        label,
        champion,
        challenger,
        task,
        weight,
        cluster,
        query,
        method,
        replicates,
        seed,
        stream,
        threads,
        parameters,
    )


def measure(
    metric: str,
    label: Column,
    score: Column,
    *,
    task: Task = "binary",
    weight: Column | None = None,
    cluster: Column | None = None,
    query: Column | None = None,
    method: Method = "automatic",
    replicates: int = 10_000,
    seed: int = 0,
    stream: int = 0,
    threads: int = 1,
    **parameters: float,
) -> Measurement:
    """One model's own value of a metric, with bounds; arguments as for :func:`compare`."""
    return _measured(
        False,
        metric,
        label,
        None,
        score,
        task,
        weight,
        cluster,
        query,
        method,
        replicates,
        seed,
        stream,
        threads,
        parameters,
    )


@dataclass(frozen=True)
class Bootstrap:
    """A bootstrapped statistic; ``interval`` is BCa (Efron 1987), infinite where the replicates are too few."""

    estimate: float
    interval: Interval
    percentile_interval: Interval
    confidence: float
    z0: float
    acceleration: float
    standard_error: float
    replicates: int
    units: int


def bca(
    values: Column,
    statistic: Callable[[Sequence[float]], float] | Literal["mean"] = "mean",
    *,
    replicates: int = 10_000,
    seed: int = 0,
    stream: int = 0,
    threads: int = 1,
    confidence: float = 0.95,
) -> Bootstrap:
    """Bias-corrected and accelerated bootstrap of a statistic of ``values`` (Efron 1987).

    Args:
        values: What is resampled.
        statistic: ``"mean"``, or a function of the drawn values; it gets a memoryview of doubles (``numpy.asarray`` costs
            nothing) that is valid during the call.
        replicates: Resamples.
        seed: Key of the counter-based generator: the same numbers on any machine and any number of threads.
        stream: Another one gives other resamples under the same seed.
        threads: For ``"mean"``; functions are called from one thread.
        confidence: Of the two-sided intervals.
    """
    x = numbers(values, "values")
    if statistic == "mean":
        return Bootstrap(**_stats.bca_mean(x, replicates, seed, stream, threads, confidence))
    return Bootstrap(**_stats.bca(x, statistic, replicates, seed, stream, confidence))


def philox4x32(counter: Sequence[int], key: Sequence[int]) -> list[int]:
    """Four 32-bit words of Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011)."""
    words: list[int] = _stats.philox4x32(list(counter), list(key))
    return words


def resampled_indices(seed: int, replicate: int, n: int, *, stream: int = 0) -> list[int]:
    """The ``n`` indices of one resample."""
    indices: list[int] = _stats.resampled_indices(seed, stream, replicate, n)
    return indices


def stream_of(metric: str, slice: str) -> int:
    """Stream of a metric on a slice: the first 32 bits of SHA-256("metric|slice")."""
    stream: int = _stats.stream_of(metric, slice)
    return stream


Binning = Literal["equal_mass", "equal_width"]


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin of a reliability diagram; ``interval`` is Wilson's 95 % of the observed share."""

    lowest: float
    highest: float
    rows: int
    mean_prediction: float
    observed: float
    interval: Interval


def reliability(label: Column, predicted: Column, *, bins: int = 15, binning: Binning = "equal_mass") -> list[ReliabilityBin]:
    """Mean prediction and observed share by bin."""
    found = _stats.reliability(numbers(label, "label"), numbers(predicted, "predicted"), bins, binning == "equal_width")
    return [ReliabilityBin(**row) for row in found]


@dataclass(frozen=True)
class BrierDecomposition:
    """score = reliability - resolution + uncertainty + within_variance - within_covariance (Murphy 1973; Stephenson 2008)."""

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within_variance: float
    within_covariance: float


def brier_decomposition(label: Column, predicted: Column, *, bins: int = 15) -> BrierDecomposition:
    """Decompose the Brier score; bins are the distinct predictions where there are at most ``bins``, else of equal mass."""
    return BrierDecomposition(**_stats.brier_decomposition(numbers(label, "label"), numbers(predicted, "predicted"), bins))


def expected_calibration_error(label: Column, predicted: Column, *, bins: int = 15, binning: Binning = "equal_mass") -> float:
    """Mean distance of mean prediction and observed share over bins, by rows.  Biased upwards; see the debiased one."""
    error: float = _stats.expected_calibration_error(
        numbers(label, "label"), numbers(predicted, "predicted"), bins, binning == "equal_width"
    )
    return error


@dataclass(frozen=True)
class CalibrationError:
    """Calibration error less what a calibrated model would show on this sample."""

    raw: float
    bias: float
    debiased: float
    p_value: float


def debiased_calibration_error(
    label: Column,
    predicted: Column,
    *,
    bins: int = 15,
    binning: Binning = "equal_mass",
    replicates: int = 1000,
    seed: int = 0,
) -> CalibrationError:
    """Calibration error with the mean of ``replicates`` draws of y ~ Bernoulli(p) subtracted, and a p-value of "calibrated"."""
    return CalibrationError(
        **_stats.debiased_calibration_error(
            numbers(label, "label"), numbers(predicted, "predicted"), bins, binning == "equal_width", replicates, seed
        )
    )


@dataclass(frozen=True)
class Recalibration:
    """logit P(y) = intercept + slope logit(p); a calibrated model has 0 and 1."""

    intercept: float
    slope: float
    intercept_error: float
    slope_error: float


def recalibration(label: Column, predicted: Column, *, clip: float = 1e-7) -> Recalibration:
    """Logistic recalibration (Cox 1958).

    Raises:
        FailedError: One class, constant predictions, or predictions that separate the classes.
    """
    return Recalibration(**_stats.recalibration(numbers(label, "label"), numbers(predicted, "predicted"), clip))


def holm(p_values: Column) -> list[float]:
    """Adjusted p-values, family-wise error (Holm 1979); NaN counts as 1."""
    adjusted: list[float] = _stats.holm(numbers(p_values, "p_values"))
    return adjusted


def benjamini_hochberg(p_values: Column) -> list[float]:
    """Adjusted p-values, false discovery rate (Benjamini and Hochberg 1995)."""
    adjusted: list[float] = _stats.benjamini_hochberg(numbers(p_values, "p_values"))
    return adjusted


def benjamini_yekutieli(p_values: Column) -> list[float]:
    """Adjusted p-values, false discovery rate under any dependence (Benjamini and Yekutieli 2001)."""
    adjusted: list[float] = _stats.benjamini_yekutieli(numbers(p_values, "p_values"))
    return adjusted


def reuse_level(alpha: float, k: int, budget: int, *, schedule: Literal["equal", "unbounded"] = "equal") -> float:
    """Level of the ``k``-th evaluation of one test set: alpha / budget, or 6 alpha / (pi k)^2; 0 once the budget is spent."""
    level: float = _stats.reuse_level(alpha, k, budget, schedule == "unbounded")
    return level


def sample_size(sd: float, effect: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Rows that show a difference of ``effect`` from the line (one-sided ``alpha``); -1: no number would."""
    rows: int = _stats.sample_size(sd, effect, alpha, power)
    return rows


def minimum_detectable_effect(sd: float, rows: int, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Smallest difference that ``rows`` show with probability ``power``."""
    effect: float = _stats.minimum_detectable_effect(sd, rows, alpha, power)
    return effect


def power_of(sd: float, effect: float, rows: int, *, alpha: float = 0.05) -> float:
    """Probability that a true difference of ``effect`` from the line is shown."""
    power: float = _stats.power_of(sd, effect, rows, alpha)
    return power


def power_per_check(power: float, guardrails: int) -> float:
    """Power each of ``guardrails`` + 1 checks needs so that all pass with ``power``."""
    each: float = _stats.power_per_check(power, guardrails)
    return each


def mcnemar_sample_size(only_challenger: float, only_champion: float, *, alpha: float = 0.025, power: float = 0.8) -> int:
    """Pairs for McNemar's test from the two discordant shares (Connor 1987); one-sided ``alpha``."""
    pairs: int = _stats.mcnemar_sample_size(only_challenger, only_champion, alpha, power)
    return pairs


def hoeffding_sample_size(epsilon: float, delta: float, *, steps: int = 1, adaptive: bool = False) -> int:
    """Labels for an error of at most ``epsilon`` with 1 - ``delta`` over ``steps`` evaluations (Renggli et al. 2019)."""
    labels: int = _stats.hoeffding_sample_size(epsilon, delta, steps, adaptive)
    return labels
