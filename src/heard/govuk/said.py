"""What is said of something: a message and its values, put into words only where somebody reads it, in their language.

It is plain data (strings, numbers, lists and dicts), so that it can be kept as it is. Mark each message with
`gettext_noop`, which leaves it as it stands.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext, override

from heard.govuk.environment import day, time

type Text = str | dict[str, Any] | list[Any]


def say(message: str, **values: object) -> Text:
    """A message with its values: `say(_("Back: %(where)s"), where=episode.found_where)`."""
    return {"say": message} | (
        {"with": {name: plain(value) for name, value in values.items()}} if values else {}
    )


def moment(at: datetime | None) -> Text:
    """Said with the time of day; a datetime among values is said as its day."""
    return {"time": at.isoformat()} if at else ""


def choice(row: Any, field: str, *, small: bool = False) -> Text:
    """What the value of a field with choices is called. `small`: in a sentence."""
    with override(None):  # as it stands in the code, in no language
        called: str = getattr(row, f"get_{field}_display")()
    return "" if not called else {"small": say(called)} if small else say(called)


def joined(*said: object, by: str = ", ") -> Text:
    """Those that say something, one after the other."""
    parts = [one for one in map(plain, said) if one]
    return {"all": parts, "by": by} if parts else ""


def lines(*said: object) -> Text:
    """Those that say something, each on its own line."""
    return [one for one in map(plain, said) if one]


def labelled(label: str | Text, said: object) -> Text:
    """“Label: what is said”, or nothing where nothing is. The label is a message, or said already."""
    called, text = say(label) if isinstance(label, str) else label, plain(said)
    return {"label": called, "said": text} if text else ""


def quoted(text: str) -> Text:
    return f"“{text}”" if text else ""


def plain(value: object) -> Any:
    """As it is kept: a day, a text, or what is said already. Nothing is ''."""
    if isinstance(value, date):
        on = localtime(value).date() if isinstance(value, datetime) else value
        return {"day": on.isoformat()}
    if isinstance(value, str | dict | list):
        return value
    return "" if value is None else str(value)


def put(said: Text) -> str:
    """In the reader's language."""
    if isinstance(said, list):
        return "\n".join(filter(None, map(put, said)))
    if isinstance(said, str):
        return said
    match said:
        case {"say": message, "with": values}:
            return gettext(message) % {name: put(value) for name, value in values.items()}
        case {"say": message}:
            return gettext(message)
        case {"all": parts, "by": by}:
            return str(by).join(filter(None, map(put, parts)))
        case {"label": label, "said": text}:
            text = put(text).strip()
            return gettext("%(label)s: %(text)s") % {"label": put(label), "text": text} if text else ""
        case {"day": on}:
            return day(date.fromisoformat(on))
        case {"time": at}:
            return time(datetime.fromisoformat(at))
        case {"small": called}:
            return put(called).lower()
    raise ValueError(f"Nothing can be put into words of {sorted(said)}")
