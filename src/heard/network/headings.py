"""What stands over people, places, groups and handles on pages of ties: who protects comes first, children and adults never stand
in one list."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

HEADINGS: Final[dict[str, Any]] = {
    "protects": _("Who protects"),
    "child": _("Children"),
    "adult": _("Adults"),
    "place": _("Places"),
    "group": _("Groups"),
    "handle": _("Phones, cars and accounts"),
}
