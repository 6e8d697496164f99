"""Which languages there are, and whether somebody who speaks one has checked all that is said in it."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

WELSH: Final = "cy"
AS_IT_IS: Final = "cy-draft"  # with what nobody has checked yet


def all_is_checked() -> bool:
    """Whether somebody who speaks it has checked every sentence: then there is nothing left to compile as it is."""
    return not (settings.LOCALE / "cy_Draft").exists()


def checked(chosen: str) -> str:
    """The language of a page on which a wrong word could leave a child in danger: what was chosen once all of it is checked, else English."""
    is_there = chosen in dict(settings.LANGUAGES) and (chosen != WELSH or all_is_checked())
    return chosen if is_there else settings.LANGUAGE_CODE


def why_english() -> str:
    """In Welsh, for whoever chose it."""
    with translation.override(AS_IT_IS):
        return _(
            "This page is in English: nobody who speaks Welsh has checked its words yet, and here a wrong one could leave a child "
            "in danger."
        )
