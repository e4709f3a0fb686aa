"""Bodies that web accepts. Unknown fields are refused, so that a typing mistake of a client is seen."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from typing_extensions import Annotated

from bot.chat.inbox import LONGEST_KEY, LONGEST_NOTE, LONGEST_TEXT

# No control characters but tab and line ends: no keyboard types the others, and PostgreSQL cannot store a NUL.
WRITTEN = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F]*$"
HIGHEST_SEQ = 2**31 - 1  # the column is a 32-bit integer
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT, pattern=WRITTEN)]
Short = Annotated[str, StringConstraints(max_length=300)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewConversation(Body):
    """Everything is optional: an empty body opens a conversation as well."""

    agreed: Annotated[str, StringConstraints(max_length=40, pattern=WRITTEN)] = Field(
        default="", description="version of the notice that the visitor agreed to"
    )
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")] = Field(default="en", description="language of the page")


class NewMessage(Body):
    text: Text = Field(description="what the visitor wrote")
    key: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_KEY, pattern=WRITTEN)] = Field(
        description="the sender's idempotency key: the same key again stores nothing and gives the same number"
    )


class Feedback(Body):
    seq: int = Field(ge=1, le=HIGHEST_SEQ, description="number of the message that is judged")
    helpful: bool
    note: Annotated[str, StringConstraints(max_length=LONGEST_NOTE, pattern=WRITTEN)] = ""


class NewRequest(Body):
    """From the action server only."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    conversation: Annotated[str, StringConstraints(max_length=64)] = ""
    kind: Literal["book", "reschedule", "cancel", "person"]
    name: Short = ""
    contact: Short = ""
    returning: Short = ""
    appointment: Short = ""
    times: Short = ""
    reason: Short = ""
    consent: Literal[True]


class Opened(BaseModel):
    """A new conversation."""

    id: str
    token: str = Field(description="send it as 'Authorization: Bearer <token>'")


class Accepted(BaseModel):
    """The message is stored; it will be answered whatever happens to this process."""

    seq: int


class Source(BaseModel):
    title: str
    publisher: str
    year: str
    link: str


class Message(BaseModel):
    """One message of a conversation, in the order of `seq`, which has no gaps."""

    seq: int
    author: Literal["visitor", "assistant", "staff", "system"]
    text: str
    disclaimer: str = Field(description="empty only for the visitor's own messages")
    topics: list[str]
    buttons: list[str] = Field(description="titles; a tap sends the title as text")
    sources: list[Source]
    evidence: str
    reviewed_on: str
    kind: Literal["normal", "emergency", "crisis", "booking", "waiting", "error"]
    response: str
    reply_to: int | None = Field(description="seq of the message that this answers")
    key: str | None = Field(description="the visitor's own key, on the visitor's own messages")
    at: str
    heading: str = Field(description="the topic's question")
    more: bool = Field(description="whether a fuller text can be asked for")
    fuller: str = Field(description="the fuller text, for readers who prefer full answers")
    asks: str = Field(description="which detail of a request is asked for")


class Transcript(BaseModel):
    id: str
    created_at: str
    messages: list[Message]


class Question(BaseModel):
    topic: str
    question: str
    words: str = Field(description="words by which the question is found")


class Questions(BaseModel):
    questions: list[Question]


class Status(BaseModel):
    assistant: Literal["ready", "down"]
    open_now: bool
    phone: str


class Receipt(BaseModel):
    receipt: str
    deleted_at: str


class Problem(BaseModel):
    code: str
    message: str


class Error(BaseModel):
    error: Problem
