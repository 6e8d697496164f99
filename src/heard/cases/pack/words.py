"""What the parts of a record are called, on screen and on paper."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from heard.cases.pack.rules import Give, PackPart

PARTS: Final[dict[PackPart, Any]] = {
    PackPart.IDENTITY: _("Who the child is, and who is around them"),
    PackPart.WORDS: _("What the child said"),
    PackPart.WORRIES: _("Worries"),
    PackPart.NOTES: _("Notes of contact"),
    PackPart.ASSESSMENTS: _("Assessments"),
    PackPart.PLANS: _("Plans"),
    PackPart.SAFETY: _("Safety plan"),
    PackPart.REVIEWS: _("Reviews"),
    PackPart.MISSING: _("Missing episodes"),
    PackPart.SHARING: _("Sharing"),
    PackPart.REFERRAL: _("Referral to the National Referral Mechanism"),
    PackPart.PANEL: _("What panels decided"),
    PackPart.CHRONOLOGY: _("Chronology"),
    PackPart.FILES: _("Attached files"),
}

GIVE: Final[dict[str, Any]] = {
    Give.WHOLE: _("Its pages, as they are"),
    Give.TEXT: _("The text in it, with what is withheld left out"),
    Give.WITHHOLD: _("Nothing of it"),
}
