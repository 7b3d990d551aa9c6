"""Drift and latency."""

from __future__ import annotations

from dataclasses import dataclass

from podium import _core
from podium.stats.columns import Column, Interval, numbers

_stats = _core.stats


@dataclass(frozen=True)
class Distance:
    """A distance with what the sample sizes allow to say; bounds are one-sided."""

    value: float
    null_band: float
    lower: float
    upper: float
    reference_units: int
    current_units: int

    def exceeds(self, threshold: float) -> bool:
        """Drift is shown: above the threshold, and more than the sample sizes explain."""
        return self.value > threshold and self.value > self.null_band

    def within(self, threshold: float) -> bool:
        """No relevant drift is shown: even the upper bound is below the threshold."""
        return self.upper < threshold


@dataclass(frozen=True)
class PSI(Distance):
    """Population stability index."""

    bins: int


def psi(reference: Column, current: Column, *, level: float = 0.05, bins: int = 10) -> PSI:
    """Population stability index over bins of equal mass in the reference, 0.5 added to every count.

    Missing values are a bin of their own.  Without drift PSI / (1/n + 1/m) is about chi-square with bins - 1 degrees of
    freedom: that is the null band, and the non-central distribution gives the bounds.
    """
    return PSI(**_stats.psi(numbers(reference, "reference"), numbers(current, "current"), level, bins))


def psi_counts(reference: Column, current: Column, *, level: float = 0.05) -> PSI:
    """The same from counts per bin or category."""
    return PSI(**_stats.psi_counts(numbers(reference, "reference", "q"), numbers(current, "current", "q"), level))


def psi_of_shares(reference: Column, current: Column) -> float:
    """The sum of (p - q) ln(p / q) of two distributions as they are; infinite where one of them has an empty bin."""
    value: float = _stats.psi_of_shares(numbers(reference, "reference"), numbers(current, "current"))
    return value


def psi_units_needed(threshold: float, *, reference_units: int, bins: int = 10, level: float = 0.05) -> int:
    """Current values that let no drift be shown to be below ``threshold``; -1: the reference is too small."""
    units: int = _stats.psi_units_needed(threshold, bins, reference_units, level)
    return units


@dataclass(frozen=True)
class KolmogorovSmirnov:
    """Two-sample distance, its p-value and how that was found, and bounds from both samples' bands."""

    distance: float
    p_value: float
    p_method: str
    lower: float
    upper: float
    reference_units: int
    current_units: int


def ks_test(reference: Column, current: Column, *, level: float = 0.05, seed: int = 0) -> KolmogorovSmirnov:
    """Kolmogorov-Smirnov: exact without ties while n m <= 10^6, by permutation with ties, else asymptotic."""
    return KolmogorovSmirnov(**_stats.ks_test(numbers(reference, "reference"), numbers(current, "current"), level, seed))


def js_divergence(reference: Column, current: Column) -> float:
    """Jensen-Shannon divergence to base 2 of two distributions or counts, in [0, 1]."""
    value: float = _stats.js_divergence(numbers(reference, "reference"), numbers(current, "current"))
    return value


def js_distance(reference: Column, current: Column) -> float:
    """Square root of :func:`js_divergence`: the distance of SciPy and of Azure's monitoring."""
    return float(js_divergence(reference, current) ** 0.5)


def js_distance_test(reference: Column, current: Column, *, level: float = 0.05) -> Distance:
    """Jensen-Shannon distance of counts per bin, with null band and bounds."""
    return Distance(**_stats.js_distance_test(numbers(reference, "reference", "q"), numbers(current, "current", "q"), level))


def wasserstein(reference: Column, current: Column) -> float:
    """Area between the two empirical distribution functions, in the values' unit."""
    value: float = _stats.wasserstein(numbers(reference, "reference"), numbers(current, "current"))
    return value


def wasserstein_test(
    reference: Column, current: Column, *, level: float = 0.05, floor: float = 1e-9, seed: int = 0, replicates: int = 500
) -> Distance:
    """Wasserstein distance in units of the reference's (q75 - q25) / 1.349, with bounds from resamples."""
    return Distance(
        **_stats.wasserstein_test(numbers(reference, "reference"), numbers(current, "current"), level, floor, seed, replicates)
    )


@dataclass(frozen=True)
class ChiSquare:
    """Pearson's test of a 2 x k table; ``cramers_v`` is the effect, whatever the size."""

    statistic: float
    df: int
    p_value: float
    cramers_v: float
    least_expected: float
    permutation: bool


def chi_square_test(reference: Column, current: Column, *, seed: int = 0) -> ChiSquare:
    """Chi-square of counts per category; by permutation where an expected count is below 5."""
    return ChiSquare(**_stats.chi_square_test(numbers(reference, "reference", "q"), numbers(current, "current", "q"), seed))


@dataclass(frozen=True)
class Exceedance:
    """An objective "quantile q is at most L" judged by counting values above L."""

    exceedances: int
    requests: int
    share: float
    lower: float
    upper: float
    p_value: float
    p_violated: float
    limit: int
    requests_needed: int
    certified: bool


def slo_by_counting(exceedances: int, requests: int, *, quantile: float, confidence: float = 0.95) -> Exceedance:
    """Exact binomial test of a latency objective: no quantile is estimated.

    ``limit`` is the most exceedances of this many requests that still certify, ``requests_needed`` how many requests certify
    with none.
    """
    return Exceedance(**_stats.slo_by_counting(exceedances, requests, quantile, confidence))


def quantile_ranks(n: int, quantile: float, *, confidence: float = 0.95) -> tuple[int | None, int | None]:
    """Ranks (from 1) of the order statistics that enclose a quantile; None: the sample is too small for that side."""
    ranks: tuple[int | None, int | None] = _stats.quantile_ranks(n, quantile, confidence)
    return ranks


def quantile_upper_rank(n: int, quantile: float, *, confidence: float = 0.95) -> int | None:
    """Smallest rank whose value is at least the quantile with this confidence (Wilks 1941)."""
    rank: int | None = _stats.quantile_upper_rank(n, quantile, confidence)
    return rank


def quantile_upper_needed(quantile: float, *, confidence: float = 0.95) -> int:
    """Sample size from which :func:`quantile_upper_rank` exists."""
    size: int = _stats.quantile_upper_needed(quantile, confidence)
    return size


def quantile_interval(values: Column, quantile: float, *, confidence: float = 0.95) -> Interval:
    """Two-sided interval of a quantile by order statistics; NaN counts as infinite."""
    interval: Interval = _stats.quantile_interval(numbers(values, "values"), quantile, confidence)
    return interval


def autocorrelation(in_order_of_time: Column) -> tuple[float, float]:
    """Lag-one autocorrelation, and the effective number of values by batch means."""
    found: tuple[float, float] = _stats.autocorrelation(numbers(in_order_of_time, "in_order_of_time"))
    return found
