"""Notes of contact with the children whom somebody works with, what is seen of what was told, and who is on duty."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from heard.cases.case.notices import actions as noticing
from heard.cases.note import actions as noting

if TYPE_CHECKING:
    from heard.demo.life.child import Child
    from heard.demo.life.world import World

_NEW: Final = timedelta(days=3)  # what is newer than this is unread in the demo
# Day after the worry, kind, whether the child was seen, what happened, what the child said, what comes next.
_CONTACTS: Final = (
    (4, "call", "", "Rang <name> to say who I am and when I come.", "", "Visit on Thursday after school."),
    (8, "visit", "alone", "Met <name> at school. We talked about football first, then about the last weeks.",
     "I did not think anybody had noticed.", "Ask school for the register of last month."),
    (16, "attempt", "", "Went to the house as agreed. Nobody opened. Left a card and rang: no answer.", "",
     "Try again tomorrow with the youth worker."),
    (17, "visit", "with_others", "<name> was at home with an aunt. Short, but the door was open.", "", ""),
    (30, "meeting", "alone", "Walked to the park and back. <name> spoke of the week, and asked what is written about them.",
     "I want to know what you write.", "Bring the plan next time and read it together."),
)  # fmt: skip


def keep_in_touch(child: Child) -> None:
    """As far as these days have come."""
    for days, kind, seen, text, words, comes_next in _CONTACTS:
        if child.told_on + timedelta(days=days) > child.world.today:
            return
        with child.on(days):
            note = noting.write_note(
                by=child.worker,
                person_id=child.person_id,
                kind=kind,
                at=timezone.now() - timedelta(hours=1),
                seen=seen,
                text=child.say(text),
                words=words,
                next=comes_next,
                where="School" if seen == "alone" else "",
            )
    if child.stage == "reviewed":
        with child.on(31):
            text = "Seen weekly until the review. Tell me at once if an appointment is missed."
            noting.direct(by=child.world.supervisor, note_id=note.pk, text=text)


def see_what_was_told(world: World) -> None:
    """Everybody has said so of what is older than some days: what is new stands out."""
    for user in world.users.values():
        for reader in noticing.queries.unread_of(user).filter(notice__told_at__lt=world.now - _NEW):
            with world.on(reader.notice.told_at + timedelta(hours=1)):
                noticing.mark_seen(by=user, reader_id=reader.pk)


def keep_a_rota(world: World) -> None:
    administrator = world.users["ade.minton"]
    for number, user in enumerate((world.coordinator, world.supervisor)):
        begins = world.now + timedelta(days=7 * number - 1)
        noticing.put_on_duty(
            by=administrator,
            user=user,
            begins=begins,
            ends=begins + timedelta(days=7),
            phone="01632 960 009",
        )
    away = world.users["imran.sheikh"]
    noticing.be_away(
        by=away,
        covered_by=world.users["ruth.pemberton"],
        since=world.today,
        until=world.today + timedelta(days=4),
    )
    noticing.choose_mail(by=away, at_once=sorted(noticing.queries.mailed_at_once(away)))
