"""What agencies tell and ask each other about a child, and a referral to the National Referral Mechanism."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from heard.cases.onward import actions as passing
from heard.cases.onward.rules import OnwardRequest
from heard.cases.referral import actions as referring
from heard.cases.referral.prefill import known_of
from heard.cases.referral.queries import answers_of, form_of
from heard.cases.referral.questions import asked
from heard.cases.sharing import actions as sharing
from heard.cases.sharing.pieces import pieces_of
from heard.cases.sharing.queries import preview
from heard.cases.sharing.rules import fingerprint
from heard.cases.words.rules import ChildsView
from heard.network.queries import Whom

if TYPE_CHECKING:
    from heard.cases.models import InfoRequest, Referral
    from heard.cases.referral.prefill import Known
    from heard.cases.referral.questions import Question
    from heard.demo.life.child import Child
    from heard.demo.life.panels import Children
    from heard.demo.life.world import World

_FORMATS = {"phone": "01632 960 001", "email": "duty@wexmoor.example", "number": "1"}
_UNSURE = ("not-sure", "i-dont-know", "no")
_TURNS = 4  # an answer can lead to further questions, which lead to no more than this


def share(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    for row in told:
        with world.on(world.ago(row["ago"])):
            _share(world, children[row["child"]], row)


def ask(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    for row in told:
        by, asked_on = world.users[row["by"]], world.ago(row["asked"])
        with world.on(asked_on):
            request = _note_request(world, children[row["child"]], row)
        if "chased" in row:
            ago, note = row["chased"]
            with world.on(world.ago(ago)):
                sharing.chase_request(by=by, request_id=request.pk, note=note, on=world.ago(ago))
        if "answer" in row:
            answer, note, ago = row["answer"]
            with world.on(world.ago(ago)):
                sharing.answer_request(
                    by=by, request_id=request.pk, answer=answer, note=note, on=world.ago(ago)
                )


def refer(world: World, children: Children, told: dict[str, Any]) -> None:
    """Written by the worker and read by somebody else. Nobody has submitted it yet."""
    child = children[told["child"]]
    with world.on(world.ago(told["ago"])):
        referral = referring.start_referral(by=child.worker, case_id=child.case.pk)
        for _turn in range(_TURNS):
            values = _answers(child, referral, told)
            if values:
                referral = referring.write_section(
                    by=child.worker, referral_id=referral.pk, section="all", values=values
                )
    with world.on(world.ago(told["sent"])):
        referring.send_to_review(by=child.worker, referral_id=referral.pk, view=child.view())
    with world.on(world.ago(told["reviewed"])):
        referring.agree_referral(by=world.supervisor, referral_id=referral.pk, note=told["note"])


def _share(world: World, child: Child, row: dict[str, Any]) -> None:
    by = world.users[row["by"]]
    pieces = [piece.key for piece in pieces_of(by, child.person_id) if piece.group in row["groups"]]
    made = sharing.prepare_share(
        by=by,
        person_id=child.person_id,
        purpose=child.say(row["purpose"]),
        to_agency_id=world.agency_of[row["to"]].pk if "to" in row else None,
        to_user_id=world.users[row["to"]].pk if "to" in row else None,
        to_outside=row.get("outside", ""),
        to_person=row["person"],
        how=row["how"],
        pieces=pieces,
    )
    shared = sharing.decide_share(
        by=by,
        share_id=made.pk,
        decision=row["decision"],
        seen=fingerprint(preview(by, made)),
        basis=row.get("basis", ""),
        why=child.say(row["why"]),
        view=child.view(),
        told=row["told"],
        told_note=child.say(row["note"]),
        review_on=world.today + timedelta(days=row["review"]),
        is_relevant=row.get("relevant"),
        harms_more=row.get("harms"),
    )
    if "opened" in row:
        with world.on(world.ago(row["opened"])):
            sharing.open_delivery(by=world.users[row["to"]], delivery_id=shared.delivery.pk)


def refer_on(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    """To another agency, which has not answered yet."""
    for row in told:
        child = children[row["child"]]
        with world.on(world.ago(row["ago"])):
            passing.refer_onward(
                by=world.users[row["by"]],
                person_id=child.person_id,
                whom=Whom("", world.agency_of[row["to"]]),
                asked=OnwardRequest(child.say(row["what"]), child.say(row["why"]), _said(world, row)),
            )


def _said(world: World, row: dict[str, Any]) -> ChildsView:
    """What the child says to whoever refers them, on that day."""
    heard = {"heard_on": world.ago(row["ago"]), "heard_by": str(world.users[row["by"]])}
    return ChildsView(new=heard | {"text": row["says"], "how": "said"})


def _note_request(world: World, child: Child, row: dict[str, Any]) -> InfoRequest:
    return sharing.note_request(
        by=world.users[row["by"]],
        person_id=child.person_id,
        direction=row["direction"],
        agency_id=world.agency_of[row["agency"]].pk if "agency" in row else None,
        outside=row.get("outside", ""),
        who=row["who"],
        what=child.say(row["what"]),
        why=child.say(row["why"]),
        asked_on=world.ago(row["asked"]),
        due_on=world.today + timedelta(days=row["due"]),
    )


def _answers(child: Child, referral: Referral, told: dict[str, Any]) -> dict[str, Any]:
    """What the form asks now and nobody has answered: as the record says, or as somebody writes it."""
    known, said, own = known_of(child.worker, referral), answers_of(referral), told["answers"]
    open_now = [question for question in asked(form_of(referral), said) if not said.get(question.id)]
    return {
        question.id: child.say(own[question.id])
        if question.id in own
        else _answer(question, known.get(question.id), told["other"])
        for question in open_now
        if question.needs_answer or question.id in own or question.id in known
    }


def _answer(question: Question, known: Known | None, other: str) -> Any:
    if known and known.fills:
        return known.value
    if question.choices:
        first = next((text for text in _UNSURE if text in question.choices), next(iter(question.choices)))
        return [first] if question.kind == "any" else first
    if question.kind == "files":
        return []
    return _FORMATS.get(question.format, "yes" if question.must else "" if question.kind == "tick" else other)
