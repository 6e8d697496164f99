"""Shape and wording of what people enter about engine runs."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from heard.govuk.environment import in_words, time
from heard.govuk.forms import (
    CheckboxesField,
    DateField,
    FileField,
    Form,
    RadiosField,
    TextareaField,
    TextField,
)
from heard.insight.run import rules
from heard.insight.run.models import EngineRun
from heard.insight.run.queries import Identity
from heard.insight.run.rules import FileKind, RunPart, bases
from heard.network.queries import Hit
from heard.network.words import why_alike


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(FileField):
    """Several files at once; the cleaned value is a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        one_by_one = data if isinstance(data, list) else [data] if data else []
        return [super(ManyFilesField, self).clean(file, initial) for file in one_by_one]


THESE, ANY = "these", "any"
EVERY = "every"
_COMPARES_ALL = (_("All of them"), _("The weights are learnt from these records."))


def _compares_new(kept: EngineRun) -> tuple[str, Any]:
    label = _("Only what is new or changed, with the weights of the run of %(day)s") % {
        "day": time(kept.asked_at)
    }
    return label, _("Quicker. Two records that are as they were then keep the weight that they had.")


class StartForm(Form):
    asks = rules.START_ASKS
    folds = MappingProxyType(
        {
            _("Other than usual: the day, the months, and how records are read and compared"): (
                "as_of",
                "window",
                "mapping",
                "pairs",
            ),
        }
    )

    purpose = TextareaField(
        _("What is this run for?"),
        hint=_("It reads many children’s records, so say why. Your sentence is kept with the result."),
        rows=2,
    )
    basis = RadiosField(
        _("On what lawful basis are these records brought together?"),
        hint=_("Ask your data protection officer where you are not sure. Consent is no basis for a run."),
        choices=[(basis.id, basis.label, basis.help) for basis in bases().values()],
    )
    basis_words = TextField(
        _("Which law, task or agreement is it?"),
        hint=_("Also the condition for special category data, such as health."),
    )
    keep_until = DateField(
        _("Until which day is the list needed?"),
        hint=_(
            "After this day Heard destroys the list, the records behind it and what you uploaded. What people decided stays."
        ),
        called=_("The last day on which the list is needed"),
    )
    extracts = CheckboxesField(
        _("Extracts waiting in the folder"),
        hint=_("Agencies put them there. Choose those that belong together."),
        required=False,
    )
    uploads = ManyFilesField(
        _("Or upload extracts"),
        hint=_(
            "CIN census XML, an SSDA903 return as CSV or XML, an Annex A workbook, or any CSV, Excel or Parquet: you are asked what its columns mean where no mapping says so."
        ),
        required=False,
        attributes={"multiple": "multiple"},
    )
    mapping = FileField(
        _("A mapping of your own"),
        hint=_("YAML. Needed only where your files have other columns than the partnership’s mapping says."),
        required=False,
    )
    as_of = DateField(
        _("As of which day?"),
        hint=_(
            "The twelve months up to this day are looked at. Leave it empty for the last day that most sources reach."
        ),
        called=_("The day"),
        past=True,
        required=False,
    )
    window = RadiosField(
        _("Which months?"),
        choices=[
            (THESE, _("The twelve months up to that day"), _("Who shows enough signs now.")),
            (
                ANY,
                _("Any twelve months up to that day"),
                _("Also who showed enough at some time before. The first such twelve months are shown."),
            ),
        ],
        initial=THESE,
        required=False,
        says_optional=False,  # one of them is chosen already
    )

    pairs = RadiosField(
        _("Which records are compared?"),
        hint=_(
            "Children keep their keys either way. Compare all once in a while, and whenever a source is new or its records are of another kind."
        ),
        choices=[],
        initial=EVERY,
        required=False,
        says_optional=False,  # one of them is chosen already
    )

    def clean_uploads(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["uploads"]
        if refusal := rules.why_not_upload(file.name for file in files):
            raise forms.ValidationError(in_words(refusal))
        return files

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        kept = self.kept_run if answers.pop("pairs", "") not in ("", EVERY) else None
        return answers | {"any_window": answers.pop("window", THESE) == ANY, "weights_of": kept}

    def __init__(
        self, *args: Any, waiting: list[str], kept_run: EngineRun | None = None, **kwargs: Any
    ) -> None:
        """`kept_run`: the run whose weights a new one can keep, where there is one."""
        super().__init__(*args, **kwargs)
        self.kept_run = kept_run
        _offer(self, "extracts", [(name, name) for name in waiting])
        if not waiting:
            del self.fields["extracts"]
        if kept_run is None:
            del self.fields["pairs"]
        else:
            _offer(self, "pairs", [(EVERY, *_COMPARES_ALL), (str(kept_run.pk), *_compares_new(kept_run))])


class RevealForm(Form):
    asks = rules.REVEAL_ASKS

    reason = TextareaField(
        _("Why do you need to know who this child is?"),
        hint=_(
            "Names stay hidden until somebody needs them. Your reason is kept, and the child may read it."
        ),
        rows=3,
    )


class OutForm(Form):
    asks = rules.OUT_ASKS

    part = RadiosField(_("What do you take out?"), choices=[])
    kind = RadiosField(
        _("As what kind of file?"),
        choices=[
            (FileKind.BOOK, _("Excel workbook"), _("Each code with what it means.")),
            (FileKind.CSV, _("CSV"), _("The same as text.")),
            (FileKind.PARQUET, _("Parquet"), _("As the engine wrote it, for programs.")),
        ],
        initial=FileKind.BOOK,
    )
    reason = TextareaField(
        _("What is it for, and who gets it?"),
        hint=_("Outside Heard nobody sees who reads it, and nothing destroys it on its last day."),
        rows=3,
    )

    def __init__(self, *args: Any, parts: list[RunPart], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "part", [(part, *_PARTS[part]) for part in parts])


_PARTS = {
    RunPart.LIST: (_("The list"), _("Children by their keys, in no order of need.")),
    RunPart.EVIDENCE: (
        _("The record behind each sign"),
        _("With file and row, without the agency’s number for the child."),
    ),
    RunPart.SET_APART: (
        _("Who would be listed, but died or was an adult"),
        _("By their keys, each with the day."),
    ),
    RunPart.ISSUES: (_("What is wrong with the extracts"), _("Every issue, with what to do.")),
    RunPart.MONTHS: (_("What each source could see, month by month"), ""),
    RunPart.KNOWN: (_("How much is known of each sign"), ""),
    RunPart.QUALITY: (
        _("How good the links are"),
        _("What share is expected to be right and found, by group."),
    ),
    RunPart.REPORTS: (
        _("A report for each agency of its files"),
        _("A ZIP of CSV files, to give to them: no child is named."),
    ),
}


NEW = "new"


class OpenForm(Form):
    """Which child of ours this is, and why a concern is opened."""

    asks = rules.OPEN_ASKS

    child = RadiosField(
        _("Do we know this child already?"), missing=_("Choose the child, or say that it is a new record.")
    )
    given_name = TextField(_("First name"), required=False)
    family_name = TextField(_("Family name"), required=False)
    reason = TextareaField(
        _("Why do you open a worry?"),
        hint=_("The machine only lists. A person decides, and this is that decision’s reason."),
        rows=4,
    )

    def __init__(self, *args: Any, identity: Identity, hits: list[Hit], **kwargs: Any) -> None:
        given, family = identity.names[0] if identity.names else ("", "")
        chosen = {} if hits else {"child": NEW}
        begin = {"given_name": given, "family_name": family} | chosen
        super().__init__(*args, **kwargs | {"initial": begin | (kwargs.get("initial") or {})})
        known = [(str(hit.person_id), _hit(hit), why_alike(hit.reasons)) for hit in hits]
        _offer(self, "child", [*known, (NEW, _("No: make a new record with the name below"))])

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        named = answers.get("given_name") or answers.get("family_name")
        if answers.get("child") == NEW and not named:
            self.add_error(
                "given_name", _("Enter at least one name. If nobody knows any, ask the agencies first.")
            )
        return answers


def _offer(form: Form, name: str, choices: list[Any]) -> None:
    field: Any = form.fields[name]
    field.choices = choices


def _hit(hit: Hit) -> str:
    born = hit.birth_date.strftime("%-d %B %Y") if hit.birth_date else str(_("date of birth not known"))
    return ", ".join(part for part in (hit.name, born, hit.postcode_district) if part)
