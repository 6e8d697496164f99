"""Forms and fields that are drawn as GOV.UK components.

A field takes Django's own arguments (`label`, `required`, `initial`, `max_length`, …) and these:

`hint`          a sentence under the label (Django's `help_text` is the same thing)
`missing`       the error where a required answer is not there; a plain one is made from the label
`heading`       True where the label is the heading of the page (one thing per page)
`says_optional` False where the page says once that nothing has to be answered, so that not every label says so
`size`          of the label or legend: "s", "m", "l" or "xl"
`attributes`    further attributes of the input, such as `{"hx-get": …}`
`autocomplete`, `inputmode`, `spellcheck`, `width` (in characters: 2, 3, 4, 5, 10, 20, 30), `rows`, `count` (shows
how many characters are left of `max_length`)

`choices` of RadiosField, CheckboxesField and SelectField are pairs, or triples whose third is a hint.
`reveals={"yes": "why", "no": ("who", "by_when")}` draws fields beneath a choice; they are required only where that was chosen.

A page draws `{{ form.error_summary() }}` on top and `{{ form.why.component() }}` or `{{ form.components() }}` below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from heard.govuk.dates import PARTS, Problem, read_date
from heard.govuk.environment import day, macro

CHOOSE = "kept-choice-"  # before the name of a field: which of two versions stays, the user's or the record's


_NEXT_SENTENCE = re.compile(r"[.?!]”? (?=[A-Z“])")


def as_error(text: str) -> str:
    """As on GOV.UK: one sentence that says what is wrong has no full stop; of several, each has one."""
    text = text.strip()
    if not _NEXT_SENTENCE.search(text):
        return text.removesuffix(".")
    return text if text.endswith((".", "?", "!", "”")) else f"{text}."


@dataclass(frozen=True)
class Elsewhere:
    """What somebody else wrote into the record while this form was being filled in.

    `says` is the record's answer as text, `by` who wrote it and when ("" where that is not known). `taken`: the field
    holds the record's answer, since the user had typed nothing of their own into it; else they choose which one stays.
    """

    says: str
    by: str = ""
    taken: bool = False


class BoundField(forms.BoundField):
    """A field of a form with what the user typed; `component()` draws it."""

    def component(self) -> Markup:
        """Label, hint, error and input. A hidden field draws its input alone."""
        if isinstance(self.field, Drawn) and not self.is_hidden:
            return self.field.draw(self) + self._elsewhere()
        return Markup(self.as_widget())  # noqa: S704 - Django's widgets escape

    def _elsewhere(self) -> Markup:
        """Beneath the field: what the record says now, where somebody changed it meanwhile."""
        other = cast(Form, self.form).elsewhere.get(self.name)
        if other is None:
            return Markup("")
        context = {"other": other, "choose": CHOOSE + self.html_name, "id": self.auto_id, "label": self.label}
        return Markup(render_to_string("govuk/elsewhere.html", context))  # noqa: S704 - the template escapes

    @property
    def answer(self) -> Any:
        """What the user typed, or what the form began with: text, list of texts, or a date's three parts."""
        value = self.value()
        return self.field.answer(value) if isinstance(self.field, Drawn) else value

    @property
    def link(self) -> str:
        """The id that the error summary leads to."""
        if isinstance(self.field, DateField):
            return f"{self.auto_id}-{(self.wrong_parts or PARTS)[0]}"
        return self.auto_id

    @property
    def wrong_parts(self) -> tuple[str, ...]:
        """Of a date: the boxes to mark."""
        problems = self.form.errors.as_data().get(self.name, [])
        return tuple((getattr(problems[0], "params", None) or {}).get("parts", PARTS)) if problems else ()


class Form(forms.Form):
    """A form that remembers what was typed, also where it is wrong, so that a draft loses nothing."""

    bound_field_class = BoundField
    use_required_attribute = False  # the browser's own bubbles are neither plain nor translated
    elsewhere: Mapping[str, Elsewhere] = MappingProxyType({})  # by the name of the field
    kept: Any = None  # how the server keeps what is typed: see `heard.agencies.kept`

    def __getitem__(self, name: str) -> BoundField:
        return cast(BoundField, super().__getitem__(name))

    def __iter__(self) -> Iterator[BoundField]:
        return (self[name] for name in self.fields)

    def error_summary(self) -> Markup:
        """What is wrong, each with a link to its input. Empty where nothing is."""
        if not self.errors:
            return Markup("")
        listed: list[dict[str, str]] = []
        for name, problems in self.errors.items():
            href = "" if name == NON_FIELD_ERRORS else f"#{self[name].link}"
            listed += [{"text": as_error(str(problem)), "href": href} for problem in problems]
        return macro("error-summary", {"titleText": _("There is a problem"), "errorList": listed})

    def components(self) -> Markup:
        """All fields in their order; those that a choice reveals are drawn beneath that choice."""
        revealed = {name for _parent, _value, name in self._revealed()}
        return Markup("\n").join(field.component() for field in self if field.name not in revealed)

    def answers(self) -> dict[str, Any]:
        """What was typed, fit for JSON, for a draft. Give it to `initial` or to `filled` to go on. No files."""
        return {field.name: field.answer for field in self if not isinstance(field.field, forms.FileField)}

    @classmethod
    def filled(cls, answers: Mapping[str, Any], **kwargs: Any) -> Form:
        """The form as if these answers had been sent: to check a draft before it is final."""
        form = cls(**kwargs)
        data = QueryDict(mutable=True)
        for name, field in form.fields.items():
            value = answers.get(name)
            for key, texts in as_sent(form.add_prefix(name), field, value):
                data.setlist(key, texts)
        return cls(data, **kwargs)

    def _revealed(self) -> Iterable[tuple[str, str, str]]:
        """(field with the choice, the choice, the field beneath it)"""
        for parent, field in self.fields.items():
            for value, names in getattr(field, "reveals", {}).items():
                yield from ((parent, value, name) for name in names)

    def beneath_another(self, name: str) -> bool:
        """Whether this field belongs to a choice that is not the one that was made."""
        over = [(parent, value) for parent, value, field in self._revealed() if field == name]
        return bool(over) and not any(self._is_chosen(parent, value) for parent, value in over)

    def _is_chosen(self, parent: str, value: str) -> bool:
        chosen = self[parent].answer
        return value in (chosen if isinstance(chosen, list) else [chosen])

    def refused(self, why_not: str, field: str | None = None) -> None:
        """The rules do not allow what was sent: their sentence is an error of that field, or of the whole form."""
        self.add_error(field if field in self.fields else None, _(why_not))

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        for name, other in self.elsewhere.items():
            sentence = _TAKEN if other.taken else _CHOOSE
            self.add_error(name, sentence % {"label": self[name].label})

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for parent, value, name in self._revealed():
            if not self._is_chosen(parent, value) and name in self.errors:
                del self.errors[name]
                self.cleaned_data[name] = getattr(self.fields[name], "empty_value", None)


_CHOOSE = gettext_lazy(
    "“%(label)s”: somebody else changed this while you were writing. Choose which one stays, then send it again"
)
_TAKEN = gettext_lazy(
    "“%(label)s”: somebody else changed this while you were writing. Look at what they wrote, then send it again"
)


def as_sent(key: str, field: forms.Field, value: Any) -> list[tuple[str, list[str]]]:
    if isinstance(field, DateField):
        parts = field.answer(value)
        return [(f"{key}-{part}", [parts[part]]) for part in PARTS]
    if value is None or value is False:
        return []
    texts = value if isinstance(value, list) else [value]
    return [(key, [str(text) for text in texts])]


class Drawn(forms.Field):
    """What the fields share. Mixed in before Django's own field."""

    component_name = ""

    def __init__(
        self,
        label: Any = None,
        *,
        hint: Any = "",
        missing: Any = "",
        heading: bool = False,
        says_optional: bool = True,
        size: str = "",
        attributes: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        if hint:
            kwargs["help_text"] = hint
        if missing:
            kwargs["error_messages"] = {"required": missing} | kwargs.get("error_messages", {})
        self.heading, self.size, self.attributes = heading, size or ("l" if heading else ""), attributes or {}
        self.says_optional = says_optional
        self._says_what_is_missing = "required" in kwargs.get("error_messages", {})
        super().__init__(label=label, **kwargs)

    def draw(self, bound: BoundField) -> Markup:
        return macro(self.component_name, self.params(bound))

    def params(self, bound: BoundField) -> dict[str, Any]:
        params: dict[str, Any] = {
            "id": bound.auto_id,
            "idPrefix": bound.auto_id,
            "name": bound.html_name,
            "attributes": {key: str(value) for key, value in self.attributes.items()},
        }
        if self.help_text:
            params["hint"] = {"html": escape(str(self.help_text))}
        if bound.errors:
            params["errorMessage"] = {
                "html": Markup("<br>").join(as_error(str(problem)) for problem in bound.errors),
                "visuallyHiddenText": _("Error"),
            }
        return params

    def answer(self, value: Any) -> Any:
        return "" if value is None else str(value)

    def shown(self, answer: Any) -> str:
        """An answer as people read it."""
        return str(answer)

    def validate(self, value: Any) -> None:
        if self.required and value in self.empty_values and not self._says_what_is_missing:
            raise ValidationError(missing_answer(str(self.label or "")), code="required")
        super().validate(value)

    def _title(self, bound: BoundField, kind: str) -> dict[str, Any]:
        """Label or legend."""
        text = str(bound.label)
        if self.says_optional and not self.required and not self.heading:
            text = _("%(label)s (optional)") % {"label": text}
        classes = f"govuk-{kind}--{self.size}" if self.size else ""
        return {"text": text, "classes": classes, "isPageHeading": self.heading}


def missing_answer(label: str) -> str:
    """The sentence for a required answer that is not there."""
    if label.endswith("?"):
        return _("Answer the question “%(label)s”") % {"label": label}
    word, _space, rest = label.partition(" ")
    first = word if word.isupper() or not word[1:].islower() else word.lower()
    return _("Enter %(label)s") % {"label": f"{first} {rest}".strip()}


class TextField(Drawn, forms.CharField):
    """One line of text."""

    component_name = "input"
    input_type = "text"

    def __init__(
        self,
        label: Any = None,
        *,
        autocomplete: str = "",
        inputmode: str = "",
        width: int = 0,
        spellcheck: bool | None = None,
        **kwargs: Any,
    ) -> None:
        self.autocomplete, self.inputmode, self.spellcheck = autocomplete, inputmode, spellcheck
        self.classes = f"govuk-input--width-{width}" if width else ""
        super().__init__(label, **kwargs)

    def params(self, bound: BoundField) -> dict[str, Any]:
        value = bound.value()
        params = super().params(bound) | {
            "label": self._title(bound, "label"),
            "classes": self.classes,
            "type": self.input_type,
            "value": "" if value is None else str(value),
        }
        for key in ("autocomplete", "inputmode", "spellcheck"):
            if getattr(self, key) not in ("", None):
                params[key] = getattr(self, key)
        return params


class PasswordField(TextField):
    """A password, with a button that shows it. Never drawn again with what was typed."""

    component_name = "password-input"

    def __init__(self, label: Any = None, *, autocomplete: str = "current-password", **kwargs: Any) -> None:
        super().__init__(label, autocomplete=autocomplete, strip=False, **kwargs)

    def params(self, bound: BoundField) -> dict[str, Any]:
        return super().params(bound) | {
            "value": "",
            "showPasswordText": _("Show"),
            "hidePasswordText": _("Hide"),
            "showPasswordAriaLabelText": _("Show password"),
            "hidePasswordAriaLabelText": _("Hide password"),
            "passwordShownAnnouncementText": _("Your password is visible"),
            "passwordHiddenAnnouncementText": _("Your password is hidden"),
        }

    def answer(self, value: Any) -> str:
        """A draft never keeps a password."""
        return ""


class TextareaField(Drawn, forms.CharField):
    """Several lines of text; with `count`, says how many characters are left."""

    def __init__(
        self, label: Any = None, *, rows: int = 5, count: bool = False, spellcheck: bool = True, **kwargs: Any
    ) -> None:
        self.rows, self.count, self.spellcheck = rows, count, spellcheck
        super().__init__(label, **kwargs)

    def draw(self, bound: BoundField) -> Markup:
        counted = self.count and self.max_length
        return macro("character-count" if counted else "textarea", self.params(bound))

    def params(self, bound: BoundField) -> dict[str, Any]:
        value = bound.value()
        params = super().params(bound) | {
            "label": self._title(bound, "label"),
            "rows": self.rows,
            "spellcheck": self.spellcheck,
            "value": "" if value is None else _with_line_ends(str(value)),
        }
        return params | ({"maxlength": self.max_length} if self.count else {})


def _with_line_ends(text: str) -> Markup:
    """The text of a box with its line ends as entities: beneath a choice GOV.UK's macros indent what they are given, and
    would put spaces before each line of what somebody typed."""
    lines = text.replace("\r\n", "\n").split("\n")
    return Markup("&#10;").join(lines)


class FileField(Drawn, forms.FileField):
    """A file to send. The form's tag needs `enctype`: `ui.form(csrf_input, files=True)`."""

    component_name = "file-upload"

    def params(self, bound: BoundField) -> dict[str, Any]:
        return super().params(bound) | {"label": self._title(bound, "label")}


class _Choices(Drawn, forms.ChoiceField):
    """Pairs, or triples with a hint; groups of choices are not used in Heard."""

    def __init__(
        self,
        label: Any = None,
        *,
        choices: Any = (),
        reveals: Mapping[str, str | tuple[str, ...]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.reveals = reveals or {}
        super().__init__(label, choices=choices, **kwargs)

    @property
    def reveals(self) -> dict[str, tuple[str, ...]]:
        return self._reveals

    @reveals.setter
    def reveals(self, reveals: Mapping[str, str | tuple[str, ...]]) -> None:
        self._reveals = {
            value: (names,) if isinstance(names, str) else names for value, names in reveals.items()
        }

    def _get_choices(self) -> Any:
        return self._choices

    def _set_choices(self, choices: Any) -> None:
        rows = [tuple(row) for row in getattr(choices, "choices", choices)]
        self.hints = {str(row[0]): row[2] for row in rows if len(row) > 2}
        self._choices = self.widget.choices = [(row[0], row[1]) for row in rows]

    choices = property(_get_choices, _set_choices)

    def shown(self, answer: Any) -> str:
        chosen = answer if isinstance(answer, list) else [answer]
        return "\n".join(str(text) for value, text in self.choices if value != "" and str(value) in chosen)

    def items(self, bound: BoundField) -> list[dict[str, Any]]:
        chosen = bound.answer
        return [self._item(bound, str(value), text, chosen) for value, text in self.choices]

    def _item(self, bound: BoundField, value: str, text: Any, chosen: Any) -> dict[str, Any]:
        marked = value in chosen if isinstance(chosen, list) else value == chosen
        item: dict[str, Any] = {"value": value, "text": str(text), "checked": marked, "selected": marked}
        if value in self.hints:
            item["hint"] = {"text": str(self.hints[value])}
        if value in self.reveals:
            drawn = (cast(Form, bound.form)[name].component() for name in self.reveals[value])
            item["conditional"] = {"html": Markup("\n").join(drawn)}
        return item

    def params(self, bound: BoundField) -> dict[str, Any]:
        return super().params(bound) | {
            "fieldset": {"legend": self._title(bound, "fieldset__legend")},
            "items": self.items(bound),
        }


class RadiosField(_Choices):
    """One of several. `inline` lays two short answers side by side."""

    component_name = "radios"
    widget = forms.RadioSelect

    def __init__(
        self, label: Any = None, *, inline: bool = False, small: bool = False, **kwargs: Any
    ) -> None:
        looks = {"govuk-radios--inline": inline, "govuk-radios--small": small}
        self.classes = " ".join(name for name, wanted in looks.items() if wanted)
        super().__init__(label, **kwargs)

    def params(self, bound: BoundField) -> dict[str, Any]:
        return super().params(bound) | {"classes": self.classes}


class CheckboxesField(_Choices, forms.MultipleChoiceField):
    """Any of several; the cleaned value is a list."""

    component_name = "checkboxes"
    widget = forms.CheckboxSelectMultiple

    def answer(self, value: Any) -> list[str]:
        return [str(text) for text in value or []]


class SelectField(_Choices):
    """One of many, in a list. Prefer RadiosField for fewer than ten."""

    component_name = "select"

    def params(self, bound: BoundField) -> dict[str, Any]:
        return super().params(bound) | {"label": self._title(bound, "label")}

    def items(self, bound: BoundField) -> list[dict[str, Any]]:
        blank = {"value": "", "text": _("Choose one")}
        return super().items(bound) if "" in dict(self.choices) else [blank, *super().items(bound)]


class _ThreeBoxes(forms.Widget):
    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        return {part: str(data.get(f"{name}-{part}", "")) for part in PARTS}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return all(f"{name}-{part}" not in data for part in PARTS)


class DateField(Drawn):
    """Day, month and year in three boxes; the cleaned value is a date, or None.

    `called` begins the sentences of its errors: "Date of birth must include a year".
    `past` refuses a day after today.
    """

    component_name = "date-input"
    widget = _ThreeBoxes
    empty_value = None

    def __init__(
        self,
        label: Any = None,
        *,
        called: Any = None,
        past: bool = False,
        **kwargs: Any,
    ) -> None:
        self.called, self.past = called or gettext_lazy("The date"), past
        super().__init__(label, **kwargs)

    def clean(self, value: Any) -> date | None:
        read = read_date(**self.answer(value), called=str(self.called))
        if isinstance(read, Problem):
            raise ValidationError(read.text, code="date", params={"parts": read.parts})
        if read and self.past and read > localdate():
            raise ValidationError(
                _("%(date)s must be today or before") % {"date": self.called}, code="future"
            )
        self.validate(read)
        return read

    def answer(self, value: Any) -> dict[str, str]:
        """The three parts as typed, from a date, its ISO text, or the parts themselves."""
        if isinstance(value, str) and value:
            value = _from_iso(value)
        if isinstance(value, date):
            return {"day": str(value.day), "month": str(value.month), "year": str(value.year)}
        parts = value if isinstance(value, Mapping) else {}
        return {part: str(parts.get(part) or "") for part in PARTS}

    def shown(self, answer: Any) -> str:
        read = read_date(**answer, called="")
        return (
            day(read) if isinstance(read, date) else " ".join(answer[part] for part in PARTS if answer[part])
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.answer(initial) != self.answer(data)

    def params(self, bound: BoundField) -> dict[str, Any]:
        labels = {"day": _("Day"), "month": _("Month"), "year": _("Year")}
        items = []
        for part in PARTS:
            classes = f"govuk-input--width-{4 if part == 'year' else 2}"
            if part in bound.wrong_parts:
                classes += " govuk-input--error"
            name, value = f"{bound.html_name}-{part}", bound.answer[part]
            # A month may be a name, which a keypad of digits cannot type.
            mode = "text" if part == "month" else "numeric"
            box = {"id": f"{bound.auto_id}-{part}", "name": name, "label": labels[part], "value": value}
            items.append(box | {"classes": classes, "inputmode": mode})
        legend = self._title(bound, "fieldset__legend")
        return super().params(bound) | {"fieldset": {"legend": legend}, "items": items}


def _from_iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
