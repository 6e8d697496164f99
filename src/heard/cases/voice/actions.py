"""Every write about links with which children write themselves. What a child does is by nobody who is signed in: `by` is None.

A row about what is hidden names no child, so that it stands in no list of who looked at or changed a record.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, May, Refused, refuse
from heard.cases.attachment.actions import keep_sound, refuse_harmful_sound
from heard.cases.attachment.actions import open_sound as take_sound
from heard.cases.attachment.contents import Contents, Unreadable, read_apart
from heard.cases.attachment.models import Attachment
from heard.cases.attachment.rules import SoundRefused
from heard.cases.case.models import Words
from heard.cases.case.notices.actions import mark_subject_seen
from heard.cases.case.notices.announcing import announce, settle_check
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.case.queries import death_of
from heard.cases.case.rules import DREW_SELF, POINTED, SPOKE_SELF, THEMSELVES
from heard.cases.panel.models import PanelItem
from heard.cases.panel.queries import item_visible_to, may_tell_of_item
from heard.cases.review.models import Review
from heard.cases.review.queries import may_tell_of_review, review_visible_to
from heard.cases.voice import child, queries, rules, sketch
from heard.cases.voice.child import Sitting
from heard.cases.voice.models import ChildDecision, ChildLink, ChildMessage, ChildReply, ChildTranscript
from heard.cases.words.actions import (
    add_own_words,
    answer_words,
    note_read_by_child,
    take_back_own_words,
    write_down_own_words,
)
from heard.govuk.environment import day
from heard.govuk.environment import time as moment
from heard.govuk.played import part_of
from heard.network.queries import person_visible_to

if TYPE_CHECKING:
    from heard.agencies.models import User

_OCCASIONS = {
    rules.Meeting.REVIEW: Words.Occasion.REVIEW,
    rules.Meeting.PANEL: Words.Occasion.PANEL,
    rules.Meeting.OTHER: Words.Occasion.OTHER,
}


@dataclass(frozen=True)
class Spoken:
    """What a child spoke: `content` as it came, and `found` of it, which is what is kept."""

    content: bytes
    found: Contents


# ---- a worker


@transaction.atomic
def make_link(
    *, by: User, person_id: uuid.UUID, word: str, weeks: int, draft: str = "", at: datetime | None = None
) -> tuple[ChildLink, str]:
    """A link for one child, and its code, which is known now and never again. `draft`: of the page on which it was asked for; the same
    page sent twice makes one link."""
    person, now = person_visible_to(by, person_id), at or timezone.now()
    died = death_of(by, person_id) is not None
    key = uuid.uuid5(person.pk, draft) if draft else uuid.uuid4()
    is_made = ChildLink.objects.filter(pk=key).exists()
    refuse(
        rules.why_not_make(
            word=word, weeks=weeks, may_write=by.may(May.ASSESS), has_died=died, is_made=is_made
        )
    )
    code = rules.new_code()
    link = ChildLink.objects.create(
        pk=key,
        person=person,
        code_hash=_hashed(code),
        word_hash=make_password(rules.as_word(word)),
        made_by=by,
        made_at=now,
        expires_at=now + timedelta(weeks=weeks),
        ask_by=timezone.localdate(now + rules.ASKED_WITHIN),
    )
    _tell_of(link, Notified.CHILD_LINK, by=by, not_to=by, at=now)
    record_audit(by=by, verb="make", subject="child link", subject_id=link.pk, person_id=person.pk)
    return link, code


@transaction.atomic
def end_link(*, by: User, child_link_id: uuid.UUID, at: datetime | None = None) -> ChildLink:
    """Ends it at once, also for whoever has it open."""
    ChildLink.objects.select_for_update().filter(pk=child_link_id).first()
    link = queries.link_visible_to(by, child_link_id)
    if not by.may(May.ASSESS):
        raise Hidden
    if link.ended_at:
        raise Refused("This link has ended already.")
    _end(link, by, at or timezone.now())
    return link


def _end(link: ChildLink, by: User, at: datetime) -> None:
    link.ended_at, link.ended_by = at, by
    link.save(update_fields=["ended_at", "ended_by"])
    _tell_of(link, Notified.CHILD_LINK_ENDED, by=by, not_to=by, at=at)
    record_audit(by=by, verb="end", subject="child link", subject_id=link.pk, person_id=link.person_id)


@transaction.atomic
def note_asked(
    *, by: User, child_link_id: uuid.UUID, who_writes: str, asked: str, at: datetime | None = None
) -> ChildLink:
    """Somebody else than who made the link asked the child face to face who writes with it: once, and again whenever somebody does; what
    they said before stays. A link with which somebody else writes ends at once. Nothing here says, or hangs on, whether there is a secret."""
    ChildLink.objects.select_for_update().filter(pk=child_link_id).first()
    link = queries.link_visible_to(by, child_link_id)
    if not (by.may(May.ASSESS) or by.may(May.DECIDE)):
        raise Hidden
    refuse(rules.why_not_ask(is_maker=link.made_by_id == by.pk, who_writes=who_writes, asked=asked))
    if link.asked_at:
        was = f"{link.asked_by}, {moment(link.asked_at)}: {link.get_who_writes_display()}"
        link.asked_before = "\n".join(filter(None, (was, link.asked, link.asked_before)))
    link.asked_at, link.asked_by, link.asked = at or timezone.now(), by, asked.strip()
    link.who_writes = who_writes
    link.save(update_fields=["asked_at", "asked_by", "asked", "asked_before", "who_writes"])
    if who_writes == rules.WhoWrites.OTHER and not link.ended_at:
        _end(link, by, link.asked_at)
    mark_subject_seen(by=by, subject="child link", subject_id=link.pk, at=at)
    record_audit(by=by, verb="ask", subject="child link", subject_id=link.pk, person_id=link.person_id)
    return link


@transaction.atomic
def open_message(*, by: User, child_message_id: uuid.UUID) -> ChildMessage:
    """One message, for showing it, with the 'view' audit row; or `Hidden`."""
    message = queries.message_visible_to(by, child_message_id)
    _audit(by, "view", message)
    return message


@transaction.atomic
def note_read(*, by: User, child_message_id: uuid.UUID, at: datetime | None = None) -> ChildMessage:
    """This user read it: the child reads who did and when, and it goes on to others no longer. What was spoken and nobody wrote down yet is listened to first."""
    message = queries.message_visible_to(by, child_message_id)
    refuse(rules.why_not_say_read(is_known=queries.is_known(by, message)))
    mark_subject_seen(by=by, subject="child message", subject_id=message.pk, at=at)
    _audit(by, "see", message)
    return message


@transaction.atomic
def answer_message(
    *,
    by: User,
    child_message_id: uuid.UUID,
    text: str,
    is_safe: bool,
    how_safe: str,
    at: datetime | None = None,
) -> ChildReply:
    """What changed because of it. The child reads it at their link where `is_safe`; else somebody has to tell them."""
    message = queries.message_visible_to(by, child_message_id)
    if not queries.may_write_of(by):
        raise Hidden
    taken_back, known = message.taken_back_at is not None, queries.is_known(by, message)
    refuse(rules.why_not_answer(text=text, how_safe=how_safe, taken_back=taken_back, is_known=known))
    reply = ChildReply.objects.create(
        message=message,
        text=text.strip(),
        is_safe=is_safe,
        how_safe=how_safe.strip(),
        written_by=by,
        written_at=at or timezone.now(),
    )
    if message.words_id:
        answer_words(by=by, words_id=message.words_id, what_changed=reply.text)
    mark_subject_seen(by=by, subject="child message", subject_id=message.pk, at=at)
    _audit(by, "answer", message)
    return reply


@transaction.atomic
def describe_drawing(*, by: User, child_message_id: uuid.UUID, text: str) -> ChildMessage:
    """What this reader sees in a drawing, for somebody who does not see it: their words, and not the child’s."""
    ChildMessage.objects.select_for_update().filter(pk=child_message_id).first()
    message = queries.message_visible_to(by, child_message_id)
    if not queries.may_write_of(by):
        raise Hidden
    drawn, back = bool(message.drawing), message.taken_back_at is not None
    anothers = message.described_by_id not in (None, by.pk)
    refuse(rules.why_not_describe(has_drawing=drawn, taken_back=back, is_anothers=anothers, text=text))
    message.described, message.described_by = text.strip(), by
    message.save(update_fields=["described", "described_by"])
    _audit(by, "describe", message)
    return message


def open_sound(
    *, by: User, child_message_id: uuid.UUID, wanted: str | None = "", at: datetime | None = None
) -> tuple[ChildMessage, Attachment, bytes]:
    """What the child spoke, for listening to it, with an audit row each time (what a player asks for within `rules.LISTENING` is one listening); `Hidden` where
    the message is, where nothing was spoken, or where the child took it back. `Refused` where its bytes are not those that were kept. `wanted`: the
    header `Range` of a player; None where only its length is asked for. Where it gives nothing to hear there is no row."""
    message = queries.message_visible_to(by, child_message_id)
    sound, content = _heard(by, message)
    since = (at or timezone.now()) - rules.LISTENING
    is_heard = wanted is not None and part_of(wanted, len(content)) != (0, 0)
    if is_heard and not queries.has_listened(by, message, since):
        with transaction.atomic():
            _audit(by, "listen", message)
    return message, sound, content


def _heard(by: User | None, message: ChildMessage) -> tuple[Attachment, bytes]:
    sound = Attachment.objects.filter(message=message).first() if message.taken_back_at is None else None
    if sound is None:
        raise Hidden
    return sound, take_sound(by=by, sound=sound).read()


@transaction.atomic
def write_down(
    *, by: User, child_message_id: uuid.UUID, text: str, why: str = "", at: datetime | None = None
) -> ChildTranscript:
    """What this reader hears the child say in the recording, which they have listened to. Hidden from nobody, these become the child’s words in the record, so
    that nobody has to listen again; where they say something else than what somebody else wrote down, that person, whoever read the message and the child’s workers are told.
    `why`: what was wrong in what was written down before, which stays; the same again is one."""
    ChildMessage.objects.select_for_update().filter(pk=child_message_id).first()
    message = queries.message_visible_to(by, child_message_id)
    if not queries.may_write_of(by):
        raise Hidden
    last, back = message.written_down, message.taken_back_at is not None
    if last and not back and (last.text, last.written_by_id) == (text.strip(), by.pk):
        return last
    spoken = message.seconds > 0
    refuse(
        rules.why_not_write_down(
            is_spoken=spoken,
            taken_back=back,
            is_first=last is None,
            has_listened=queries.has_listened(by, message),
            text=text,
            why=why,
        )
    )
    row = ChildTranscript.objects.create(
        message=message,
        text=text.strip(),
        why=why.strip() if last else "",
        written_by=by,
        written_at=at or timezone.now(),
    )
    mark_subject_seen(by=by, subject="child message", subject_id=message.pk, at=at)
    message = queries.message_visible_to(by, child_message_id)
    if message.words:
        said = _in_record(message)
        write_down_own_words(by=by, words=message.words, text=said["text"], shown=said["shown"])
        if last and last in message.heard_otherwise:
            _tell_heard_otherwise(by, message, at)
    _audit(by, "write down", message)
    return row


def _tell_heard_otherwise(by: User, message: ChildMessage, at: datetime | None) -> None:
    """Of what is hidden nobody is told: a notice about it could come to who covers for somebody. Its page says it to those who read it."""
    readers = message.notice.readers.select_related("user") if message.notice else ()
    named = [transcript.written_by for transcript in message.heard_otherwise] + [
        reader.user for reader in readers
    ]
    subject = {"subject": "child message", "subject_id": message.pk, "person_id": message.person_id}
    announce(by=by, kind=Notified.CHILD_HEARD, named=named, at=at, **subject)  # type: ignore[arg-type]


@transaction.atomic
def tell_decision(
    *,
    by: User,
    text: str,
    is_safe: bool,
    how: str,
    item_id: uuid.UUID | None = None,
    review_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> ChildDecision:
    """What one meeting decided, in plain words for the child: an item of a panel, or a review. They read it at their link where `is_safe`; else `how` says
    how they learn of it. What is written last takes the place of what was written before, at the link too; the same again within a minute is
    one. `Refused` for whoever may not say it in the name of that meeting. Nothing here says, or hangs on, whether the child uses the link."""
    now = at or timezone.now()
    if item_id:
        PanelItem.objects.select_for_update().filter(pk=item_id).first()
        item = item_visible_to(by, item_id)
        person_id, decided_at = item.person_id, item.decided_at
        met: dict[str, Any] = {"panel_item": item, "met_on": timezone.localdate(item.panel.starts_at)}
        may = item.is_about_child and may_tell_of_item(by, item)
    elif review_id:
        Review.objects.select_for_update().filter(pk=review_id).first()
        review = review_visible_to(by, review_id)
        person_id, decided_at = review.plan.case.person_id, review.recorded_at
        met, may = {"review": review, "met_on": review.held_on}, may_tell_of_review(by, review)
    else:
        raise Hidden
    if person_id is None:
        raise Hidden
    refuse(
        rules.why_not_tell_decision(
            may_tell=may,
            is_decided=decided_at is not None,
            has_died=death_of(by, person_id) is not None,
            links=queries.good_links(by, person_id),
            text=text,
            is_safe=is_safe,
            how=how,
        )
    )
    said: dict[str, Any] = {"text": text.strip(), "is_safe": is_safe, "how": how.strip()}
    last = ChildDecision.objects.filter(**met).last()
    same = ChildDecision.objects.filter(**said, pk=last.pk, written_by=by) if last else None
    if last and same and rules.is_same_again(last.written_at, decided_at, now):
        return last
    row = ChildDecision.objects.create(written_by=by, written_at=now, **met, **said)
    record_audit(
        by=by, verb="write for child", subject="child decision", subject_id=row.pk, person_id=person_id
    )
    return row


@transaction.atomic
def check_message(
    *, by: User, child_message_id: uuid.UUID, found: str, at: datetime | None = None
) -> ChildMessage:
    """Somebody outside the line of whom it is hidden from has looked at it. It stays hidden."""
    ChildMessage.objects.select_for_update().filter(pk=child_message_id).first()
    message = queries.message_visible_to(by, child_message_id)
    if not message.hidden:
        raise Hidden
    outside, checked = queries.is_outside(by, message), message.checked_at is not None
    known = queries.is_known(by, message)
    refuse(rules.why_not_check(is_outside=outside, checked=checked, found=found, is_known=known))
    message.checked_at, message.checked_by, message.found = at or timezone.now(), by, found.strip()
    message.save(update_fields=["checked_at", "checked_by", "found"])
    mark_subject_seen(by=by, subject="child message", subject_id=message.pk, at=at)
    settle_check(subject="child message", subject_id=message.pk, at=message.checked_at)
    _audit(by, "check", message)
    return message


# ---- a child, who is signed in nowhere


def enter(
    *, by: None, code: str, word: str, entered: ChildLink | None = None, at: datetime | None = None
) -> Sitting | None:
    """The sitting of whoever gave code and word; None for a code that nobody made or that has ended, which takes as long. `entered`: the link
    that a page holds which is over: the word alone is asked again.

    A try is counted before it is compared, in one statement that nothing is held in: of any number at once, five at most are wrong ones
    and compared. `Refused` for a wrong word, as long as there are tries left.
    """
    now = at or timezone.now()
    same = ChildLink.objects.filter(
        **{"pk": entered.pk} if entered else {"code_hash": _hashed(rules.as_code(code))}
    )
    link = same.select_related("person", "made_by").first()
    is_good = link is not None and rules.is_good(link.state, now)
    may_try = same.filter(wrong_words__lt=rules.MOST_WRONG, ended_at=None)
    if link is None or not is_good or not may_try.update(wrong_words=F("wrong_words") + 1):
        make_password(rules.as_word(word))  # as long as comparing takes
        return None
    if check_password(rules.as_word(word), link.word_hash):
        same.update(wrong_words=F("wrong_words") - 1)
        with transaction.atomic():
            record_audit(by=by, verb="enter", subject="child link", subject_id=link.pk)
        return Sitting(link, uuid.uuid4().hex, now)
    with transaction.atomic():
        if same.filter(wrong_words__gte=rules.MOST_WRONG).update(ended_at=now):
            record_audit(
                by=by, verb="lock", subject="child link", subject_id=link.pk, person_id=link.person_id
            )
            _tell_of(link, Notified.CHILD_LINK_ENDED, by=by, not_to=link.made_by, at=now)
            return None
    wrong = same.values_list("wrong_words", flat=True).get()
    raise Refused(rules.NOT_THE_WORD[min(rules.MOST_WRONG - wrong, len(rules.NOT_THE_WORD)) - 1])


def listen_to(*, by: None, sitting: Sitting, content: bytes, at: datetime | None = None) -> Spoken:
    """A recording that a child wants to send, opened in a process of its own before anything is locked: do not call this inside a transaction. `SoundRefused` for
    one that is too large or too long, or for whatever is not sound alone."""
    since = (at or timezone.now()) - timedelta(days=1)
    today = ChildMessage.objects.filter(link=sitting.link, sent_at__gt=since, seconds__gt=0).count()
    most_bytes = settings.SPOKEN_MEGABYTES * 1_000_000
    _refuse_sound(rules.why_not_take_sound(size=len(content), most_bytes=most_bytes, today=today))
    refuse_harmful_sound(by=by, link_id=sitting.link.pk, content=content)
    try:
        found = read_apart(content, is_sound=True)
    except Unreadable as problem:
        raise SoundRefused(str(problem)) from problem
    _refuse_sound(rules.why_not_keep_sound(seconds=found.seconds, most_seconds=settings.SPOKEN_SECONDS))
    return Spoken(content, found)


def _refuse_sound(why_not: str | None) -> None:
    if why_not:
        raise SoundRefused(why_not)


@transaction.atomic
def send(
    *,
    by: None,
    sitting: Sitting,
    about: str,
    text: str,
    device: str,
    meeting: str = "",
    drawn: str = "",
    pointed: Sequence[str] = (),
    spoken: Spoken | None = None,
    decision: ChildDecision | None = None,
    hide_from: User | None = None,
    hide_other: str = "",
    draft: str = "",
    at: datetime | None = None,
) -> ChildMessage:
    """What the child wrote, as it was typed; `drawn`: a drawing, as `sketch.strokes_of` takes it; `pointed`: at which pictures; `spoken`: what
    `listen_to` heard; `decision`: what they answer. Hidden from nobody, it becomes words in the record; hidden, it is with those whom its notice
    goes to and nowhere else. Whoever has to read it is told at once. `draft`: of the page on which it was typed; the same page sent twice
    is one message, unless something else stands on it, or it was taken back."""
    now = at or timezone.now()
    link = ChildLink.objects.select_for_update(of=("self",)).select_related("person").get(pk=sitting.link.pk)
    key = uuid.uuid5(link.pk, draft) if draft else uuid.uuid4()
    strokes, other = sketch.strokes_of(drawn), hide_other.strip()[:120]
    before = ChildMessage.objects.filter(pk=key).select_related("hidden_from", "link").first()
    if before is not None:
        if _stands_as(before, (about, text, strokes, ",".join(pointed), hide_from, other, _sum_of(spoken))):
            return before
        key = uuid.uuid4()
    today = ChildMessage.objects.filter(link=link, sent_at__gt=now - timedelta(days=1)).count()
    shown: dict[str, Any] = {
        "has_drawing": bool(strokes),
        "pointed": pointed,
        "is_spoken": spoken is not None,
    }
    refuse(rules.why_not_send(about=about, text=text, today=today, is_drawing=strokes is not None, **shown))
    hidden = hide_from is not None or bool(other)
    message = ChildMessage(
        pk=key,
        person=link.person,
        link=link,
        about=about,
        text=text,
        drawing=strokes,
        pointed=",".join(pointed),
        seconds=spoken.found.seconds if spoken else 0,
        decision=decision,
        sent_at=now,
        device=device,
        sitting=sitting.key,
        reads_back=sitting.reads,
        hidden=hidden,
        hidden_from=hide_from,
        hidden_other=other,
        check_due_at=now + rules.CHECKED_WITHIN if hidden else None,
    )
    if not hidden:
        message.words = _own_words(message, meeting)
    message.save()
    _tell_who_reads(message)
    _audit(None, "write", message)
    if spoken:
        keep_sound(by=None, message_id=message.pk, content=spoken.content, found=spoken.found)
    return message


def _stands_as(before: ChildMessage, sent: tuple[Any, ...]) -> bool:
    """Whether a message says what is sent again, and was not taken back."""
    was = (before.about, before.text, before.drawing, before.pointed, before.hidden_from, before.hidden_other)
    return (*was, _sum_kept(before)) == sent and before.taken_back_at is None


def _own_words(message: ChildMessage, meeting: str) -> Words:
    """As words in the record: said at that meeting, or on the decision that they answer."""
    occasion = _OCCASIONS[rules.Meeting(meeting)] if meeting in set(rules.Meeting) else Words.Occasion.OTHER
    said: dict[str, Any] = {"said_on": occasion.value, "at": message.sent_at} | _in_record(message)
    decision = message.decision
    if decision:
        kind = Words.Occasion.PANEL if decision.panel_item_id else Words.Occasion.REVIEW
        said |= {"said_on": kind.value, "said_on_id": decision.panel_item_id or decision.review_id}
    return add_own_words(by=None, person=message.person, **said)


def _tell_who_reads(message: ChildMessage) -> None:
    """Refuses where nobody is left who may read what is hidden."""
    unsafe = message.about == rules.About.UNSAFE
    few = Notified.CHILD_UNSAFE_HID if unsafe else Notified.CHILD_HID
    if message.hidden_other:  # it is not known who that is
        few = Notified.CHILD_UNSAFE_OTHER if unsafe else Notified.CHILD_HID_OTHER
    everybody = Notified.CHILD_UNSAFE if unsafe else Notified.CHILD_WROTE
    message.notice = announce(
        by=None,
        kind=few if message.hidden else everybody,
        subject="child message",
        subject_id=message.pk,
        person_id=message.person_id,
        not_to=queries.kept_from(message) if message.hidden else None,
        at=message.sent_at,
    )
    if message.hidden and (message.notice is None or not message.notice.readers.exists()):
        raise Refused(rules.NOBODY_LEFT)
    message.save(update_fields=["notice"])


def _sum_of(spoken: Spoken | None) -> str:
    return hashlib.sha256(spoken.content).hexdigest() if spoken else ""


def _sum_kept(message: ChildMessage) -> str:
    return Attachment.objects.filter(message=message).values_list("sha256", flat=True).first() or ""


def _in_record(message: ChildMessage) -> dict[str, Any]:
    """What was sent, as words of the record have it: that something was drawn, spoken or pointed at stands beside the child’s text, and not in it. What was
    written down last of what was spoken stands after what was typed."""
    written = message.written_down if message.seconds else None
    marks = [_("A drawing, which stands in Heard.")] if message.drawing else []
    if message.seconds:
        marks += filter(None, (_how_spoken(message, written), _heard_otherwise(message)))
    if message.pointed:
        marks.append(_("Pointed at: %(what)s.") % {"what": message.pointed_at.lower()})
    how = DREW_SELF if message.drawing else POINTED if message.pointed else THEMSELVES
    return {
        "text": _typed_and_spoken(message.text, written.text) if written else message.text,
        "shown": "\n".join(marks),
        "how": SPOKE_SELF if message.seconds else how,
        "heard_by": _("nobody: it came from the child"),
    }


def _typed_and_spoken(typed: str, spoken: str) -> str:
    """Two quotations, where both are there: what a child typed ends where somebody’s hearing of them begins. The marks around the whole stand where it is shown."""
    if not typed.strip():
        return spoken
    return "”\n\n".join((typed.strip(), _("Said out loud, as it was heard: “%(text)s") % {"text": spoken}))


def _how_spoken(message: ChildMessage, written: ChildTranscript | None) -> str:
    told: dict[str, Any] = {"long": message.long}
    if written is None:
        return _("The child spoke (%(long)s). Nobody has written it down yet: listen to it in Heard.") % told
    told |= {"who": str(written.written_by)[:120], "date": day(timezone.localdate(written.written_at))}
    if message.text.strip():
        return (
            _(
                "The child typed, and then spoke (%(long)s): that was written down as heard by %(who)s on %(date)s."
            )
            % told
        )
    return _("The child spoke (%(long)s): written down as heard by %(who)s on %(date)s.") % told


def _heard_otherwise(message: ChildMessage) -> str:
    """That others heard something else stands wherever the words do."""
    who = dict.fromkeys(str(transcript.written_by) for transcript in message.heard_otherwise)
    said = {"who": Truncator(", ".join(who)).chars(80)}
    return _("Heard otherwise before by %(who)s: what they wrote stands in Heard too.") % said if who else ""


@transaction.atomic
def set_secret(*, by: None, sitting: Sitting, secret: str) -> Sitting:
    """The child chooses the word with which they read back. It opens what they sent in this sitting, and what they send in a later one in
    which they give it: whoever set it in their place reads nothing of what they send."""
    link = ChildLink.objects.select_for_update().get(pk=sitting.link.pk)
    word = secret if check_password(rules.as_word(secret), link.word_hash) else ""
    refuse(rules.why_not_set_secret(secret=secret, word=word, is_set=bool(link.secret_hash)))
    link.secret_hash, link.secret_at = make_password(rules.as_word(secret)), timezone.now()
    link.save(update_fields=["secret_hash", "secret_at"])
    ChildMessage.objects.filter(link=link, sitting=sitting.key).update(reads_back=True)
    record_audit(by=by, verb="set secret", subject="child link", subject_id=link.pk)
    return replace(sitting, link=link, reads=True)


def give_secret(*, by: None, sitting: Sitting, secret: str) -> Sitting:
    """The same sitting, which now reads back; `Refused` where it is not the secret. Counted as a word is, and then nobody reads here any longer."""
    link = sitting.link
    same = ChildLink.objects.filter(pk=link.pk).exclude(secret_hash="")
    may_try = same.filter(wrong_secrets__lt=rules.MOST_WRONG)
    if not may_try.update(wrong_secrets=F("wrong_secrets") + 1):
        make_password(rules.as_word(secret))
        raise Refused(rules.NOT_READ_HERE)
    if not check_password(rules.as_word(secret), link.secret_hash):
        raise Refused(rules.NOT_YOURS)
    same.update(wrong_secrets=F("wrong_secrets") - 1)
    with transaction.atomic():
        ChildMessage.objects.filter(link=link, sitting=sitting.key).update(reads_back=True)
        record_audit(by=by, verb="read back", subject="child link", subject_id=link.pk)
    return replace(sitting, reads=True)


@transaction.atomic
def read_back(*, by: None, sitting: Sitting, at: datetime | None = None) -> list[child.Sent]:
    """What the child sent, who read it and what was answered; an answer that they see for the first time has reached them."""
    found = child.read_back(sitting)
    for reply in (reply.row for one in found for reply in one.replies if reply.row.read_at is None):
        reply.read_at = at or timezone.now()
        reply.save(update_fields=["read_at"])
        words = reply.message.words
        if words:
            # They may read in another language than the record is in.
            with translation.override(settings.LANGUAGE_CODE):
                told_by = _("The child read it themselves")
            said: dict[str, Any] = {"what_changed": reply.text, "answered_by": reply.written_by}
            note_read_by_child(by=None, words=words, told_by=told_by, **said)
        _audit(None, "read answer", reply.message)
    return found


def hear_back(*, by: None, sitting: Sitting, child_message_id: uuid.UUID) -> tuple[Attachment, bytes]:
    """What the child spoke, for them to hear it: with the secret, as they read back what they wrote. `Hidden` for anything else. Its audit row names no child:
    it would say that they use the link."""
    rows = {message.pk: message for message in child.sent_through(sitting)} if sitting.reads else {}
    if child_message_id not in rows:
        raise Hidden
    found = _heard(by, rows[child_message_id])
    with transaction.atomic():
        record_audit(by=by, verb="read back", subject="child link", subject_id=sitting.link.pk)
    return found


@transaction.atomic
def take_back(
    *, by: None, sitting: Sitting, child_message_id: uuid.UUID, at: datetime | None = None
) -> ChildMessage:
    """No page shows these words any longer, and that they were taken back stays. Somebody who does not feel safe is looked for all the same.
    `Refused` for what this sitting did not send, unless it gave the secret."""
    rows = ChildMessage.objects.select_for_update(of=("self",)).select_related("words")
    mine = {message.pk for message in child.sent_through(sitting)}
    message = (
        rows.filter(pk=child_message_id, taken_back_at=None).first() if child_message_id in mine else None
    )
    if message is None:
        raise Refused(rules.NOT_TAKEN_BACK)
    message.taken_back_at = at or timezone.now()
    message.save(update_fields=["taken_back_at"])
    if message.words:
        take_back_own_words(by=None, words=message.words, says=_("(The child took this back.)"))
        if message.about != rules.About.UNSAFE:
            subject = {"subject": "child message", "subject_id": message.pk, "person_id": message.person_id}
            announce(by=by, kind=Notified.CHILD_WROTE, **subject)  # type: ignore[arg-type]
    _audit(None, "take back", message)
    return message


@transaction.atomic
def leave(*, by: None, link: ChildLink, at: datetime | None = None) -> None:
    """What is still open in any browser with this link is closed: code and word are asked again."""
    ChildLink.objects.filter(pk=link.pk).update(left_at=at or timezone.now())
    record_audit(by=by, verb="leave", subject="child link", subject_id=link.pk)


def _hashed(code: str) -> str:
    """Nobody can guess a code of so many bits, so that a quick hash keeps it as well as a slow one, and can be looked up."""
    return hashlib.sha256(f"heard.voice:{code}".encode()).hexdigest()


def _tell_of(link: ChildLink, kind: Notified, *, by: User | None, not_to: User, at: datetime | None) -> None:
    """That a child was given a link, or that it has ended: a supervisor of the team that leads, or who decides, and not who did it."""
    subject = {"subject": "child link", "subject_id": link.pk, "person_id": link.person_id}
    announce(by=by, kind=kind, not_to=not_to, at=at, **subject)  # type: ignore[arg-type]


def _audit(by: User | None, verb: str, message: ChildMessage) -> None:
    person_id = None if message.hidden else message.person_id
    record_audit(by=by, verb=verb, subject="child message", subject_id=message.pk, person_id=person_id)
