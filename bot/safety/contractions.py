"""Short and joined forms written out, so that "can't", "cant" and "cannot" are the same two words."""

from __future__ import annotations

from functools import lru_cache

NOT = {"cannot": "can", "can't": "can", "cant": "can", "won't": "will", "wont": "will", "shan't": "shall", "ain't": "is", "aint": "is"}
STEMS = ("do", "does", "did", "is", "are", "was", "were", "has", "have", "had", "could", "would", "should", "need", "must", "might")
ENDINGS = {"'m": "am", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would"}
IS_AFTER = frozenset("it he she that there here what who how where when this everything something".split())
WHOLE = {
    "im": "i am", "ima": "i am going to", "imma": "i am going to", "ive": "i have", "hes": "he is", "shes": "she is", "its": "it is",
    "thats": "that is", "theres": "there is", "whats": "what is", "hows": "how is", "youre": "you are", "theyre": "they are",
    "weve": "we have", "theyve": "they have", "youve": "you have", "itll": "it will",
    "i'ma": "i am going to", "let's": "let us", "gonna": "going to", "gunna": "going to", "wanna": "want to", "wana": "want to",
    "gotta": "got to", "gimme": "give me", "lemme": "let me", "dunno": "do not know", "kinda": "kind of", "sorta": "sort of",
    "tryna": "trying to", "finna": "going to", "shoulda": "should have", "coulda": "could have", "woulda": "would have",
    "hafta": "have to", "outta": "out of", "idk": "i do not know", "whatsup": "what is up",
}  # fmt: skip


@lru_cache(maxsize=8192)
def expanded(word: str) -> tuple[str, ...]:
    """The words that `word` (lower case, straight apostrophe) stands for; itself as a rule."""
    if word in WHOLE:
        return tuple(WHOLE[word].split())
    if word in NOT:
        return (NOT[word], "not")
    for ending in ("n't", "nt"):
        if word.endswith(ending) and word[: -len(ending)] in STEMS:
            return (word[: -len(ending)], "not")
    for ending, meaning in ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return (word[: -len(ending)], meaning)
    if word.endswith("'s") and len(word) > 2:
        return (word[:-2], "is") if word[:-2] in IS_AFTER else (word[:-2],)
    return (word.strip("'"),) if word.strip("'") else ()
