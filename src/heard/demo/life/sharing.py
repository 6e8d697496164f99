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
    for one in told:
        with world.on(world.ago(one["ago"])):
            _share(world, children[one["child"]], one)


def ask(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    for one in told:
        by, asked_on = world.users[one["by"]], world.ago(one["asked"])
        with world.on(asked_on):
            request = _note_request(world, children[one["child"]], one)
        if "chased" in one:
            ago, note = one["chased"]
            with world.on(world.ago(ago)):
                sharing.chase_request(by=by, request_id=request.pk, note=note, on=world.ago(ago))
        if "answer" in one:
            answer, note, ago = one["answer"]
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


def _share(world: World, child: Child, one: dict[str, Any]) -> None:
    by = world.users[one["by"]]
    pieces = [piece.key for piece in pieces_of(by, child.person_id) if piece.group in one["groups"]]
    made = sharing.prepare_share(
        by=by,
        person_id=child.person_id,
        purpose=child.say(one["purpose"]),
        to_agency_id=world.agency_of[one["to"]].pk if "to" in one else None,
        to_user_id=world.users[one["to"]].pk if "to" in one else None,
        to_outside=one.get("outside", ""),
        to_person=one["person"],
        how=one["how"],
        pieces=pieces,
    )
    shared = sharing.decide_share(
        by=by,
        share_id=made.pk,
        decision=one["decision"],
        seen=fingerprint(preview(by, made)),
        basis=one.get("basis", ""),
        why=child.say(one["why"]),
        view=child.view(),
        told=one["told"],
        told_note=child.say(one["note"]),
        review_on=world.today + timedelta(days=one["review"]),
        is_relevant=one.get("relevant"),
        harms_more=one.get("harms"),
    )
    if "opened" in one:
        with world.on(world.ago(one["opened"])):
            sharing.open_delivery(by=world.users[one["to"]], delivery_id=shared.delivery.pk)


def refer_on(world: World, children: Children, told: list[dict[str, Any]]) -> None:
    """To another agency, which has not answered yet."""
    for one in told:
        child = children[one["child"]]
        with world.on(world.ago(one["ago"])):
            passing.refer_onward(
                by=world.users[one["by"]],
                person_id=child.person_id,
                whom=Whom("", world.agency_of[one["to"]]),
                asked=OnwardRequest(child.say(one["what"]), child.say(one["why"]), _said(world, one)),
            )


def _said(world: World, one: dict[str, Any]) -> ChildsView:
    """What the child says to whoever refers them, on that day."""
    heard = {"heard_on": world.ago(one["ago"]), "heard_by": str(world.users[one["by"]])}
    return ChildsView(new=heard | {"text": one["says"], "how": "said"})


def _note_request(world: World, child: Child, one: dict[str, Any]) -> InfoRequest:
    return sharing.note_request(
        by=world.users[one["by"]],
        person_id=child.person_id,
        direction=one["direction"],
        agency_id=world.agency_of[one["agency"]].pk if "agency" in one else None,
        outside=one.get("outside", ""),
        who=one["who"],
        what=child.say(one["what"]),
        why=child.say(one["why"]),
        asked_on=world.ago(one["asked"]),
        due_on=world.today + timedelta(days=one["due"]),
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
        first = next((one for one in _UNSURE if one in question.choices), next(iter(question.choices)))
        return [first] if question.kind == "any" else first
    if question.kind == "files":
        return []
    return _FORMATS.get(question.format, "yes" if question.must else "" if question.kind == "tick" else other)
