"""Choosing from a caseload, and handing children over. What an address asks for is never an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.cases.case.rules import ChildAsked
from heard.cases.caseload import rules
from heard.cases.caseload.queries import STAGES
from heard.cases.caseload.rules import CaseloadFilter, Given, Nobody, Order, Stage
from heard.govuk.forms import CheckboxesField, Form, RadiosField, SelectField, TextareaField, TextField

if TYPE_CHECKING:
    from heard.agencies.models import User

_NOT_SEEN: Final = (14, 28, 42)  # days, to choose from; no interval is a rule of Heard’s


class CaseloadForm(Form):
    """Drawn only, never checked: `read_asked` reads what is sent."""

    stage = SelectField(gettext_lazy("Stage"))
    not_seen = SelectField(gettext_lazy("Last seen"))
    worker = SelectField(gettext_lazy("Worker"))
    unread = CheckboxesField("", choices=[("1", gettext_lazy("Only children with something new for you"))])

    def __init__(self, asked: CaseloadFilter, workers: Sequence[tuple[str, str]] | None) -> None:
        chosen = {
            "stage": asked.stage,
            "not_seen": str(asked.not_seen_for or ""),
            "worker": asked.worker,
            "unread": ["1"] if asked.unread else [],
        }
        super().__init__(initial=chosen, auto_id="filter_%s")
        days = [(str(value), _("Not in the last %(days)s days") % {"days": value}) for value in _NOT_SEEN]
        offered: dict[str, Any] = {
            "stage": [("", _("Every stage")), *((key.value, text) for key, text in STAGES.items())],
            "not_seen": [("", _("Any day")), *days],
            "worker": [
                ("", _("Everybody")),
                (Nobody.ALLOCATED.value, _("No allocated worker")),
                (Nobody.TRUSTED.value, _("No trusted worker")),
                *(workers or ()),
            ],
        }
        for name, pairs in offered.items():
            self.fields[name].choices = pairs  # type: ignore[attr-defined]
        if workers is None:
            del self.fields["worker"]


def read_asked(sent: QueryDict, workers: Iterable[tuple[str, str]] = ()) -> CaseloadFilter:
    """What an address asks for. What does not exist is left out."""
    order = sent.get("order", "")
    days = sent.get("not_seen", "")
    worker = sent.get("worker", "")
    known = {*(one.value for one in Nobody), *(key for key, _name in workers)}
    return CaseloadFilter(
        order=Order(order) if order in set(Order) else Order.DUE,
        backwards=sent.get("backwards") == "1",
        stage=stage if (stage := sent.get("stage", "")) in set(Stage) else "",
        worker=worker if worker in known else "",
        not_seen_for=int(days) if days in {str(value) for value in _NOT_SEEN} else 0,
        unread=sent.get("unread") == "1",
    )


def as_asked(asked: CaseloadFilter) -> str:
    """The address that asks for it, as `read_asked` reads it; what is as usual is left out."""
    said = {
        "stage": asked.stage,
        "not_seen": str(asked.not_seen_for or ""),
        "worker": asked.worker,
        "unread": "1" if asked.unread else "",
        "order": "" if asked.order is Order.DUE else asked.order.value,
        "backwards": "1" if asked.backwards else "",
    }
    return urlencode({name: value for name, value in said.items() if value})


class ViewForm(Form):
    asks = rules.VIEW_ASKS

    name = TextField(gettext_lazy("Save this view as"), max_length=60, width=20)


def read_chosen(sent: QueryDict) -> list[str]:
    """References of the cases that were ticked, each once, in order."""
    return sorted({text for text in sent.getlist("case") if text})


class HandOverForm(Form):
    """To whom, and for each child why, and what the child said to it. `people`: who may be named, by key."""

    asks = rules.HAND_OVER_ASKS

    worker = SelectField(gettext_lazy("To whom?"), missing=gettext_lazy("Choose to whom"))
    what = CheckboxesField(
        gettext_lazy("What is handed over?"),
        choices=[
            (Given.ALLOCATED.value, gettext_lazy("They are the allocated worker, responsible for the case")),
            (Given.TRUSTED.value, gettext_lazy("They are the trusted worker, on whom the child counts")),
        ],
        initial=[one.value for one in Given],
    )
    reason = TextareaField(
        gettext_lazy("Why does it change?"),
        hint=gettext_lazy("As you would explain it to the children."),
        missing=gettext_lazy("Say why the children get another worker"),
        rows=3,
    )

    def __init__(
        self, *args: Any, people: Mapping[str, tuple[User, str]], children: Iterable[Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.people, self.children = people, list(children)
        self.had_somebody = [case for case in self.children if case.trusted_worker_id]
        self.fields["worker"].choices = [(key, called) for key, (_user, called) in people.items()]  # type: ignore[attr-defined]
        for case in self.had_somebody:
            name = {"name": case.person}
            self.fields[f"asked_{case.pk}"] = RadiosField(
                _("Was %(name)s asked?") % name,
                choices=[(ChildAsked.YES.value, _("Yes")), (ChildAsked.NO.value, _("No"))],
                missing=_("Say whether %(name)s was asked") % name,
                required=False,
                says_optional=False,
                inline=True,
            )
            self.fields[f"about_{case.pk}"] = TextareaField(
                _("What did %(name)s say, or why were they not asked? What does the new worker have to know?")
                % name,
                missing=_("%(name)s: write what they said, or why they were not asked") % name,
                required=False,
                says_optional=False,
                rows=3,
                max_length=5000,
            )

    def clean(self) -> dict[str, Any]:
        """Of each child who counts on somebody it is asked whether they were asked, where that changes."""
        answers = super().clean() or self.cleaned_data
        if Given.TRUSTED.value in answers.get("what", ()):
            for case in self.had_somebody:
                for name in (f"asked_{case.pk}", f"about_{case.pk}"):
                    if not answers.get(name):
                        self.add_error(name, self.fields[name].error_messages["required"])
        return answers

    @property
    def answered(self) -> dict[str, Any]:
        """For `hand_over`."""
        answers = self.cleaned_data
        notes = {case.reference: ("", "") for case in self.children}
        notes |= {
            case.reference: (answers[f"asked_{case.pk}"], answers[f"about_{case.pk}"])
            for case in self.had_somebody
        }
        worker, _called = self.people[answers["worker"]]
        return {"worker": worker, "what": answers["what"], "reason": answers["reason"], "notes": notes}
