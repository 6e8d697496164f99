"""What is asked of whoever looks for a service, keeps one, brings a file in, or keeps a procedure. Shape and wording only."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    FileField,
    Form,
    RadiosField,
    SelectField,
    TextareaField,
    TextField,
    TimeField,
)
from heard.services import procedures, profile, rules
from heard.services.models import Procedure, Service
from heard.services.queries import Wanted

CHECK, BRING = "check", "bring"
_ANY = [("", _("Any"))]
_DAYS = [
    ("MO", _("Monday")),
    ("TU", _("Tuesday")),
    ("WE", _("Wednesday")),
    ("TH", _("Thursday")),
    ("FR", _("Friday")),
    ("SA", _("Saturday")),
    ("SU", _("Sunday")),
]


def _years(form: Form, name: str) -> int | None:
    said: str = form.cleaned_data[name].strip()
    if said and not (said.isascii() and said.isdigit()):
        form.add_error(name, _("Enter a whole number of years, such as 11."))
        return None
    return int(said) if said else None


class FindForm(Form):
    """Nothing has to be answered. It is sent with GET, so that what fits can be bookmarked; it asks nothing that says who a child is."""

    q = TextField(
        _("What do you look for?"),
        hint=_("Words of its name or of what it does."),
        required=False,
        max_length=100,
        says_optional=False,
    )
    age = TextField(_("Age"), required=False, inputmode="numeric", width=3, max_length=3, says_optional=False)
    area = TextField(_("Area"), required=False, max_length=100, width=20, says_optional=False)
    language = TextField(_("Language"), required=False, max_length=60, width=20, says_optional=False)
    need = SelectField(_("Need"), choices=[*_ANY, *Service.Need.choices], required=False, says_optional=False)

    def clean_age(self) -> int | None:
        return _years(self, "age")

    @property
    def wanted(self) -> Wanted:
        said = self.cleaned_data
        return Wanted(said["q"], said["age"], said["area"], said["need"], said["language"])


class ServiceForm(Form):
    asks = rules.KEEP_ASKS

    name = TextField(_("What is the service called?"), max_length=profile.MOST_NAME)
    organisation = TextField(_("Who offers it?"), max_length=profile.MOST_NAME)
    description = TextareaField(_("What does it do?"), rows=4, max_length=4000)
    status = RadiosField(
        _("Does it take referrals now?"),
        choices=Service.Status.choices,
        small=True,
        initial=rules.Status.ACTIVE.value,
    )
    needs = CheckboxesField(_("With what does it help?"), choices=Service.Need.choices, required=False)
    minimum_age = TextField(_("Lowest age"), required=False, inputmode="numeric", width=3, max_length=3)
    maximum_age = TextField(_("Highest age"), required=False, inputmode="numeric", width=3, max_length=3)
    areas = TextareaField(
        _("For which areas?"),
        hint=_("One on each line. Leave it empty where it is for all."),
        required=False,
        rows=3,
        max_length=2000,
    )
    languages = TextareaField(
        _("In which languages?"), hint=_("One on each line."), required=False, rows=2, max_length=1000
    )
    phone = TextField(_("Phone"), required=False, max_length=40, width=20)
    email = TextField(_("Email"), required=False, max_length=200)
    url = TextField(_("Web address"), required=False, max_length=500)
    eligibility = TextareaField(_("Who can have it?"), required=False, rows=2, max_length=2000)
    how_to_apply = TextareaField(_("How is a child referred?"), required=False, rows=2, max_length=2000)
    wait = TextField(_("How long is the wait?"), required=False, max_length=200)
    accessibility = TextareaField(_("Accessibility"), required=False, rows=2, max_length=2000)
    days = CheckboxesField(_("Open on"), choices=_DAYS, required=False)
    opens_at = TimeField(_("From"), required=False)
    closes_at = TimeField(_("To"), required=False)
    alert = TextField(_("What should people know now?"), required=False, max_length=300)
    is_checked = CheckboxesField(
        _("Have you checked it?"),
        choices=[("yes", _("I have checked today that all of this is right"))],
        required=False,
    )

    def clean_minimum_age(self) -> int | None:
        return _years(self, "minimum_age")

    def clean_maximum_age(self) -> int | None:
        return _years(self, "maximum_age")

    @property
    def answered(self) -> dict[str, Any]:
        """For `keep_service`."""
        said = dict(self.cleaned_data)
        checked = bool(said.pop("is_checked"))
        for name in ("areas", "languages"):
            said[name] = tuple(
                dict.fromkeys(line.strip() for line in said[name].splitlines() if line.strip())
            )
        for name in ("opens_at", "closes_at"):
            said[name] = said[name].strftime("%H:%M") if said[name] else ""
        said |= {name: tuple(said[name]) for name in ("needs", "days")}
        return {"kept": rules.ServiceDetails(**said), "is_checked": checked}

    @classmethod
    def suggested(cls, kept: rules.ServiceDetails) -> dict[str, Any]:
        """What the form begins with."""
        said = asdict(kept)
        said |= {name: "\n".join(said[name]) for name in ("areas", "languages")}
        said |= {
            name: "" if said[name] is None else str(said[name]) for name in ("minimum_age", "maximum_age")
        }
        return said | {"needs": list(kept.needs), "days": list(kept.days)}


class NeedsForm(Form):
    needs = CheckboxesField(
        _("With what does it help?"),
        hint=_("What a file says of the service stays as it is, and later files of it come in as before."),
        choices=Service.Need.choices,
        required=False,
    )


class StatusForm(Form):
    status = RadiosField(
        _("Does it take referrals now?"),
        hint=_("Heard offers a service beside no child while it takes nobody."),
        choices=Service.Status.choices,
        small=True,
    )


class BringServicesForm(Form):
    asks = rules.BRING_ASKS

    file = FileField(
        _("The file"),
        hint=_("JSON in Open Referral UK: one service, a list, or a page of them."),
        required=False,
        says_optional=False,
    )
    address = TextField(
        _("Or the address at which it stands"),
        required=False,
        says_optional=False,
        max_length=rules.MOST_ADDRESS,
    )
    reason = TextField(
        _("Where does the file come from?"),
        hint=_("Not needed for checking."),
        required=False,
        max_length=300,
    )
    what = RadiosField(
        _("What is to be done?"),
        choices=[
            (CHECK, _("Check it"), _("Nothing is written into Heard. The file is not kept.")),
            (BRING, _("Bring in what is right")),
        ],
        small=True,
        initial=CHECK,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hosts = ", ".join(settings.SERVICE_HOSTS)
        if hosts:
            self.fields["address"].help_text = _("On a host that is allowed here: %(hosts)s.") % {
                "hosts": hosts
            }
        else:
            del self.fields["address"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not said.get("file") and not said.get("address") and "file" not in self.errors:
            self.add_error("file", _(rules.BRING_ASKS["file"]))
        if said.get("address") and not said.get("file"):
            said["reason"] = said.get("reason") or said["address"].strip().partition("?")[0]
        return said


def _pdf() -> FileField:
    return FileField(
        _("Its PDF"),
        hint=_("Kept without who wrote it. Everybody with an account can read it."),
        required=False,
    )


class _EditionForm(Form):
    edition = TextField(_("Edition"), hint=_("Such as 3 or March 2026."), max_length=40, width=20)
    link = TextField(
        _("Where can it be read?"), hint=_("A web address. Not needed where you attach its PDF."), max_length=500, required=False,
        says_optional=False,
    )  # fmt: skip
    review_on = DateField(_("By which day is it looked at again?"))

    @property
    def answered(self) -> dict[str, Any]:
        """For `add_procedure` and `add_edition`."""
        said = dict(self.cleaned_data)
        return said | {"upload": said.pop("file") or None}


class ProcedureForm(_EditionForm):
    asks = procedures.ASKS | procedures.FILE_ASKS

    file = _pdf()
    title = TextField(_("What is it called?"), max_length=200)
    whom_for = TextField(
        _("Who works by it?"), hint=_("Such as everybody, or social workers."), max_length=200
    )
    beside = CheckboxesField(_("Beside which work does it stand?"), choices=Procedure.Beside.choices)
    field_order = ["title", "whom_for", "beside", "edition", "link", "file", "review_on"]


class EditionForm(_EditionForm):
    asks = procedures.ASKS | procedures.NEXT_ASKS | procedures.FILE_ASKS

    file = _pdf()
    what_changed = TextareaField(
        _("What changed since the edition before?"),
        hint=_("Who has read that one is told so."),
        rows=4,
        max_length=2000,
    )
    field_order = ["edition", "what_changed", "link", "file", "review_on"]


class WithdrawProcedureForm(Form):
    asks = procedures.WITHDRAW_ASKS

    why = TextField(_("Why is it withdrawn, and what stands in its place?"), max_length=300)
