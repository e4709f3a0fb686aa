"""Groups of examples that say the same thing, so that none of them is learned from while another one tests."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, vstack
from scipy.sparse.csgraph import connected_components

SAME = 0.86  # cosine above which two examples of one topic count as paraphrases of each other
ROWS = 1000  # compared at a time, to bound memory


def near_duplicate_groups(vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Group number of each example, shape (len(vectors),): linked when of one label and closer than SAME."""
    starts = range(0, len(vectors), ROWS)
    close = [csr_matrix((vectors[start : start + ROWS] @ vectors.T > SAME) & (labels[start : start + ROWS, None] == labels[None, :])) for start in starts]
    return connected_components(vstack(close), directed=False)[1]
