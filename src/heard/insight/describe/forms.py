"""What a table is and what its columns mean, a question for each; and what a run asks of its sources as a whole."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from heard.govuk.forms import DateField, Form, SelectField, TextField
from heard.insight.describe import rules
from heard.insight.describe.queries import Look
from heard.insight.mapping.rules import KEEP_ASKS
from heard.insight.run.rules import DAY_ASKS


class DescribeForm(Form):
    asks = KEEP_ASKS

    agency = SelectField(
        gettext_lazy("Whose file is it?"),
        hint=gettext_lazy(
            "By the name that other extracts of the same agency have: agencies are counted by it."
        ),
    )

    def __init__(self, *args: Any, look: Look, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._look = look
        agency: Any = self.fields["agency"]
        agency.choices = [("", _("Choose one")), *((name, name) for name in look.agencies)]
        for place, column in enumerate(look.columns):
            self.fields[f"c{place}"] = SelectField(column["column"], choices=_means(column, look))
        signs = [(item, label) for item, label in look.items.items()]
        self.fields["every_row"] = SelectField(
            _("What does each row show?"),
            hint=_("Such as being missing, where each row is an episode."),
            choices=[(rules.NOT_READ, _("Nothing by itself")), *signs],
        )
        self.fields["dates"] = SelectField(
            _("How are days written?"),
            choices=[
                (rules.AS_FOUND, _as_found(look)),
                (rules.DAY, _("The day before the month, as 31/12/2024")),
                (rules.MONTH, _("The month before the day, as 12/31/2024")),
            ],
        )
        self.fields["name"] = TextField(
            _("What is the table called?"),
            hint=_("A word or two. Judgements know its records by it, so keep it."),
            max_length=60,
            missing=KEEP_ASKS["name"],
        )
        self.fields["files"] = TextField(
            _("For which files is this?"),
            hint=_(
                "Later files of such a name are read in the same way. * stands for what changes, such as a month."
            ),
            max_length=120,
            missing=KEEP_ASKS["files"],
        )

    @property
    def told(self) -> list[Any]:
        """Columns of which Heard guessed what they tell."""
        return [field for field, column in self._columns() if column["tells"]]

    @property
    def not_told(self) -> list[Any]:
        return [field for field, column in self._columns() if not column["tells"]]

    @property
    def guessed(self) -> list[Any]:
        """Of the table as a whole, what is seldom corrected."""
        return [self[name] for name in ("dates", "name", "files")]

    def means(self, field: Any) -> str:
        """What is chosen of a column, in words."""
        return str(dict(field.field.choices).get(field.value(), ""))

    def _columns(self) -> list[tuple[Any, dict[str, Any]]]:
        return [(self[f"c{place}"], column) for place, column in enumerate(self._look.columns)]


class AnswerForm(Form):
    """What a run asks of its sources as a whole. A return without a council stays by itself."""

    asks = DAY_ASKS

    as_of = DateField(
        gettext_lazy("Up to which day is to be counted?"),
        hint=gettext_lazy(
            "Proposed is the last day that most sources reach. Of a source that ends before it, nothing is known after its last day; what happened later is not counted."
        ),
        called=gettext_lazy("The day"),
        past=True,
    )

    def __init__(self, *args: Any, asks: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._councils = {f"council{place}": name for place, name in enumerate(asks["councils"])}
        if not asks["day"]:
            del self.fields["as_of"]
        for field, name in self._councils.items():
            self.fields[field] = TextField(name, max_length=20, required=False)

    @property
    def councils(self) -> list[Any]:
        return [self[field] for field in self._councils]

    def answers(self) -> dict[str, Any]:
        """As `run.actions.answer_run` takes them."""
        councils = {name: self.cleaned_data[field] for field, name in self._councils.items()}
        return {"as_of": self.cleaned_data.get("as_of"), "councils": councils}


def proposed(asks: dict[str, Any]) -> dict[str, Any]:
    return {"as_of": date.fromisoformat(asks["day"])} if asks["day"] else {}


def suggested(look: Look) -> dict[str, str]:
    """What the engine guessed."""
    guessed = {f"c{place}": column["tells"] or rules.NOT_READ for place, column in enumerate(look.columns)}
    chosen = {"every_row": rules.NOT_READ, "dates": rules.AS_FOUND}
    return guessed | chosen | {"agency": look.sender, "name": look.told["name"], "files": look.told["files"]}


def _as_found(look: Look) -> str:
    dates = look.told["dates"]
    return (
        _("As found: %(formats)s") % {"formats": ", ".join(dates)}
        if dates
        else _("It cannot be told: the day first")
    )


def _means(column: dict[str, Any], look: Look) -> list[tuple[str, str]]:
    """What a column can mean; and of its words, what was guessed of them, or which sign its yes shows."""
    choices = [(rules.NOT_READ, _("Not read")), *((field, _(label)) for field, label in rules.TELLS.items())]
    if column["rules"]:
        choices.append(
            (
                "items",
                _("Shows: %(signs)s") % {"signs": "; ".join(_shows(one, look) for one in column["rules"])},
            )
        )
    if column["yes"]:
        said = ", ".join(column["yes"])
        choices += [
            (f"yes:{item}", _("%(yes)s shows: %(sign)s") % {"yes": said, "sign": label})
            for item, label in look.items.items()
        ]
    return choices


def _shows(rule: dict[str, Any], look: Look) -> str:
    words = (
        _("%(number)s or more") % {"number": f"{rule['at_least']:g}"}
        if rule["at_least"] is not None
        else ", ".join(rule["values"])
    )
    return f"{look.items.get(rule['item'], rule['item'])} ({words})"
