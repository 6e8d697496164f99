"""Where to turn: services that somebody keeps by hand, local procedures by edition, and children who were referred to a service."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from heard.cases.turning import actions as turning
from heard.cases.words.rules import ChildsView
from heard.demo.life.attaching import pdf_of
from heard.services import actions as services
from heard.services.queries import editions_of
from heard.services.rules import ServiceDetails

if TYPE_CHECKING:
    from heard.demo.life.child import Child
    from heard.demo.life.panels import Children
    from heard.demo.life.world import World
    from heard.services.models import Service


def keep_a_directory(world: World, told: dict[str, Any]) -> dict[str, Service]:
    """The services, by key. National help comes with Heard."""
    with world.on(world.ago(30)):
        services.bring_national(by=world.coordinator)
    kept = {one["key"]: _keep(world, one) for one in told["services"]}
    for one in told["procedures"]:
        _write_procedure(world, one)
    return kept


def _keep(world: World, one: dict[str, Any]) -> Service:
    low, high = one.get("ages", (None, None))
    opens, closes = one.get("hours", ("", ""))
    kept = ServiceDetails(
        name=one["name"],
        organisation=one["by"],
        description=one["does"],
        status=one.get("status", "active"),
        minimum_age=low,
        maximum_age=high,
        needs=tuple(one["needs"]),
        areas=tuple(one.get("areas", ())),
        languages=tuple(one.get("languages", ())),
        phone=one.get("phone", ""),
        how_to_apply=one.get("apply", ""),
        wait=one.get("wait", ""),
        accessibility=one.get("access", ""),
        days=tuple(one.get("days", "").split()),
        opens_at=opens,
        closes_at=closes,
        alert=one.get("alert", ""),
    )
    with world.on(world.ago(one.get("checked", 200))):
        return services.keep_service(
            by=world.coordinator, service_id=None, kept=kept, is_checked="checked" in one
        )


def _write_procedure(world: World, one: dict[str, Any]) -> None:
    """Each edition as (name, days ago, what changed, days until it is looked at again). `pdf`: the words of its PDF, which stands in place of a link."""
    slug = "-".join(one["title"].lower().split()[:3])
    procedure = None
    for name, ago, changed, review in one["editions"]:
        said: dict[str, Any] = {"edition": name, "review_on": world.today + timedelta(days=review)}
        if "pdf" in one:
            paper = SimpleUploadedFile(f"{slug}.pdf", pdf_of(one["pdf"], one["title"]))
            said |= {"link": "", "upload": paper}
        else:
            said["link"] = f"https://procedures.wexmoor.example/{slug}/{name}"
        with world.on(world.ago(ago)):
            if procedure is None:
                procedure = services.add_procedure(
                    by=world.coordinator,
                    title=one["title"],
                    whom_for=one["for"],
                    beside=one["beside"],
                    **said,
                )
                ruth = world.users["ruth.pemberton"]
                (first,) = editions_of(ruth, procedure)
                services.mark_read(by=ruth, procedure_id=procedure.pk, edition_id=first.pk)
            else:
                services.add_edition(
                    by=world.coordinator, procedure_id=procedure.pk, what_changed=changed, **said
                )


def refer(world: World, children: Children, kept: dict[str, Service], told: dict[str, Any]) -> None:
    for one in told["referrals"]:
        _refer(world, children[one["child"]], kept[one["service"]], one)
    for one in told["unmet"]:
        with world.on(world.ago(one["ago"])):
            turning.record_unmet(
                by=world.users[one["by"]], person_id=children[one["child"]].person_id, need=one["need"]
            )


def _refer(world: World, child: Child, service: Service, one: dict[str, Any]) -> None:
    by, sent = world.users[one["by"]], world.ago(one["ago"])
    words = {"text": child.say(one["says"]), "heard_by": world.name_and_job(one["by"]), "heard_on": sent}
    with world.on(sent):
        referral = turning.refer_to_service(
            by=by,
            person_id=child.person_id,
            service_id=service.pk,
            need=one["need"],
            why=child.say(one["why"]),
            view=ChildsView(new=words),
            ask_on=world.ago(one["ask"]),
        )
    for ago, state, why in one["steps"]:
        with world.on(world.ago(ago)):
            turning.note_step(
                by=by,
                service_referral_id=referral.pk,
                state=state,
                on=world.ago(ago),
                why=why,
                ask_on=world.ago(one["ask"]),
            )
    if "unmet" in one:
        with world.on(world.ago(one["unmet"])):
            turning.record_unmet(
                by=by, person_id=child.person_id, need=one["need"], service_referral_id=referral.pk
            )
