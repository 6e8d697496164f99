"""What all fields share, and those in which somebody types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from heard.govuk.environment import macro

if TYPE_CHECKING:
    from heard.govuk.forms.bound import BoundField


_DJANGOS = forms.Field.default_error_messages["required"]  # says nothing of what is asked
_NEXT_SENTENCE = re.compile(r"[.?!]”? (?=[A-Z“])")


def as_error(text: str) -> str:
    """As on GOV.UK: one sentence that says what is wrong has no full stop; of several, each has one."""
    text = text.strip()
    if not _NEXT_SENTENCE.search(text):
        return text.removesuffix(".")
    return text if text.endswith((".", "?", "!", "”")) else f"{text}."


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
        if self.required and value in self.empty_values and self.error_messages["required"] is _DJANGOS:
            raise ValidationError(missing_answer(str(self.label or "")), code="required")
        most = getattr(self, "max_length", None)
        if most and isinstance(value, str) and len(value) > most:
            said = {"label": self.label, "most": f"{most:,}", "now": f"{len(value):,}"}
            raise ValidationError(
                _("Shorten “%(label)s” to %(most)s characters: it has %(now)s") % said, code="max_length"
            )
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


MOST_LETTERS: Final = 20_000  # in one box: some ten printed pages


class TextareaField(Drawn, forms.CharField):
    """Several lines of text; with `count`, says how many characters are left. `max_length` None has no end."""

    def __init__(
        self,
        label: Any = None,
        *,
        rows: int = 5,
        count: bool = False,
        spellcheck: bool = True,
        max_length: int | None = MOST_LETTERS,
        **kwargs: Any,
    ) -> None:
        self.rows, self.count, self.spellcheck = rows, count, spellcheck
        super().__init__(label, max_length=max_length, **kwargs)

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
