"""Requirements of the partnership's own, and what an audit asks of them. `user` is always the first argument."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from heard.agencies.rules import Hidden, May
from heard.board.own import rules
from heard.board.own.models import OwnRequirement
from heard.govuk.environment import day
from heard.knowledge.model import Requirement, RequirementPack

if TYPE_CHECKING:
    from heard.agencies.models import User


def own_requirements_visible_to(user: User) -> QuerySet[OwnRequirement]:
    """Each edition, those withdrawn too, by number. For those who see audits."""
    rows = OwnRequirement.objects.select_related(
        "written_by", "withdrawn_by", "replaces", "replaced_by", "replaced_by__written_by"
    )
    return rows if user.may(May.AUDIT) else rows.none()


def own_requirement_of(user: User, own_requirement_id: uuid.UUID) -> OwnRequirement:
    """One of them, or `Hidden`."""
    found = own_requirements_visible_to(user).filter(pk=own_requirement_id).first()
    if found is None:
        raise Hidden
    return found


def standing(user: User) -> QuerySet[OwnRequirement]:
    """Those that audits to come ask: not withdrawn, the newest edition of each."""
    return own_requirements_visible_to(user).filter(withdrawn_at=None, replaced_by=None)


def put_by(user: User) -> QuerySet[OwnRequirement]:
    """Those that are asked no more, and the newest edition of which is withdrawn."""
    return own_requirements_visible_to(user).filter(withdrawn_at__isnull=False, replaced_by=None)


def editions_before(user: User, requirement: OwnRequirement) -> QuerySet[OwnRequirement]:
    """The latest first."""
    rows = own_requirements_visible_to(user).filter(
        number=requirement.number, edition__lt=requirement.edition
    )
    return rows.order_by("-edition")


def asked_until(user: User, until: date) -> list[OwnRequirement]:
    """Those that an audit which looks at the days up to `until`, opened now, asks."""
    return [
        requirement
        for requirement in standing(user)
        if rules.is_asked(applies_from=requirement.applies_from, until=until)
    ]


def pack(user: User) -> RequirementPack:
    """The pack in which they stand in an audit. For those who see audits."""
    if not user.may(May.AUDIT):
        raise Hidden
    about = _(
        "What the partnership has said that it checks about itself: in its own words, each with the document that it comes from."
    )
    return RequirementPack(id=rules.PACK, label=_("Ours"), about=about)


def as_asked(requirement: OwnRequirement) -> Requirement:
    """As audits ask those of the knowledge. Asks the database nothing."""
    source = {"document": requirement.document, "page": requirement.page, "day": day(requirement.document_on)}
    who: Any = tuple(requirement.who)
    return Requirement(
        id=requirement.key,
        pack=rules.PACK,
        label=requirement.sentence,
        help=_("A requirement of the partnership’s own, edition %(edition)s.")
        % {"edition": requirement.edition},
        who=who,
        applies_from=requirement.applies_from,
        read_on=requirement.document_on,
        source=_("%(document)s, %(page)s, of %(day)s") % source,
        confidence="A",
    )
