"""The two figures that each month is judged by."""

from __future__ import annotations

import numpy as np


def roc_auc(label: np.ndarray, score: np.ndarray) -> float:
    """Probability that a late flight scores higher than one in time; ties count half."""
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    late = label == 1
    positives, negatives = int(late.sum()), int((~late).sum())
    if positives == 0 or negatives == 0:
        return float("nan")
    return float((rank[late].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def log_loss(label: np.ndarray, score: np.ndarray, clip: float = 1e-7) -> float:
    """Mean negative log likelihood, of scores kept `clip` away from 0 and 1."""
    kept = np.clip(score, clip, 1 - clip)
    return float(-np.mean(np.where(label == 1, np.log(kept), np.log1p(-kept))))
