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


def _keep(world: World, row: dict[str, Any]) -> Service:
    low, high = row.get("ages", (None, None))
    opens, closes = row.get("hours", ("", ""))
    kept = ServiceDetails(
        name=row["name"],
        organisation=row["by"],
        description=row["does"],
        status=row.get("status", "active"),
        minimum_age=low,
        maximum_age=high,
        needs=tuple(row["needs"]),
        areas=tuple(row.get("areas", ())),
        languages=tuple(row.get("languages", ())),
        phone=row.get("phone", ""),
        how_to_apply=row.get("apply", ""),
        wait=row.get("wait", ""),
        accessibility=row.get("access", ""),
        days=tuple(row.get("days", "").split()),
        opens_at=opens,
        closes_at=closes,
        alert=row.get("alert", ""),
    )
    with world.on(world.ago(row.get("checked", 200))):
        return services.keep_service(
            by=world.coordinator, service_id=None, kept=kept, is_checked="checked" in row
        )


def _write_procedure(world: World, row: dict[str, Any]) -> None:
    """Each edition as (name, days ago, what changed, days until it is looked at again). `pdf`: the words of its PDF, which stands in place of a link."""
    slug = "-".join(row["title"].lower().split()[:3])
    procedure = None
    for name, ago, changed, review in row["editions"]:
        said: dict[str, Any] = {"edition": name, "review_on": world.today + timedelta(days=review)}
        if "pdf" in row:
            paper = SimpleUploadedFile(f"{slug}.pdf", pdf_of(row["pdf"], row["title"]))
            said |= {"link": "", "upload": paper}
        else:
            said["link"] = f"https://procedures.wexmoor.example/{slug}/{name}"
        with world.on(world.ago(ago)):
            if procedure is None:
                procedure = services.add_procedure(
                    by=world.coordinator,
                    title=row["title"],
                    whom_for=row["for"],
                    beside=row["beside"],
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


def _refer(world: World, child: Child, service: Service, row: dict[str, Any]) -> None:
    by, sent = world.users[row["by"]], world.ago(row["ago"])
    words = {"text": child.say(row["says"]), "heard_by": world.name_and_job(row["by"]), "heard_on": sent}
    with world.on(sent):
        referral = turning.refer_to_service(
            by=by,
            person_id=child.person_id,
            service_id=service.pk,
            need=row["need"],
            why=child.say(row["why"]),
            view=ChildsView(new=words),
            ask_on=world.ago(row["ask"]),
        )
    for ago, state, why in row["steps"]:
        with world.on(world.ago(ago)):
            turning.note_step(
                by=by,
                service_referral_id=referral.pk,
                state=state,
                on=world.ago(ago),
                why=why,
                ask_on=world.ago(row["ask"]),
            )
    if "unmet" in row:
        with world.on(world.ago(row["unmet"])):
            turning.record_unmet(
                by=by, person_id=child.person_id, need=row["need"], service_referral_id=referral.pk
            )
