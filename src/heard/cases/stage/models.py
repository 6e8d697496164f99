"""Abstract bases of what stages share. No table stands here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from heard.agencies.rules import Refused
from heard.cases.stage.rules import SIGNED_IS_FINAL, Course, Now, SigningState

__all__: list[str] = []


def whole_of(model: type[models.Model]) -> Any:
    """The table of what is signed as a whole: its own, or the one that `signed_through` leads to."""
    through: str = getattr(model, "signed_through", "")
    return model._meta.get_field(through).related_model if through else model


def refuse_where_signed(model: type[models.Model], keys: Iterable[Any]) -> None:
    if whole_of(model)._default_manager.filter(pk__in=list(keys), state=SigningState.SIGNED).exists():
        raise Refused(SIGNED_IS_FINAL)


class Recognised(models.Model):
    """A pattern of exploitation that somebody recognises, with why. Several may fit at once, and one may fit more than once: at another
    time or in another setting."""

    pattern = models.CharField(max_length=4, help_text=_("G1 to G7 or N1 to N6, of the knowledge release."))
    setting = models.CharField(max_length=40, blank=True)
    reason = models.TextField()
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.pattern


class KeptOnceSigned(models.QuerySet[Any]):
    """Refuses to change or to delete in bulk what was signed, and to put anything into it."""

    @property
    def _through(self) -> str:
        return getattr(self.model, "signed_through", "")

    def _refuse_signed(self) -> None:
        path = f"{self._through}__state" if self._through else "state"
        if self.filter(**{path: SigningState.SIGNED}).exists():
            raise Refused(SIGNED_IS_FINAL)

    def update(self, **values: Any) -> int:
        self._refuse_signed()
        for name in {self._through, f"{self._through}_id"} & values.keys():
            refuse_where_signed(self.model, [getattr(values[name], "pk", values[name])])
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_signed()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        name = f"{self._through}_id" if self._through else "pk"
        refuse_where_signed(self.model, [getattr(row, name) for row in rows])
        return super().bulk_create(rows, *args, **kwargs)


class SignedOff(models.Model):
    """What one writes and another signs: once signed it is neither changed nor deleted."""

    class State(models.TextChoices):
        DRAFT = SigningState.DRAFT.value, _("Being written")
        SUBMITTED = SigningState.SUBMITTED.value, _("With the supervisor")
        RETURNED = SigningState.RETURNED.value, _("Sent back")
        SIGNED = SigningState.SIGNED.value, _("Signed off")

    release = models.CharField(
        max_length=20, editable=False, help_text=_("The release of knowledge that it was made with.")
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="+",
        help_text=_("All who wrote in it: none of them signs it off."),
    )
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    what_is_not_known = models.TextField(blank=True)
    started_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_reason = models.TextField(blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    sign_comment = models.TextField(blank=True, help_text=_("What the supervisor says with the signature."))

    objects = KeptOnceSigned.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_where_signed(type(self), [self.pk])
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_where_signed(type(self), [self.pk])
        return super().delete(*args, **kwargs)

    @staticmethod
    def by_another(name: str) -> models.CheckConstraint:
        return models.CheckConstraint(
            condition=~models.Q(state="signed")
            | models.Q(signed_by__isnull=False, signed_at__isnull=False)
            & ~models.Q(signed_by=models.F("author")),
            name=name,
            violation_error_message=_("An assessment is signed off by somebody who did not write it."),
        )


class PartOfSigned(models.Model):
    """What belongs to it by the field `signed_through`: nothing is added, changed or taken out once that is signed."""

    signed_through: ClassVar[str]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_signed()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self._refuse_signed()
        return super().delete(*args, **kwargs)

    def _refuse_signed(self) -> None:
        """Neither what it belongs to now, nor what it would be moved to."""
        name = f"{self.signed_through}_id"
        stored = type(self)._default_manager.filter(pk=self.pk).values_list(name, flat=True)
        refuse_where_signed(type(self), [getattr(self, name), *stored])


class LookedAt(models.Model):
    """How one outcome or goal has gone, and how that is known."""

    class Course(models.TextChoices):
        BETTER = Course.BETTER.value, _("Better")
        SAME = Course.SAME.value, _("The same")
        WORSE = Course.WORSE.value, _("Worse")
        NOT_KNOWN = Course.NOT_KNOWN.value, _("Not known")

    course = models.CharField(max_length=10, choices=Course)
    what = models.TextField(blank=True, help_text=_("What was seen, or why it is not known."))
    seen_by = models.CharField(max_length=120, blank=True)
    seen_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def has_evidence(name: str) -> models.CheckConstraint:
        """Whatever is known has what was seen, by whom and when."""
        return models.CheckConstraint(
            condition=models.Q(course="not_known")
            | (models.Q(seen_on__isnull=False) & ~models.Q(what="") & ~models.Q(seen_by="")),
            name=name,
            violation_error_message=_("Say what was seen, by whom and when."),
        )


class Resting:
    """What rests on sources of ties, for the tables to which `Ground`s lead. `rests`: as a reader may see it (`grounds.with_grounds`)."""

    rests: Any = None
    rests_on: Any

    @property
    def lost_a_ground(self) -> bool:
        """Whether a source that it rests on was withdrawn. Fetch `rests_on__source` with it."""
        standing = (one for one in self.rests_on.all() if one.taken_off_at is None)
        return any(one.source.withdrawn_at for one in standing)


class Ground(models.Model):
    """A source of a tie on which something that somebody wrote rests, as they chose it: `of` is the field that leads to that, whose rows have
    these as `rests_on`. Never changed but for the answer of whoever looks whether it still stands once the source is withdrawn."""

    of: ClassVar[str]

    class Now(models.TextChoices):
        STANDS = Now.STANDS.value, _("It stands on what else is known")
        CHANGED = Now.CHANGED.value, _("It is changed")
        ENDED = Now.ENDED.value, _("It is ended, or taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey("network.TieSource", on_delete=models.CASCADE, related_name="+")
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField(default=timezone.now)
    taken_off_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when it no longer rests on this.")
    )
    what_now = models.CharField(
        max_length=7, choices=Now, blank=True, help_text=_("What became of it once this was withdrawn.")
    )
    why_now = models.TextField(blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["chosen_at", "pk"]

    def __str__(self) -> str:
        return "ground"

    @staticmethod
    def once(of: str, name: str) -> models.UniqueConstraint:
        return models.UniqueConstraint(
            fields=[of, "source"], condition=models.Q(taken_off_at=None), name=name
        )

    @staticmethod
    def looked_with_why(name: str) -> models.CheckConstraint:
        return models.CheckConstraint(
            condition=models.Q(looked_at=None, looked_by=None, what_now="", why_now="")
            | (models.Q(looked_at__isnull=False, looked_by__isnull=False) & ~models.Q(what_now="") & ~models.Q(why_now="")),
            name=name,
        )  # fmt: skip
