"""What somebody typed and has not sent. `user` is always the first argument, and nobody reads another’s."""

import uuid
from datetime import datetime

from django.db.models import QuerySet

from heard.agencies.drafts.rules import STEP
from heard.agencies.models import Draft, User
from heard.agencies.rules import Hidden, May

_PAGES_SHOWN = 5  # of one form; more open pages of one form than that are nobody's work


def drafts_of(user: User) -> QuerySet[Draft]:
    """This user's unfinished forms, the latest first."""
    rows = Draft.objects.filter(user_id=user.pk)
    return rows if user.may(May.SIGNED_IN) else rows.none()


def draft_of(user: User, draft_id: uuid.UUID, *, kind: str) -> Draft:
    """One unfinished form of this user, or `Hidden`."""
    draft = drafts_of(user).filter(pk=draft_id, kind=kind).first()
    if draft is None:
        raise Hidden
    return draft


def typed_in(user: User, *, kind: str, subject_id: uuid.UUID | None, asked: str = "") -> list[Draft]:
    """What this user typed in one form about one thing and has not sent, the latest first: one for each page of a
    browser in which they typed. The one that is asked for by its key comes first, also where it was about a record that
    has been merged into this one since."""
    drafts = drafts_of(user).filter(kind=kind)
    first = list(_with_key(drafts, asked))
    rest = drafts.filter(subject_id=subject_id)[:_PAGES_SHOWN]
    return first + [draft for draft in rest if draft not in first]


def begun_by(user: User) -> QuerySet[Draft]:
    """What this user began and has not sent, the latest first: a worry with all that was typed in its steps is one."""
    return drafts_of(user).exclude(kind__startswith=STEP)


def unfinished_forms(user: User) -> QuerySet[Draft]:
    """Forms that were begun, the latest first. Worries, with what was typed in their steps, have a list of their own. Those without a page were kept by the
    first release, whose forms are gone: their words are all there is."""
    return _forms_of(user).exclude(kind__startswith=STEP)


def _forms_of(user: User) -> QuerySet[Draft]:
    return drafts_of(user).exclude(page="", kind="worry")


def typed_in_steps(user: User, draft_id: uuid.UUID) -> QuerySet[Draft]:
    """What was typed in the steps of this draft, and not sent on; of each its kind, `STEP` and the step's name."""
    return drafts_of(user).filter(kind__startswith=STEP, subject_id=draft_id)


def begun_since(user: User, at: datetime) -> set[uuid.UUID]:
    """Keys of what anybody has a form about that was kept after this moment and is not sent. Nothing of what is in it is shown; the
    caller has shown that the user may ask it."""
    rows = Draft.objects.filter(updated_at__gte=at, subject_id__isnull=False).order_by()
    found = rows.values_list("subject_id", flat=True) if user.may(May.SIGNED_IN) else ()
    return {key for key in found if key is not None}


def worries_begun(user: User) -> int:
    """How many worries were begun and not sent."""
    return drafts_of(user).filter(page="", kind="worry").count()


def unfinished_form(user: User, draft_id: str) -> Draft:
    """One of them, or `Hidden`, also for what is no key at all."""
    draft = _with_key(_forms_of(user), draft_id).first()
    if draft is None:
        raise Hidden
    return draft


def _with_key(drafts: QuerySet[Draft], text: str) -> QuerySet[Draft]:
    try:
        return drafts.filter(pk=uuid.UUID(text))
    except ValueError:
        return drafts.none()
