"""A blank English spaCy pipeline that splits a message into clauses, so that each question is understood on its own."""

from __future__ import annotations

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

ENDS = frozenset(".?!;\n")
JOINS = frozenset({"and", "also", "but", "plus", "then", "&"})
# A clause after "and" or a comma counts as a question of its own only when it starts like one.
STARTS = frozenset(
    "what whats what's how hows how's when where who whos who's why which is are am do does did can could will would should "
    "may have has was were i i'm im id i'd my we you tell please".split()
)
MIN_TOKENS = 2
SEPARATORS = frozenset({",", "/", "+"})
LONGEST_LIST = 14  # tokens
MAX_CLAUSES = 6  # an answer names three topics at most; more clauses than this are a story, taken as a whole


def make_nlp() -> Language:
    """The pipeline: tokens, then clauses as `doc.spans["clauses"]`."""
    nlp = spacy.blank("en")
    nlp.add_pipe("clause_splitter")
    return nlp


@Language.component("clause_splitter")
def clause_splitter(doc: Doc) -> Doc:
    """Mark the clauses of `doc`."""
    starts = [0, *(index for index in range(1, len(doc)) if _starts_clause(doc, index)), len(doc)]
    spans = [_trimmed(doc[start:end]) for start, end in zip(starts, starts[1:])]
    doc.spans["clauses"] = [span for span in spans if len(span) >= MIN_TOKENS]
    return doc


def clauses(doc: Doc) -> list[str]:
    """The texts of the clauses; empty when the message is one clause, or too many to be questions."""
    texts = [span.text for span in doc.spans["clauses"]] if len(doc.spans["clauses"]) > 1 else _items(doc)
    return texts if 2 <= len(texts) <= MAX_CLAUSES else []


def _items(doc: Doc) -> list[str]:
    """The items of a short list ("opening hours, phone number, address pls"); empty when there is no comma."""
    if len(doc) > LONGEST_LIST or not any(token.text in SEPARATORS for token in doc):
        return []
    ends = [index for index, token in enumerate(doc) if token.text in SEPARATORS or token.lower_ in JOINS]
    spans = [_trimmed(doc[start:end]) for start, end in zip([0, *(end + 1 for end in ends)], [*ends, len(doc)])]
    return [span.text for span in spans if len(span)]


def _starts_clause(doc: Doc, index: int) -> bool:
    before, token = doc[index - 1], doc[index]
    if before.text[0] in ENDS:
        return True
    if before.lower_ in JOINS or before.text == ",":
        return token.lower_ in STARTS
    return False


def _trimmed(span: Span) -> Span:
    """Without joining words and punctuation at either end."""
    start, end = span.start, span.end
    while start < end and (span.doc[start].lower_ in JOINS or span.doc[start].is_punct or span.doc[start].is_space):
        start += 1
    while end > start and (span.doc[end - 1].lower_ in JOINS or span.doc[end - 1].text == "," or span.doc[end - 1].is_space):
        end -= 1
    return span.doc[start:end]
