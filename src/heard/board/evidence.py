"""What Heard counts by itself that bears on a requirement: each by its name in the knowledge, with what it counts, of which days and of how
much of the whole. Over the whole partnership, for those who see figures. What people did within the days of an audit is counted in whole
quarters of them that have ended, as on the page of figures; what is known only of today says so. What two audits tell, or one on two days, leaves no
small number where the one is taken from the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _

from heard.agencies.queries import agencies_visible_to
from heard.agencies.rules import Hidden, May
from heard.board import decisions, promises, rules
from heard.board.counted import Counted, Days, about, in_periods, median, number, percentage
from heard.board.figures.queries import agencies_counted, periods, periods_together
from heard.board.figures.rules import Period, between, joined
from heard.board.models import Audit
from heard.cases.assessment import queries as assessments
from heard.cases.case import queries as cases
from heard.cases.case.rules import TOO_FEW, Kept
from heard.cases.case.rules import Counted as Tally
from heard.cases.clocks import queries as clocks
from heard.cases.concern import queries as concerns
from heard.cases.disruption import queries as disruption
from heard.cases.missing import queries as missing
from heard.cases.panel import queries as panels
from heard.cases.plan import queries as plans
from heard.cases.review import queries as reviews
from heard.cases.sharing import queries as sharing
from heard.cases.supervision import queries as supervision
from heard.cases.turning import queries as turning
from heard.govuk.environment import day
from heard.insight.release import queries as released
from heard.insight.release.rules import DocumentKind
from heard.services.law.queries import posts_held

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.counting import Counting, Quarter

type _Count = Callable[[User, Days], Counted]


def counted_for(
    user: User, names: Iterable[str], *, since: date, until: date, today: date, closes: bool = False
) -> dict[str, dict[str, object]]:
    """Each of these by its name, as plain values that can be kept. A fixed number of queries for all promises together, and for each
    of the others. What is promised is counted as on the page of figures, in the periods shown there that lie within the days from
    `since` to `until`: an audit of other days tells nothing that the page hides. Days after `today` have not come. `closes`: for an audit that is closed
    with it: by agency it is counted only then."""
    if not user.may(May.SEE_FIGURES):
        raise Hidden
    asked, days = list(dict.fromkeys(names)), Days(since, min(until, today), today, closes)
    found = periods(user, today=today) if _PROMISED.keys() & set(asked) else {}
    return {
        name: asdict(
            _promised(name, found.get(_PROMISED[name], []), days)
            if name in _PROMISED
            else _COUNTS[name](user, days)
        )
        for name in asked
    }


def names() -> frozenset[str]:
    """Every name that a requirement may use."""
    return frozenset(_COUNTS) | _PROMISED.keys()


def _promised(name: str, found: list[Period], days: Days) -> Counted:
    promise = next(promise for promise in promises.all_promises() if promise.name == _PROMISED[name])
    return in_periods(promise.text, found, days, promise.counts)


def _counting(user: User, counting: Counting, days: Days) -> list[Period]:
    """All periods of it, so that in none few are kept, or few are not."""
    return joined(periods_together(user, [counting], today=days.today), _has_few)


def _has_few(period: Period) -> bool:
    return rules.has_few(period.kept.kept, period.kept.of - period.kept.kept)


def _of_open(user: User, label: str, kept: Kept, counts: str, days: Days) -> Counted:
    """Of open cases, today."""
    opened = cases.children_with_a_case(user).count()
    return Counted(label, percentage(kept), counts, days.now, _open_cases(about(kept.of, opened)))


def _open_cases(part: str) -> str:
    return _("Open cases in it: %(part)s.") % {"part": part}


# ---- the child heard, and who works with them


def _words_in_reviews(user: User, days: Days) -> Counted:
    found = _counting(user, reviews.held_beside_words(user, since=date.min), days)
    return in_periods(
        _("Reviews with the child’s words of that review"), found, days, decisions.what_counts()
    )


def _trusted(user: User, days: Days) -> Counted:
    counts = _("Open cases in which somebody is named on whom the child counts and who may see the record.")
    return _of_open(
        user, _("Children with a trusted worker"), cases.with_a_trusted_worker(user), counts, days
    )


def _changes(user: User, days: Days) -> Counted:
    label = _("Changes of a child’s trusted worker")
    counts = _(
        "Each time in these days that another trusted worker followed the one before, of the children with a case open on one of them and "
        "with a trusted worker on one of them. In whole quarters that have ended."
    )
    if days.quarters is None:
        return Counted(label, _("nothing to count yet"), counts, days.over, _("Children in it: none."))
    since, until = days.quarters
    changes, kept = cases.worker_changes(user, since=since, until=until)
    says = percentage(kept)
    if min(kept.kept, kept.of - kept.kept) > TOO_FEW:
        told = {"mean": f"{changes / kept.of:.1f}", "share": says}
        says = _("%(mean)s for each child; the same worker throughout: %(share)s") % told
    worked = cases.children_worked_with(user, since, until).count()
    covers = _("Children in it: %(part)s with a case open in these days.") % {"part": about(kept.of, worked)}
    return Counted(label, says, counts, days.over, covers)


def _allocated(user: User, days: Days) -> Counted:
    counts = _("Open cases to which a social worker is allocated who may see the record.")
    kept = cases.with_an_allocated_worker(user)
    return _of_open(user, _("Children with an allocated social worker"), kept, counts, days)


def _leads(user: User, days: Days) -> Counted:
    counts = _(
        "Open cases in which a child protection plan began and has not ended, kept where a family help lead and a lead child protection "
        "practitioner are named. Where nobody noted the conference, the case is not in it."
    )
    kept = cases.with_both_leads(user, clocks.in_child_protection(user))
    return _of_open(user, _("Children in child protection with both lead practitioners"), kept, counts, days)


# ---- what is known of children


def _ethnicity(user: User, days: Days) -> Counted:
    counts = _(
        "Open cases in which the child’s ethnicity is recorded as the child says, a refusal to say among them. By agency it is counted once, when "
        "the audit is closed, and for the one whose team leads the case."
    )
    kept = cases.with_said(user, "ethnicity")
    return Counted(
        _("Ethnicity recorded as the child says"), percentage(kept), counts, days.now,
        _open_cases(about(kept.of, kept.of)) + " " + _("Not recorded: %(part)s.") % {"part": about(kept.of - kept.kept, kept.of)},
        _by_agency(user, kept) if days.closes else [],
    )  # fmt: skip


def _by_agency(user: User, whole: Kept) -> list[list[str]]:
    called, staffed = agencies_counted(user)
    if not whole.of or rules.tells_of_few(whole):
        return []
    parts = cases.with_said_by_agency(user, "ethnicity")
    ordered = {key: parts[key] for key in sorted(parts, key=lambda key: called.get(key, ""))}
    alone, others = rules.apart(ordered, staffed & called.keys())
    rows = [[called[key], percentage(one)] for key, one in alone.items()]
    return [*rows, [_("Others together"), percentage(others)]] if others else rows


def _recorded(user: User, days: Days) -> Counted:
    labels = {
        "sex": _("sex"),
        "ethnicity": _("ethnicity as the child says"),
        "disability": _("something of a disability"),
    }
    found = {label: cases.with_said(user, what) for what, label in labels.items()}
    says = "; ".join(f"{label}: {percentage(kept)}" for label, kept in found.items())
    of = next(iter(found.values())).of
    counts = _(
        "Children with an open case of whom each is recorded. Where nothing is said of a disability there may be none, or nobody asked. The "
        "rates themselves stand in the annual report, with “not recorded” among them."
    )
    return Counted(
        _("Sex, ethnicity and disability recorded"), says, counts, days.now, _open_cases(about(of, of))
    )


def _nhs_number(user: User, days: Days) -> Counted:
    counts = _(
        "Open cases. A number is explained where a check of it stands in the record, with what it answered."
    )
    kept = cases.with_said(user, "nhs_number")
    label = _("Children with an NHS number in their record, or with why there is none")
    return _of_open(user, label, kept, counts, days)


def _risk_only(user: User, days: Days) -> Counted:
    counts = _(
        "Open cases in whose last signed assessment a sign of exploitation is seen, and of these how many name no pattern of exploitation, "
        "so that what is seen is held as a risk alone. Heard has no mark “at risk”, and does not read the words of the judgement: people "
        "look at each."
    )
    signed = assessments.with_a_signed_assessment(user)
    covers = _("Open cases with a signed assessment: %(part)s.") % {"part": about(signed.kept, signed.of)}
    kept = assessments.signs_without_a_pattern(user)
    return Counted(
        _("Records of present signs held as risk only"), percentage(kept), counts, days.now, covers
    )


# ---- what is done, and how soon


def _days_to_decide(user: User, days: Days) -> Counted:
    counts = _(
        "From the day on which a worry was told to the day on which it was decided, weekends among them; 0 on the same day."
    )
    covers = _(
        "Worries told in these months of which it is known: %(part)s; the others were not decided in them."
    )
    found = periods_together(user, [concerns.worries_told(user)], today=days.today)
    return median(
        _("Days from a worry to the decision"), found, days, counts, covers,
        lambda since, until: concerns.days_to_decide(user, since=since, until=until),
    )  # fmt: skip


def _days_to_plan(user: User, days: Days) -> Counted:
    counts = _(
        "From the day on which a worry about the child was first told to the day on which their first plan was agreed, of those whose plan was "
        "agreed in these days. It does not say when somebody first saw a sign and told nobody."
    )
    covers = _(
        "Children whose first plan was agreed in these months of whom a worry was told before: %(part)s."
    )
    found = periods_together(user, [plans.first_plans(user)], today=days.today)
    return median(
        _("Days from the first worry to the first plan"), found, days, counts, covers,
        lambda since, until: plans.days_to_first_plan(user, since=since, until=until),
    )  # fmt: skip


def _supervision(user: User, days: Days) -> Counted:
    counts = _(
        "Meetings planned for one of these days, but for those called off, in whole quarters that have ended. They are about staff, and no child."
    )
    covers = _("All that were planned in Heard; what nobody planned here is not in it.")
    kept = Kept(0, 0)
    if days.quarters:
        kept = supervision.held_of_planned(user, since=days.quarters[0], until=days.quarters[1])
    return Counted(_("Supervision held"), percentage(kept), counts, days.over, covers)


def _shares(user: User, days: Days) -> Counted:
    counts = _("Every decision on sharing in these days, kept where it was to share.")
    decided, _reasons = _decisions(user, days)
    return in_periods(_("Decisions to share"), decided, days, counts)


def _refused(user: User, days: Days) -> Counted:
    decided, reasons = _decisions(user, days)
    found = [
        Period(period.first, period.last, sum(_within(reasons, period).values(), Tally()), period.held_back)
        for period in decided
    ]
    counts = _("Every decision in these days not to share, kept where the reason is written down.")
    shown, why = between(found, days.since, days.until), ""
    if shown:
        told = {name or "other": one.of for name, one in _within(reasons, shown).items()}
        why = _("as it would harm the child more: %(harm)s; as it does not bear on the child: %(not_relevant)s; another reason: %(other)s") % told  # fmt: skip
    return in_periods(_("Sharing refused, with the reason"), found, days, counts, besides=why)


def _decisions(user: User, days: Days) -> tuple[list[Period], list[Quarter]]:
    """All periods of decisions on sharing, and the refusals among them by reason and quarter. In no period few are to share, or refused for
    one reason: the same periods for both figures, since the one tells what is left of the other."""
    reasons = list(sharing.refused(user).by_quarter(days.today))

    def has_few(period: Period) -> bool:
        parts = _within(reasons, period)
        refused = sum(parts.values(), Tally())
        written = refused.kept.kept, refused.of - refused.kept.kept
        few = rules.has_few(period.kept.kept, *written, *(part.of for part in parts.values()))
        return few or (refused.of > 0 and refused.too_few)

    return joined(periods_together(user, [sharing.to_share(user)], today=days.today), has_few), reasons


def _within(reasons: list[Quarter], period: Period) -> dict[str, Tally]:
    """By the reason, in this period."""
    parts = dict.fromkeys(("harm", "not_relevant", ""), Tally())
    for reason in reasons:
        if period.first <= reason.first <= period.last:
            parts[reason.name] += reason.counted
    return parts


def _answers(user: User, days: Days) -> Counted:
    found = _counting(user, sharing.due_back(user), days)
    counts = _("Every request that was due in these days, kept where it was answered by the day agreed.")
    return in_periods(_("Requests for information answered by the day agreed"), found, days, counts)


def _reached(user: User, days: Days) -> Counted:
    found = periods_together(user, [turning.to_reach(user)], today=days.today)
    counts = _(
        "Every referral of a child to a service that was sent in these days, kept where the child came to be with them, since then too."
    )
    return in_periods(_("Referrals to services that reached help"), found, days, counts, goes_on=True)


def _wait(user: User, days: Days) -> Counted:
    counts = _(
        "From the day on which a child was referred to a service to the day on which the child was with them."
    )
    covers = _(
        "Referrals sent in these months of which it is known: %(part)s; the others had not begun in them."
    )
    found = periods_together(user, [turning.to_reach(user)], today=days.today)
    return median(
        _("Days of waiting for a service"), found, days, counts, covers,
        lambda since, until: turning.days_to_reach(user, since=since, until=until),
    )  # fmt: skip


def _told_of_ties(user: User, days: Days) -> Counted:
    found = periods_together(user, [missing.told_of_ties(user)], today=days.today)
    counts = _(
        "Every return home interview held in these days, kept where somebody or a place is in the network because of what the child said in it."
    )
    label = _("Return home interviews that became people or places")
    return in_periods(label, found, days, counts, goes_on=True)


def _to_reviewer(user: User, days: Days) -> Counted:
    found = _counting(user, missing.passed_to_reviewer(user), days)
    counts = _(
        "Every return home interview held in these days, but for those of which it is said that the child has no reviewing officer; kept where "
        "it was passed on to them. Where nobody said whether it was, it was not."
    )
    return in_periods(_("Return home interviews passed on to the reviewing officer"), found, days, counts)


# ---- against what harms


def _disruption(user: User, days: Days) -> Counted:
    counts = _("Plans in force in open cases beside which a disruption step has an owner and a day.")
    return _of_open(user, _("Plans with a disruption step"), plans.with_a_disruption_step(user), counts, days)


def _results(user: User, days: Days) -> Counted:
    found = periods_together(user, [disruption.to_finish(user)], today=days.today)
    counts = _(
        "Every disruption step that was due in these days, of cases and of work on places and groups, kept where it was done or could not be "
        "done, and what came of it is written down."
    )
    return in_periods(_("Disruption steps with a result"), found, days, counts, goes_on=True)


def _about_places(user: User, days: Days) -> Counted:
    told = 0
    if days.quarters:
        told = concerns.told_about_places(user, since=days.quarters[0], until=days.quarters[1])
    covers = _("All that were told in Heard; what agencies keep elsewhere is not in it.")
    counts = _("Told in whole quarters of these days that have ended. They are about no child.")
    return Counted(_("Worries told about places and groups"), number(told), counts, days.over, covers)


# ---- the partnership


def _presence(user: User, days: Days) -> Counted:
    found = []
    if days.quarters:
        found = panels.presence(user, since=days.quarters[0], until=days.quarters[1])
    says = "; ".join(f"{name}: {there}/{of}" for name, there, of, _unsaid in found)
    counts = _(
        "Invitations to panels held in whole quarters of these days that have ended, and how many came or sent somebody else. They are about "
        "agencies, and no child."
    )
    told = {
        "invited": len(found),
        "all": agencies_visible_to(user).count(),
        "unsaid": sum(unsaid for *_rest, unsaid in found),
        "of": sum(of for _name, _there, of, _unsaid in found),
    }
    covers = _(
        "Agencies that were invited: %(invited)s of %(all)s. Of %(unsaid)s of %(of)s invitations nobody said who came."
    )
    return Counted(
        _("Who came to panels"), says or _("nothing to count yet"), counts, days.over, covers % told
    )


def _profile(user: User, days: Days) -> Counted:
    newest = released.newest_released(user, kind=DocumentKind.PROFILE, until=days.until)
    counts = _(
        "The profile that was released last by then, and is not withdrawn. Its age is that of the records in it."
    )
    label = _("Problem profile")
    if newest is None or newest.released_at is None:
        return Counted(
            label, _("none is released"), counts, days.at_the_end, _("Nobody supplied data for one.")
        )
    suppliers = released.suppliers_of(user, newest)
    told = {
        "released": day(newest.released_at),
        "age": (days.until - newest.as_of).days if newest.as_of else _("not known"),
        "day": day(newest.as_of) if newest.as_of else _("a day that is not known"),
    }
    says = _("age in days: %(age)s; of records up to %(day)s, released on %(released)s") % told
    named = {"number": len(suppliers), "names": "; ".join(suppliers)}
    covers = _("Agencies that supplied data: %(number)s, %(names)s.") % named
    covers = covers if suppliers else _("Who supplied data is not known.")
    return Counted(label, says, counts, days.at_the_end, covers)


def _annual(user: User, days: Days) -> Counted:
    newest = released.newest_released(user, kind=DocumentKind.ANNUAL, until=days.until)
    says = (
        _("released on %(released)s") % {"released": day(newest.released_at)}
        if newest
        else _("none is released")
    )
    counts = _(
        "The annual report that was released last by then, and is not withdrawn. It says what happened to children before and after, what children "
        "say of it, and whom we reached by sex, age, ethnicity and disability, with “not recorded” among them."
    )
    return Counted(_("Annual report"), says, counts, days.at_the_end, _("Reports made in Heard alone."))


def _protection_team(user: User, days: Days) -> Counted:
    held, of = posts_held(user)
    says = _("%(held)s of %(of)s held") % {"held": held, "of": of} if of else _("no team is set up")
    counts = _(
        "Posts of education, social work, health and police in each child protection team that somebody holds, of whatever agency they "
        "are. They are about no child."
    )
    covers = _("Every team that is set up in Heard.")
    return Counted(_("Posts of the child protection team"), says, counts, days.now, covers)


def _audits(user: User, days: Days) -> Counted:
    closed = Audit.objects.filter(state=Audit.State.CLOSED, closed_at__date__lte=days.until)
    last = closed.order_by("-closed_at").first()
    says = _("closed on %(date)s") % {"date": day(last.closed_at)} if last else _("none is closed")
    counts = _("The audit that was closed last by then.")
    return Counted(
        _("The last audit of this kind"), says, counts, days.at_the_end, _("Audits in Heard alone.")
    )


_COUNTS: Final[dict[str, _Count]] = {
    "words_in_reviews": _words_in_reviews,
    "trusted_worker": _trusted,
    "worker_changes": _changes,
    "allocated_worker": _allocated,
    "both_leads": _leads,
    "ethnicity": _ethnicity,
    "recorded": _recorded,
    "nhs_number": _nhs_number,
    "risk_only": _risk_only,
    "days_to_decide": _days_to_decide,
    "days_to_plan": _days_to_plan,
    "supervision": _supervision,
    "shares": _shares,
    "refused": _refused,
    "answers": _answers,
    "help_reached": _reached,
    "help_wait": _wait,
    "interviews_to_ties": _told_of_ties,
    "interviews_to_reviewer": _to_reviewer,
    "disruption": _disruption,
    "disruption_results": _results,
    "panel_presence": _presence,
    "profile": _profile,
    "annual_report": _annual,
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
