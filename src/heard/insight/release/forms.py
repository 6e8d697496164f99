"""Shape and wording of what people enter about profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.forms import ChoiceField, HiddenInput
from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import Form, RadiosField, TextareaField, TextField
from heard.insight.release import rules
from heard.insight.release.rules import Episodes

if TYPE_CHECKING:
    from heard.engine.publish import Policy

RELEASE, SEND_BACK = "release", "send_back"


class DrawForm(Form):
    asks = rules.DRAW_ASKS

    title = TextField(
        _("What is the profile called?"),
        hint=_(
            "The area and the time, such as: Wexmoor, April 2025 to March 2026. It is printed on every page."
        ),
        max_length=200,
    )

    episodes = RadiosField(
        _("Which episodes of children missing are counted?"),
        hint=_("Never both: nobody knows which of them are the same."),
        choices=[
            (Episodes.OF_RUN.value, _("Those in the agencies’ records of this run")),
            (Episodes.OF_HEARD.value, _("Those that were noted in Heard")),
        ],
        missing=_("Say which episodes of children missing are counted."),
    )

    policy = RadiosField(
        _("Which counts are hidden and rounded?"),
        hint=_("Those who release the profile read what you chose. It cannot be changed afterwards."),
    )

    def __init__(self, *args: Any, policies: Mapping[str, Policy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["policy"]
        field.choices = policies_to_choose(policies)


def policies_to_choose(policies: Mapping[str, Policy]) -> list[tuple[str, str, str]]:
    return [(name, *_in_words(policy)) for name, policy in policies.items()]


def _in_words(policy: Policy) -> tuple[str, str]:
    """What somebody chooses, and why one would."""
    to = policy.rounded_to({})
    rounds = _(", and others rounded to the nearest %(to)s") % {"to": to} if to > 1 else ""
    small = _("Counts of 1 to %(small)s are hidden") % {"small": policy.threshold}
    follows = _("This is %(name)s.") % {"name": policy.name}
    return f"{small}{rounds}", " ".join(part for part in (policy.why, str(follows)) if part)


class DecideForm(Form):
    """`decision`: which of its two buttons was pressed."""

    decision = ChoiceField(
        choices=[(RELEASE, ""), (SEND_BACK, "")],
        widget=HiddenInput,
        error_messages={"required": _("Say whether you release it or send it back.")},
    )
    reason = TextareaField(
        _("Why?"),
        hint=_("What you looked at, and what you think of it. It is kept beside it with your name."),
        rows=4,
        missing=_("Say why. It is kept beside it."),
    )

    @property
    def releases(self) -> bool:
        return bool(self.cleaned_data["decision"] == RELEASE)

    @property
    def why(self) -> dict[str, Any]:
        """For the action."""
        return {"reason": self.cleaned_data["reason"]}


class WithdrawForm(Form):
    asks = rules.WITHDRAW_ASKS

    reason = TextareaField(
        _("Why is it withdrawn?"),
        hint=_("Whoever looks for it reads your words. Do not say again what was wrong about anybody."),
        rows=3,
    )
