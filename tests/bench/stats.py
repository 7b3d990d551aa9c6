"""The statistics beside their fastest Python peers, in one run.

Processor seconds are compared (all threads together), since machines are shared; peers that would take hours run a part
that is scaled up, and say so.  Bars: DeLong within 1 s on one core and 20 times MLstatkit's, 2000 bootstraps of ten
metrics on 1e5 rows within 10 s on two cores and 20 times SciPy's, a bundle of 100 slices x 10 metrics within 100 ms.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import scipy.stats
from MLstatkit import Delong_test
from podium import stats
from sklearn import metrics as sklearn

TEN = (
    "roc_auc",
    "log_loss",
    "brier",
    "accuracy",
    "average_precision",
    "precision",
    "recall",
    "f1",
    "balanced_accuracy",
    "mcc",
)
BUNDLE = (*(name for name in TEN if name != "average_precision"), "specificity")
REPLICATES = 2000
PEER_REPLICATES = 4


def spent(work: Callable[[], object], runs: int = 1) -> tuple[float, float]:
    """Least processor and wall seconds of the runs."""
    processor, wall = [], []
    for _ in range(runs):
        clock, watch = time.process_time(), time.perf_counter()
        work()
        processor.append(time.process_time() - clock)
        wall.append(time.perf_counter() - watch)
    return min(processor), min(wall)


def row(name: str, seconds: tuple[float, float], scale: float = 1.0) -> float:
    note = f"  (x {scale:.0f})" if scale != 1 else ""
    print(f"  {name:<54}{seconds[0] * scale:>10.3f}{seconds[1] * scale:>10.3f}{note}")
    return seconds[0] * scale


def models(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(1)
    y = (random.random(n) < 0.2).astype(float)
    shared = random.random(n)
    return y, 0.4 * y + 0.6 * shared, 0.45 * y + 0.55 * (0.5 * shared + 0.5 * random.random(n))


def numpy_delong(y: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """Sun and Xu's ranks by scipy.stats.rankdata: the fastest that we could write in Python."""
    positive = y == 1
    m, n = int(positive.sum()), int((~positive).sum())
    v10, v01 = [], []
    for score in (a, b):
        ranks = scipy.stats.rankdata(score)
        v10.append((ranks[positive] - scipy.stats.rankdata(score[positive])) / n)
        v01.append(1 - (ranks[~positive] - scipy.stats.rankdata(score[~positive])) / m)
    covariance = np.cov(v10) / m + np.cov(v01) / n
    difference = v10[1].mean() - v10[0].mean()
    return float(difference / np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]))


def peer_metric(name: str, y: np.ndarray, score: np.ndarray) -> float:
    call = score >= 0.5
    return {
        "roc_auc": lambda: sklearn.roc_auc_score(y, score),
        "log_loss": lambda: sklearn.log_loss(y, score),
        "brier": lambda: sklearn.brier_score_loss(y, score),
        "accuracy": lambda: sklearn.accuracy_score(y, call),
        "average_precision": lambda: sklearn.average_precision_score(y, score),
        "precision": lambda: sklearn.precision_score(y, call),
        "recall": lambda: sklearn.recall_score(y, call),
        "specificity": lambda: sklearn.recall_score(y, call, pos_label=0),
        "f1": lambda: sklearn.f1_score(y, call),
        "balanced_accuracy": lambda: sklearn.balanced_accuracy_score(y, call),
        "mcc": lambda: sklearn.matthews_corrcoef(y, call),
    }[name]()


def delong() -> float:
    print("DeLong, 1e6 rows x 2 models, one thread")
    y, a, b = models(1_000_000)
    ours = row("podium.stats.delong", spent(lambda: stats.delong(y, a, b), 5))
    by_hand = row("NumPy and scipy.stats.rankdata, by hand", spent(lambda: numpy_delong(y, a, b)))
    peer = row("MLstatkit.Delong_test", spent(lambda: Delong_test(y.astype(int), a, b)))
    print(f"  ratio to MLstatkit {peer / ours:.1f}, to the hand-written one {by_hand / ours:.1f}\n")
    return ours


def bootstraps() -> float:
    print(f"{REPLICATES} bootstraps x 1e5 rows x {len(TEN)} metrics, difference of two models")
    y, a, b = models(100_000)

    def ours_all() -> None:
        for name in TEN:
            stats.compare(name, y, a, b, method="bootstrap", replicates=REPLICATES, threads=2)

    def theirs() -> None:
        for name in TEN:
            scipy.stats.bootstrap(
                (y, a, b),
                lambda y, a, b, name=name: peer_metric(name, y, b) - peer_metric(name, y, a),
                paired=True,
                vectorized=False,
                method="percentile",
                n_resamples=PEER_REPLICATES,
            )

    ours = row("podium.stats.compare, BCa, two threads", spent(ours_all))
    peer = row("scipy.stats.bootstrap of scikit-learn, percentile", spent(theirs), REPLICATES / PEER_REPLICATES)
    print(f"  ratio {peer / ours:.1f}")

    loss = -(y * np.log(a) + (1 - y) * np.log(1 - a)) + (y * np.log(b) + (1 - y) * np.log(1 - b))
    random = np.random.default_rng(2)

    def by_hand() -> None:
        for _ in range(200):
            np.bincount(random.integers(0, len(loss), len(loss)), minlength=len(loss)).dot(loss)

    one = row(
        "one mean: podium, BCa",
        spent(lambda: stats.compare("log_loss", y, a, b, method="bootstrap", replicates=REPLICATES)),
    )
    hand = row("one mean: NumPy counts by hand, percentile", spent(by_hand), REPLICATES / 200)
    print(f"  ratio {hand / one:.1f}\n")
    return ours


def bundle() -> float:
    print(f"bundle: 100 slices x 1000 rows x {len(BUNDLE)} metrics, intervals in closed form or by leaving one out")
    y, a, b = models(100_000)
    smooth = {"precision", "f1", "balanced_accuracy", "mcc"}
    parts = [slice(1000 * k, 1000 * (k + 1)) for k in range(100)]

    def ours_all() -> None:
        for part in parts:
            for name in BUNDLE:
                method = "jackknife" if name in smooth else "automatic"
                stats.compare(name, y[part], a[part], b[part], method=method).bounds()

    def theirs() -> None:  # the values alone, no interval
        for part in parts[:10]:
            for name in BUNDLE:
                peer_metric(name, y[part], b[part]), peer_metric(name, y[part], a[part])

    ours = row("podium.stats.compare, with intervals", spent(ours_all, 3))
    peer = row("scikit-learn, the values alone", spent(theirs), 10)
    print(f"  ratio {peer / ours:.1f}\n")
    return ours


def main() -> int:
    warnings.simplefilter("ignore")
    print(f"{'':<56}{'cpu s':>10}{'wall s':>10}")
    met = [delong() <= 1, bootstraps() / 2 <= 10, bundle() <= 0.1]
    print("bars met" if all(met) else f"bars missed: {met}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
