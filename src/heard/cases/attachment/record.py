"""What attached files say."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from heard.cases.attachment.models import Attachment
from heard.cases.attachment.queries import attachments_around, texts_of
from heard.cases.record.models import ChronologyEntry
from heard.cases.record.rules import EntryKind
from heard.cases.record.shape import Passage, fact
from heard.govuk.said import Text, choice, lines, say

if TYPE_CHECKING:
    from heard.agencies.models import User


class _Files:
    """They hang on the child, on their words or on worries about them. The text that could be read in one is part of it."""

    def facts(self, person_id: uuid.UUID) -> Iterator[ChronologyEntry]:
        child = Q(person_id=person_id) | Q(words__person_id=person_id) | Q(concern__person_id=person_id)
        for file in Attachment.objects.filter(child).exclude(concern__about_staff=True):
            what = say(_("File attached: %(name)s"), name=file.name)
            page = ("", "") if file.withdrawn_at else ("attachment", str(file.pk))
            at, by = file.attached_at, file.attached_by_id
            entry = fact(EntryKind.FILE, at, what, file.what, who=by, page=page, file_id=file.pk)
            entry.inside = file.text
            yield entry
            if file.withdrawn_at:
                what = say(_("File withdrawn: %(name)s"), name=file.name)
                why, who = file.withdrawn_reason, file.withdrawn_by_id
                yield fact(EntryKind.FILE, file.withdrawn_at, what, why, who=who)

    def passages(self, user: User, person_id: uuid.UUID) -> Iterator[Passage]:
        """Each file that is still there."""
        rows = list(attachments_around(user, person_id).filter(withdrawn_at=None))
        texts = texts_of(user, [row.pk for row in rows])
        for row in rows:
            told = {"kind": choice(row, "kind"), "date": row.attached_at, "who": row.attached_by}
            about = say(_("%(kind)s, attached on %(date)s by %(who)s"), **told)
            yield Passage(row.name, lines(about, row.what, texts.get(row.pk, "").strip()), row.pk)


def in_referral(file: Attachment) -> Text:
    return say(_("%(what)s (%(date)s)"), what=file.what or file.name, date=file.attached_at)


FILES = _Files()
