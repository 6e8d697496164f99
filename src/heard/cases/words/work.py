"""Words of children who wait to hear what came of them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.words.queries import not_told_back_by_child, words_near
from heard.govuk.environment import day


def _to_tell(row: Any) -> str:
    text = ngettext(
        "Tell the child what came of what they said",
        "Tell the child what came of %(n)s things they said",
        row.number,
    )
    return text % {"n": row.number}


WORDS = WorkList(
    "words", _("Feedback to children"), May.ASSESS, not_told_back_by_child,
    "words", "person", _to_tell, of="person_id", shows=("person",),
    note=lambda row: _("heard on %(date)s") % {"date": day(row.heard_on)},
    only_if=words_near,
)  # fmt: skip
