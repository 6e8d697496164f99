"""A form that remembers what was typed, and each of its fields with what was typed into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from types import MappingProxyType
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from heard.govuk.dates import PARTS
from heard.govuk.environment import in_words, macro
from heard.govuk.forms.bound import BoundField, Elsewhere
from heard.govuk.forms.days import DateField
from heard.govuk.forms.fields import as_error


def _is_given(answer: Any) -> bool:
    """Of a date: any of its parts."""
    return any(answer.values()) if isinstance(answer, Mapping) else bool(answer)


class Form(forms.Form):
    """A form that remembers what was typed, also where it is wrong, so that a draft loses nothing."""

    bound_field_class = BoundField
    use_required_attribute = False  # the browser's own bubbles are neither plain nor translated
    elsewhere: Mapping[str, Elsewhere] = MappingProxyType({})  # by the name of the field
    asks: Mapping[str, str] = MappingProxyType(
        {}
    )  # of a rule: each the error of the declared field of that name
    folds: Mapping[Any, tuple[str, ...]] = MappingProxyType(
        {}
    )  # what is asked later or seldom changed: a heading, and the fields beneath it, folded away until one of them holds something of its own
    kept: Any = None  # how the server keeps what is typed: see `heard.agencies.drafts.forms`

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, sentence in self._asked().items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = _(sentence)

    def _asked(self) -> Mapping[str, str]:
        """What the form asks for, and before it what the forms do that it is made from."""
        classes = [kind for kind in reversed(type(self).__mro__) if "asks" in vars(kind)]
        return dict(chain.from_iterable(kind.asks.items() for kind in classes))  # type: ignore[attr-defined]

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
        elsewhere = {name for _parent, _value, name in self._revealed()}.union(*self.folds.values())
        drawn = [field.component() for field in self if field.name not in elsewhere]
        return Markup("\n").join([*drawn, self.folded()])

    def folded(self) -> Markup:
        """What is asked later or seldom changed, beneath the headings of `folds`."""
        return Markup("\n").join(self._fold(*fold) for fold in self.folds.items())

    def _fold(self, heading: Any, names: tuple[str, ...]) -> Markup:
        fields = [self[name] for name in names if name in self.fields]
        html = Markup("\n").join(field.component() for field in fields)
        holds = any(field.errors or (_is_given(field.answer) and not field.is_as_usual) for field in fields)
        return macro("details", {"summaryText": str(heading), "html": html, "open": holds})

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
        """And the question of that choice is asked itself, where it stands beneath another."""
        chosen = self[parent].answer
        return value in (chosen if isinstance(chosen, list) else [chosen]) and not self.beneath_another(
            parent
        )

    def refused(self, why_not: str, field: str | None = None) -> None:
        """The rules do not allow what was sent: their sentence is an error of that field, or of the whole form."""
        self.add_error(field if field in self.fields else None, in_words(why_not))

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
