"""Contexts, for those who hold them."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import First, WorkList
from heard.cases.context import queries, rules
from heard.cases.context.models import Context, ContextAssessment, ContextEnd, ContextGuardian
from heard.cases.stage import rules as signing

CONTEXTS = WorkList(
    "contexts", _("Contexts that you hold"), May.SEE_CHILD, queries.contexts_held, "context", "whom",
    lambda row: _("Work on this place or group") if row.is_heard else _("Hear young people about it first"),
    note="reference", shows=("place", "group"),
    only_if=lambda user: Context.objects.filter(held_by=user, state=rules.State.OPEN),
)  # fmt: skip
ASSESSMENTS = WorkList(
    "context-assessments", _("Assessments of places and groups that you are writing"), May.ASSESS, queries.being_written,
    "context_assessment", "context.whom", _("Finish the assessment of this place or group"), note="context.reference", shows=("context__place", "context__group"),
    ahead=lambda row: First.BACK if row.state == signing.State.RETURNED else None,
    only_if=lambda user: ContextAssessment.objects.filter(author=user, state__in=signing.CHANGEABLE),
)  # fmt: skip
SIGN_OFFS = WorkList(
    "context-sign-offs", _("Assessments of places and groups that wait for your signature"), May.SIGN_OFF, queries.to_sign,
    "context_sign", "context.whom", _("Assessment to sign"), note="author", whose=_("supervisors"), shows=("context__place", "context__group", "author"),
    only_if=lambda user: ContextAssessment.objects.filter(state=signing.State.SUBMITTED),
)  # fmt: skip
GUARDIANS = WorkList(
    "guardians", _("Who watches over places and groups: ask again"), May.PLAN, queries.guardians_to_ask_again,
    "context_guardian", "context.whom", lambda row: _("Ask again whether they still watch over it: %(who)s") % {"who": row.who},
    due="look_again_on", shows=("context__place", "context__group"),
    only_if=lambda user: ContextGuardian.objects.filter(context__held_by=user, answer=rules.Answer.YES),
)  # fmt: skip
REVIEWS = WorkList(
    "context-reviews", _("Reviews of places and groups"), May.REVIEW, queries.to_review,
    "context_review", "whom", _("Review of the work on this place or group"), note="reference", due="review_on", shows=("place", "group"),
    only_if=lambda user: Context.objects.filter(held_by=user, state=rules.State.OPEN, review_on__isnull=False),
)  # fmt: skip
LOOK_AGAIN = WorkList(
    "contexts-again", _("Places and groups to look at again after the work ended"), May.REVIEW, queries.to_look_at_again,
    "context_look_again", "context.whom", _("Look again: did harm move?"), note="context.reference", of="context_id", due="look_again_on",
    shows=("context__place", "context__group"),
    only_if=lambda user: ContextEnd.objects.filter(context__held_by=user, looked_at=None),
)  # fmt: skip
