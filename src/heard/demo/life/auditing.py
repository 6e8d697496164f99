"""The partnership checks itself, twice, a year apart: the second audit is still open, and one of its answers is disputed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from heard.board import actions as board
from heard.board.caseaudit import actions as reading
from heard.board.caseaudit.queries import progress
from heard.board.own import actions as owning
from heard.cases.inspection import actions as inspecting

if TYPE_CHECKING:
    from heard.board.models import Audit
    from heard.demo.life.world import World


def audit(world: World, told: list[dict[str, Any]]) -> None:
    for row in told:
        opened = _open(world, row)
        for number, (requirement, who, answer, why, evidence) in enumerate(row["answers"]):
            with world.on(world.ago(row["ago"] - 2 - number % 10)):
                _answer(world, opened, requirement, who, answer, why, evidence, row["second"])
        for requirement, who, kind, what, number in row["shown"]:
            with world.on(world.ago(row["ago"] - 3)):
                _show(world, opened, requirement, who, kind, what, number)
        for requirement, what, shows, owner, due, came in row["actions"]:
            _plan(world, opened, row["ago"], requirement, what, shows, owner, due, came)
        for told_of in row.get("cases", []):
            _read_cases(world, opened, told_of)
        if row["found"]:
            with world.on(world.ago(row["ago"] - 30)):
                board.close_audit(by=world.users["helen.burrows"], audit_id=opened.pk, found=row["found"])


def prepare_for_inspection(world: World) -> None:
    """Lists that wait for a second person."""
    with world.on(world.ago(1)):
        inspecting.ask_for_list(
            by=world.coordinator,
            for_whom="Joint inspection of help for children",
            why="They come in two weeks, and ask for the cases of the last six months",
            basis="legal_obligation",
            since=world.ago(183),
            until=world.ago(1),
        )


def write_own(world: World, told: list[dict[str, Any]]) -> None:
    """What the partnership has said that it checks about itself. `days`: of the document, before it was written."""
    for one in told:
        with world.on(world.ago(one["ago"])):
            said = {
                "sentence": one["sentence"],
                "document": one["document"],
                "page": one["page"],
                "document_on": world.ago(one["ago"] + one["days"]),
                "who": one["who"],
                "applies_from": world.ago(one["ago"]),
            }
            row = owning.write_requirement(by=world.users["helen.burrows"], **said)
        if one.get("next"):
            with world.on(world.ago(one["next"]["ago"])):
                said["sentence"] = one["next"]["sentence"]
                why = one["next"]["why"]
                owning.replace_requirement(
                    by=world.users["helen.burrows"], own_requirement_id=row.pk, **said, why=why
                )


def _open(world: World, row: dict[str, Any]) -> Audit:
    with world.on(world.ago(row["ago"])):
        return board.open_audit(
            by=world.users["helen.burrows"],
            title=row["title"],
            since=world.ago(row["ago"] + 365),
            until=world.ago(row["ago"]),
            packs=row["packs"],
            agencies=[world.agency_of[who] for who in row["agencies"]],
            lead=world.agency_of[row["agencies"][0]],
        )


def _answer(
    world: World,
    opened: Audit,
    requirement: str,
    who: str,
    answer: str,
    why: str,
    evidence: str,
    second: dict[str, Any],
) -> None:
    """`second` says who reads an answer a second time: '' agrees, anything else is what they dispute."""
    said = board.answer(
        by=world.users[who],
        audit_id=opened.pk,
        requirement=requirement,
        agency=world.agency_of[who],
        answer=answer,
        why=why,
        evidence=evidence,
        evidence_on=opened.until if evidence else None,
    )
    for reader, disputes in second.get(f"{requirement} {who}", {}).items():
        board.read_second(by=world.users[reader], answer_id=said.pk, agrees=not disputes, why=disputes)


def _show(
    world: World, opened: Audit, requirement: str, who: str, kind: str, what: str, number: int | None
) -> None:
    """Of a document the file says what it would."""
    board.add_evidence(
        by=world.users[who],
        audit_id=opened.pk,
        requirement=requirement,
        agency=world.agency_of[who],
        kind=kind,
        what=what,
        of_day=opened.until,
        number=None if number is None else Decimal(number),
        upload=SimpleUploadedFile(f"{requirement}.txt", what.encode()) if kind == "document" else None,
    )


def _read_cases(world: World, opened: Audit, told: dict[str, Any]) -> None:
    """A case audit: drawn, and as far as `answers` go read by both. Each says which answer which reader gave to each question; where they
    differ the first proposes `agreed` and the second confirms it."""
    first, second = (world.users[who] for who in told["readers"])
    with world.on(world.ago(told["ago"])):
        draw = reading.draw_cases(
            by=world.users["helen.burrows"],
            audit_id=opened.pk,
            title=told["title"],
            why=told["why"],
            since=opened.since,
            until=opened.until,
            strata=told["strata"],
            size=told["size"],
            questions=told["questions"],
            readers=[first, second],
            due_on=world.today + timedelta(days=told["due"]),
        )
        reading.let_readers_in(by=world.coordinator, draw_id=draw.pk)
    with world.on(world.ago(told["ago"] - 2)):
        to_read = progress(world.coordinator, draw).to_read
        for sample, (said, other) in zip(to_read, told["answers"], strict=False):
            for reader, answers in ((first, said), (second, other)):
                kept = {str(number): (answer, told["because"]) for number, answer in enumerate(answers)}
                reading.read_case(by=reader, sample_id=sample.pk, said=kept)
            differ = {
                str(n): (told["agreed"], told["why_agreed"]) for n in range(len(said)) if said[n] != other[n]
            }
            if differ:
                put = reading.propose_answers(by=first, sample_id=sample.pk, said=differ)
                put.refresh_from_db()  # as the second reader sees it, whatever the clock on the wall says in summer
                assert put.proposed_at
                reading.confirm_answers(
                    by=second, sample_id=sample.pk, proposed_at=put.proposed_at.isoformat()
                )
        reading.write_finding(by=first, draw_id=draw.pk, requirement=told["about"], text=told["found"])


def _plan(
    world: World,
    opened: Audit,
    ago: int,
    requirement: str,
    what: str,
    shows: str,
    owner: str,
    due: int,
    came: str,
) -> None:
    """`due` in days from today; `came`: what came of it, where it is done."""
    with world.on(world.ago(ago - 15)):
        action = board.plan_action(
            by=world.coordinator,
            audit_id=opened.pk,
            requirement=requirement,
            what=what,
            shows=shows,
            owner=world.users[owner],
            due_on=world.today + timedelta(days=due),
        )
    if came:
        with world.on(world.ago(-due)):
            board.finish_action(
                by=world.users[owner], audit_action_id=action.pk, state="done", what_came=came
            )
