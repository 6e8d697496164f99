"""Words of children who wait to hear what came of them."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import WorkList
from heard.cases.case.models import Case
from heard.cases.case.queries import working
from heard.cases.words.queries import not_told_back
from heard.govuk.environment import day

WORDS = WorkList(
    "words", _("What children said, and wait to hear what came of it"), May.ASSESS, not_told_back,
    "words_answer", "person", note=lambda row: _("heard on %(date)s") % {"date": day(row.heard_on)}, shows=("person",),
    only_if=lambda user: Case.objects.filter(working(user)),
)  # fmt: skip
