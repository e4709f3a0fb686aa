"""Groups of examples that say the same thing, so that cross-validation never has one on both sides."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

SAME = 0.86  # cosine above which two examples of one topic count as paraphrases of each other


def near_duplicate_groups(vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Group number of each example, shape (len(vectors),): linked when of one label and closer than SAME."""
    close = (vectors @ vectors.T > SAME) & (labels[:, None] == labels[None, :])
    return connected_components(csr_matrix(close), directed=False)[1]
