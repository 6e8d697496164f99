"""What is asked of contexts. Shape and wording only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from heard.cases.context import rules
from heard.cases.context.models import ContextVoice
from heard.govuk.forms import DateField, Form, RadiosField, SelectField, TextareaField

if TYPE_CHECKING:
    from heard.agencies.models import User

type People = Mapping[str, tuple[User, str]]


class _HeldForm(Form):
    """`people`: who may hold it, by key."""

    def __init__(self, *args: Any, people: People, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        holder: Any = self.fields["holder"]
        holder.choices = [
            ("", _("Choose somebody")),
            *((key, called) for key, (_user, called) in people.items()),
        ]

    @property
    def answered(self) -> dict[str, Any]:
        """For the action."""
        holder, _called = self.people.get(self.cleaned_data["holder"], (None, ""))
        return self.cleaned_data | {"holder": holder}


PUT_RIGHT = _("How it read before is kept, for those who decide.")
READ_BY = _(
    "A home and an online space are read only by those who work on them; the others by everybody who works with children."
)


class OpenForm(_HeldForm):
    asks = rules.OPEN_ASKS

    setting = RadiosField(_("What kind of setting is it?"), hint=READ_BY, small=True)
    why = TextareaField(
        _("Why is it opened?"),
        hint=_("What is known to happen there, and to whom, without a name. Others read it."),
        rows=4,
        max_length=5000,
    )
    holder = SelectField(
        _("Who holds it?"),
        hint=_(
            "Their team leads it, and they find it in their work. Only somebody who may see the place or group."
        ),
    )

    def __init__(self, *args: Any, settings: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        setting: Any = self.fields["setting"]
        setting.choices = settings


class GiveForm(_HeldForm):
    asks = rules.GIVE_ASKS

    holder = SelectField(_("Who holds it from now on?"))
    why = TextareaField(_("Why?"), rows=2, max_length=2000)


class CorrectContextForm(Form):
    """`settings`: which it may be."""

    asks = rules.OPEN_ASKS

    setting = RadiosField(_("What kind of setting is it?"), hint=READ_BY, small=True)
    why_opened = TextareaField(
        _("Why was it opened?"),
        hint=_("What is known to happen there, without a name."),
        missing=rules.OPEN_ASKS["why"],
        rows=4,
        max_length=5000,
    )
    why = TextareaField(
        _("Why is this put right?"),
        hint=PUT_RIGHT,
        missing=rules.CORRECT_ASKS["why"],
        rows=2,
        max_length=2000,
    )

    def __init__(self, *args: Any, settings: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        setting: Any = self.fields["setting"]
        setting.choices = settings


class TakeBackForm(Form):
    asks = rules.TAKE_BACK_ASKS

    why = TextareaField(_("Why was it opened by mistake?"), rows=2, max_length=2000)


class CorrectVoiceForm(Form):
    """`was_heard`: it says what young people said; else why nobody was asked."""

    asks = rules.VOICE_ASKS

    words = TextareaField(
        _("What did they say?"),
        hint=_("In their own words, as they said it. No name, theirs or anybody else’s."),
        rows=4,
        max_length=5000,
    )
    what_changed = TextareaField(
        _("What has changed because of it?"),
        hint=_("What you told them would happen, and what did."),
        rows=2,
        max_length=2000,
    )
    why_nobody = TextareaField(_("Why was nobody asked?"), rows=3, max_length=2000)
    why = TextareaField(
        _("Why is this put right, or added?"),
        hint=PUT_RIGHT,
        missing=rules.CORRECT_ASKS["why"],
        rows=2,
        max_length=2000,
    )

    def __init__(self, *args: Any, was_heard: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("why_nobody",) if was_heard else ("words", "what_changed"):
            del self.fields[name]

    @property
    def answered(self) -> dict[str, Any]:
        """For `correct_voice`."""
        return {"words": "", "what_changed": "", "why_nobody": ""} | self.cleaned_data


class VoiceForm(Form):
    asks = rules.VOICE_ASKS

    asked = RadiosField(
        _("Were young people asked?"),
        choices=[("yes", _("Yes")), ("no", _("Nobody was asked yet"))],
        reveals={"yes": ("words", "how", "age_band", "heard_on", "what_changed"), "no": "why_nobody"},
    )
    words = TextareaField(
        _("What did they say?"),
        hint=_("In their own words, as they said it. No name, theirs or anybody else’s."),
        rows=4,
        max_length=5000,
    )
    how = RadiosField(_("How were they heard?"), choices=ContextVoice.How.choices, small=True)
    age_band = RadiosField(_("How old are they?"), choices=ContextVoice.Ages.choices, small=True)
    heard_on = DateField(_("On which day?"), called=_("The day"), past=True)
    what_changed = TextareaField(
        _("What changed because of it?"),
        hint=_("What you told them would happen, or why nothing has changed yet."),
        rows=2,
        max_length=2000,
    )
    why_nobody = TextareaField(
        _("Why was nobody asked?"),
        hint=_("For example: it would show who told us. Say when and how they will be asked."),
        rows=3,
        max_length=2000,
    )

    @property
    def answered(self) -> dict[str, Any]:
        """For `hear_young_people`: only what belongs to the answer that was chosen."""
        said = self.cleaned_data
        if said["asked"] == "no":
            return {"why_nobody": said["why_nobody"]}
        return {name: said[name] for name in ("words", "how", "age_band", "heard_on", "what_changed")}
