"""What deciding on a worry asks, and what follows from it. Shape and wording only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from heard.cases.concern import rules
from heard.cases.concern.actions import NewContext, Step
from heard.cases.context.forms import READ_BY
from heard.cases.words.forms import ChildsViewForm
from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
)
from heard.network.forms.tying import SaysForm
from heard.network.rules import SEEN_AT, SEEN_WITH, NodeKind

if TYPE_CHECKING:
    from heard.agencies.models import User
    from heard.cases.case.models import Words
    from heard.network.queries import Whom

BECOMES_INVOLVED: Final = _(
    "A team that you choose sees the child’s record, and nobody else of its agency by that. Where you choose all of an agency, everybody "
    "of it sees the record, or where a team of it works with the child already, those who answer for it."
)
_STEP: Final = ("step_what", "step_owner", "step_due_on")
_CONTEXT: Final = ("context_setting", "context_why", "context_holder")
_FOLLOWS: Final = (
    "worker",
    "strategy_on",
    "help_with",
    "helping_agency",
    "other_agency",
    *_CONTEXT,
    *_STEP,
    "also",
)
_REVEALS: Final = {
    "open_case": "worker",
    "strategy": "strategy_on",
    "help": ("help_with", "helping_agency"),
    "other_agency": "other_agency",
    "open_context": _CONTEXT,
}


@dataclass(frozen=True)
class Offers:
    """What the form of one worry offers and asks for. `asks_child`: it is about a child, who is heard; `in_danger`: and
    nothing holds the answer up. `words`: what the child has said so far; `told`: the key of what was told with the worry. `parts`: agencies and teams that may take it on.
    `colleagues`: who may be given a step, where there are steps; `workers`: who may work with the child. `also`: worries of
    the same event; `settings`: of a context that may be opened; `silent`: those of them about other children with which nothing was told that they said."""

    decisions: list[tuple[str, str, str]]
    parts: Mapping[str, Whom]
    asks_child: bool
    told_it: bool
    in_danger: bool = False
    words: list[Words] = field(default_factory=list)
    told: str = ""
    colleagues: Mapping[str, tuple[User, str]] = field(default_factory=dict)
    workers: Mapping[str, tuple[User, str]] = field(default_factory=dict)
    also: list[tuple[str, str, str]] = field(default_factory=list)
    silent: frozenset[str] = frozenset()
    settings: list[tuple[str, str]] = field(default_factory=list)

    @property
    def agencies(self) -> list[tuple[str, str]]:
        return [(key, whom.label) for key, whom in self.parts.items()]

    def left_out(self) -> set[str]:
        """Fields that this worry does not ask for."""
        offered = {value for value, *_rest in self.decisions}
        asked = {
            "why_without_words": bool(self.silent),
            "feedback": not self.told_it,
            "why_alone": self.told_it,
            "worker": "open_case" in offered and bool(self.workers),
            "also": bool(self.also),
            "strategy_on": "strategy" in offered,
            "help_with": "help" in offered,
            "helping_agency": "help" in offered,
        }
        asked |= dict.fromkeys(_STEP, bool(self.colleagues))
        asked |= dict.fromkeys(_CONTEXT, "open_context" in offered)
        asked |= dict.fromkeys(ChildsViewForm.base_fields, self.asks_child)
        return {name for name, wanted in asked.items() if not wanted}


class DecideForm(ChildsViewForm):
    """`beside`: the worry."""

    asks = rules.DECIDE_ASKS

    decision = RadiosField(_("What happens next?"), size="m")
    worker = SelectField(
        _("Who works with the child from now on?"),
        hint=_("They learn of it at once. You can leave it open and name somebody later."),
        required=False,
    )
    strategy_on = DateField(
        _("By when is it held?"),
        called=_("The day of the strategy discussion"),
    )
    help_with = TextareaField(
        _("Which help or service?"),
        hint=_("For example: the school’s counsellor, a youth group, early help for the family"),
        rows=2,
        max_length=2000,
    )
    helping_agency = SelectField(
        _("Does an agency of the partnership, or a team of it, give it?"),
        hint=BECOMES_INVOLVED,
        required=False,
    )
    other_agency = SelectField(_("Which agency, or which team of it?"))
    context_setting = RadiosField(_("What kind of setting is it?"), hint=READ_BY, small=True)
    context_why = TextareaField(
        _("Why is the context opened?"),
        hint=_(
            "What is known to happen there, without a name and without who told it: more people read this than the worry."
        ),
        rows=3,
        max_length=5000,
    )
    context_holder = SelectField(
        _("Who holds the context?"),
        hint=_(
            "Their team leads it, and they find it in their work. Only somebody who may see the place or group."
        ),
    )
    step_what = TextareaField(
        _("What will be done?"),
        hint=_("For example: the licensing officer visits, and writes down what the owner agrees to"),
        rows=3,
        max_length=5000,
    )
    step_owner = SelectField(_("Who will do it?"))
    step_due_on = DateField(_("By when?"), called=_("The day"))
    also = CheckboxesField(
        _("Is this decision also for other worries?"),
        hint=_(
            "Those that tell of the same event or child. Each gets this decision with this reason, and everybody who told one "
            "reads what you write."
        ),
        required=False,
        size="m",
    )
    why_without_words = TextareaField(
        _("About another child: why is this decided without their own words?"),
        hint=_("Where you ticked a worry about another child, with which nothing was told that they said."),
        missing=_("Say why the decision is made without the child’s own words"),
        rows=3,
        max_length=5000,
    )
    reason = TextareaField(
        _("Reason for the decision"),
        hint=_("The child may read this one day."),
        rows=5,
        max_length=10000,
    )
    feedback = TextareaField(
        _("What will the person who told this read?"),
        hint=_("In plain words: what happens now, and that telling was right. No more than they may know."),
        rows=4,
        max_length=5000,
    )
    why_alone = TextareaField(
        _("You told this worry yourself. Why can nobody else decide on it?"),
        hint=_("Somebody else looks at it with other eyes. Ask a colleague first."),
        missing=_("Say why nobody else can decide on it"),
        rows=3,
        max_length=5000,
    )

    def __init__(self, *args: Any, offers: Offers, **kwargs: Any) -> None:
        super().__init__(*args, words=offers.words, **kwargs)
        self.order_fields(["why", "decision", *_FOLLOWS, *ChildsViewForm.base_fields])  # as the page asks
        self.offers = offers
        fields: dict[str, Any] = self.fields
        fields["decision"].choices = offers.decisions
        fields["other_agency"].choices = offers.agencies
        fields["helping_agency"].choices = [("", _("No, or another service")), *offers.agencies]
        fields["step_owner"].choices = [("", _("Choose somebody")), *_called(offers.colleagues)]
        fields["context_setting"].choices = offers.settings
        fields["context_holder"].choices = [("", _("Choose somebody")), *_called(offers.colleagues)]
        fields["worker"].choices = [("", _("Name somebody later")), *_called(offers.workers)]
        fields["also"].choices = offers.also
        for name in offers.left_out():
            del fields[name]
        if offers.asks_child:
            self._ask_child(offers)
        elif not offers.also:
            fields["reason"].help_text = ""  # it stands in the record of no child
        offered = {value for value, *_rest in offers.decisions}
        fields["decision"].reveals = {
            value: tuple(name for name in ((names,) if isinstance(names, str) else names) if name in fields)
            for value, names in _REVEALS.items()
            if value in offered
        }

    def _ask_child(self, offers: Offers) -> None:
        """What was told with the worry stands beside the decision unless the child is heard now. Danger waits for nothing."""
        which: Any = self.fields["which"]
        which.initial = offers.told
        if offers.in_danger:
            which.required = which.says_optional = False
            which.help_text = _(
                "Somebody is in danger: decide now. Hear the child as soon as that can be done safely, and write it down then."
            )

    def clean(self) -> dict[str, Any]:
        """What an agreed step needs is asked for only where one is agreed; and why there are no words, where there are none."""
        answers = super().clean() or {}
        if not self.offers.silent & set(answers.get("also") or ()):
            self.errors.pop("why_without_words", None)
        if answers.get("decision") != "step":
            for name in _STEP:
                self.errors.pop(name, None)
                answers.pop(name, None)
        return answers

    @property
    def answered(self) -> dict[str, Any]:
        """For `decide_together` and `correct_decision`."""
        answers, offers = self.cleaned_data, self.offers
        names = (
            "decision",
            "reason",
            "feedback",
            "help_with",
            "strategy_on",
            "why_without_words",
            "why_alone",
        )
        said = {name: answers[name] for name in names if answers.get(name)}
        chosen = "helping_agency" if answers["decision"] == "help" else "other_agency"
        worker = offers.workers.get(answers.get("worker") or "", (None, ""))[0]
        whom = offers.parts.get(answers.get(chosen) or "")
        said |= {"other_agency": whom and whom.agency, "other_team": whom and whom.team, "worker": worker}
        if answers.get("which"):
            said["view"] = self.view
        if answers["decision"] == "step":
            owner = offers.colleagues.get(answers["step_owner"], (None, ""))[0]
            said["step"] = Step(answers["step_what"], owner, answers["step_due_on"])
        if answers["decision"] == "open_context":
            holder = offers.colleagues.get(answers["context_holder"], (None, ""))[0]
            said["new_context"] = NewContext(answers["context_setting"], holder, answers["context_why"])
        return {"reason": "", "decision": ""} | said


class CorrectForm(DecideForm):
    """The same, with why it is put right."""

    asks = rules.CORRECT_ASKS

    why = TextareaField(
        _("Why is the decision put right?"),
        hint=_("What it said before stays beside it, and everybody who was told of that is told of this."),
        rows=3,
        max_length=5000,
    )


def _called(people: Mapping[str, tuple[Any, str]]) -> list[tuple[str, str]]:
    return [(key, called) for key, (_who, called) in people.items()]


class AskForm(Form):
    asks = rules.ASK_ASKS

    text = TextareaField(
        _("What would you like to know?"),
        hint=_("The person who told this reads exactly this. No more of the record than they may know."),
        rows=4,
        max_length=5000,
    )


class AnswerForm(Form):
    asks = rules.ANSWER_ASKS

    text = TextareaField(
        _("Your answer"),
        hint=_("What you saw and heard yourself, and who told you the rest. “I do not know” is an answer."),
        rows=6,
        max_length=20000,
    )


class SearchDecidedForm(Form):
    """Which decided worries are listed."""

    text = TextField(
        _("Name, reference or words"),
        hint=_("In what was told, or in the reason"),
        required=False,
        max_length=120,
        spellcheck=False,
    )
    decision = SelectField(_("Decision"), required=False)
    agency = SelectField(_("Told by"), required=False)
    since = DateField(_("Decided from"), called=_("The first day"), required=False)
    until = DateField(_("Decided until"), called=_("The last day"), required=False)

    def __init__(
        self,
        *args: Any,
        decisions: Iterable[tuple[str, str]],
        agencies: Iterable[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["decision"].choices = [("", _("Any")), *decisions]
        fields["agency"].choices = [("", _("Any agency")), *agencies]


class FinishStepForm(Form):
    asks = rules.FINISH_STEP_ASKS

    outcome = RadiosField(
        _("Was it done?"),
        choices=[("done", _("Yes")), ("not_done", _("It could not be done"))],
        size="m",
    )
    note = TextareaField(
        _("What changed, or why could it not be done?"),
        rows=4,
        max_length=5000,
    )


class ConcernedChildForm(SaysForm):
    """A child who is tied to the place or group of a worry; it begins with the least that can be so."""

    asks = rules.CONCERNED_CHILD_ASKS

    how_known = TextField(
        _("How is it known?"),
        hint=_("For example: named in this worry, seen there by a teacher"),
        max_length=200,
    )

    def __init__(self, *args: Any, end: str, **kwargs: Any) -> None:
        begin = {"kind": SEEN_AT if end == NodeKind.PLACE else SEEN_WITH}
        super().__init__(*args, start=NodeKind.PERSON, end=end, initial=begin, **kwargs)
        self.fields["kind"].label = _("What does the child have to do with it?")


class StaffDecideForm(Form):
    """Of a worry about somebody who works with children. `told_it`: whoever decides told it. `user`: that person, where they
    are kept out of the record."""

    asks = rules.STAFF_DECIDE_ASKS

    decision = RadiosField(
        _("What happens next?"),
        choices=[
            ("officer", _("I act on it"), _("As your own procedure says. It is kept outside Heard.")),
            ("no_further_action", _("No further action"), _("It stays with you, with your reason.")),
        ],
        size="m",
    )
    reason = TextareaField(_("Reason for the decision"), rows=5, max_length=10000)
    feedback = TextareaField(
        _("What will the person who told this read?"),
        hint=_("In plain words: what happens now, and that telling was right. No more than they may know."),
        rows=4,
        max_length=5000,
    )
    again = RadiosField(
        _("May that person see the child’s record again?"),
        choices=[("no", _("No")), ("yes", _("Yes, from now on"))],
        missing=_("Say whether they may see the record again"),
        small=True,
    )

    def __init__(self, *args: Any, told_it: bool, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if told_it:
            del self.fields["feedback"]
        if user is None:
            del self.fields["again"]

    @property
    def decided(self) -> dict[str, Any]:
        """For `decide_on_staff`."""
        answers = self.cleaned_data
        said = {name: answers[name] for name in ("decision", "reason")}
        return said | {
            "feedback": answers.get("feedback", ""),
            "lets_in_again": answers.get("again") == "yes",
        }
