"""Every write about services and local procedures. Each asks the rule and leaves its audit row in one transaction."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from heard.agencies.actions import record_audit
from heard.agencies.rules import Hidden, Refused, refuse
from heard.services import procedures, profile, queries, rules
from heard.services.fetching import fetch
from heard.services.models import (
    Procedure,
    ProcedureEdition,
    ProcedureReading,
    Service,
    ServiceArea,
    ServiceImport,
)
from heard.services.needs import need_labels
from heard.services.profile import Outcome
from heard.services.queries import Checked, may_keep

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from heard.agencies.models import User


NATIONAL: Final = "National help that comes with Heard"


@transaction.atomic
def keep_service(
    *,
    by: User,
    service_id: uuid.UUID | None,
    kept: rules.ServiceDetails,
    is_checked: bool,
    at: datetime | None = None,
) -> Service:
    """Adds a service by hand, or changes one; `service_id`: None for a new one. `is_checked`: they say that all of it is right today.
    What the form does not hold stays as it came."""
    now = at or timezone.now()
    refuse(
        rules.why_not_keep(
            may_keep=may_keep(by),
            name=kept.name,
            organisation=kept.organisation,
            description=kept.description,
        )
    )
    service = _held(by, service_id) if service_id else Service(changed_by=by, changed_at=now)
    before, needs = service.document if service_id else {}, kept.needs
    if service.source_id is not None:  # needs stand beside what came from a file
        service.needs_here = service.needs_here or set(needs) != set(queries.needs_of(service))
        kept = replace(kept, needs=rules.kept_of(before).needs)
    document = rules.changed(
        before,
        kept,
        new_key=uuid.uuid4,
        labels=need_labels(),
        checked_on=timezone.localdate(now) if is_checked else None,
        at=now,
    )
    refuse(rules.why_not_kept(document))
    service.pk = uuid.UUID(document["id"])
    if service.source_id is None:
        _write(service, document, by, now, needs)
    elif rules.changes(before, document):
        service.changed_here = True
        _write(service, document, by, now, needs)
    else:
        _write(service, before, by, now, needs)
    record_audit(
        by=by,
        verb="change" if service_id else "add",
        subject="service",
        subject_id=service.pk,
        detail={"status": service.status, "checked": is_checked},
    )
    return service


@transaction.atomic
def mark_needs(
    *, by: User, service_id: uuid.UUID, needs: Collection[str], at: datetime | None = None
) -> Service:
    """With what a service helps, beside what a file says of it: later files of it are brought in as before."""
    refuse(rules.why_not_mark(may_keep=may_keep(by)))
    service = _held(by, service_id)
    chosen = tuple(need.value for need in rules.Need if need.value in needs)
    document = service.document
    if service.source_id is None:
        document = rules.with_needs(document, chosen, need_labels())
    else:
        service.needs_here = True
    _write(service, document, by, at or timezone.now(), chosen)
    detail = {"needs": list(chosen)}
    record_audit(by=by, verb="change", subject="service", subject_id=service.pk, detail=detail)
    return service


@transaction.atomic
def set_status(*, by: User, service_id: uuid.UUID, status: str, at: datetime | None = None) -> Service:
    """Whether it takes referrals, and nothing else of it: also of a service that the form cannot hold."""
    now = at or timezone.now()
    refuse(rules.why_not_mark(may_keep=may_keep(by)))
    service = _held(by, service_id)
    said = {"status": rules.Status(status).value, "last_modified": now.isoformat(timespec="seconds")}
    if service.status != said["status"]:
        service.changed_here = service.source_id is not None
        _write(service, service.document | said, by, now, queries.needs_of(service))
    detail = {"status": service.status}
    record_audit(by=by, verb="change", subject="service", subject_id=service.pk, detail=detail)
    return service


def bring_services(
    *, by: User, content: bytes, reason: str, checked: Checked | None = None, at: datetime | None = None
) -> ServiceImport:
    """Brings in every row of a file in which nothing is wrong, and writes down what became of each. `checked`: of the same content, by
    `read_file`, so that it is not read twice; what is there already is compared again, and nobody changes it meanwhile. Raises
    `Refused`, also where the file is no list of services; `Hidden` for who may not."""
    checked, now = checked or _checked(by, content), at or timezone.now()
    try:
        with transaction.atomic():
            return _bring(by, content, reason, checked, now)
    except IntegrityError:
        raise Refused("Somebody brought the same services in at this moment. Check the file again.") from None


def _bring(by: User, content: bytes, reason: str, checked: Checked, now: datetime) -> ServiceImport:
    held = queries.services_alone(by).select_for_update().order_by("pk")
    there = queries.compare(by, checked.rows, held)
    refuse(rules.why_not_bring(may_keep=may_keep(by), reason=reason, kept=checked.kept))
    this = ServiceImport.objects.create(
        reason=reason.strip(),
        rows=[
            [row.number, row.name, row.outcome.value, [[issue.code, issue.where] for issue in row.issues]]
            for row in checked.rows
        ],
        page=checked.page,
        pages=checked.pages,
        sha256=hashlib.sha256(content).hexdigest(),
        brought_by=by,
        brought_at=now,
    )
    for row in checked.rows:
        if row.outcome is Outcome.CLOSED:
            known = there[row.key]  # type: ignore[index]
            document = known.document | {"status": row.document["status"]}
            _write(known, document, by, now, queries.needs_of(known))
        elif row.outcome in (Outcome.NEW, Outcome.CHANGED):
            service = there.get(row.key) or Service(pk=row.key)  # type: ignore[arg-type]
            service.source = this
            _write(service, row.document, by, now)
    counts = {outcome.value: checked.count(outcome) for outcome in Outcome}
    record_audit(
        by=by, verb="bring in", subject="services", subject_id=this.pk, reason=this.reason, detail=counts
    )
    return this


def bring_national(*, by: User) -> ServiceImport:
    """National help that comes with Heard, each as its source stated it on the day that stands there. Nobody assured any of it."""
    content = files("heard.services").joinpath("national.json").read_bytes()
    return bring_services(by=by, content=content, reason=NATIONAL)


def read_file(*, by: User, content: bytes) -> Checked:
    """What would become of each row; `Refused` where the file is no list of services. Only that somebody asked is written."""
    checked = _checked(by, content)
    with transaction.atomic():
        detail = {"rows": len(checked.rows)}
        record_audit(by=by, verb="check", subject="services", subject_id="file", detail=detail)
    return checked


def fetch_services(*, by: User, address: str) -> bytes:
    """What stands at an address on an allowed host, to be checked and brought in as a file is. That somebody asked is written, and of which host,
    also where nothing could be read. `Hidden` for who may not bring services in, `Refused` with what is wrong: do not call this inside a transaction."""
    if not may_keep(by):
        raise Hidden
    try:
        content = fetch(address)
    except Refused:
        _note_fetched(by, address, 0)
        raise
    _note_fetched(by, address, len(content))
    return content


@transaction.atomic
def _note_fetched(by: User, address: str, size: int) -> None:
    if rules.why_not_fetch(address=address, hosts=settings.SERVICE_HOSTS) is None:
        host = urlsplit(address.strip()).hostname or ""
        record_audit(by=by, verb="fetch", subject="services", subject_id=host[:64], detail={"bytes": size})


def _checked(by: User, content: bytes) -> Checked:
    try:
        return queries.check(by, content)
    except profile.NotRead as problem:
        raise Refused(str(problem)) from None


@transaction.atomic
def take_out_services(*, by: User) -> bytes:
    """Every service as one page of Open Referral UK, as JSON in UTF-8."""
    if not may_keep(by):
        raise Hidden
    page = profile.page_of(queries.documents(by))
    detail = {"services": page["total_items"]}
    record_audit(by=by, verb="download", subject="services", subject_id="all", detail=detail)
    return json.dumps(page, ensure_ascii=False, indent=2).encode()


def _held(by: User, service_id: uuid.UUID) -> Service:
    Service.objects.select_for_update().filter(pk=service_id).first()
    return queries.service_for(by, service_id)


def _write(
    service: Service, document: dict[str, Any], by: User, at: datetime, needs: Collection[str] | None = None
) -> None:
    """The document, and what is taken out of it. `needs`: what is marked of it; None for what was marked here, or else the document's."""
    facts = rules.facts_of(document)
    if needs is None:
        own = [need.value for need in facts.needs]
        needs = queries.needs_of(service) if service.needs_here else own
    service.document = document
    service.name, service.organisation, service.status = facts.name, facts.organisation, facts.status.value
    service.minimum_age, service.maximum_age = facts.minimum_age, facts.maximum_age
    service.assured_on, service.recheck_on = facts.assured_on, facts.recheck_on
    service.is_everywhere = facts.is_everywhere
    service.languages, service.needs = _bars(facts.languages), _bars(needs)
    service.search = rules.text_of(document, need_labels(), needs)
    service.changed_by, service.changed_at = by, at
    service.save()
    ServiceArea.objects.filter(service=service).delete()
    ServiceArea.objects.bulk_create(
        ServiceArea(service=service, name=rules.place_words(name)[:200]) for name in facts.areas
    )


def _bars(names: Collection[str]) -> str:
    return f"|{'|'.join(name.casefold() for name in names)}|" if names else ""


# ---- procedures


def add_procedure(
    *,
    by: User,
    title: str,
    whom_for: str,
    beside: Sequence[str],
    upload: UploadedFile | None = None,
    at: datetime | None = None,
    **first: Any,
) -> Procedure:
    """A procedure with its first edition. `upload`, `first`: as `add_edition` takes them; where the file is not taken nothing stays but audit rows."""
    procedure = _added(by, title, whom_for, beside, upload, at, first)
    if upload is not None:
        _keep_pdf(by, procedure.editions.get(), upload, is_first=True)
    return procedure


@transaction.atomic
def _added(
    by: User, title: str, whom_for: str, beside: Sequence[str], upload: UploadedFile | None, at: datetime | None, first: dict[str, Any]
) -> Procedure:  # fmt: skip
    refuse(procedures.why_not_add(may_keep=may_keep(by), title=title, whom_for=whom_for, beside=beside))
    procedure = Procedure.objects.create(
        title=title.strip(), whom_for=whom_for.strip(), beside=_bars(list(beside))
    )
    record_audit(by=by, verb="add", subject="procedure", subject_id=procedure.pk)
    _add_edition(by, procedure.pk, upload, at, **first)
    return procedure


def add_edition(
    *,
    by: User,
    procedure_id: uuid.UUID,
    edition: str,
    link: str,
    review_on: date | None,
    what_changed: str = "",
    upload: UploadedFile | None = None,
    at: datetime | None = None,
) -> ProcedureEdition:
    """Another edition takes the place of the one before, which stays readable. `upload`: its PDF, which is checked and kept as every attached file: where
    it is not taken nothing stays but audit rows. Do not call this inside a transaction where there is one."""
    said: dict[str, Any] = {
        "edition": edition,
        "link": link,
        "review_on": review_on,
        "what_changed": what_changed,
    }
    with transaction.atomic():
        one = _add_edition(by, procedure_id, upload, at, **said)
    if upload is not None:
        _keep_pdf(by, one, upload, is_first=False)
    return one


def _keep_pdf(by: User, edition: ProcedureEdition, upload: UploadedFile, *, is_first: bool) -> None:
    procedure = edition.procedure
    try:
        keep = import_string(settings.PROCEDURE_FILES["keep"])
        edition.file_id = keep(by=by, upload=upload, what=procedure.title, edition_id=edition.pk).pk
    except BaseException:
        with transaction.atomic():
            edition.delete()  # nobody has read it yet
            detail = {"edition": edition.edition}
            record_audit(by=by, verb="discard", subject="procedure", subject_id=procedure.pk, detail=detail)
            if is_first and not procedure.editions.exists():
                procedure.delete()
        raise
    edition.save(update_fields=["file_id"])


def _add_edition(
    by: User, procedure_id: uuid.UUID, upload: UploadedFile | None, at: datetime | None, *, edition: str, review_on: date | None,
    link: str = "", what_changed: str = "",
) -> ProcedureEdition:  # fmt: skip
    procedure = _held_procedure(by, procedure_id)
    there = ProcedureEdition.objects.filter(procedure=procedure)
    refuse(
        procedures.why_not_edition(
            may_keep=may_keep(by),
            is_withdrawn=procedure.withdrawn_at is not None,
            is_first=not there.exists(),
            taken=there.filter(edition__iexact=edition.strip()).exists(),
            edition=edition,
            link=link,
            what_changed=what_changed,
            review_on=review_on,
            has_file=upload is not None,
            is_pdf=upload is None or _begins_as_pdf(upload),
        )
    )
    assert review_on is not None
    one = ProcedureEdition.objects.create(
        procedure=procedure,
        edition=edition.strip(),
        link=link.strip(),
        what_changed=what_changed.strip(),
        review_on=review_on,
        added_by=by,
        added_at=at or timezone.now(),
    )
    detail = {"edition": one.pk}
    record_audit(by=by, verb="add edition", subject="procedure", subject_id=procedure.pk, detail=detail)
    return one


def _begins_as_pdf(upload: UploadedFile) -> bool:
    begin = upload.read(5)
    upload.seek(0)
    return begin == b"%PDF-"


@transaction.atomic
def withdraw_procedure(
    *, by: User, procedure_id: uuid.UUID, why: str, at: datetime | None = None
) -> Procedure:
    """It stands beside nothing any more; its page says why."""
    procedure = _held_procedure(by, procedure_id)
    is_withdrawn = procedure.withdrawn_at is not None
    refuse(procedures.why_not_withdraw(may_keep=may_keep(by), is_withdrawn=is_withdrawn, why=why))
    procedure.withdrawn_at, procedure.withdrawn_by = at or timezone.now(), by
    procedure.why_withdrawn = why.strip()
    procedure.save()
    record_audit(
        by=by, verb="withdraw", subject="procedure", subject_id=procedure.pk, reason=procedure.why_withdrawn
    )
    return procedure


@transaction.atomic
def mark_read(*, by: User, procedure_id: uuid.UUID, edition_id: int, at: datetime | None = None) -> bool:
    """They say that they have read the edition that they looked at. Said twice it is the same. Gives whether it is still the latest."""
    procedure = queries.procedure_for(by, procedure_id)
    editions = queries.editions_of(by, procedure)
    read = next((edition for edition in editions if edition.pk == edition_id), None)
    if read is None:
        raise Hidden
    ProcedureReading.objects.get_or_create(edition=read, user=by, defaults={"read_at": at or timezone.now()})
    detail = {"edition": read.pk}
    record_audit(by=by, verb="read", subject="procedure", subject_id=procedure.pk, detail=detail)
    return read.pk == editions[0].pk


def _held_procedure(by: User, procedure_id: uuid.UUID) -> Procedure:
    Procedure.objects.select_for_update().filter(pk=procedure_id).first()
    return queries.procedure_for(by, procedure_id)
