"""Groups of examples that say the same thing, so that none of them is learned from while another one tests."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

SAME = 0.86  # cosine above which two examples of one topic count as paraphrases of each other


def near_duplicate_groups(vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Group number of each example, shape (len(vectors),): linked when of one label and closer than SAME."""
    groups = np.zeros(len(vectors), dtype=np.int64)
    first = 0
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        count, groups_of_label = connected_components(csr_matrix(vectors[rows] @ vectors[rows].T > SAME), directed=False)
        groups[rows], first = first + groups_of_label, first + count
    return groups
