"""The same questions asked of SciPy, statsmodels, scikit-learn and confseq.

confseq comes as source that its own build pins do not compile any more; ``pip install scikit-build setuptools wheel`` and
``pip install --no-build-isolation confseq`` do.  Where it is missing, values recorded from its version 0.0.11 stand in.
"""

from __future__ import annotations

import numpy as np
import pytest
from podium import stats

scipy_stats = pytest.importorskip("scipy.stats")
contingency_tables = pytest.importorskip("statsmodels.stats.contingency_tables")
multitest = pytest.importorskip("statsmodels.stats.multitest")
proportion = pytest.importorskip("statsmodels.stats.proportion")
sklearn_metrics = pytest.importorskip("sklearn.metrics")


def near(got, want, tolerance=1e-10):
    assert got == pytest.approx(want, rel=tolerance, abs=tolerance)


@pytest.fixture(params=range(3), ids=lambda seed: f"seed{seed}")
def random(request):
    return np.random.default_rng(100 + request.param)


def binary(random, n=400):
    y = random.integers(0, 2, n)
    score = np.round(np.clip(0.35 * y + 0.65 * random.random(n), 0.001, 0.999), 2)
    return y, score


# ---- SciPy -----------------------------------------------------------------------------------------------------------


def test_scipy_ranks(random):
    x, y = np.round(random.normal(size=40), 1), np.round(random.normal(0.3, 1, 35), 1)
    near(stats.mann_whitney(x, y).u, scipy_stats.mannwhitneyu(x, y).statistic)
    near(stats.mann_whitney(x, y).p_asymptotic, scipy_stats.mannwhitneyu(x, y, method="asymptotic").pvalue)
    a, b = random.normal(size=12), random.normal(0.3, 1, 9)
    for sided in ("greater", "less"):
        near(
            getattr(stats.mann_whitney(a, b), f"p_{sided}"),
            scipy_stats.mannwhitneyu(a, b, method="exact", alternative=sided).pvalue,
        )
    d = random.normal(0.2, 1, 30)
    near(stats.wilcoxon_signed_rank(d).p_value, scipy_stats.wilcoxon(d, method="exact").pvalue)
    many = np.round(random.normal(0.1, 1, 300), 1)
    near(stats.wilcoxon_signed_rank(many).p_value, scipy_stats.wilcoxon(many, method="asymptotic", correction=True).pvalue)
    near(stats.spearman(x[:35], y), scipy_stats.spearmanr(x[:35], y).statistic)


def test_scipy_means_and_permutations(random):
    a, b = random.normal(1, 1, 80), random.normal(0.8, 1, 80)
    test, ours = scipy_stats.ttest_rel(a, b), stats.paired_mean(a, b)
    near([ours.statistic, ours.p_value, ours.df], [test.statistic, test.pvalue, test.df])
    near(ours.interval, tuple(test.confidence_interval(0.95)))
    d = random.normal(0.5, 1, 10)
    flips = scipy_stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=np.inf)
    near(stats.sign_flip(d).p_value, flips.pvalue)
    near(stats.compare("mean_gain", d, 0 * d, d, task="custom").p_at_most(0), (d.sum() <= _flipped(d) + 1e-12).mean())


def _flipped(d):
    signs = 1 - 2 * ((np.arange(2 ** len(d))[:, None] >> np.arange(len(d))) & 1)
    return signs @ d


def test_scipy_bca(random):
    # The resamples differ; with many of them the ends agree within their own noise.
    d = random.exponential(1, 60) - 0.8
    ours = stats.bca(d, replicates=20_000, threads=2)
    theirs = scipy_stats.bootstrap((d,), np.mean, n_resamples=20_000, rng=random, vectorized=True)
    width = ours.interval[1] - ours.interval[0]
    near(ours.interval, (theirs.confidence_interval.low, theirs.confidence_interval.high), 0.06 * width)
    near(ours.standard_error, theirs.standard_error, 0.03)


def test_scipy_proportions(random):
    for x, n in ((0, 20), (3, 50), (29, 29), (81, 263)):
        result = scipy_stats.binomtest(x, n)
        exact, wilson = result.proportion_ci(method="exact"), result.proportion_ci(method="wilson")
        near(stats.clopper_pearson(x, n), (exact.low, exact.high), 1e-9)
        near(stats.wilson(x, n), (wilson.low, wilson.high))
    slo = stats.slo_by_counting(7, 900, quantile=0.99)
    near(slo.p_value, scipy_stats.binomtest(7, 900, 0.01, alternative="less").pvalue)
    values = random.exponential(1, 1000)
    theirs = scipy_stats.quantile_test(values, q=1.0, p=0.9).confidence_interval(0.95)
    near(stats.quantile_interval(values, 0.9), (theirs.low, theirs.high))


def test_scipy_drift(random):
    x, y = random.normal(size=60), random.normal(0.2, 1.1, 45)
    test, ours = scipy_stats.ks_2samp(x, y, method="exact"), stats.ks_test(x, y)
    near([ours.distance, ours.p_value], [test.statistic, test.pvalue])
    big, other = random.normal(size=3000), random.normal(0.03, 1, 2000)
    near(stats.ks_test(big, other).distance, scipy_stats.ks_2samp(big, other).statistic)
    near(stats.ks_test(big, other).p_value, scipy_stats.kstwobign.sf(np.sqrt(1200) * stats.ks_test(big, other).distance))
    near(stats.wasserstein(x, y), scipy_stats.wasserstein_distance(x, y))
    a, b = random.integers(20, 90, 7), random.integers(20, 90, 7)
    table = scipy_stats.chi2_contingency([a, b], correction=False)
    near([stats.chi_square_test(a, b).statistic, stats.chi_square_test(a, b).p_value], [table.statistic, table.pvalue])
    near(stats.chi_square_test(a, b).cramers_v, scipy_stats.contingency.association([a, b], method="cramer"))
    from scipy.spatial.distance import jensenshannon

    near(stats.js_distance(a, b), jensenshannon(a, b, base=2))


# ---- statsmodels -----------------------------------------------------------------------------------------------------


def test_statsmodels_paired_tables():
    for b, c in ((1, 7), (150, 86), (12, 3), (0, 6)):
        table = [[30, b], [c, 40]]
        near(stats.mcnemar(b, c).exact, contingency_tables.mcnemar(table, exact=True).pvalue)
        corrected = contingency_tables.mcnemar(table, exact=False, correction=True)
        near([stats.mcnemar(b, c).chi_square_corrected, stats.mcnemar(b, c).p_corrected], [corrected.statistic, corrected.pvalue])
        plain = contingency_tables.mcnemar(table, exact=False, correction=False)
        near(stats.mcnemar(b, c).p_chi_square, plain.pvalue)
    near(
        stats.newcombe(56, 70, 48, 80),
        proportion.confint_proportions_2indep(56, 70, 48, 80, method="newcomb", compare="diff"),
    )


def test_statsmodels_strata(random):
    n = random.integers(100, 900, (4, 2))
    errors = random.integers(5, 60, (4, 2))
    tables = [np.array([[e[0], m[0] - e[0]], [e[1], m[1] - e[1]]]) for e, m in zip(errors, n, strict=True)]
    theirs = contingency_tables.StratifiedTable(tables)
    ours = stats.mantel_haenszel(errors[:, 0], n[:, 0], errors[:, 1], n[:, 1])
    near([ours.chi_square, ours.p_value], [theirs.test_null_odds().statistic, theirs.test_null_odds().pvalue])
    near(ours.rate_ratio, theirs.riskratio_pooled)


def test_statsmodels_many_p_values(random):
    p = random.random(25) ** 3
    for ours, name in (
        (stats.holm, "holm"),
        (stats.benjamini_hochberg, "fdr_bh"),
        (stats.benjamini_yekutieli, "fdr_by"),
    ):
        near(ours(p), multitest.multipletests(p, method=name)[1])


def test_statsmodels_recalibration_and_power(random):
    from statsmodels.discrete.discrete_model import Logit
    from statsmodels.stats.power import normal_sample_size_one_tail

    y, p = binary(random)
    p = np.clip(p, 0.01, 0.99)
    fit = Logit(y, np.column_stack([np.ones(len(y)), np.log(p / (1 - p))])).fit(disp=0, tol=1e-12)
    ours = stats.recalibration(y, p)
    near([ours.intercept, ours.slope], list(fit.params), 1e-8)
    near([ours.intercept_error, ours.slope_error], list(fit.bse), 1e-6)
    size = normal_sample_size_one_tail(0.05, 0.8, 0.05, std_null=1.0)
    assert stats.sample_size(1.0, 0.05) == int(np.ceil(size))


def test_statsmodels_clustered_mean(random):
    from statsmodels.regression.linear_model import OLS

    group, d = np.repeat(np.arange(25), 8), random.normal(size=200) + np.repeat(random.normal(size=25), 8)
    fit = OLS(d, np.ones(200)).fit(cov_type="cluster", cov_kwds={"groups": group, "use_correction": False})
    ours = stats.mean(d, cluster=group)
    near(ours.standard_error, float(fit.bse[0]) * np.sqrt(25 / 24))
    weights = random.random(200)
    from statsmodels.stats.weightstats import DescrStatsW

    near(stats.mean(d, weight=weights).estimate, DescrStatsW(d, weights).mean)


# ---- scikit-learn ----------------------------------------------------------------------------------------------------


def test_sklearn_binary_metrics(random):
    y, score = binary(random)
    weight = random.random(len(y))
    call = (score >= 0.5).astype(int)
    m = sklearn_metrics
    for w in (None, weight):
        wanted = {
            "roc_auc": m.roc_auc_score(y, score, sample_weight=w),
            "average_precision": m.average_precision_score(y, score, sample_weight=w),
            "log_loss": m.log_loss(y, score, sample_weight=w),
            "brier": m.brier_score_loss(y, score, sample_weight=w),
            "accuracy": m.accuracy_score(y, call, sample_weight=w),
            "precision": m.precision_score(y, call, sample_weight=w),
            "recall": m.recall_score(y, call, sample_weight=w),
            "specificity": m.recall_score(y, call, pos_label=0, sample_weight=w),
            "f1": m.f1_score(y, call, sample_weight=w),
            "mcc": m.matthews_corrcoef(y, call, sample_weight=w),
            "balanced_accuracy": m.balanced_accuracy_score(y, call, sample_weight=w),
        }
        for name, value in wanted.items():
            near(stats.measure(name, y, score, weight=w, replicates=100).estimate, value, 1e-9)
    precision, recall, _ = m.precision_recall_curve(y, score)
    got = stats.measure("recall_at_precision", y, score, precision=0.8, replicates=100)
    near(got.estimate, recall[precision >= 0.8].max())


def test_sklearn_regression_metrics(random):
    y = random.normal(10, 3, 300)
    p, w = y + random.normal(0, 1, 300), random.random(300)
    m = sklearn_metrics
    wanted = {
        "mae": m.mean_absolute_error(y, p, sample_weight=w),
        "mse": m.mean_squared_error(y, p, sample_weight=w),
        "rmse": m.root_mean_squared_error(y, p, sample_weight=w),
        "r2": m.r2_score(y, p, sample_weight=w),
        "mape": m.mean_absolute_percentage_error(y, p, sample_weight=w),
    }
    for name, value in wanted.items():
        near(stats.measure(name, y, p, task="regression", weight=w, replicates=100).estimate, value)
    near(
        stats.measure("pinball", y, p, task="regression", quantile=0.9).estimate,
        m.mean_pinball_loss(y, p, alpha=0.9),
    )


def test_sklearn_multiclass_metrics(random):
    y = random.integers(0, 4, 500)
    p = random.random((500, 4)) + 0.5 * np.eye(4)[y]
    p /= p.sum(axis=1, keepdims=True)
    m, call = sklearn_metrics, p.argmax(axis=1)
    wanted = {
        "accuracy": m.accuracy_score(y, call),
        "balanced_accuracy": m.balanced_accuracy_score(y, call),
        "macro_f1": m.f1_score(y, call, average="macro"),
        "weighted_f1": m.f1_score(y, call, average="weighted"),
        "log_loss": m.log_loss(y, p),
        "macro_auc": m.roc_auc_score(y, p, multi_class="ovr", average="macro"),
        "top_k_accuracy": m.top_k_accuracy_score(y, p, k=2),
    }
    for name, value in wanted.items():
        near(stats.measure(name, y, p, task="multiclass", k=2, replicates=100).estimate, value)


def test_sklearn_ranking_metrics(random):
    grades = random.integers(0, 4, (40, 8))
    grades[:, 0] = 3
    scores = np.round(grades + random.normal(0, 2, (40, 8)), 0)  # ties
    query = np.repeat(np.arange(40), 8)
    got = stats.measure("ndcg", grades.reshape(-1), scores.reshape(-1), task="ranking", query=query, k=5)
    near(got.estimate, sklearn_metrics.ndcg_score(2.0**grades - 1, scores, k=5))


# ---- confseq ---------------------------------------------------------------------------------------------------------

# Recorded from confseq 0.0.11 at alpha 0.05: v, v_opt, two-sided normal log mixture at s = 10, two-sided and one-sided
# normal bound, gamma-exponential (c = 2), beta-binomial (g = .2, h = .8), stitched (v_min = 10, c = 3).
BOUNDARIES = [
    (20.0, 50.0, 1.186627684, 13.969964791, 12.8108108, 17.719063, 14.898941, 41.943182129),
    (100.0, 300.0, -0.283890703, 31.68398856, 29.1285141, 33.583416, 32.660205, 64.487546659),
    (900.0, 50.0, -2.429218913, 99.665789337, 92.1430882, 100.862377, 101.246315, 141.434556476),
]
SEQUENCE = [0.2, 0.9, 0.4, 0.7, 0.1, 0.6, 0.8, 0.3] * 40


def boundaries_at(v, v_opt):
    two, one = stats.two_sided_rho(v_opt, 0.05), stats.one_sided_rho(v_opt, 0.05)
    r = stats.beta_binomial_tuning(v_opt, 0.05, 0.2, 0.8)
    return (
        stats.two_sided_normal_log_mixture(10, v, two),
        stats.two_sided_normal_bound(v, 0.05, two),
        stats.one_sided_normal_bound(v, 0.05, one),
        stats.gamma_exponential_bound(v, 0.05, one, 2),
        stats.beta_binomial_bound(v, 0.05, r, 0.2, 0.8),
        stats.poly_stitching_bound(v, 0.05, 10, 3),
    )


@pytest.mark.parametrize("row", BOUNDARIES, ids=lambda row: f"v{row[0]:.0f}")
def test_boundaries_are_those_recorded_from_confseq(row):
    near(boundaries_at(*row[:2]), row[2:], 1e-6)


def test_empirical_bernstein_is_that_recorded_from_confseq():
    ours = stats.confidence_sequence(SEQUENCE)
    near([ours.lower[t] for t in (49, 159, 319)], [0.32072738, 0.42204245, 0.44639738], 1e-7)
    near([ours.upper[t] for t in (49, 159, 319)], [0.68790815, 0.57941896, 0.55445638], 1e-7)


def test_confseq_boundaries():
    theirs = pytest.importorskip("confseq.boundaries", reason="confseq is not installed; recorded values are compared")
    for v in (20.0, 50.0, 100.0, 900.0):
        for v_opt in (50.0, 300.0):
            near(
                boundaries_at(v, v_opt),
                (
                    theirs.normal_log_mixture(10, v, v_opt, 0.05, is_one_sided=False),
                    theirs.normal_mixture_bound(v, 0.05, v_opt, 0.05, is_one_sided=False),
                    theirs.normal_mixture_bound(v, 0.05, v_opt, 0.05, is_one_sided=True),
                    theirs.gamma_exponential_mixture_bound(v, 0.05, v_opt, 2, 0.05),
                    theirs.beta_binomial_mixture_bound(v, 0.05, v_opt, 0.2, 0.8, 0.05, is_one_sided=False),
                    theirs.poly_stitching_bound(v, 0.05, 10, 3),
                ),
                1e-6,
            )
    near(
        stats.tuned_bernoulli_sequence(700, 1000, t_opt=100),
        tuple(theirs.bernoulli_confidence_interval(700, 1000, 0.05, 100)),
        1e-5,
    )


def test_confseq_empirical_bernstein(random, monkeypatch):
    monkeypatch.setattr(np, "float_", np.float64, raising=False)  # it was written for NumPy 1
    predmix = pytest.importorskip("confseq.predmix", reason="confseq is not installed; recorded values are compared")
    x = random.beta(2, 3, 300)
    lower, upper = predmix.predmix_empbern_twosided_cs(x, alpha=0.05, truncation=0.5)
    ours = stats.confidence_sequence(x)
    near(ours.lower, np.maximum(lower, 0), 1e-9)
    near(ours.upper, np.minimum(upper, 1), 1e-9)


def test_confseq_bets(random, monkeypatch):
    monkeypatch.setattr(np, "float_", np.float64, raising=False)  # it was written for NumPy 1
    betting = pytest.importorskip("confseq.betting", reason="confseq is not installed; recorded values are compared")
    x = random.beta(2, 3, 200)
    lower, upper = betting.betting_cs(x, breaks=1000, alpha=0.05, running_intersection=True)
    ours = stats.confidence_sequence(x, method="betting")
    # Stakes differ in their details; both cover, with much the same width.
    assert ours.lower[-1] <= 0.4 <= ours.upper[-1]
    near(ours.upper[-1] - ours.lower[-1], upper[-1] - lower[-1], 0.15)
