"""AUCs, proportions, means, permutations and ranks."""

from __future__ import annotations

from dataclasses import dataclass

from podium import _core
from podium.stats.columns import Column, Interval, groups, matrix, numbers, optional

_stats = _core.stats


@dataclass(frozen=True)
class Mean:
    """An estimate with its standard error.

    Attributes:
        estimate: The mean, or the difference in means.
        standard_error: By clusters where there are some, else by rows.
        df: Degrees of freedom; infinite is normal.
        statistic: Estimate over standard error.
        p_value: Two-sided, of "the true value is 0".
        p_greater: One-sided, of "the true value is at most 0".
        interval: Two-sided at ``confidence``.
        confidence: Of the interval.
        rows: Rows looked at.
        units: Clusters, or rows.
        design_effect: Variance by clusters over variance by rows.
        skewness_ratio: ``|skewness| / sqrt(units)``; above 0.2 take the bootstrap instead of t.
    """

    estimate: float
    standard_error: float
    df: float
    statistic: float
    p_value: float
    p_greater: float
    interval: Interval
    confidence: float
    rows: int
    units: int
    design_effect: float
    skewness_ratio: float


@dataclass(frozen=True)
class Auc(Mean):
    """An area under the ROC curve; the interval is symmetric on the logit scale."""


@dataclass(frozen=True)
class DeLong(Mean):
    """Two areas on the same rows; ``estimate`` is challenger - champion, ``statistic`` is z (t with clusters)."""

    auc_champion: float
    auc_challenger: float
    variance_champion: float
    variance_challenger: float
    covariance: float
    positives: int
    negatives: int


def auc(
    label: Column, score: Column, *, weight: Column | None = None, cluster: Column | None = None, confidence: float = 0.95
) -> Auc:
    """Area under the ROC curve, ties counting half (DeLong, DeLong and Clarke-Pearson 1988; O(n log n) as Sun and Xu 2014).

    Args:
        label: 0 or 1.
        score: Higher means more likely 1; infinite values are allowed, NaN is not.
        weight: Weighs every pair by the product of its rows' weights.
        cluster: Rows of one cluster move together (Obuchowski 1997): t with clusters - 1 degrees of freedom.
        confidence: Of the two-sided interval.

    Raises:
        InvalidArgumentError: Columns of different length, other labels, NaN scores, or one class alone.
    """
    y = numbers(label, "label")
    ids, count = groups(cluster, "cluster", len(y))
    return Auc(**_stats.auc(y, numbers(score, "score"), optional(weight, "weight"), ids, count, confidence))


def delong(
    label: Column,
    champion: Column,
    challenger: Column,
    *,
    weight: Column | None = None,
    cluster: Column | None = None,
    confidence: float = 0.95,
) -> DeLong:
    """Compare two AUCs on the same rows (DeLong et al. 1988, ranks as in Sun and Xu 2014, clusters as in Obuchowski 1997).

    Args:
        label: 0 or 1.
        champion: Scores of the model in place.
        challenger: Scores of the model that would replace it.
        weight: Weighs every pair by the product of its rows' weights.
        cluster: Rows of one cluster move together.
        confidence: Of the two-sided interval of challenger - champion.

    Raises:
        InvalidArgumentError: Columns of different length, other labels, NaN scores, or one class alone.
    """
    y = numbers(label, "label")
    ids, count = groups(cluster, "cluster", len(y))
    return DeLong(
        **_stats.delong(
            y,
            numbers(champion, "champion"),
            numbers(challenger, "challenger"),
            optional(weight, "weight"),
            ids,
            count,
            confidence,
        )
    )


def roc_curve(
    label: Column, score: Column, *, points: int = 200, weight: Column | None = None
) -> list[tuple[float, float, float]]:
    """At most ``points`` of (threshold, false-positive rate, true-positive rate), ends included."""
    curve: list[tuple[float, float, float]] = _stats.roc_curve(
        numbers(label, "label"), numbers(score, "score"), points, optional(weight, "weight")
    )
    return curve


def precision_recall_curve(
    label: Column, score: Column, *, points: int = 200, weight: Column | None = None
) -> list[tuple[float, float, float]]:
    """At most ``points`` of (threshold, recall, precision)."""
    curve: list[tuple[float, float, float]] = _stats.precision_recall_curve(
        numbers(label, "label"), numbers(score, "score"), points, optional(weight, "weight")
    )
    return curve


@dataclass(frozen=True)
class Agreement:
    """Two models on the same requests without labels: the flip matrix and how far scores lie apart."""

    pairs: int
    both_positive: int
    only_champion: int
    only_challenger: int
    both_negative: int
    disagreement: float
    disagreement_interval: Interval
    mean_difference: float
    mean_absolute_difference: float
    largest_difference: float
    rank_correlation: float


def agreement(champion: Column, challenger: Column, *, threshold: float = 0.5, level: float = 0.05) -> Agreement:
    """How two models' scores agree; a call is ``score >= threshold``, the interval is Wilson's at 1 - 2 ``level``."""
    return Agreement(**_stats.agreement(numbers(champion, "champion"), numbers(challenger, "challenger"), threshold, level))


@dataclass(frozen=True)
class McNemar:
    """Two-sided p-values; ``mid_p`` is the one to use (Fagerland, Lydersen and Laake 2013), chi-square is for display."""

    exact: float
    mid_p: float
    chi_square: float
    p_chi_square: float
    chi_square_corrected: float
    p_corrected: float


def paired_counts(champion_right: Column, challenger_right: Column) -> tuple[int, int, int, int]:
    """Rows where both models, only the champion, only the challenger, and neither are right; 1 is right, 0 wrong."""
    counts: tuple[int, int, int, int] = _stats.paired_counts(
        numbers(champion_right, "champion_right"), numbers(challenger_right, "challenger_right")
    )
    return counts


def mcnemar(only_champion: int | Column, only_challenger: int | Column) -> McNemar:
    """Test two models on the same rows from the rows where exactly one is right (McNemar 1947).

    Args:
        only_champion: Number of those rows; or a column with 1 where the champion is right, 0 where it is wrong.
        only_challenger: The same for the challenger, in the same form.
    """
    if hasattr(only_champion, "__len__") or hasattr(only_challenger, "__len__"):
        _, only_champion, only_challenger, _ = paired_counts(only_champion, only_challenger)
    return McNemar(**_stats.mcnemar(only_champion, only_challenger))


def wilson(successes: int, trials: int, *, confidence: float = 0.95) -> Interval:
    """Two-sided score interval of one rate (Wilson 1927)."""
    interval: Interval = _stats.wilson(successes, trials, confidence)
    return interval


def clopper_pearson(successes: int, trials: int, *, confidence: float = 0.95) -> Interval:
    """Two-sided exact interval of one rate (Clopper and Pearson 1934)."""
    interval: Interval = _stats.clopper_pearson(successes, trials, confidence)
    return interval


def newcombe(successes1: int, trials1: int, successes2: int, trials2: int, *, confidence: float = 0.95) -> Interval:
    """Two-sided interval of p1 - p2 of independent samples (Newcombe 1998, method 10)."""
    interval: Interval = _stats.newcombe(successes1, trials1, successes2, trials2, confidence)
    return interval


def newcombe_paired(both: int, only_champion: int, only_challenger: int, neither: int, *, confidence: float = 0.95) -> Interval:
    """Two-sided interval of the challenger's share right less the champion's (Newcombe 1998, paired method 10)."""
    interval: Interval = _stats.newcombe_paired(both, only_champion, only_challenger, neither, confidence)
    return interval


def tango_z(only_champion: int, only_challenger: int, rows: int, difference: float) -> float:
    """Score statistic of "challenger's share right less champion's = ``difference``" (Tango 1998)."""
    z: float = _stats.tango_z(only_champion, only_challenger, rows, difference)
    return z


def tango(only_champion: int, only_challenger: int, rows: int, *, confidence: float = 0.95) -> Interval:
    """Two-sided score interval of the challenger's share right less the champion's (Tango 1998)."""
    interval: Interval = _stats.tango(only_champion, only_challenger, rows, confidence)
    return interval


@dataclass(frozen=True)
class MantelHaenszel:
    """One ratio and one difference (challenger against champion) from strata with different backgrounds."""

    rate_ratio: float
    rate_difference: float
    chi_square: float
    p_value: float


def mantel_haenszel(
    challenger_errors: Column, challenger_requests: Column, champion_errors: Column, champion_requests: Column
) -> MantelHaenszel:
    """Compare error rates within strata (steps, windows), one value per stratum and column (Mantel and Haenszel 1959)."""
    return MantelHaenszel(
        **_stats.mantel_haenszel(
            numbers(challenger_errors, "challenger_errors", "q"),
            numbers(challenger_requests, "challenger_requests", "q"),
            numbers(champion_errors, "champion_errors", "q"),
            numbers(champion_requests, "champion_requests", "q"),
        )
    )


@dataclass(frozen=True)
class PostStratified:
    """A difference under the evaluation's mix of slices and under production's."""

    by_evaluation: float
    by_production: float
    standard_error: float
    sign_flips: bool


def post_stratified(
    difference: Column, standard_error: Column, evaluation_share: Column, production_share: Column
) -> PostStratified:
    """Weigh slices' differences by their shares; the error is that of the production mix, slices independent."""
    return PostStratified(
        **_stats.post_stratified(
            numbers(difference, "difference"),
            numbers(standard_error, "standard_error"),
            numbers(evaluation_share, "evaluation_share"),
            numbers(production_share, "production_share"),
        )
    )


def mean(values: Column, *, weight: Column | None = None, cluster: Column | None = None, confidence: float = 0.95) -> Mean:
    """Mean with its t interval, clustered where a cluster column is given."""
    x = numbers(values, "values")
    ids, count = groups(cluster, "cluster", len(x))
    return Mean(**_stats.mean(x, optional(weight, "weight"), ids, count, confidence))


def paired_mean(
    champion_loss: Column,
    challenger_loss: Column,
    *,
    weight: Column | None = None,
    cluster: Column | None = None,
    confidence: float = 0.95,
) -> Mean:
    """Mean of champion - challenger over the same rows: positive means that the challenger loses less.

    Args:
        champion_loss: One loss per row.
        challenger_loss: One loss per row.
        weight: ``sum(w d) / sum(w)`` with the error of the linearised ratio.
        cluster: Rows of one cluster move together: t with clusters - 1 degrees of freedom.
        confidence: Of the two-sided interval.
    """
    a, b = numbers(champion_loss, "champion_loss"), numbers(challenger_loss, "challenger_loss")
    ids, count = groups(cluster, "cluster", len(a))
    return Mean(**_stats.paired_mean(a, b, optional(weight, "weight"), ids, count, confidence))


def log_losses(label: Column, predicted: Column, *, clip: float = 1e-15) -> tuple[list[float], int]:
    """Per-row ``-log`` of the probability of what happened, and how many predictions were clipped."""
    losses: tuple[list[float], int] = _stats.log_losses(numbers(label, "label"), numbers(predicted, "predicted"), clip)
    return losses


def multiclass_log_losses(label: Column, predicted: Column, *, clip: float = 1e-15) -> tuple[list[float], int]:
    """The same for ``predicted`` of rows x classes and labels 0 .. classes - 1; rows sum to 1."""
    flat, classes = matrix(predicted, "predicted")
    losses: tuple[list[float], int] = _stats.multiclass_log_losses(numbers(label, "label"), flat, classes, clip)
    return losses


def brier_losses(label: Column, predicted: Column) -> list[float]:
    """Squared distance of probability and label."""
    losses: tuple[list[float], int] = _stats.brier_losses(numbers(label, "label"), numbers(predicted, "predicted"))
    return losses[0]


def squared_losses(truth: Column, predicted: Column) -> list[float]:
    """Squared errors."""
    losses: tuple[list[float], int] = _stats.squared_losses(numbers(truth, "truth"), numbers(predicted, "predicted"))
    return losses[0]


def absolute_losses(truth: Column, predicted: Column) -> list[float]:
    """Absolute errors."""
    losses: tuple[list[float], int] = _stats.absolute_losses(numbers(truth, "truth"), numbers(predicted, "predicted"))
    return losses[0]


def pinball_losses(truth: Column, predicted: Column, *, quantile: float) -> list[float]:
    """Pinball losses of a predicted quantile."""
    losses: tuple[list[float], int] = _stats.pinball_losses(numbers(truth, "truth"), numbers(predicted, "predicted"), quantile)
    return losses[0]


def absolute_percentage_losses(truth: Column, predicted: Column) -> list[float]:
    """``|truth - predicted| / |truth|`` as fractions; a truth of 0 is an error."""
    losses: tuple[list[float], int] = _stats.absolute_percentage_losses(numbers(truth, "truth"), numbers(predicted, "predicted"))
    return losses[0]


@dataclass(frozen=True)
class Permutation:
    """p-values of a permutation test; ``exact`` where all permutations were tried, else (k + 1) / (B + 1)."""

    statistic: float
    p_value: float
    p_greater: float
    p_less: float
    exact: bool
    groups: int
    replicates: int


def sign_flip(
    differences: Column, *, cluster: Column | None = None, replicates: int = 9999, seed: int = 0, threads: int = 1
) -> Permutation:
    """Sign-flip test of paired differences (Fisher 1935): exact up to 20 rows or clusters, else ``replicates`` draws."""
    d = numbers(differences, "differences")
    ids, count = groups(cluster, "cluster", len(d))
    return Permutation(**_stats.sign_flip(d, replicates, seed, threads, ids, count))


def auc_permutation(
    label: Column,
    champion: Column,
    challenger: Column,
    *,
    cluster: Column | None = None,
    replicates: int = 9999,
    seed: int = 0,
    threads: int = 1,
) -> Permutation:
    """Equality of two AUCs where a class is small: ranks are swapped row by row (Bandos, Rockette and Gur 2005)."""
    y = numbers(label, "label")
    ids, count = groups(cluster, "cluster", len(y))
    return Permutation(
        **_stats.auc_permutation(
            y, numbers(champion, "champion"), numbers(challenger, "challenger"), replicates, seed, threads, ids, count
        )
    )


@dataclass(frozen=True)
class SignedRank:
    """Wilcoxon's signed-rank test; ``statistic`` is the rank sum of positive differences."""

    statistic: float
    p_value: float
    p_greater: float
    p_less: float
    used: int
    exact: bool


def wilcoxon_signed_rank(differences: Column) -> SignedRank:
    """Signed-rank test (Wilcoxon 1945), zeros left out; exact up to 50 differences, ties included."""
    return SignedRank(**_stats.wilcoxon_signed_rank(numbers(differences, "differences")))


@dataclass(frozen=True)
class Shift:
    """Hodges and Lehmann's estimate with its two-sided interval."""

    estimate: float
    interval: Interval
    confidence: float
    exact: bool


def hodges_lehmann(x: Column, y: Column | None = None, *, confidence: float = 0.95) -> Shift:
    """Middle of pairwise averages of ``x``, or of all ``x - y`` (Hodges and Lehmann 1963)."""
    first = numbers(x, "x")
    if y is None:
        return Shift(**_stats.hodges_lehmann(first, confidence))
    return Shift(**_stats.hodges_lehmann_two(first, numbers(y, "y"), confidence))


@dataclass(frozen=True)
class MannWhitney:
    """Mann and Whitney's test; ``superiority`` is P(X > Y) + P(X = Y) / 2."""

    u: float
    superiority: float
    z: float
    p_asymptotic: float
    p_value: float
    p_greater: float
    p_less: float
    exact: bool


def mann_whitney(x: Column, y: Column) -> MannWhitney:
    """Rank test of two independent samples (Mann and Whitney 1947); exact without ties up to 50 values each."""
    return MannWhitney(**_stats.mann_whitney(numbers(x, "x"), numbers(y, "y")))


def spearman(x: Column, y: Column) -> float:
    """Rank correlation (Spearman 1904); NaN for a constant column."""
    correlation: float = _stats.spearman(numbers(x, "x"), numbers(y, "y"))
    return correlation
