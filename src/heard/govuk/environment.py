"""The Jinja2 environment that every page is drawn with.

Our own templates are strict: a name that nobody set raises, so that a slip fails a test instead of leaving a gap.
The GOV.UK macros lean on missing names being empty; they live in a second, lenient environment that
`get_template` reaches by their prefix.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.middleware.csrf import get_token
from django.template import engines
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader, StrictUndefined, Template
from markupsafe import Markup, escape

_PREFIX = "govuk_frontend_jinja"


class _Heard(Environment):
    lenient: Environment

    def get_template(self, name: Any, parent: Any = None, globals: Any = None) -> Template:
        """Hands GOV.UK's own templates to the lenient environment, everything else to ours."""
        if isinstance(name, str) and name.startswith(_PREFIX + "/"):
            return self.lenient.get_template(name)
        return super().get_template(name, parent, globals)


def _language() -> str:
    """For the `lang` of a page. What nobody has checked yet is of the same language."""
    return (translation.get_language() or "").removesuffix("-draft")


def in_words(sentence: str) -> str:
    """A sentence of the rules in the reader's language, with its values where it has any (`heard.agencies.rules.Filled`)."""
    message, values = getattr(sentence, "message", None), getattr(sentence, "values", None)
    if message is None or values is None:
        return translation.gettext(sentence)
    return translation.gettext(message) % values


def _marked_up(sentence: str) -> str:
    """The same for Jinja, which takes it for markup that values may still be put into."""
    if not hasattr(sentence, "message"):
        return translation.gettext(sentence)
    return str(escape(in_words(sentence))).replace("%", "%%")


def environment(**options: Any) -> Environment:
    """Called by Django with its loader and autoescape on."""
    env = _Heard(
        **options | {"undefined": StrictUndefined, "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"]}
    )
    env.install_gettext_callables(_marked_up, translation.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(url=_url, static=static, language=_language, csrf_token=get_token)
    env.filters.update(
        day=day,
        short_day=short_day,
        time=time,
        clock=clock,
        ago=naturaltime,
        number=number,
        how_read=how_read,
    )
    env.tests["pair"] = _is_pair
    env.lenient = Environment(
        loader=PrefixLoader({_PREFIX: PackageLoader(_PREFIX)}),
        autoescape=True,
        undefined=ChainableUndefined,
        auto_reload=False,
    )
    env.lenient.globals = env.globals  # the same ones, else Jinja draws each macro file anew on every import
    return env


def macro(component: str, params: dict[str, Any]) -> Markup:
    """One GOV.UK component, such as `macro("date-input", {...})`, with the parameters of its documentation."""
    name = "govuk" + "".join(part.title() for part in component.split("-"))
    template = engines["jinja2"].env.get_template(f"{_PREFIX}/components/{component}/macro.html")  # type: ignore[attr-defined]
    drawn: Markup = getattr(template.module, name)(params)
    return drawn


def _url(name: str, **kwargs: Any) -> str:
    """`{{ url("child", person_id=person.id) }}`"""
    return reverse(name, kwargs=kwargs or None)


def _is_pair(cell: Any) -> bool:
    """`(text, "numeric")`. To Jinja a lazy string is a sequence, too."""
    return isinstance(cell, tuple | list)


def day(value: Any) -> str:
    """A date as people write it: 3 March 2026."""
    return date_format(localtime(value) if hasattr(value, "tzinfo") else value, "j F Y") if value else ""


def short_day(value: Any) -> str:
    """A date in a table with many columns: 3 Mar 2026."""
    return date_format(localtime(value) if hasattr(value, "tzinfo") else value, "j M Y") if value else ""


def day_and_month(value: Any) -> str:
    """A date of these weeks, in a line with many others: 3 Mar."""
    return date_format(localtime(value) if hasattr(value, "tzinfo") else value, "j M") if value else ""


def time(value: Any) -> str:
    """A date and time as people write it: 3 March 2026, 2:05pm."""
    if not value:
        return ""
    return f"{date_format(localtime(value), 'j F Y')}, {clock(value)}"


def clock(value: datetime) -> str:
    """A time of day as people write it: 2:05pm."""
    there = localtime(value)
    return f"{there:%-I:%M}{there:%p}".replace("AM", "am").replace("PM", "pm")


def how_read(confidence: str) -> str:
    """How a source of the knowledge was read: in the original (A), or in what quotes it (B)."""
    if confidence == "A":
        return translation.gettext("Read in the original or an official file.")
    return translation.gettext("Read in a source that quotes it.")


def number(value: Any) -> str:
    """A count as people write it: 1,866."""
    return number_format(value, use_l10n=True, force_grouping=True)
