"""What the parts of a record are called, on screen and on paper."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from heard.cases.pack.rules import Give, Part

PARTS: Final[dict[Part, Any]] = {
    Part.IDENTITY: _("Who the child is, and who is around them"),
    Part.WORDS: _("What the child said"),
    Part.WORRIES: _("Worries"),
    Part.NOTES: _("Notes of contact"),
    Part.ASSESSMENTS: _("Assessments"),
    Part.PLANS: _("Plans"),
    Part.SAFETY: _("Safety plan"),
    Part.REVIEWS: _("Reviews"),
    Part.MISSING: _("Missing episodes"),
    Part.SHARING: _("Sharing"),
    Part.REFERRAL: _("Referral to the National Referral Mechanism"),
    Part.PANEL: _("What panels decided"),
    Part.CHRONOLOGY: _("Chronology"),
    Part.FILES: _("Attached files"),
}

GIVE: Final[dict[str, Any]] = {
    Give.WHOLE: _("Its pages, as they are"),
    Give.TEXT: _("The text in it, with what is withheld left out"),
    Give.WITHHOLD: _("Nothing of it"),
}
