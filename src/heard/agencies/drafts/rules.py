"""What is typed and not sent yet. Pure: no Django, no clock, no database."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from heard.agencies.rules import Refused


class BeingSent(Refused):
    """The same page is being sent by another request, such as after a second press of the button. `draft`: what it holds."""

    def __init__(self, draft: object) -> None:
        super().__init__(
            "This form is being sent already. Look whether it has arrived before you send it again."
        )
        self.draft = draft


@dataclass(frozen=True)
class Sheet:
    """One page of a browser that holds one form. What is typed in it is kept under its `id`.

    `seen` has, by the name of each field, a digest of what stood there when the page was drawn, also where that was nothing. `follows` is the
    draft that the page went on from, as it was at `follows_as_of`. `never` names what is not kept, such as passwords.
    """

    id: uuid.UUID
    user_id: int
    kind: str
    subject_id: uuid.UUID | None = None
    page: str = ""
    title: str = ""
    seen: dict[str, str] = field(default_factory=dict)
    never: tuple[str, ...] = ()
    follows: uuid.UUID | None = None
    follows_as_of: datetime | None = None


MOST_TYPED: Final = 1_000_000  # characters in one form: several hundred pages of a book
MOST_DRAFTS: Final = 200  # of one person
STEP: Final = (
    "step."  # before the name of a step, in the kind of what is typed in it; the whole has a draft of its own
)
SENT: Final = 1_000_000_000  # the turn of a form that was sent: after any that was kept while typing
STILL_SENDING: Final = timedelta(seconds=10)  # in which the same page is not sent again


def why_not_keep(*, characters: int, others: int) -> str | None:
    if characters > MOST_TYPED:
        return "This is too much for one form. Shorten it, or copy a part of it to somewhere safe."
    if others >= MOST_DRAFTS:
        return (
            "You have very many forms that you began and have not sent. Send or throw away some of them on My work; "
            "until then nothing more can be kept."
        )
    return None
