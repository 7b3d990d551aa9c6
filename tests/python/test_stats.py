"""The reference numbers of the promotion engine from Python, and what columns may be."""

from __future__ import annotations

import math

import numpy as np
import podium
import pyarrow as pa
import pytest
from podium import stats

LABEL = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0]
MODEL_A = [0.9, 0.8, 0.7, 0.6, 0.55, 0.65, 0.5, 0.4, 0.3, 0.2]
MODEL_B = [0.85, 0.7, 0.75, 0.5, 0.65, 0.6, 0.7, 0.45, 0.35, 0.1]
P = [0.1, 0.2, 0.3, 0.35, 0.45, 0.55, 0.65, 0.7, 0.85, 0.95]
Q = [0.15, 0.1, 0.4, 0.2, 0.6, 0.4, 0.6, 0.8, 0.9, 0.9]
Y = [0, 0, 1, 0, 1, 0, 1, 1, 1, 1]
TRUTH = [3.0, -0.5, 2.0, 7.0, 4.2, 5.5, 1.0, 0.0]
OLD = [2.5, 0.0, 2.0, 8.0, 4.0, 6.5, 1.5, -0.4]
NEW = [2.8, -0.2, 2.1, 7.4, 4.3, 5.9, 1.2, 0.3]


def near(got, want, tolerance=1e-9):
    assert got == pytest.approx(want, rel=tolerance, abs=tolerance)


def test_paired_aucs_give_reference_d1():
    test = stats.delong(LABEL, MODEL_B, MODEL_A)
    near(test.auc_challenger, 0.92)
    near(test.auc_champion, 0.86)
    near([test.variance_challenger, test.covariance, test.variance_champion], [0.0088, 0.0044, 0.0152])
    near(test.standard_error, 0.12328828005937954)
    near(test.statistic, 0.48666426339228797)
    near(test.p_value, 0.6264962743469109)
    near(test.interval, (-0.1816405886322715, 0.3016405886322716))


def test_the_fast_ranks_of_d2_equal_the_comparison_of_every_pair():
    random = np.random.default_rng(2)
    y = random.integers(0, 2, 60)
    a, b = random.integers(0, 9, 60) + y, random.integers(0, 9, 60)
    test = stats.delong(y, a, b)
    for score, got in ((a, test.auc_champion), (b, test.auc_challenger)):
        pairs = np.sign(score[y == 1][:, None] - score[y == 0][None, :])
        near(got, (1 + pairs.mean()) / 2, 1e-12)


@pytest.mark.parametrize(
    ("b", "c", "exact", "mid_p"),
    [
        (150, 86, 3.715936139571e-05, 2.893389517615e-05),
        (1, 7, 0.0703125, 0.0390625),
        (0, 5, 0.0625, 0.03125),
        (5, 5, 1.0, 0.876953125),
        (0, 0, 1.0, 1.0),
    ],
)
def test_mcnemar_gives_references_m1_to_m5(b, c, exact, mid_p):
    test = stats.mcnemar(b, c)
    assert test.exact == pytest.approx(exact, rel=1e-11)
    assert test.mid_p == pytest.approx(mid_p, rel=1e-11)


def test_mcnemar_takes_columns_of_right_and_wrong_too():
    champion, challenger = np.array([1] * 3 + [0] * 9), pa.array([True, False, False] + [True] * 7 + [False] * 2)
    assert stats.paired_counts(champion, challenger) == (1, 2, 7, 2)
    assert stats.mcnemar(champion, challenger) == stats.mcnemar(2, 7)
    with pytest.raises(podium.InvalidArgumentError, match="neither 1"):
        stats.mcnemar([0.5], [1])


def test_proportions_give_references_m1_and_p1_to_p6():
    near([stats.mcnemar(150, 86).chi_square, stats.mcnemar(150, 86).chi_square_corrected], [17.35593220338983, 16.8177966101695])
    near([stats.mcnemar(1, 7).p_chi_square, stats.mcnemar(1, 7).p_corrected], [0.03389485352468924, 0.0770998717435416])
    near(stats.wilson(81, 263), (0.2552885198782743, 0.36620957698280016))
    near(stats.wilson(15, 148), (0.06238639953073628, 0.160487241723308))
    near(stats.wilson(1, 29), (0.006113214292762661, 0.17175521879320282))
    near(stats.clopper_pearson(81, 263), (0.2527367455852715, 0.36762192260135396))
    near(stats.clopper_pearson(0, 20), (0.0, 0.16843347098308536))
    near(stats.clopper_pearson(29, 29), (0.8805551309304973, 1.0))
    near(stats.newcombe(56, 70, 48, 80), (0.052431472402364926, 0.33387265403690586))
    near(stats.newcombe_paired(36, 2, 12, 0), (0.0569295840032388, 0.3404276029749407))
    near(stats.tango(1, 0, 44), (-0.11807709698213287, 0.059393231116627906), 1e-8)
    near(stats.tango(2, 12, 50), (0.06111240618634402, 0.3447087482821486), 1e-8)
    near(stats.tango_z(12, 8, 500, -0.02), 1.2688067958398848)


def test_rank_tests_give_references_w1_to_w4():
    before = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    after = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    signed = stats.wilcoxon_signed_rank(before - after)
    near([signed.statistic, signed.p_greater, signed.p_value], [40.0, 0.01953125, 0.0390625])
    x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    y = [1.15, 0.88, 0.90, 0.74, 1.21]
    test = stats.mann_whitney(x, y)
    near([test.u, test.p_greater, test.p_value], [35.0, 0.1272061272061272, 0.2544122544122544])
    near(test.p_asymptotic, 0.24462360512698345)
    shift = stats.hodges_lehmann(x, y)
    near((shift.estimate, *shift.interval), (0.305, -0.15, 0.76))
    miss = stats.mann_whitney([100.0] * 7 + [1.0] * 3, [1.0] * 10)
    near([miss.u, miss.superiority, miss.p_asymptotic], [85.0, 0.85, 0.001616772830620672])


def test_resampling_gives_references_b1_to_b5():
    assert stats.philox4x32([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
    ones = 0xFFFFFFFF
    assert stats.philox4x32([ones] * 4, [ones] * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
    assert stats.resampled_indices(20240607, 0, 8) == [7, 6, 2, 0, 4, 4, 7, 0]
    d = [abs(t - a) - abs(t - b) for t, a, b in zip(TRUTH, OLD, NEW, strict=True)]
    made = stats.bca(d, replicates=1000, seed=20240607)
    near([made.estimate, made.z0, made.acceleration], [0.2625, -0.04764395595447656, 0.012627922584603733])
    near(made.interval + made.percentile_interval, (0.1, 0.425, 0.1, 0.425))
    same = stats.bca(d, lambda drawn: sum(drawn.tolist()) / len(drawn), replicates=1000, seed=20240607)
    near(same.acceleration, made.acceleration)
    near(same.interval, made.interval)
    near(stats.sign_flip(d).p_value, 0.03125)
    paired = stats.paired_mean(stats.absolute_losses(TRUTH, OLD), stats.absolute_losses(TRUTH, NEW))
    near([paired.estimate, paired.statistic, paired.p_value], [0.2625, 3.0356095554491755, 0.018963946789814213])


def test_a_function_of_pairs_gives_reference_b4():
    lsat = [576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594]
    gpa = [3.39, 3.30, 2.81, 3.03, 3.44, 3.07, 3.00, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96]

    def correlation(drawn):
        rows = np.asarray(drawn).astype(int)
        return float(np.corrcoef(np.array(lsat)[rows], np.array(gpa)[rows])[0, 1])

    made = stats.bca(range(15), correlation, replicates=200)
    near([made.estimate, made.acceleration], [0.776374491289407, -0.0756715649378794])


def test_losses_give_references_c3_and_c4():
    old, new = stats.log_losses(Y, P)[0], stats.log_losses(Y, Q)[0]
    near(stats.mean(old).estimate, 0.4561545263742482)
    paired = stats.paired_mean(old, new)
    near([paired.estimate, paired.statistic, paired.p_value], [0.11878900814706814, 2.5335084706271744, 0.032050338550669126])
    near(stats.sign_flip(np.subtract(old, new)).p_value, 0.04296875)
    brier = np.subtract(stats.brier_losses(Y, P), stats.brier_losses(Y, Q))
    near(stats.mean(brier).estimate, 0.05325)
    near([stats.mean(brier).statistic, stats.mean(brier).p_value], [2.49068393813726, 0.034383402098349336])
    near(stats.sign_flip(brier).p_value, 0.044921875)
    near(stats.wilcoxon_signed_rank(brier).p_value, 0.048828125)


def test_calibration_gives_references_c1_and_c2():
    groups = [(0.1, 10, 2), (0.3, 10, 2), (0.6, 10, 7), (0.9, 10, 8)]
    p = [f for f, n, _ in groups for _ in range(n)]
    y = [int(i < events) for _, n, events in groups for i in range(n)]
    parts = stats.brier_decomposition(y, p)
    near(
        [parts.score, parts.reliability, parts.resolution, parts.uncertainty],
        [73 / 400, 1 / 100, 123 / 1600, 399 / 1600],
        1e-13,
    )
    near(stats.expected_calibration_error(Y, P, bins=5, binning="equal_width"), 0.11)
    near(stats.expected_calibration_error(Y, P, bins=10, binning="equal_width"), 0.26)
    near(stats.expected_calibration_error(Y, P, bins=5), 0.15)
    near(stats.expected_calibration_error(Y, P, bins=2), 0.09)


def test_many_p_values_give_references_x1_to_x3():
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1.0]
    near(stats.holm(p)[:6], [0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278])
    near(stats.benjamini_hochberg(p)[:6], [0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714285714286])
    near(stats.benjamini_yekutieli(p)[:3], [0.00497734348984349, 0.00995468697968698, 0.03152317543567543])


def test_drift_gives_references_f1_to_f6():
    reference, current = [120, 210, 340, 210, 120], [90, 180, 360, 230, 140]
    a, b = np.array(reference) / 1000, np.array(current) / 1000
    near(stats.psi_of_shares(a, b), 0.019300600005829855)
    near(stats.psi_counts(reference, current).value, 0.01918168464148208)
    near([stats.js_divergence(a, b), stats.js_distance(a, b)], [0.003473749368359401, 0.05893852193904595])
    near(stats.js_divergence(a, b) * math.log(2), 0.002407819580650202)
    table = stats.chi_square_test(reference, current)
    near([table.statistic, table.p_value, table.cramers_v], [9.61238761238761, 0.04748845924054568, 0.06932671783802985])
    assert table.df == 4
    near(stats.psi_counts([50, 50, 0, 0], [48, 50, 2, 0]).value, 0.032349950015136804)
    x, z = [0.1, 0.4, 0.7, 1.0, 1.3, 2.0], [0.2, 0.9, 1.1, 1.8, 2.5, 3.0, 3.3]
    near([stats.ks_test(x, z).distance, stats.ks_test(x, z).p_value], [3 / 7, 0.43356643356643354])
    near([stats.wasserstein(x, z), stats.wasserstein([0, 1, 3], [5, 6, 8])], [0.9119047619047619, 5.0])


def test_boundaries_give_references_s1_to_s6():
    rho, one = stats.two_sided_rho(100, 0.05), stats.one_sided_rho(100, 0.05)
    near([rho, stats.two_sided_normal_log_mixture(10, 100, rho)], [12.60056, -0.6510052], 1e-6)
    near(stats.two_sided_normal_bound(100, 0.05, rho), 30.35209, 1e-6)
    near(stats.one_sided_normal_log_mixture(10, 100, one), -0.06502391, 1e-6)
    near(stats.one_sided_normal_bound(100, 0.05, one), 27.66071, 1e-6)
    near(stats.gamma_exponential_log_mixture(10, 100, one, 2), -0.2490165, 1e-6)
    near(stats.gamma_exponential_bound(100, 0.05, one, 2), 33.02017, 1e-6)
    r = stats.beta_binomial_tuning(100, 0.05, 0.2, 0.8)
    near(stats.beta_binomial_log_mixture(10, 100, r, 0.2, 0.8), -0.6941012, 1e-6)
    near(stats.beta_binomial_bound(100, 0.05, r, 0.2, 0.8), 31.4308, 1e-6)
    near([stats.poly_stitching_bound(100, 0.05, 10, c) for c in (3, -1)], [64.48755, 28.99389], 1e-6)
    near(
        [stats.double_stitching_bound(p, 1000, 0.05, 100) for p in (0.5, 0.9, 0.1)],
        [68.62803, 43.72119, 59.96521],
        1e-6,
    )


def test_sequences_give_references_s7_to_s15():
    near(stats.tuned_bernoulli_sequence(700, 1000, t_opt=100), (0.651629, 0.745949), 2e-6)
    near(stats.tuned_bernoulli_sequence(15, 50, t_opt=50), (0.129556, 0.511896), 2e-6)
    near(stats.bernoulli_confidence_sequence(10, 1000), (0.002406468283597002, 0.026164430376454807))
    near(stats.bernoulli_confidence_sequence(0, 100), (0.0, 0.05702859763877155))
    near(stats.bernoulli_confidence_sequence(7, 10), (0.25241289008500345, 0.9674848602119412))
    bounds = stats.confidence_sequence([0, 1, 1, 0, 1, 1, 1, 0, 1, 1] * 20)
    near((bounds.lower[49], bounds.upper[49]), (0.45926835171103153, 0.9458161221804599))
    near((bounds.lower[99], bounds.upper[99]), (0.5354725885197553, 0.8637757234925976))
    near(bounds.interval, (0.5820125251950501, 0.8159389637479996))
    ratio = stats.msprt_normal(100, 0.3, 1, 0.1)
    near([ratio.likelihood_ratio, ratio.p_value], [18.028637295322177, 0.05546730923803466])
    near(stats.msprt_normal(100, 0.2, 1, 0.1).likelihood_ratio, 1.8575049857577708)
    wald = stats.sprt(0.01, 0.03, alpha=0.05, beta=0.1)
    near([wald.upper, wald.lower], [2.8903717578961645, -2.251291798606495])
    near([wald.event_step, wald.other_step], [1.0986122886681098, -0.020408871631207123])
    near(
        [math.exp(stats.log_rate_ratio_mixture(b, a, 0.1)) for b, a in ((0, 10), (5, 20), (10, 20), (8, 10))],
        [9 / 19, 2.0872523243294476, 103.51897688278567, 157.8100046406663],
    )
    near(stats.mantel_haenszel([10, 50], [100, 5000], [990, 50], [9900, 5000]).rate_ratio, 1.0)
    worse = stats.mantel_haenszel([14, 80], [100, 5000], [990, 50], [9900, 5000])
    near(
        [worse.rate_ratio, worse.rate_difference, worse.chi_square, worse.p_value],
        [1.5432664756446992, 0.007295113505194305, 8.762871189621048, 0.0030742469522083704],
    )
    near([stats.sample_ratio([90_500, 9_500], [90, 10]).p_value], [1.3608022908506712e-07])
    near([stats.sample_ratio([90_100, 9_900], [90, 10]).p_value], [0.29184054514378865])
    near(stats.rate_ratio_eprocess([0.1], [10], [0]).e_value, 0.4119500189969402)
    near(stats.rate_ratio_eprocess([0.1], [20], [10]).e_value, 110.57888660239884)
    near(stats.rate_ratio_eprocess([0.05, 0.1], [20, 22], [3, 9]).e_value, 58.62674782454429)


def test_latency_gives_references_l1_to_l5():
    assert [stats.quantile_ranks(n, 0.99) for n in (300, 473, 1000, 5000)] == [(293, None), (464, 473), (983, 997), (4936, 4964)]
    assert [stats.quantile_ranks(n, 0.5) for n in (10, 100)] == [(2, 9), (40, 61)]
    assert [stats.quantile_upper_rank(n, 0.99) for n in (298, 299)] == [None, 299]
    assert [stats.quantile_upper_rank(n, 0.95) for n in (58, 59)] == [None, 59]
    slo = stats.slo_by_counting(38, 5000, quantile=0.99)
    near([slo.p_value, slo.upper], [0.046565738776531085, 0.009949917622166599])
    assert slo.certified
    assert slo.limit == 38
    sketch = stats.QuantileSketch()
    assert [sketch.index(v) for v in (1.0, 12.5, 250.0, 0.003)] == [0, 127, 277, -290]
    near(sketch.value_of(127), 12.553937179918288)


def test_sample_sizes_give_references_n1_to_n4():
    assert stats.sample_size(0.4, 0.02) == 2474
    assert stats.sample_size(0.3, 0.01, alpha=0.025, power=0.9) == 9457
    assert stats.sample_size(0.4, 0.02, power=stats.power_per_check(0.8, 4)) == 4612
    near(stats.minimum_detectable_effect(0.4, 2000), 0.02223970724990734)
    assert [stats.mcnemar_sample_size(0.06, 0.04), stats.mcnemar_sample_size(0.2, 0.1)] == [1960, 234]
    assert stats.hoeffding_sample_size(0.01, 1e-4, steps=32) == 63381
    assert stats.hoeffding_sample_size(0.01, 1e-4, steps=32, adaptive=True) == 156956


@pytest.mark.parametrize(
    "column",
    [
        list,
        tuple,
        np.array,
        lambda v: np.array(v, dtype="float32"),
        pa.array,
        lambda v: pa.chunked_array([v[:4], v[4:]]),
        lambda v: np.repeat(np.array(v), 2)[::2],
        lambda v: np.array(v, dtype=object),
    ],
    ids=["list", "tuple", "numpy", "float32", "arrow", "chunked", "strided", "object"],
)
def test_a_column_of_any_kind_gives_the_same_answer(column):
    got = stats.delong(column(LABEL), column([0.25, 0.5, 0.75, 1, 2, 0.5, 1, 0.25, 0, 3]), column([0, 1, 2, 3, 4, 1, 0, 2, 1, 0]))
    want = stats.delong(LABEL, [0.25, 0.5, 0.75, 1, 2, 0.5, 1, 0.25, 0, 3], [0, 1, 2, 3, 4, 1, 0, 2, 1, 0])
    assert got == want


def test_pandas_and_polars_columns_are_columns():
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    want = stats.psi(P, Q)
    assert stats.psi(pandas.Series(P), pandas.Series(Q)) == want
    assert stats.psi(polars.Series(P), polars.Series(Q)) == want


@pytest.mark.parametrize(
    "cluster",
    [["b", "a", "b", "a", "c", "c", "a", "b", "a", "c"], [2, 1, 2, 1, 3, 3, 1, 2, 1, 3]],
    ids=["words", "numbers"],
)
def test_clusters_may_be_named_by_anything(cluster):
    want = stats.delong(LABEL, MODEL_B, MODEL_A, cluster=np.array([1, 0, 1, 0, 2, 2, 0, 1, 0, 2]))
    assert stats.delong(LABEL, MODEL_B, MODEL_A, cluster=cluster) == want
    assert stats.delong(LABEL, MODEL_B, MODEL_A, cluster=np.array(cluster)) == want
    assert stats.delong(LABEL, MODEL_B, MODEL_A, cluster=pa.array(cluster)) == want
    assert want.units == 3
    assert want.df == 2


def test_a_null_is_not_a_number():
    with pytest.raises(podium.InvalidArgumentError, match="a score is not a number"):
        stats.delong(LABEL, pa.array([None, *MODEL_A[1:]]), MODEL_B)
    assert stats.psi(pa.array([1.0, 2.0, None] * 50), [1.0, 2.0, None] * 50).value == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stats.delong(LABEL, MODEL_A[:9], MODEL_B), "differ in length"),
        (lambda: stats.delong([1] * 10, MODEL_A, MODEL_B), "both classes"),
        (lambda: stats.delong(LABEL, MODEL_A, ["x"] * 10), "`challenger` is not a column of numbers"),
        (lambda: stats.delong(LABEL, MODEL_A, np.array(["x"] * 10)), "`challenger` holds"),
        (lambda: stats.delong(LABEL, MODEL_A, np.zeros((10, 2))), "`challenger` has 2 dimensions"),
        (lambda: stats.delong(LABEL, MODEL_A, MODEL_B, cluster=[1, 2]), "`cluster` has 2 values for 10 rows"),
        (lambda: stats.delong(LABEL, MODEL_A, MODEL_B, cluster=[None] * 10), "`cluster` has missing values"),
        (lambda: stats.delong(LABEL, MODEL_A, MODEL_B, weight=[-1] * 10), "a weight is negative"),
        (lambda: stats.paired_mean([], []), "no rows"),
        (lambda: stats.psi_counts([1, 2], [1, 2, 3]), "different bins"),
        (lambda: stats.psi_counts([1.5, 2], [1, 2]), "not whole numbers"),
        (lambda: stats.compare("gini", LABEL, MODEL_A, MODEL_B), "no metric `gini` for a binary task"),
        (lambda: stats.compare("f1", LABEL, MODEL_A, MODEL_B, method="magic"), "no method `magic`"),
        (lambda: stats.compare("f1", LABEL, MODEL_A, MODEL_B, task="magic"), "no task `magic`"),
        (lambda: stats.confidence_sequence([0.5], method="magic"), "no method `magic`"),
        (lambda: stats.confidence_sequence([0.5], alpha=0), "alpha lies between 0 and 1"),
        (lambda: stats.slo_by_counting(5, 3, quantile=0.99), "exceedances"),
        (lambda: stats.rate_ratio_eprocess([0.1], [1], [1], rate_ratio=0), "rate ratio is above 0"),
        (lambda: stats.bca([], replicates=100), "no rows"),
        (lambda: stats.bca([1, 2], replicates=3), "100 to 10000000 replicates"),
    ],
)
def test_wrong_input_ends_in_one_clear_error(call, message):
    with pytest.raises(podium.InvalidArgumentError, match=message):
        call()


def test_an_unknown_parameter_is_a_type_error():
    with pytest.raises(TypeError, match="unknown parameter `treshold`"):
        stats.compare("f1", LABEL, MODEL_A, MODEL_B, treshold=0.4)


def test_any_number_of_threads_gives_the_same_bits():
    random = np.random.default_rng(5)
    y, a, b = random.integers(0, 2, 5000), random.random(5000), random.random(5000)
    for metric in ("f1", "average_precision", "ece", "brier"):
        results = [stats.compare(metric, y, a, b, replicates=200, threads=n, method="bootstrap").bounds() for n in (1, 2, 16)]
        assert results[0] == results[1] == results[2]
    assert stats.sign_flip(a - b, threads=1) == stats.sign_flip(a - b, threads=16)


def test_every_metric_is_listed_with_its_direction():
    names = {(m.task, m.name) for m in stats.metrics()}
    assert {("binary", "roc_auc"), ("regression", "rmse"), ("multiclass", "macro_f1"), ("ranking", "ndcg")} <= names
    assert [m.higher_is_better for m in stats.metrics("regression") if m.name in ("r2", "rmse")] == [True, False]
    assert all(m.summary for m in stats.metrics())


def test_a_measurement_answers_for_any_level_and_line():
    random = np.random.default_rng(6)
    y = random.integers(0, 2, 800)
    a, b = 0.3 * y + random.random(800), 0.6 * y + random.random(800)
    m = stats.compare("roc_auc", y, a, b)
    assert m.estimate == m.challenger - m.champion
    lower, upper = m.bounds(0.05)
    wider = m.bounds(0.01)
    assert wider[0] < lower < m.estimate < upper < wider[1]
    assert m.p_at_most(lower) == pytest.approx(0.05)
    assert m.p_at_least(upper) == pytest.approx(0.05)
    own = stats.measure("roc_auc", y, b)
    assert own.estimate == pytest.approx(m.challenger)
    assert math.isnan(own.champion)
    assert 0 < own.bounds()[0] < own.estimate < own.bounds()[1] < 1


def test_a_public_function_exists_for_every_name():
    for name in stats.__all__:
        assert getattr(stats, name).__doc__, name


def test_the_bits_are_those_of_the_cpp_library():
    # tests/unit/stats/bits_test.cpp builds the same columns and expects the same values.
    n = 5000
    drawn = [np.array(stats.resampled_indices(11, replicate, n)) for replicate in range(4)]
    y = (drawn[0] % 10 < 3).astype(float)
    a, b = 0.4 * y + 0.6 * (drawn[1] / 5000.0), 0.45 * y + 0.55 * (drawn[2] / 5000.0)
    weight, cluster = 1 + drawn[3] / 5000.0, np.arange(n) // 50
    test, weighted = stats.delong(y, a, b), stats.delong(y, a, b, weight=weight)
    got = [test.estimate, test.standard_error, test.covariance, weighted.estimate, weighted.standard_error]
    got.append(stats.delong(y, a, b, cluster=cluster).standard_error)
    got.append(stats.compare("brier", y, a, b, weight=weight, cluster=cluster).estimate)
    for metric in ("f1", "average_precision", "ece"):
        m = stats.compare(metric, y, a, b, weight=weight, cluster=cluster, method="bootstrap", replicates=500, seed=3, threads=2)
        got += [m.estimate, m.standard_error]
    want = """
        0x1.31e9a986e6dcp-5 0x1.a6cf6eaa6b8b1p-9 -0x1.b29f6ef1d52c8p-29 0x1.2d245de67038p-5
        0x1.a7b95d6b0a80ap-9 0x1.92036fb8273e6p-9 0x1.2eb9c5f9ffc3ep-6 0x1.abf0c55c82888p-4
        0x1.2ce2868794bd6p-7 0x1.dab6186eb426p-5 0x1.46b4e5439e23p-8 -0x1.8d8e4f385f34p-7
        0x1.2ff3de1542286p-8
    """
    assert [value.hex() for value in got] == [float.fromhex(word).hex() for word in want.split()]
