"""`python -m tests.benchmarks.label_noise`: training examples that probably stand under the wrong topic.

Confident learning (Northcutt, Jiang and Chuang, "Confident Learning", JAIR 2021), reduced to its ranking: examples are read by
a model that has not seen their fold, and those come first whose own label is least likely beside the one that is preferred.
"""

from __future__ import annotations

import sys

import numpy as np
from sklearn.model_selection import StratifiedKFold

from bot.check import read_examples
from bot.language.encoder import sentence_encoder
from bot.language.evidence import Known, learn_heads, read
from bot.language.ngrams import NgramFeatures
from bot.settings import ROOT

FOLDS = 4
SHOWN = 200


def main(shown: int = SHOWN) -> int:
    """Print the most doubtful examples: where they stand, their label, the label preferred, and the text."""
    examples = list(read_examples(ROOT / "data" / "nlu"))
    texts = [example.text for example in examples]
    labels, truth = np.unique([example.intent for example in examples], return_inverse=True)
    vectors, features = sentence_encoder().encode(texts), NgramFeatures()
    ngrams = features.fit(texts)
    reduced = features.reduce(ngrams)
    margin, preferred = np.zeros(len(texts)), np.zeros(len(texts), dtype=int)
    for known, held in StratifiedKFold(FOLDS, shuffle=True, random_state=7).split(texts, truth):
        heads = learn_heads([vectors[known]], reduced[known], truth[known], len(labels))
        reading = read(heads, Known.of(truth[known], ngrams[known], reduced[known], heads), [vectors[held]], reduced[held], ngrams[held])
        found = np.log(reading.probabilities(0.7) + 1e-9)
        preferred[held] = found.argmax(axis=1)
        margin[held] = found[np.arange(len(held)), truth[held]] - found.max(axis=1)
    for row in np.argsort(margin)[:shown]:
        print(f"{examples[row].where}\t{labels[truth[row]]}\t{labels[preferred[row]]}\t{margin[row]:.1f}\t{texts[row]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
