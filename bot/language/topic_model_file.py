"""Storing a topic model as plain arrays and JSON: no pickle, so a model file cannot run code."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from bot.language.evidence import Head
from bot.language.topic_model import TopicModel

HEAD_FIELDS = ("weights", "bias", "vectors")


def save(model: TopicModel, folder: Path) -> None:
    """Write the model into `folder`."""
    rows = model.ngram_rows
    np.savez(
        folder / "arrays.npz",
        text_labels=model.text_labels, scale=model.scale, certainty=model.certainty, projection=model.features.projection,
        ngram_data=rows.data, ngram_indices=rows.indices, ngram_indptr=rows.indptr, ngram_shape=np.array(rows.shape),
        **{f"idf_{number}": idf for number, idf in enumerate(model.features.idf)},
        **{f"{field}_{number}": getattr(head, field) for number, head in enumerate(model.heads) for field in HEAD_FIELDS},
    )  # fmt: skip
    vocabularies = [{term: int(column) for term, column in part.vocabulary_.items()} for part in model.features.parts]
    document = {"labels": model.labels, "texts": model.texts, "vocabularies": vocabularies, "heads": len(model.heads), "vote_weight": model.vote_weight}
    (folder / "model.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def load(folder: Path) -> TopicModel:
    """Read what `save` wrote."""
    model = TopicModel()
    document = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    model.labels, model.texts, model.vote_weight = tuple(document["labels"]), tuple(document["texts"]), document["vote_weight"]
    with np.load(folder / "arrays.npz", allow_pickle=False) as arrays:
        for name in ("text_labels", "scale", "certainty"):
            setattr(model, name, arrays[name])
        model.heads = tuple(Head(*(arrays[f"{field}_{number}"] for field in HEAD_FIELDS)) for number in range(document["heads"]))
        model.features.projection = arrays["projection"]
        parts = arrays["ngram_data"], arrays["ngram_indices"], arrays["ngram_indptr"]
        model.ngram_rows = csr_matrix(parts, shape=tuple(arrays["ngram_shape"]))
        for number, part in enumerate(model.features.parts):
            part.vocabulary = document["vocabularies"][number]
        model.features.idf = [arrays[f"idf_{number}"].astype(np.float32) for number in range(len(model.features.parts))]
    return model
