"""Character and word n-grams of a text: what a sentence encoder does not see in misspelt words and rare names."""

from __future__ import annotations

from typing import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse import hstack as sparse_hstack
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.preprocessing import normalize

DIMENSIONS = 384
SEED = 7


class NgramFeatures:
    """Character 2-5 and word 1-2 n-grams, TF-IDF weighted; the reduced form feeds the classifier."""

    def __init__(self) -> None:
        self.parts = (
            CountVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, dtype=np.float32),
            CountVectorizer(analyzer="word", ngram_range=(1, 2), min_df=2, token_pattern=r"(?u)\b\w+\b", dtype=np.float32),
        )
        self.idf: list[np.ndarray] = []  # of each part
        self.projection = np.zeros((0, 0), dtype=np.float32)

    def fit(self, texts: Sequence[str]) -> csr_matrix:
        """Learn the vocabulary; returns the n-grams of `texts`, unit rows."""
        lowered = [text.lower() for text in texts]
        counts = [part.fit_transform(lowered) for part in self.parts]
        self.idf = [TfidfTransformer().fit(each).idf_.astype(np.float32) for each in counts]
        ngrams = _joined([_weighed(*pair) for pair in zip(counts, self.idf)])
        size = min(DIMENSIONS, min(ngrams.shape) - 1)
        svd = TruncatedSVD(n_components=size, random_state=SEED, n_iter=2).fit(ngrams)
        self.projection = np.ascontiguousarray(svd.components_.T, dtype=np.float32)
        return ngrams

    def ngrams(self, texts: Sequence[str]) -> csr_matrix:
        """Sparse unit rows, shape (len(texts), vocabulary)."""
        lowered = [text.lower() for text in texts]
        return _joined([_weighed(part.transform(lowered), idf) for part, idf in zip(self.parts, self.idf)])

    def reduce(self, ngrams: csr_matrix) -> np.ndarray:
        """Dense reduced n-grams, shape (rows, dimensions)."""
        return np.asarray(ngrams @ self.projection, dtype=np.float32)


def _weighed(counts: csr_matrix, idf: np.ndarray) -> csr_matrix:
    """As TfidfTransformer does, which takes half a millisecond for a diagonal matrix of the whole vocabulary."""
    counts.data = (1 + np.log(counts.data)) * idf[counts.indices]
    return normalize(counts, copy=False)


def _joined(parts: Sequence[csr_matrix]) -> csr_matrix:
    return csr_matrix(sparse_hstack(parts), dtype=np.float32) * np.float32(np.sqrt(0.5))
