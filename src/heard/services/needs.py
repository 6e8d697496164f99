"""With what services help, in words: for the directory, and for records that say which need was meant."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heard.services import rules


class Need(models.TextChoices):
    """As `rules.Need`."""

    EXPLOITATION = rules.Need.EXPLOITATION.value, _("Exploitation")
    MISSING = rules.Need.MISSING.value, _("Missing, and coming back")
    ADVOCACY = rules.Need.ADVOCACY.value, _("An advocate or mentor")
    COUNSELLING = rules.Need.COUNSELLING.value, _("Counselling, and help after harm")
    MENTAL_HEALTH = rules.Need.MENTAL_HEALTH.value, _("Mental health")
    HEALTH = rules.Need.HEALTH.value, _("Health and sexual health")
    SUBSTANCES = rules.Need.SUBSTANCES.value, _("Drugs and alcohol")
    EDUCATION = rules.Need.EDUCATION.value, _("School, training and work")
    HOUSING = rules.Need.HOUSING.value, _("Somewhere safe to live")
    PARENTS = rules.Need.PARENTS.value, _("Support for parents and carers")
    TRAFFICKING = rules.Need.TRAFFICKING.value, _("Trafficking and modern slavery")
    ONLINE = rules.Need.ONLINE.value, _("Safety online, and images")
    ACTIVITIES = rules.Need.ACTIVITIES.value, _("Activities and youth work")
    LEGAL = rules.Need.LEGAL.value, _("Legal advice")


def need_labels() -> dict[str, str]:
    """By their values."""
    return {str(need.value): str(need.label) for need in Need}
