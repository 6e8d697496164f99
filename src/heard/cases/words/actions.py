"""Every write about the child's words beyond their first: each leaves its audit row in the same transaction."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, refuse
from heard.cases.case.actions import leave_unheard, record_words
from heard.cases.case.models import Words
from heard.cases.case.notices.announcing import announce
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import words_of
from heard.cases.case.rules import BY_CHILD, SPOKE_SELF, THEMSELVES, why_not_correct_words
from heard.cases.words import queries, rules
from heard.cases.words.models import Answer
from heard.cases.words.rules import ChildsView

if TYPE_CHECKING:
    from heard.agencies.models import User


@transaction.atomic
def open_words(*, by: User, words_id: uuid.UUID) -> Words:
    """These words, for showing them, with the 'view' audit row; or `Hidden`."""
    words = queries.one_visible_to(by, words_id)
    record_audit(by=by, verb="view", subject="words", subject_id=words.pk, person_id=words.person_id)
    return words


@transaction.atomic
def add_words(*, by: User, person_id: uuid.UUID, **said: Any) -> Words:
    """What the child said, heard on no other occasion; `said` as `record_words` takes it."""
    words = record_words(by=by, person_id=person_id, said_on=Words.Occasion.OTHER, **said)
    announce(by=by, kind=Notified.WORDS, subject="words", subject_id=person_id, person_id=person_id)
    return words


@transaction.atomic
def add_own_words(
    *,
    by: None,
    person: Any,
    text: str,
    said_on: str,
    heard_by: str,
    how: str = THEMSELVES,
    shown: str = "",
    said_on_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Words:
    """What a child wrote, drew, spoke or pointed at themselves (`how`; `shown`: what they drew or pointed at, and that they spoke), through a link that was given to them. Nobody heard it and nobody wrote it down: `by` is
    nobody, and whoever calls this has asked for the child’s word and tells of it."""
    words = Words.objects.create(
        person=person,
        text=text,
        how=how,
        shown=shown,
        heard_on=timezone.localdate(at),
        heard_by=heard_by,
        said_on=said_on,
        said_on_id=said_on_id,
        written_by=None,
    )
    record_audit(by=by, verb="record", subject="words", subject_id=words.pk, person_id=person.pk)
    return words


@transaction.atomic
def write_down_own_words(*, by: User, words: Words, text: str, shown: str) -> None:
    """What a child spoke themselves, as `by` heard it and wrote it down: it stands wherever these words are shown from now on; `shown` says whose writing it
    is. Whoever calls this has asked whether `by` may, and keeps what was written down before."""
    Words.objects.filter(pk=words.pk, how=SPOKE_SELF).update(text=text, shown=shown)
    record_audit(by=by, verb="write down", subject="words", subject_id=words.pk, person_id=words.person_id)


@transaction.atomic
def take_back_own_words(*, by: None, words: Words, says: str) -> None:
    """A child takes back what they wrote themselves: wherever these words are shown, `says` stands for them from now on, and that they
    were said stays."""
    Words.objects.filter(pk=words.pk, how__in=BY_CHILD).update(text=says, shown="", wants="")
    record_audit(by=by, verb="take back", subject="words", subject_id=words.pk, person_id=words.person_id)


@transaction.atomic
def note_read_by_child(
    *, by: None, words: Words, what_changed: str, answered_by: User, told_by: str
) -> Answer:
    """The child has read the answer themselves: they were told on this day."""
    answer = Answer.objects.create(
        words=words,
        what_changed=what_changed,
        told_on=timezone.localdate(),
        told_by=told_by,
        written_by=answered_by,
    )
    record_audit(by=by, verb="tell back", subject="words", subject_id=words.pk, person_id=words.person_id)
    return answer


@transaction.atomic
def hear(
    *, by: User, person_id: uuid.UUID, view: ChildsView, on: Words.Occasion, on_id: uuid.UUID
) -> tuple[Words | None, str]:
    """The words to stand beside a decision, recorded now if they are new; else None, and why there are none.

    `on`, `on_id`: what new words are said on, which may be about to be written. Words of before keep theirs; what the child sent for
    such a meeting before anybody knew which is said on this one from now on. Plans and reviews hear the child in the same way.
    """
    _let_go(by, person_id, view.words_id, on, on_id)
    why_unheard = leave_unheard(by=by, person_id=person_id, beside=on, beside_id=on_id, told=view.unheard)
    if view.new is not None:
        announce(by=by, kind=Notified.WORDS, subject="words", subject_id=person_id, person_id=person_id)
        return record_words(by=by, person_id=person_id, said_on=on, said_on_id=on_id, **view.new), ""
    if view.words_id is None:
        return None, why_unheard or view.why_no_words.strip()
    Words.objects.select_for_update().filter(pk=view.words_id).first()
    words = words_of(by, person_id).filter(pk=view.words_id).first()
    if words is None:
        raise Hidden
    if words.how in BY_CHILD and words.said_on == on and words.said_on_id is None:
        _say_on(by, words, on_id)
    return words, ""


def _let_go(
    by: User, person_id: uuid.UUID, kept: uuid.UUID | None, on: Words.Occasion, on_id: uuid.UUID
) -> None:
    """What the child sent, and a decision that is put right now stands beside no longer: it was said on no one meeting again. An answer of the child to
    what they were told stays where it is."""
    rows = Words.objects.select_for_update(of=("self",)).filter(said_on=on, said_on_id=on_id)
    for words in rows.filter(person_id=person_id, how__in=BY_CHILD, child_message__decision=None):
        if words.pk != kept:
            _say_on(by, words, None)


def _say_on(by: User, words: Words, on_id: uuid.UUID | None) -> None:
    words.said_on_id = on_id
    words.save(update_fields=["said_on_id"])
    record_audit(by=by, verb="place", subject="words", subject_id=words.pk, person_id=words.person_id)


@transaction.atomic
def correct_words(*, by: User, words_id: uuid.UUID, why_corrected: str, **said: Any) -> Words:
    """New words beside those that were written down wrongly, which stay as they are."""
    Words.objects.select_for_update().filter(pk=words_id).first()
    old = queries.one_visible_to(by, words_id)
    is_corrected = queries.is_corrected(old)
    refuse(why_not_correct_words(is_corrected=is_corrected, reason=why_corrected, how=old.how))
    new = record_words(
        by=by,
        person_id=old.person_id,
        said_on=old.said_on,
        said_on_id=old.said_on_id,
        corrects=old,
        why_corrected=why_corrected.strip(),
        **said,
    )
    announce(by=by, kind=Notified.WORDS, subject="words", subject_id=old.person_id, person_id=old.person_id)
    return new


@transaction.atomic
def answer_words(
    *, by: User, words_id: uuid.UUID, what_changed: str, told_on: date | None = None, told_by: str = ""
) -> Answer:
    """What changed because of what the child said, and, with a day, that the child was told of it then."""
    Words.objects.select_for_update().filter(pk=words_id).first()
    words = queries.one_visible_to(by, words_id)
    refuse(
        rules.why_not_answer(
            is_corrected=queries.is_corrected(words),
            what_changed=what_changed,
            told_on=told_on,
            told_by=told_by,
            heard_on=words.heard_on,
            today=timezone.localdate(),
        )
    )
    answer = Answer.objects.create(
        words=words,
        what_changed=what_changed.strip(),
        told_on=told_on,
        told_by=told_by.strip() if told_on else "",
        written_by=by,
    )
    words.what_changed = answer.what_changed  # what stands beside the words wherever they are shown
    words.save(update_fields=["what_changed"])
    verb = "tell back" if told_on else "answer"
    record_audit(by=by, verb=verb, subject="words", subject_id=words.pk, person_id=words.person_id)
    return answer
