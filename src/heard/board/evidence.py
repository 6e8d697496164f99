"""What Heard counts by itself that bears on a requirement: each by its name in the knowledge, with what it counts. Over the whole
partnership, for those who see figures; counts of work, in which five or fewer are not shown where they could point at a child."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden, May
from heard.board import decisions, promises
from heard.board.figures import words
from heard.board.figures.queries import periods, periods_together
from heard.board.figures.rules import Period, between, waiting
from heard.board.models import Audit
from heard.cases.case import queries as cases
from heard.cases.case.rules import Kept
from heard.cases.concern import queries as concerns
from heard.cases.panel import queries as panels
from heard.cases.plan import queries as plans
from heard.cases.review import queries as reviews
from heard.cases.sharing import queries as sharing
from heard.cases.supervision import queries as supervision
from heard.govuk.environment import day
from heard.insight.release.queries import newest_released
from heard.services.law.queries import posts_held

if TYPE_CHECKING:
    from heard.agencies.models import User


@dataclass(frozen=True)
class Counted:
    """`label`: what it is; `says`: the figure in words; `counts`: what is in it, and what is not."""

    label: str
    says: str
    counts: str


type _Count = Callable[[User, date, date], Counted]


def counted_for(user: User, names: Iterable[str], *, since: date, today: date) -> dict[str, dict[str, str]]:
    """Each of these by its name, as plain values that can be kept. A fixed number of queries for all promises together, and for each
    of the others. What is promised is counted as on the page of figures, in the periods shown there that lie within the days from
    `since` to `today`: an audit of other days tells nothing that the page hides."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    asked = list(dict.fromkeys(names))
    found = periods(user, today=today) if _PROMISED.keys() & set(asked) else {}
    return {
        name: asdict(
            _promised(name, found.get(_PROMISED[name], []), since, today)
            if name in _PROMISED
            else _COUNTS[name](user, since, today)
        )
        for name in asked
    }


def names() -> frozenset[str]:
    """Every name that a requirement may use."""
    return frozenset(_COUNTS) | _PROMISED.keys()


def _share(label: str, kept: Kept, counts: str) -> Counted:
    if not kept.of:
        return Counted(label, _("nothing to count yet"), counts)
    if kept.too_few:
        return Counted(label, _("too few to show"), counts)
    share = round(100 * kept.kept / kept.of)
    return Counted(
        label,
        _("%(kept)s of %(of)s (%(share)s%%)") % {"kept": kept.kept, "of": kept.of, "share": share},
        counts,
    )


def _promised(name: str, found: list[Period], since: date, today: date) -> Counted:
    promise = next(one for one in promises.all_promises() if one.name == _PROMISED[name])
    return _in_periods(promise.text, found, since, today, promise.counts)


def _in_periods(label: str, found: list[Period], since: date, today: date, counts: str) -> Counted:
    shown, last = between(found, since, today), waiting(found)
    says = words.share(shown.kept) if shown else _("too few to show") if last else _("nothing to count yet")
    if shown:
        says = _("%(share)s, %(when)s") % {"share": says, "when": words.called(shown)}
    return Counted(label, says, counts)


def _words_in_reviews(user: User, since: date, today: date) -> Counted:
    found = periods_together(user, [reviews.held_beside_words(user, since=date.min)], today=today)
    label = _("Reviews with the child’s words of that review")
    return _in_periods(label, found, since, today, decisions.what_counts())


def _trusted(user: User, since: date, today: date) -> Counted:
    return _share(
        _("Children with a trusted worker"), cases.with_a_trusted_worker(user), _("Open cases, today.")
    )


def _stayed(user: User, since: date, today: date) -> Counted:
    counts = _("Open cases with a trusted worker, today; another worker since then counts as a change.")
    kept = cases.with_the_same_trusted_worker(user, since=since)
    return _share(_("Children whose trusted worker stayed the same"), kept, counts)


def _allocated(user: User, since: date, today: date) -> Counted:
    kept = cases.with_an_allocated_worker(user)
    return _share(_("Children with an allocated social worker"), kept, _("Open cases, today."))


def _ethnicity(user: User, since: date, today: date) -> Counted:
    counts = _(
        "Open cases, today, in which the child’s ethnicity is recorded as the child says, a refusal to say among them."
    )
    return _share(_("Ethnicity recorded as the child says"), cases.with_said(user, "ethnicity"), counts)


def _nhs_number(user: User, since: date, today: date) -> Counted:
    kept = cases.with_said(user, "nhs_number")
    counts = _(
        "Open cases, today. A number is explained where a check of it stands in the record, with what it answered."
    )
    return _share(_("Children with an NHS number in their record, or with why there is none"), kept, counts)


def _supervision(user: User, since: date, today: date) -> Counted:
    kept = supervision.held_of_planned(user, since=since, today=today)
    return _share(
        _("Supervision held"), kept, _("Meetings planned for a day since then, but for those called off.")
    )


def _shares(user: User, since: date, today: date) -> Counted:
    counts = _("Decisions on sharing since then; each that refuses has its reason in the record.")
    return _share(_("Decisions to share"), sharing.shared_of_decided(user, since=since), counts)


def _answers(user: User, since: date, today: date) -> Counted:
    kept = sharing.answered_in_time(user, since=since, today=today)
    counts = _("Asked since then, and due or answered.")
    return _share(_("Requests for information answered by the day agreed"), kept, counts)


def _disruption(user: User, since: date, today: date) -> Counted:
    counts = _("Plans in force in open cases, today, beside which a disruption step has an owner and a day.")
    return _share(_("Plans with a disruption step"), plans.with_a_disruption_step(user), counts)


def _presence(user: User, since: date, today: date) -> Counted:
    says = "; ".join(f"{name}: {there}/{of}" for name, there, of in panels.presence(user, since=since))
    counts = _("Invitations to panels held since then, and how many came or sent somebody else.")
    return Counted(_("Who came to panels"), says or _("nothing to count yet"), counts)


def _profile(user: User, since: date, today: date) -> Counted:
    newest = newest_released(user)
    counts = _("The newest profile that is released and not withdrawn.")
    if newest is None or newest.released_at is None:
        return Counted(_("Problem profile"), _("none is released"), counts)
    says = _("released on %(released)s, of records up to %(day)s") % {
        "released": day(newest.released_at),
        "day": day(newest.as_of) if newest.as_of else _("a day that is not known"),
    }
    return Counted(_("Problem profile"), says, counts)


def _about_places(user: User, since: date, today: date) -> Counted:
    number = concerns.told_about_places(user, since=since)
    return Counted(
        _("Worries told about places and groups"), str(number), _("Told since then. They are about no child.")
    )


def _protection_team(user: User, since: date, today: date) -> Counted:
    held, of = posts_held(user)
    says = _("%(held)s of %(of)s held") % {"held": held, "of": of} if of else _("no team is set up")
    counts = _(
        "Posts of education, social work, health and police in each child protection team that somebody holds today, of whatever agency they "
        "are. They are about no child."
    )
    return Counted(_("Posts of the child protection team"), says, counts)


def _audits(user: User, since: date, today: date) -> Counted:
    last = Audit.objects.filter(state=Audit.State.CLOSED).order_by("-closed_at").first()
    says = _("closed on %(date)s") % {"date": day(last.closed_at)} if last else _("none is closed")
    return Counted(_("The last audit of this kind"), says, _("Audits in Heard alone."))


_COUNTS: Final[dict[str, _Count]] = {
    "words_in_reviews": _words_in_reviews,
    "trusted_worker": _trusted,
    "worker_changes": _stayed,
    "allocated_worker": _allocated,
    "ethnicity": _ethnicity,
    "nhs_number": _nhs_number,
    "supervision": _supervision,
    "shares": _shares,
    "answers": _answers,
    "disruption": _disruption,
    "panel_presence": _presence,
    "profile": _profile,
    "worries_about_places": _about_places,
    "audit": _audits,
    "protection_team": _protection_team,
}
_PROMISED: Final = {
    "decided_in_time": promises.WORRIES,
    "assessed_in_time": promises.ASSESSMENTS,
    "conference": "conferences",
    "core_group": "core-groups",
    "review_conference": "review-conferences",
    "reviews_in_time": promises.REVIEWS,
    "words_in_decisions": promises.WORDS,
    "interviews": promises.INTERVIEWS,
    "interviews_offered": promises.OFFERS,
}
