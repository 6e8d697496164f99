"""Contexts, for those who hold them."""

from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import May
from heard.agencies.waiting import First, WorkList
from heard.cases.context import queries, rules
from heard.cases.context.models import Context, ContextAssessment, ContextEnd, ContextGround, ContextGuardian
from heard.cases.stage import rules as signing
from heard.cases.stage.grounds import lost

CONTEXTS = WorkList(
    "contexts", _("Contexts that you hold"), May.SEE_CHILD, queries.contexts_held, "context", "whom",
    lambda row: _(row.next_step), note="reference", due="review_on", shows=("place", "group"),
    only_if=lambda user: Context.objects.filter(held_by=user, state=rules.ContextState.OPEN),
)  # fmt: skip
NOBODY = WorkList(
    "contexts-nobody-holds", _("Contexts that nobody holds"), May.DECIDE, queries.contexts_nobody_holds, "context_give", "whom",
    _("Who held it cannot do it any longer: give it to somebody else"), note="reference", whose=_("whoever decides"), shows=("place", "group"),
    only_if=lambda user: Context.objects.filter(queries.without_a_holder(user)),
)  # fmt: skip
TO_CLOSE = WorkList(
    "contexts-to-close", _("Contexts that can close"), May.DECIDE, queries.contexts_to_close, "context_close", "whom",
    _("A review decided that it can close"), note="reference", whose=_("whoever decides"), shows=("place", "group"),
    only_if=lambda user: Context.objects.filter(queries.may_close(user)),
)  # fmt: skip
ASSESSMENTS = WorkList(
    "context-assessments", _("Assessments of places and groups that you are writing"), May.ASSESS, queries.being_written,
    "context_assessment", "context.whom", _("Finish the assessment of this place or group"), note="context.reference", shows=("context__place", "context__group"),
    ahead=lambda row: First.BACK if row.state == signing.SigningState.RETURNED else None,
    only_if=lambda user: ContextAssessment.objects.filter(author=user, state__in=signing.CHANGEABLE),
)  # fmt: skip
GROUNDS = WorkList(
    "context-grounds", _("What is known of places and groups and lost one of its grounds"), May.ASSESS, queries.findings_gone,
    "context_finding_grounds", "assessment.context.whom", _("One of its grounds was withdrawn: does it still stand?"), note="what",
    shows=("assessment__context__place", "assessment__context__group"),
    only_if=lambda user: lost(ContextGround),
)  # fmt: skip
SIGN_OFFS = WorkList(
    "context-sign-offs", _("Assessments of places and groups that wait for your signature"), May.SIGN_OFF, queries.to_sign,
    "context_assessment", "context.whom", _("Assessment to sign"), by="author", whose=_("supervisors"), shows=("context__place", "context__group", "author"),
    only_if=lambda user: ContextAssessment.objects.filter(state=signing.SigningState.SUBMITTED),
)  # fmt: skip
GUARDIANS = WorkList(
    "guardians", _("Who watches over places and groups: ask again"), May.PLAN, queries.guardians_to_ask_again,
    "context_guardian", "context.whom", lambda row: _("Ask again whether they watch over it: %(who)s") % {"who": row.who},
    due="look_again_on", shows=("context__place", "context__group"),
    only_if=lambda user: ContextGuardian.objects.filter(context__held_by=user).exclude(answer=rules.Answer.ENDED),
)  # fmt: skip
LOOK_AGAIN = WorkList(
    "contexts-again", _("Places and groups to look at again after the work ended"), May.REVIEW, queries.to_look_at_again,
    "context_look_again", "context.whom", _("Look again: did harm move?"), note="context.reference", of="context_id", due="look_again_on",
    shows=("context__place", "context__group"),
    only_if=lambda user: ContextEnd.objects.filter(context__held_by=user, looked_at=None),
)  # fmt: skip
