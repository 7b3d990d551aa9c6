"""Inference that may be looked at at any time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from podium import _core
from podium.stats.columns import Column, Interval, numbers, optional

_stats = _core.stats


@dataclass(frozen=True)
class EProcess:
    """Evidence that may be looked at after every event: act when ``e_value`` reaches 1 / alpha."""

    e_value: float
    log_e_value: float

    @property
    def p_value(self) -> float:
        """``min(1, 1 / e_value)``."""
        return min(1.0, 1 / self.e_value) if self.e_value > 0 else 1.0


def rate_ratio_eprocess(
    share: Column, champion_errors: Column, challenger_errors: Column, *, rate_ratio: float = 1.0
) -> EProcess:
    """Anytime-valid test of "the challenger's error rate is at most ``rate_ratio`` times the champion's".

    Args:
        share: The challenger's share of traffic, one value per period in which it was constant.
        champion_errors: Errors of the champion in each period.
        challenger_errors: Errors of the challenger in each period.
        rate_ratio: The tolerated ratio.

    Under the null hypothesis an error is the challenger's with probability at most ``r w / (r w + 1 - w)``; the value is
    the mean of seven likelihood ratios against worse ratios.  Needs random routing: see :func:`sample_ratio`.
    """
    value, log_value = _stats.rate_ratio_eprocess(
        numbers(share, "share"),
        numbers(champion_errors, "champion_errors", "q"),
        numbers(challenger_errors, "challenger_errors", "q"),
        rate_ratio,
    )
    return EProcess(value, log_value)


def log_rate_ratio_mixture(
    challenger_errors: int, champion_errors: int, share: float, *, rate_ratio: float = 1.0, k: float = 10.0
) -> float:
    """Log e-value of the same test at one constant share, by a truncated beta mixture."""
    value: float = _stats.log_rate_ratio_mixture(challenger_errors, champion_errors, share, rate_ratio, k)
    return value


def combine_log_e_values(log_e: Column, *, weights: Column | None = None) -> float:
    """Log of the (weighted) mean of e-values: "anything is wrong", under any dependence."""
    value: float = _stats.combine_log_e_values(numbers(log_e, "log_e"), optional(weights, "weights"))
    return value


@dataclass(frozen=True)
class ConfidenceSequence:
    """Bounds after every value, all of which hold at once with probability 1 - alpha."""

    lower: list[float]
    upper: list[float]
    alpha: float

    @property
    def interval(self) -> Interval:
        """The last bounds; (0, 1) before any value."""
        return (self.lower[-1], self.upper[-1]) if self.lower else (0.0, 1.0)


def confidence_sequence(
    values: Column, *, alpha: float = 0.05, method: Literal["empirical_bernstein", "betting"] = "empirical_bernstein"
) -> ConfidenceSequence:
    """Confidence sequence of the mean of values in [0, 1] (Waudby-Smith and Ramdas 2024).

    Args:
        values: In order of time; outside [0, 1] they are moved to its ends, NaN counts as 1.
        alpha: Probability that any bound ever misses the mean.
        method: ``empirical_bernstein`` (predictable mixture, their eq. 15), or ``betting`` (hedged capital on a grid of
            1000 means): tighter and slower.
    """
    if method not in ("empirical_bernstein", "betting"):
        raise _core.InvalidArgumentError(f"no method `{method}`; empirical_bernstein or betting")
    lower, upper = _stats.confidence_sequence(numbers(values, "values"), alpha, method == "betting")
    return ConfidenceSequence(lower, upper, alpha)


def bernoulli_confidence_sequence(successes: int, trials: int, *, alpha: float = 0.05) -> Interval:
    """Bounds of one rate at this moment of a sequence that holds at all times (beta(1/2, 1/2) mixture, Robbins 1970)."""
    interval: Interval = _stats.bernoulli_confidence_sequence(successes, trials, alpha)
    return interval


def tuned_bernoulli_sequence(successes: int, trials: int, *, t_opt: float, alpha: float = 0.05) -> Interval:
    """The same by the beta-binomial mixture that is tightest at ``t_opt`` trials (Howard et al. 2021)."""
    interval: Interval = _stats.tuned_bernoulli_sequence(successes, trials, alpha, t_opt)
    return interval


@dataclass(frozen=True)
class RateDifference:
    """Both rates and their difference (challenger - champion), all of which hold at all times with 1 - alpha."""

    champion: Interval
    challenger: Interval
    difference: Interval


def rate_difference_sequence(
    champion_errors: int, champion_requests: int, challenger_errors: int, challenger_requests: int, *, alpha: float = 0.05
) -> RateDifference:
    """Bounds of two rates and their difference, each rate by its own sequence at alpha / 2."""
    return RateDifference(
        **_stats.rate_difference_sequence(champion_errors, champion_requests, challenger_errors, challenger_requests, alpha)
    )


@dataclass(frozen=True)
class Msprt:
    """Mixture sequential probability ratio; keep the smallest p-value seen."""

    likelihood_ratio: float
    p_value: float


def msprt_normal(n: int, mean: float, variance: float, prior_variance: float) -> Msprt:
    """Mixture SPRT of "the mean is 0" for normal values (Robbins 1970; Johari et al. 2022)."""
    return Msprt(**_stats.msprt_normal(n, mean, variance, prior_variance))


@dataclass(frozen=True)
class Sprt:
    """Wald's test; ``state`` is ``undecided``, ``accept_p0`` or ``accept_p1``."""

    log_ratio: float
    lower: float
    upper: float
    event_step: float
    other_step: float
    state: str


def sprt(p0: float, p1: float, *, alpha: float, beta: float, events: int = 0, others: int = 0) -> Sprt:
    """Sequential test of rate ``p0`` against ``p1`` (Wald 1945) after ``events`` and ``others``."""
    return Sprt(**_stats.sprt(p0, p1, alpha, beta, events, others))


@dataclass(frozen=True)
class SampleRatio:
    """Chi-square of requests per arm against the configured weights; p < 5e-4 voids a comparison."""

    statistic: float
    df: int
    p_value: float


def sample_ratio(counts: Column, weights: Column) -> SampleRatio:
    """Sample-ratio mismatch at one look."""
    return SampleRatio(**_stats.sample_ratio(numbers(counts, "counts", "q"), numbers(weights, "weights")))


def sample_ratio_eprocess(share: Column, champion_requests: Column, challenger_requests: Column) -> tuple[float, float]:
    """Sample-ratio mismatch at every look: log e-value, and the smallest p-value so far."""
    found: tuple[float, float] = _stats.sample_ratio_eprocess(
        numbers(share, "share"),
        numbers(champion_requests, "champion_requests", "q"),
        numbers(challenger_requests, "challenger_requests", "q"),
    )
    return found


def two_sided_rho(v_opt: float, alpha: float) -> float:
    """Tuning that makes the two-sided normal mixture tightest at intrinsic time ``v_opt``."""
    return float(_stats.two_sided_rho(v_opt, alpha))


def one_sided_rho(v_opt: float, alpha: float) -> float:
    """Tuning that makes the one-sided normal mixture tightest at intrinsic time ``v_opt``."""
    return float(_stats.one_sided_rho(v_opt, alpha))


def two_sided_normal_log_mixture(s: float, v: float, rho: float) -> float:
    """Log e-value of the two-sided normal mixture for the sum ``s`` at intrinsic time ``v``."""
    return float(_stats.two_sided_normal_log_mixture(s, v, rho))


def two_sided_normal_bound(v: float, alpha: float, rho: float) -> float:
    """Where the two-sided normal mixture reaches 1 / alpha."""
    return float(_stats.two_sided_normal_bound(v, alpha, rho))


def one_sided_normal_log_mixture(s: float, v: float, rho: float) -> float:
    """Log e-value of the one-sided normal mixture."""
    return float(_stats.one_sided_normal_log_mixture(s, v, rho))


def one_sided_normal_bound(v: float, alpha: float, rho: float) -> float:
    """Where the one-sided normal mixture reaches 1 / alpha."""
    return float(_stats.one_sided_normal_bound(v, alpha, rho))


def gamma_exponential_log_mixture(s: float, v: float, rho: float, c: float) -> float:
    """Log e-value for sub-exponential sums of scale ``c``."""
    return float(_stats.gamma_exponential_log_mixture(s, v, rho, c))


def gamma_exponential_bound(v: float, alpha: float, rho: float, c: float) -> float:
    """Where the gamma-exponential mixture reaches 1 / alpha."""
    return float(_stats.gamma_exponential_bound(v, alpha, rho, c))


def beta_binomial_tuning(v_opt: float, alpha: float, g: float, h: float, *, one_sided: bool = False) -> float:
    """Tuning of the beta-binomial mixture for sums of range [-g, h]."""
    return float(_stats.beta_binomial_tuning(v_opt, alpha, g, h, one_sided))


def beta_binomial_log_mixture(s: float, v: float, r: float, g: float, h: float, *, one_sided: bool = False) -> float:
    """Log e-value of the beta-binomial mixture."""
    return float(_stats.beta_binomial_log_mixture(s, v, r, g, h, one_sided))


def beta_binomial_bound(v: float, alpha: float, r: float, g: float, h: float, *, one_sided: bool = False) -> float:
    """Where the beta-binomial mixture reaches 1 / alpha."""
    return float(_stats.beta_binomial_bound(v, alpha, r, g, h, one_sided))


def poly_stitching_bound(v: float, alpha: float, v_min: float, c: float = 0.0, s: float = 1.4, eta: float = 2.0) -> float:
    """Closed-form boundary of iterated-logarithm shape."""
    return float(_stats.poly_stitching_bound(v, alpha, v_min, c, s, eta))


def double_stitching_bound(
    p: float, t: float, alpha: float, t_opt: float, delta: float = 0.5, s: float = 1.4, eta: float = 2.0
) -> float:
    """Boundary for the empirical quantile function at ``p`` and time ``t``, uniformly over both."""
    return float(_stats.double_stitching_bound(p, t, alpha, t_opt, delta, s, eta))
