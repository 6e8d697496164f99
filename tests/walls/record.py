"""One child with a record of every kind, made through the actions as people make it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.again import written_once
from tests.cases.attachment.samples import pdf
from tests.conftest import World
from tests.insight.profiles import profile_of

from heard.agencies import actions as agencies
from heard.agencies import queries as agencies_read
from heard.agencies.drafts.actions import begin_draft
from heard.agencies.models import User
from heard.agencies.providers import Provider
from heard.agencies.rules import Role
from heard.board import actions as board
from heard.board.annual import actions as annual
from heard.board.annual.rules import years
from heard.board.caseaudit import actions as reading
from heard.board.figures import actions as figuring
from heard.board.figures.rules import first_of
from heard.board.own import actions as owning
from heard.cases.assessment import actions as assessing
from heard.cases.attachment import actions as attaching
from heard.cases.case import actions as casework
from heard.cases.case.models import RestrictionNews
from heard.cases.case.notices import actions as noticing
from heard.cases.case.notices.queries import unread_of
from heard.cases.case.queries import warnings_ever_of, words_of
from heard.cases.case.rules import Observed, Try, Unheard, WhyUnheard
from heard.cases.caseload import actions as caseload
from heard.cases.clocks import actions as timing
from heard.cases.concern import actions as telling
from heard.cases.concern.holder import actions as holding
from heard.cases.concern.strategy import actions as strategy
from heard.cases.context import actions as contexts
from heard.cases.disruption import actions as disruption
from heard.cases.glass import actions as emergencies
from heard.cases.inspection import actions as inspecting
from heard.cases.keeping import actions as keeping
from heard.cases.keeping.models import Destruction
from heard.cases.leaving import actions as leaving
from heard.cases.missing import actions as looking
from heard.cases.note import actions as noting
from heard.cases.onward import actions as passing
from heard.cases.onward.rules import OnwardRequest
from heard.cases.own import actions as own
from heard.cases.pack import actions as packing
from heard.cases.pack.queries import passages_in
from heard.cases.panel import actions as meeting
from heard.cases.plan import actions as planning
from heard.cases.referral import actions as referring
from heard.cases.reporting import actions as reporting
from heard.cases.review import actions as reviewing
from heard.cases.review.rules import Looked
from heard.cases.safety import actions as keeping_safe
from heard.cases.sharing import actions as sharing
from heard.cases.sharing.queries import preview
from heard.cases.sharing.rules import fingerprint
from heard.cases.supervision import actions as supervising
from heard.cases.turning import actions as helping
from heard.cases.voice import actions as hearing
from heard.cases.watch.models import ReadingAlert
from heard.cases.words import actions as answering
from heard.cases.words.rules import ChildsView
from heard.demo.life.tone import THREE_NOTES
from heard.graph.exchange import actions as exchange
from heard.graph.exchange.rules import Format, Named, Read, Taking, Told
from heard.graph.whole.actions import lay_out
from heard.graph.whole.models import Placed
from heard.insight.bringing.models import CaseloadImport, ImportedRow
from heard.insight.digest import actions as telling_many
from heard.insight.digest.queries import fingerprint_of
from heard.insight.judgement import actions as judging
from heard.insight.judgement.rules import Pair
from heard.insight.mapping.actions import keep_mapping
from heard.insight.release import actions as releasing
from heard.insight.run import actions as running
from heard.knowledge import load
from heard.network import actions as network
from heard.network.models import Mention
from heard.network.queries import Whom, accesses_of, restricted_decided_by
from heard.network.rules import Level, Said, find
from heard.services import actions as turning
from heard.services.law import actions as law

ON_DUTY = "nia.dusk"
FAMILY_NAME = "Okonjo-Hartley"  # found nowhere else, so that a leak is seen
SAYS = "I only feel safe when my sister is home."
PUT_OFF = "Whoever she would like to speak to is ill until then"
AT_THE_GATE = "Agree with the school who meets her at the gate"
SEEN = "She came to school with a new phone and was afraid to say who gave it to her."


@dataclass(frozen=True)
class Record:
    """The keys of everything in the record, by the names that addresses give them."""

    keys: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.keys[name]


@written_once
def make_record(world: World, *, restricted: bool) -> Record:
    """Told, decided, assessed, planned and reviewed by the children's services; a second worry waits.

    Before the record is restricted, the school has told a worry too; and a teacher owns an action of the plan.
    """
    worker = world.social_worker
    first = _worry(
        world, new_person={"given_name": "Ines", "family_name": FAMILY_NAME, "birth_date": date(2011, 5, 4)}
    )
    person = first.person
    proposal = _proposed(world, person.pk)
    if restricted:
        _the_school_tells_too(world, person.pk)
        network.restrict(by=world.coordinator, person_id=person.pk, reason="A parent works for the council")
    decided = telling.decide(
        by=world.coordinator,
        concern=first,
        decision="open_case",
        reason="Two signs seen",
        feedback="A team looks at it.",
    )
    case = decided.case
    assert case is not None
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, worker=worker)
    casework.allocate_worker(by=world.coordinator, case_id=case.pk, role="family_help", worker=worker)
    casework.assign_trusted_worker(by=world.coordinator, case_id=case.pk, worker=worker)
    assessment, question = _assess(world, case.pk)
    once = _joins_the_team(world) if restricted else None
    plan, action = _plan(world, case.pk, another=once.user if once else worker)
    if once:
        agencies.take_role(by=world.administrator, user=once.user, membership_id=once.pk)
    answering.answer_words(
        by=worker,
        words_id=first.words_id,
        what_changed="Her sister comes earlier.",
        told_on=ago(1),
        told_by="Sol",
    )
    step = _against_what_harms(world, case.pk, plan)
    review = _review(world, plan)
    place, group, tie = _surroundings(world, person.pk)
    supervision, decision, supervision_action = _supervision(world, case.pk)
    waiting = _worry(world, person_id=person.pk)
    referral = referring.start_referral(by=worker, case_id=case.pk)
    file = attaching.attach(by=worker, upload=SimpleUploadedFile("note.txt", b"A note"), person_id=person.pk)
    draft = begin_draft(by=worker, kind=telling.DRAFT)
    run = running.start_run(
        by=world.analyst,
        purpose="To find children early",
        basis="public_task",
        basis_words="Children Act 2004, section 11",
        keep_until=timezone.localdate() + timedelta(days=90),
        uploads=[SimpleUploadedFile("a.csv", b"a\n1\n")],
    )
    mapping = keep_mapping(
        by=world.analyst,
        name="club",
        agency="youth club",
        files="club*.csv",
        text="sources:\n  club: {agency: youth club, files: 'club*.csv', record: {record_id: Case}}\n",
    )
    judgement = judging.judge(
        by=world.coordinator, pair=Pair("cin", "1", "police", "2"), word="same", why="One birth date"
    )
    merge = _merge(world, restricted)
    view = caseload.save_view(by=worker, page="caseload", name="Not seen lately", asked="not_seen=14")
    return Record(
        {
            "person_id": person.pk,
            **_who_may_see(world, person.pk),
            **_known(world, person.pk),
            "proposal_id": proposal.pk,
            "view_id": view.pk,
            "concern_id": waiting.pk,
            "staff_worry_id": _about_staff(world, person.pk),
            "case_id": case.pk,
            "assessment_id": assessment.pk,
            "question_id": question.pk,
            "plan_id": plan.pk,
            "outcome_id": action.outcome_id,
            "action_id": action.pk,
            "review_id": review.pk,
            "referral_id": referral.pk,
            "draft_id": draft.pk,
            "run_id": run.pk,
            "earlier_id": run.pk,
            "judgement_id": judgement.pk,
            "source_mapping_id": mapping.pk,
            **_published(world),
            "user_id": worker.pk,
            "session_id": UserSession.objects.create(user=worker, ip="192.0.2.1", session_key="elsewhere").pk,
            "approval_id": agencies.ask_for_role(
                by=world.administrator,
                user=worker,
                team=world.exploitation_team,
                role=Role.BOARD,
                reason="Tells the board how it is",
            ).pk,
            **_organisation(world, worker),
            "team_id": world.exploitation_team.pk,
            **_missing_and_shared(world, person.pk),
            "attachment_id": file.pk,
            "words_id": first.words_id,
            **_childs_own_voice(world, person.pk, review.pk),
            "disruption_id": step.pk,
            "step_id": step.pk,
            "breach_id": step.breaches.get().pk,
            "moment_id": _moment(world, case.pk).pk,
            **_decided_properly(world, first.pk, waiting.pk, case.pk),
            "note_id": noting.write_note(
                by=world.supervisor,
                person_id=person.pk,
                kind="call",
                at=timezone.now(),
                text="Rang to say when the review is.",
            ).pk,
            **_in_an_emergency(world, person.pk),
            "reader_id": unread_of(worker, person.pk)[0].pk,
            "duty_id": _on_duty(world),
            "warning_id": warnings_ever_of(worker, person.pk).get().pk,
            "place_id": place.pk,
            "group_id": group.pk,
            **(working := _context(world, place.pk, person.pk)),
            "tie_key": tie.key,
            "node_id": person.pk,
            "source_id": tie.sources.get().pk,
            **_a_phone(world, person.pk),
            **_to_report(world, person.pk),
            "other_id": merge.kept_id,
            "merge_id": merge.pk,
            **_panel(world, person.pk, action.outcome_id),
            **_meetings(world, person.pk, working["context_id"]),
            **_charts(world, person.pk, restricted=restricted),
            "supervision_id": supervision.pk,
            "supervision_action_id": supervision_action.pk,
            "decision_id": decision.pk,
            **_packs(world, person.pk),
            **_kept(world, person.pk),
            "import_id": _brought_in(world, person.pk),
            **_turned_to(world, person.pk),
            **_whole(world),
        }
    )


def _whole(world: World) -> dict[str, Any]:
    """Two adults and the place where both work, as a group of the whole network; a child who is restricted is not in it."""
    mill = network.add_place(by=world.social_worker, name="Old mill", kind="shop")
    for name in ("Wanda", "Will"):
        who = network.add_person(
            by=world.social_worker, given_name=name, family_name="Ness", kind="adult", why="Is around a child"
        )
        network.note_tie(
            by=world.social_worker,
            one_id=who.pk,
            other_id=mill.pk,
            kind="works_at",
            knows=network.Knows("Seen"),
        )
    lay_out(by=None)
    return {"cluster_id": Placed.objects.get(pk=mill.pk).cluster, "placed_id": mill.pk}


def _brought_in(world: World, person_id: Any) -> Any:
    """As if the child and the case had come from files, and nobody had worked on it since."""
    counts = {"sha256": "0" * 64, "read": 1, "kept": 1, "aside": 0, "there": 0}
    this = CaseloadImport.objects.create(
        reason="The cases of the old system",
        brought_by=world.coordinator,
        brought_at=timezone.now(),
        files={"people": counts, "cases": counts},
        audit_row=10**12,
    )
    for table in this.files:
        ImportedRow.objects.create(caseload=this, table=table, number=1, outcome="kept", person_id=person_id)
    return this.pk


def _turned_to(world: World, person_id: Any) -> dict[str, Any]:
    """A service of a file to which the child is referred, a need that nothing met, and a local procedure that somebody has read."""
    said = {"id": str(uuid.uuid4()), "name": "Harbour mentoring", "status": "active"}
    came = turning.bring_services(
        by=world.coordinator, content=json.dumps([said]).encode(), reason="The council"
    )
    procedure = turning.add_procedure(
        by=world.coordinator,
        title="Going missing",
        whom_for="Everybody",
        beside=["plan", "decision", "assessment"],
        edition="1",
        link="https://procedures.example/missing",
        review_on=ago(-90),
        upload=SimpleUploadedFile("missing.pdf", pdf("Ring first.")),
    )
    edition = procedure.editions.get()
    turning.mark_read(by=world.social_worker, procedure_id=procedure.pk, edition_id=edition.pk)
    keys = {"service_id": said["id"], "services_file_id": came.pk, "procedure_id": procedure.pk}
    referral = helping.refer_to_service(
        by=world.social_worker,
        person_id=person_id,
        service_id=uuid.UUID(said["id"]),
        need="advocacy",
        why="She asked for somebody of her own",
        view=ChildsView(why_no_words="She is asked on Friday."),
        ask_on=ago(-14),
    )
    unmet = helping.record_unmet(by=world.social_worker, person_id=person_id, need="housing")
    return keys | {"service_referral_id": referral.pk, "unmet_need_id": unmet.pk}


def _to_report(world: World, person_id: Any) -> dict[str, Any]:
    """The duty to report holds; what somebody knows waits to be reported. And a child protection team of which one post is held."""
    law.set_start(by=world.coordinator, duty="report", starts_on=ago(1), why="The regulation of that day")
    said = {"trigger": "child_told", "who": "Sol Wright, social worker", "known_at": timezone.now()}
    report = reporting.note_trigger(by=world.social_worker, person_id=person_id, **said)
    post = law.set_up_team(by=world.coordinator, team="The team of the area")[0]
    who = {
        "called": "Kit Lane, teacher",
        "agency_id": world.school.pk,
        "since": ago(9),
        "named_by": "The council",
    }
    member = law.name_member(by=world.coordinator, post_id=post.pk, **who)
    return {"report_id": report.pk, "post_id": post.pk, "member_id": member.pk}


def _a_phone(world: World, person_id: Any) -> dict[str, Any]:
    """The child uses it; and another, which a worry about somebody else names too; one that looks the same and is not; and two that are one."""
    tie, _other, twin, kept, merged = (
        network.note_tie_to(
            by=world.social_worker,
            one_id=person_id,
            end="handle",
            new_name=number,
            new_kind="phone",
            kind="uses",
            knows=network.Knows(words="She rang from it"),
        )
        for number in ("07700 900199", "07700 900188", "07700 900177", "07700 900166", "07700 900155")
    )
    network.say_not_same(
        by=world.coordinator, one_id=tie.second_id, other_id=twin.second_id, why="She has both with her"
    )
    together = network.merge_nodes(
        by=world.coordinator, kept_id=kept.second_id, merged_id=merged.second_id, reason="One SIM card"
    )
    text = "Somebody rings her from 07700 900188."
    named = telling.tell(
        by=world.social_worker,
        new_person={"given_name": "Ola", "family_name": "Newton"},
        seen_and_heard=text,
        why_no_words="She is at her aunt’s",
        danger_now="no",
        named=find(text),
    )
    if restricted_decided_by(world.supervisor).filter(pk=person_id).exists():
        soon = timezone.localdate() + timedelta(days=3)
        holding.decide_whether_to_tell(
            by=world.supervisor,
            person_id=person_id,
            concern_id=named.pk,
            outcome="not_yet",
            reason="It would say with whom she lives",
            look_again_on=soon,
        )
    marked = network.mark_common(
        by=world.coordinator, type="phone", text="0116 496 0123", why="The switchboard of Northgate Academy"
    )
    return {
        "handle_id": tie.second_id,
        "thing_id": tie.second_id,
        "twin_id": twin.second_id,
        "node_merge_id": together.pk,
        "held_id": named.pk,
        "common_id": marked.pk,
    }


def _kept(world: World, person_id: Any) -> dict[str, Any]:
    """A hold on the record that two lifted, and one that is in force; and that it was asked to destroy it."""
    this = {"by": world.coordinator, "person_id": person_id}
    hold = keeping.place_hold(**this, scope="record", reason="Letter of the inquiry, 3 May")
    keeping.ask_to_lift_hold(by=world.coordinator, hold_id=hold.pk, reason="Its letter of today")
    keeping.lift_hold(by=world.supervisor, hold_id=hold.pk)
    keeping.place_hold(**this, scope="record", reason="Letter of the court, 4 May")
    asked = Destruction.objects.create(
        person_id=person_id,
        why="order",
        reason="The regulator ordered it",
        asked_by=world.coordinator,
        asked_at=timezone.now(),
    )
    return {"hold_id": hold.pk, "destruction_id": asked.pk}


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def observed() -> list[Observed]:
    return [
        Observed("S10", "seen", ago(50), "Form tutor", "A new phone that she would not speak of"),
        Observed("S06", "seen", ago(43), "School register", "Away on four Mondays in a row"),
        Observed("V03", "seen", ago(110), "Aunt", "Her grandmother died in the summer"),
        Observed("S01", "not_seen"),
        Observed("S02", "not_known"),
    ]


def _worry(world: World, *, by: User | None = None, **whom: Any) -> Any:
    return telling.tell(
        by=by or world.social_worker,
        seen_and_heard=SEEN,
        observations=observed(),
        words={"text": SAYS, "heard_by": "Sol Wright, social worker", "heard_on": ago(43)},
        danger_now="no",
        **whom,
    )


def _the_school_tells_too(world: World, person_id: Any) -> None:
    """As somebody who knew then that the child is known, and does no longer."""
    line = network.give_access(
        by=world.social_worker,
        person_id=person_id,
        whom=Whom("", world.school),
        level=Level.KNOWS,
        why="She goes there",
    )
    _worry(world, by=world.teacher, person_id=person_id)
    network.end_access(by=world.coordinator, access_id=line.pk, why="She left")


def _assess(world: World, case_id: Any) -> Any:
    worker = world.social_worker
    assessment = assessing.start_assessment(by=worker, case_id=case_id)
    this = {"by": worker, "assessment_id": assessment.pk}
    assessing.save_judgement(**this, text="Somebody older is buying her trust, and she is afraid of him.")
    assessing.save_childs_view(**this, view=ChildsView(why_no_words="She asked to speak again next week."))
    assessing.note_observations(**this, marks=[Observed("V10", "not_known")])
    assessing.save_what_is_not_known(**this, text="Who gave her the phone. Her tutor will ask her.")
    assessing.add_evidence(
        **this,
        item="S06",
        change="no_longer",
        happened_on=ago(10),
        source="School register",
        words="In school",
    )
    assessing.keep_pattern(**this, choice=assessing.Choice("G1", "One man whom she will not name"))
    assessing.keep_strength(**this, text="She looks after her sister.", source="Her form tutor")
    assessing.keep_protective_person(
        **this, name="Aunt Rosa", who="Aunt", what_they_do="Meets her after school", knows="yes"
    )
    question = assessing.keep_question(**this, text="Who gave her the phone?", owner=worker, by_on=ago(-7))
    assessing.submit(**this)
    assessing.find_out(
        by=worker, question_id=question.pk, text="A friend", source="She said so", found_on=ago(0)
    )
    return assessing.sign_off(by=world.supervisor, assessment_id=assessment.pk), question


def _plan(world: World, case_id: Any, *, another: User) -> tuple[Any, Any]:
    worker, today = world.social_worker, timezone.localdate()
    plan = planning.start_plan(by=worker, case_id=case_id)
    outcome = planning.add_outcome(by=worker, plan_id=plan.pk, text="Ines gets to school and home safely.")
    step = {"by": worker, "outcome_id": outcome.pk, "owner": worker, "due_on": today + timedelta(days=7)}
    planning.add_action(**step | {"owner": another}, what=AT_THE_GATE)
    action = planning.add_action(**step, what="Ask Ines whom she would like to speak to")
    planning.agree_plan(
        by=worker, plan_id=plan.pk, review_on=today + timedelta(days=60), view=ChildsView(new=_said(today))
    )
    planning.put_off_action(by=worker, action_id=action.pk, due_on=today + timedelta(days=9), reason=PUT_OFF)
    return plan, action


def _proposed(world: World, person_id: Any) -> Any:
    """A police officer who works with her for a while says that her date of birth is another."""
    line = network.give_access(
        by=world.coordinator,
        person_id=person_id,
        whom=Whom("", world.police, user=world.officer),
        level=Level.RECORD,
        why="Met her at the station",
    )
    proposal = network.propose_core(
        by=User.objects.get(pk=world.officer.pk),
        person_id=person_id,
        values={"birth_date": date(2011, 5, 14)},
        why="She said so",
    )
    network.end_access(by=world.coordinator, access_id=line.pk, why="Somebody else took over")
    return proposal


def _who_may_see(world: World, person_id: Any) -> dict[str, Any]:
    """Nobody who walks here is kept out: that is walked in test_levels.py."""
    denial = network.deny_access(
        by=world.coordinator,
        person_id=person_id,
        whom=Whom("", world.care, user=world.analyst),
        why="Lives next door",
    )
    RestrictionNews.objects.create(
        person_id=person_id,
        whom=world.analyst,
        is_told=False,
        what="They never looked.",
        written_by=world.coordinator,
        written_at=timezone.now(),
    )
    line = accesses_of(world.coordinator, person_id).first()
    return {"access_id": line.pk, "denial_id": denial.pk}


def _known(world: World, person_id: Any) -> dict[str, Any]:
    """What she and others said: her ethnicity, a phone, who looks after her, and a number at the council."""
    this = {"by": world.social_worker, "person_id": person_id}
    herself = Said("self", "", ago(20))
    network.record_fact(**this, kind="ethnicity", value="Igbo and English", code="MWBA", said=herself)
    phone = network.record_fact(**this, kind="phone", value="01632 960 071", said=herself)
    aunt = network.note_important_person(
        **this,
        name=f"Rosa {FAMILY_NAME}",
        relation="aunt",
        contact="01632 960 072",
        cares=True,
        responsibility="yes",
        said=Said("paper", "Court order", ago(20)),
    )
    worker = Said("worker", "Sol Wright, social worker", ago(20))
    number = network.add_identifier(
        **this, scheme="council", value="WX-10482", issuer="Wexmoor council", said=worker
    )
    return {"fact_id": phone.pk, "important_id": aunt.pk, "identifier_id": number.pk}


def _joined(world: World) -> int:
    """One administrator alone added somebody to a team."""
    user = agencies.add_user(
        by=world.administrator, username="nell.new", first_name="Nell", last_name="New", password=None,
        team=world.exploitation_team, role=Role.PRACTITIONER,
    )  # fmt: skip
    return agencies_read.members_to_see(world.supervisor).get(user=user).pk


def _organisation(world: World, worker: User) -> dict[str, Any]:
    """The worker signs in with their organisation; a group of its directory stands for a role, and proposes one."""
    provider = Provider(
        "county", "County", world.care.name, "https://login.example.org", "heard", "of a test"
    )
    mapping = agencies.map_group(
        by=world.administrator,
        provider=provider,
        group="g-duty",
        team=world.exploitation_team,
        role=Role.DUTY,
        reason="The directory knows the rota",
    )
    agencies.decide_mapping(by=world.coordinator, mapping_id=mapping.pk, agrees=True)
    agencies.follow_groups(by=None, user=worker, provider=provider, groups=["g-duty"])
    link = agencies.link(
        by=world.administrator, user=worker, provider=provider, number="u-1", agreed_by=world.coordinator
    )
    return {
        "mapping_id": mapping.pk,
        "membership_id": _joined(world),
        "role_id": agencies_read.roles_proposed(world.administrator).get().pk,
        "link_id": link.pk,
        "recovery_id": agencies.ask_recovery(
            by=world.administrator, user=worker, reason="Lost their telephone"
        ).pk,
    }


def _in_an_emergency(world: World, person_id: Any) -> dict[str, Any]:
    """Somebody of the police opened the record at night; and the social worker read it late, as a worker of the site sees."""
    on_duty = agencies.add_user(
        by=world.administrator,
        username=ON_DUTY,
        first_name="Nia",
        last_name="Dusk",
        password=None,
        team=world.officer.team,
        role=Role.DUTY,
        agreed_by=world.coordinator,
    )
    who = {"given_name": "Ines", "family_name": FAMILY_NAME, "birth_date": date(2011, 5, 4)}
    [opening] = emergencies.break_glass(
        by=on_duty, **who, reason="Found alone at the station at night"
    ).openings
    alert = ReadingAlert.objects.create(
        kind="own_name",
        reader=world.social_worker,
        agency=world.care,
        person_id=person_id,
        first_at=timezone.now(),
        last_at=timezone.now(),
        number=1,
    )
    return {"opening_id": opening.pk, "alert_id": alert.pk}


def _joins_the_team(world: World) -> Any:
    """The teacher works in the children's services for a while: what they were given to do then stays theirs."""
    membership = agencies.give_role(
        by=world.administrator, user=world.teacher, team=world.exploitation_team, role=Role.PRACTITIONER
    )
    membership.user = User.objects.get(pk=world.teacher.pk)
    return membership


def _against_what_harms(world: World, case_id: Any, plan: Any) -> Any:
    """A safety plan, a step against a place, and the plan in words for the child."""
    worker = world.social_worker
    keeping_safe.write_safety_plan(
        by=worker,
        case_id=case_id,
        getting_worse="She stops answering her aunt.",
        what_to_do="Her aunt rings the duty team.",
        who_to_call="Her aunt, then the duty team.",
        child_agreed="To text her aunt a heart.",
    )
    own.write_own_plan(
        by=worker,
        plan_id=plan.pk,
        outcomes={plan.outcomes.first().pk: "You get home safely."},
        actions={},
        words_id=words_of(worker, plan.case.person_id).first().pk,
    )
    own.give_own_plan(by=worker, plan_id=plan.pk, why_not="She asked to wait until Monday.")
    today = timezone.localdate()
    step = disruption.plan_step(
        by=worker,
        case_id=case_id,
        kind="place",
        what="Ask licensing to visit",
        agency_id=world.police.pk,
        due_on=today + timedelta(days=7),
        who_or_where="The yard behind the arcade",
        legal_power="closure_nuisance",
        owner=worker,
    )
    law.check_power(
        by=world.coordinator,
        power="closure_nuisance",
        release=load.current().id,
        holds=True,
        called="Ada Lind, solicitor",
        said="The text is right",
        checked_on=today,
    )
    disruption.keep_power(
        by=worker,
        step_id=step.pk,
        grounds="What two of them told",
        childs_view="She wants it gone",
        safety="She is fetched on the day",
        served_on=today,
        look_again_on=today + timedelta(days=7),
    )
    disruption.note_breach(by=worker, step_id=step.pk, broken_on=today, what_was_done="The police went there")
    return step


def _review(world: World, plan: Any) -> Any:
    today = timezone.localdate()
    return reviewing.hold_review(
        by=world.social_worker,
        plan_id=plan.pk,
        held_on=today,
        what_changed="She is in school every day and speaks with her tutor.",
        took_part="Sol Wright, social worker; the tutor; her aunt",
        looked={outcome.pk: Looked("not_known", "Her tutor will ask her") for outcome in plan.outcomes.all()},
        view=ChildsView(
            unheard=WhyUnheard(Unheard.NOT_REACHED, tries=(Try(today, "visit", "At her aunt’s"),))
        ),
        decision="continue",
        reason="What helps goes on.",
        next_review_on=today + timedelta(days=90),
    )


def _supervision(world: World, case_id: Any) -> tuple[Any, Any, Any]:
    today, two = timezone.localdate(), {"worker": world.social_worker, "supervisor": world.supervisor}
    row = supervising.begin_supervision(by=world.social_worker, planned_on=today, **two)
    this = {"by": world.supervisor, "supervision_id": row.pk}
    decision = supervising.add_decision(
        **this, case_id=case_id, text="Two of us go to see her.", reason="She is at ease with two."
    )
    what = "Ask for a second car"
    action = supervising.add_action(**this, what=what, for_worker=True, due_on=today + timedelta(days=14))
    held = supervising.hold_supervision(
        **this, held_on=today, talked="How it is to wait.", next_on=today + timedelta(days=28)
    )
    return held, decision, action


def _merge(world: World, restricted: bool) -> Any:
    """Two further records of one child."""
    name = {"given_name": "Inez", "family_name": FAMILY_NAME, "restricted": restricted}
    kept, merged = (network.add_person(by=world.social_worker, **name) for _ in range(2))
    return network.merge_people(
        by=world.coordinator, kept_id=kept.pk, merged_id=merged.pk, reason="Added twice on one day"
    )


def _moment(world: World, case_id: Any) -> Any:
    return timing.note_moment(
        by=world.social_worker,
        case_id=case_id,
        kind="strategy_discussion",
        on=ago(12),
        note="With the police",
    )


def _panel(world: World, person_id: Any, outcome_id: Any) -> dict[str, Any]:
    """A panel of today at which the school sits too; what it decided about the child, and who does not agree."""
    by, now = world.coordinator, timezone.now()
    agencies = [world.care.pk, world.school.pk, world.police.pk]
    panel = meeting.plan_panel(
        by=by, starts_at=now - timedelta(minutes=1), place="Town hall", chair=by, agencies=agencies
    )
    meeting.prepare_panel(by=by, panel_id=panel.pk)
    item = meeting.add_item(by=by, panel_id=panel.pk, title="Who meets children at the station")
    item = panel.items.filter(person_id=person_id).first() or item
    this = {"by": by, "item_id": item.pk}
    meeting.decide_item(
        **this,
        decision="Her tutor sees her each day",
        reason="She asked for it",
        view=ChildsView(why_no_words="She was at her aunt’s."),
    )
    given = this | {"owner": world.social_worker, "due_on": timezone.localdate() + timedelta(days=7)}
    meeting.add_panel_action(**given, what="Ask her tutor", outcome_id=outcome_id)
    action = meeting.add_panel_action(**given, what="Tell the panel how it went")
    meeting.dissent(by=world.social_worker, item_id=item.pk, why="She is there on four days alone.")
    disagreement = meeting.begin_disagreement(
        by=world.social_worker,
        person_id=person_id,
        about="panel",
        about_id=item.pk,
        what="The tutor alone is not enough",
        interest="She is afraid after school",
        with_agency_id=world.school.pk,
    )
    keys = {"panel_id": panel.pk, "item_id": item.pk}
    return keys | {"panel_action_id": action.pk, "disagreement_id": disagreement.pk}


def _meetings(world: World, person_id: Any, context_id: Any) -> dict[str, Any]:
    """A mapping meeting that has begun and is about the child, and a conference that was held about a place."""
    by = world.coordinator
    given: dict[str, Any] = {
        "by": by,
        "starts_at": timezone.now() - timedelta(minutes=1),
        "place": "Town hall",
        "chair": by,
        "agencies": [world.care.pk, world.school.pk, world.police.pk],
        "purpose": "We do not know who waits there",
        "used_by": "The police, for a warning",
    }
    mapping = meeting.plan_panel(**given, kind="mapping")
    meeting.add_item(by=by, panel_id=mapping.pk, end="person", end_id=person_id)
    conference = meeting.plan_panel(**given, kind="conference", context_id=context_id)
    came = {seat.pk: ("came", "") for seat in conference.seats.all()}
    meeting.hold_panel(by=by, panel_id=conference.pk, came=came)
    return {"meeting_id": mapping.pk, "conference_id": conference.pk}


def _charts(world: World, person_id: Any, *, restricted: bool) -> dict[str, Any]:
    """A chart that names the child and an adult, whom somebody said to be who they are; and the drawing around the child, which somebody asked
    to take out."""
    by = world.social_worker
    read = Read(Format.CSV)
    for name in ("Ines", "Ray"):
        read.named[name] = Named(name, "person", f"{name} {FAMILY_NAME}")
    read.told += [Told(1, "Ines", "Ray", "knows"), Told(2, "Ray", "Ines", "is seen with")]
    given = exchange.Given(from_whom="Ash", why="For the panel", reach="ends")
    chart = exchange.bring_in(by=by, file_name="chart.csv", digest="0" * 64, read=read, given=given)
    name = chart.names.get(text__startswith="Ines")
    exchange.say_who(by=by, name_id=name.pk, node_id=person_id)
    around = person_id
    if restricted:  # of whom nothing goes out
        adult = network.add_person(
            by=by, given_name="Ray", family_name="Reed", kind="adult", why="Is around a child"
        )
        place = network.add_place(by=by, name="Kiosk", kind="shop")
        network.note_tie(
            by=by, one_id=adult.pk, other_id=place.pk, kind="goes_to", knows=network.Knows("Seen")
        )
        around = adult.pk
    taking = Taking("csv", "Ash, police", "So that both know", "public_task")
    out = exchange.ask_to_take(by=by, about="node", of=around, how={"away": 2}, taking=taking)
    return {"chart_id": chart.pk, "name_id": name.pk, "outgoing_id": out.pk}


def _packs(world: World, person_id: Any) -> dict[str, Any]:
    """A pack that waits to be made; and somebody who asked for the record, of which a file is the passage."""
    today = timezone.localdate()
    pack = packing.ask_pack(
        by=world.social_worker,
        person_id=person_id,
        purpose="For the strategy meeting",
        for_whom="The chair",
        parts=["words"],
        keep_until=today + timedelta(days=7),
    )
    asked = packing.start_disclosure(
        by=world.coordinator,
        person_id=person_id,
        requester="child",
        requester_name="Herself",
        what_asked="What you wrote about me",
        asked_on=ago(3),
        due_on=today + timedelta(days=20),
        parts=["words", "files"],
    )
    passage = passages_in(world.coordinator, asked.pk).filter(file__isnull=False)[0]
    return {"pack_id": pack.pk, "disclosure_id": asked.pk, "passage_id": passage.pk}


def _surroundings(world: World, person_id: Any) -> tuple[Any, Any, Any]:
    worker = world.social_worker
    place = network.add_place(by=worker, name="Harbour Street arcade", kind="arcade", postcode="WX1 2AB")
    network.note_tie(
        by=worker,
        one_id=person_id,
        in_words="spends time at",
        other_id=place.pk,
        knows=network.Knows("She said so"),
    )
    group = network.add_group(by=worker, name="Friday group", kind="group of friends")
    tie = network.note_tie(
        by=worker,
        one_id=person_id,
        in_words="is seen with",
        other_id=group.pk,
        knows=network.Knows("Youth worker"),
    )
    casework.note_warning(
        by=worker,
        person_id=person_id,
        text="Do not ring her own phone",
        why="Somebody else may answer it",
        person_told=True,
        review_on=timezone.localdate() + timedelta(days=30),
    )
    return place, group, tie


def _context(world: World, place_id: Any, person_id: Any) -> dict[str, Any]:
    """Work on the place. One thing that is known of it names the child."""
    context = contexts.open_context(
        by=world.coordinator,
        end="place",
        node_id=place_id,
        setting="neighbourhood",
        why="Three worries tell of the same evenings",
        holder=world.social_worker,
    )
    contexts.hear_young_people(by=world.social_worker, context_id=context.pk, why_nobody="Not safe yet")
    assessment = contexts.start_assessment(by=world.social_worker, context_id=context.pk)
    finding = contexts.add_finding(
        by=world.social_worker,
        assessment_id=assessment.pk,
        side="side_guardianship",
        what=f"Ines {FAMILY_NAME} waits where nobody is",
        source="Youth worker",
        seen_on=ago(2),
        names=[person_id],
    )
    for side in ("side_young_people", "side_place_and_system"):
        contexts.add_finding(
            by=world.social_worker,
            assessment_id=assessment.pk,
            side=side,
            what="Nobody could say",
            source="Sol, who asked",
            seen_on=ago(2),
        )
    contexts.conclude(
        by=world.social_worker,
        assessment_id=assessment.pk,
        weighing="The dark end",
        what_is_not_known="The owner",
    )
    contexts.submit_assessment(by=world.social_worker, assessment_id=assessment.pk)
    contexts.sign_assessment(by=world.supervisor, assessment_id=assessment.pk)
    goal = contexts.set_goal(
        by=world.social_worker,
        context_id=context.pk,
        text="After school an adult who cares is there",
        measure="Sol goes there twice a week",
        review_on=ago(-30),
    )
    guardian = contexts.ask_guardian(
        by=world.social_worker,
        context_id=context.pk,
        who="Ola, who keeps the kiosk",
        what_they_do="Looks out until six",
        whom_they_call="The duty team",
        asked_on=ago(1),
        answer="waiting",
        look_again_on=ago(-14),
    )
    step = disruption.plan_context_step(
        by=world.social_worker,
        context_id=context.pk,
        goal_id=goal.pk,
        kind="place",
        what="Ask the council for lamps",
        agency_id=world.care.pk,
        owner=world.social_worker,
        due_on=ago(-7),
    )
    contexts.hold_review(
        by=world.social_worker,
        context_id=context.pk,
        held_on=ago(0),
        took_part="Sol Wright, social worker",
        what_changed="Nothing yet",
        looked={goal.pk: Looked("not_known")},
        decision="go_on",
        reason="It has only begun",
        next_review_on=ago(-60),
    )
    voice = contexts.hear_young_people(
        by=world.social_worker, context_id=context.pk, why_nobody="Not safe yet this week either"
    )
    pattern = contexts.note_pattern(
        by=world.social_worker,
        end="context",
        about_id=context.pk,
        pattern="G2",
        reason="The same two drivers wait there",
    )
    keys = {
        "context_id": context.pk,
        "noted_pattern_id": pattern.pk,
        "voice_id": voice.pk,
        "context_assessment_id": assessment.pk,
        "finding_id": finding.pk,
    }
    return keys | {"goal_id": goal.pk, "guardian_id": guardian.pk, "context_step_id": step.pk}


def _missing_and_shared(world: World, person_id: Any) -> dict[str, Any]:
    """An episode after which she was heard; a form that is ready; a share that was decided; a request that waits."""
    worker, now = world.social_worker, timezone.now()
    seen = {"last_seen_where": "The bus stop", "last_seen_by": "Her aunt", "danger": "not_known"}
    said = {"missing_from": now - timedelta(days=9), "why_not_reported": "She rang at once"} | seen
    episode = looking.note_missing(by=worker, person_id=person_id, **said)
    back = {"found_where": "Home", "found_by": "Her aunt", "condition": "Tired", "check_by_police": "done"}
    looking.note_found(by=worker, episode_id=episode.pk, found_at=now - timedelta(days=8), **back)
    heard = {"where": "School", "with_whom": "Noor, advocate", "independent": "Works for a charity"}
    heard["who_with"] = "With two men. The first has a silver car AB12 CDE, the other a car AB13 CDE"
    view = ChildsView(why_no_words="She did not want it written down")
    about = {"by": worker, "episode_id": episode.pk}
    looking.record_interview(**about, held_at=now - timedelta(days=7), view=view, **heard)
    looking.keep_named(**about, ticks=["vehicle::AB12CDE"])
    named = Mention.objects.get(about="interview", about_id=episode.pk)
    form = looking.write_form(by=worker, person_id=person_id, phone="Her aunt has 07700 900481")
    # To the own agency, so that whoever may walk the record here walks what was delivered too.
    whom = {"to_person": "Sol Wright", "to_agency_id": world.care.pk, "to_user_id": worker.pk, "how": "heard"}
    purpose = "So that she is met at the gate"
    share = sharing.prepare_share(
        by=worker, person_id=person_id, purpose=purpose, pieces=[], free_text=SEEN, **whom
    )
    shared = sharing.decide_share(
        by=worker,
        share_id=share.pk,
        decision="shared",
        seen=fingerprint(preview(worker, share)),
        why="The college can keep her safe only if it knows",
        view=view,
        told="told",
        basis="public_task",
        review_on=timezone.localdate() + timedelta(days=30),
    )
    request = sharing.note_request(
        by=worker,
        person_id=person_id,
        direction="we_ask",
        outside="The health centre",
        who="Dr Lane",
        what="Visits in the last year",
        why="To see what she needs",
        asked_on=ago(3),
        due_on=ago(1),
    )
    onward = passing.refer_onward(
        by=world.coordinator,
        person_id=person_id,
        whom=Whom("", world.care),
        asked=OnwardRequest(
            "Look who waits at the station",
            "They know who is there",
            ChildsView(new=_said(ago(0)) | {"text": "I would like that."}),
        ),
    )
    keys = {"episode_id": episode.pk, "share_id": share.pk, "request_id": request.pk} | _audit(world)
    keys |= {"mention_id": named.pk, "form_id": form.pk}
    keys["asked_of_id"] = request.pk
    return keys | {"delivery_id": shared.delivery.pk, "onward_id": onward.pk}


def _audit(world: World) -> dict[str, Any]:
    """The partnership checks itself: an answer that another agency may read, an action of the worker, and a requirement of its own."""
    ours = owning.write_requirement(
        by=world.board_member,
        sentence="Each school has named who speaks for it",
        document="Strategy",
        page="6",
        document_on=ago(90),
        who=["all"],
        applies_from=ago(60),
    )
    audit = board.open_audit(
        by=world.board_member,
        title="Autumn",
        since=ago(365),
        until=ago(0),
        packs=["see_me_hear_me"],
        agencies=[world.care, world.police, world.school],
        lead=world.care,
    )
    about = {"audit_id": audit.pk, "requirement": "SM1"}
    said = board.answer(
        by=world.coordinator, agency=world.care, answer="partly", why="In half of them", **about
    )
    shown = board.add_evidence(
        by=world.coordinator, agency=world.care, kind="document", what="Minutes of the board", of_day=ago(3),
        upload=SimpleUploadedFile("minutes.txt", b"Read in full"), **about,
    )  # fmt: skip
    action = board.plan_action(
        by=world.coordinator,
        what="Ask each child",
        shows="Each review says what the child said",
        owner=world.social_worker,
        due_on=ago(-30),
        **about,
    )
    draw = reading.draw_cases(
        by=world.board_member, audit_id=audit.pk, title="One case", why="Each year", since=ago(365), until=ago(0), strata=["sex"],
        size=1, questions=["Are the child’s words there?"], readers=[world.officer, world.teacher], due_on=ago(-14),
    )  # fmt: skip
    note = figuring.write_note(
        by=world.board_member, promise="worries", quarter=first_of(ago(0)), text="New team in May"
    )
    report = annual.draft_report(
        by=world.board_member, first=years(today=ago(0))[0].first, policy="department"
    )
    annual.write_text(
        by=world.board_member, annual_report_id=report.pk, part="heard", text="We asked more often."
    )
    for_inspectors = inspecting.ask_for_list(
        by=world.coordinator,
        for_whom="Joint inspection",
        why="They come in May",
        basis="legal_obligation",
        since=ago(365),
        until=ago(0),
    )
    keys = {
        "inspection_id": for_inspectors.pk,
        "audit_id": audit.pk,
        "agency_id": audit.lead_id,
        "annual_report_id": report.pk,
        "answer_id": said.pk,
        "audit_action_id": action.pk,
        "own_requirement_id": ours.pk,
        "evidence_id": shown.pk,
        "draw_id": draw.pk,
        "sample_id": draw.sample.get().pk,
    }
    return keys | {"figure_note_id": note.pk}


def _about_staff(world: World, person_id: Any) -> Any:
    """A worry about a coach, which only the designated officer hears of; nobody here is that, so the co-ordinators."""
    staff = telling.AboutStaff("Jo Sands, swimming coach")
    return _worry(world, person_id=person_id, staff=staff).pk


def _decided_properly(world: World, decided_id: Any, waiting_id: Any, case_id: Any) -> dict[str, Any]:
    """A question to whoever told the worry that waits, a strategy discussion, a handover and a plan for after 18."""
    by, worker, today = world.coordinator, world.social_worker, timezone.localdate()
    question = telling.ask_teller(by=by, concern_id=waiting_id, text="Which car was it?")
    discussion = strategy.plan_discussion(by=by, concern_id=decided_id, planned_on=today)
    asked = strategy.ask_agency(
        by=by, discussion_id=discussion.pk, who="Sol Wright", asked_on=today, agency=world.care
    )
    handover = leaving.hand_over(
        by=worker,
        case_id=case_id,
        to_council="Eastmoor Council",
        to_whom="Pat Lowe, 01632 960 077",
        what_sent="The plan and the safety plan",
        sent_on=today,
        ask_again_on=today,
    )
    leaving.write_after_plan(
        by=worker,
        case_id=case_id,
        who_is_there="Her aunt",
        services="Adult services, asked in May",
        where_to_live="With her aunt",
        who_to_call="Her aunt",
        view=ChildsView(new=_said(today) | {"text": "That is fine."}),
    )
    return {
        "to_teller_id": question.pk,
        "discussion_id": discussion.pk,
        "asked_id": asked.pk,
        "handover_id": handover.pk,
    }


def _on_duty(world: World) -> int:
    now = timezone.now()
    (duty,) = noticing.put_on_duty(
        by=world.administrator,
        user=world.supervisor,
        begins=now + timedelta(days=1),
        ends=now + timedelta(days=2),
        phone="01632 960 055",
    )
    return duty.pk


def _childs_own_voice(world: World, person_id: uuid.UUID, review_id: uuid.UUID) -> dict[str, Any]:
    """A link of the child, what came through it, the answer, and what the review decided, written for the child."""
    link, code = hearing.make_link(by=world.social_worker, person_id=person_id, word="marmalade", weeks=4)
    sitting = hearing.enter(by=None, code=code, word="marmalade")
    assert sitting is not None
    spoken = hearing.listen_to(by=None, sitting=sitting, content=THREE_NOTES)
    sent = hearing.send(
        by=None,
        sitting=sitting,
        about="feel",
        text=SAYS,
        drawn="[[0, 0, [1, 2, 3, 4]]]",
        spoken=spoken,
        device="phone",
    )
    hearing.open_sound(by=world.social_worker, child_message_id=sent.pk)
    hearing.write_down(by=world.social_worker, child_message_id=sent.pk, text=SAYS)
    said = {"text": "Your sister comes earlier.", "is_safe": True, "how_safe": "It is her own phone"}
    hearing.answer_message(by=world.social_worker, child_message_id=sent.pk, **said)
    told = {"text": "You stay at your school.", "is_safe": True, "how": "It is her own phone"}
    hearing.tell_decision(by=world.social_worker, review_id=review_id, **told)
    return {"child_link_id": link.pk, "child_message_id": sent.pk}


def _said(today: date) -> dict[str, Any]:
    return {
        "text": "I want to see my sister more.",
        "heard_by": "Sol Wright, social worker",
        "heard_on": today,
    }


def _published(world: World) -> dict[str, Any]:
    """A profile that two people released, a digest of it, and an address outside."""
    profile = profile_of(world.analyst)
    for user in (world.coordinator, world.board_member):
        releasing.release_profile(by=user, profile_id=profile.pk, reason="It gives nobody away")
    digest = telling_many.write_digest(
        by=world.analyst, profile_id=profile.pk, title="Spring", words="What we saw.", contact="The team"
    )
    telling_many.send_digest(by=world.coordinator, digest_id=digest.pk, seen=fingerprint_of(digest))
    outside = telling_many.invite(by=world.coordinator, email="head@school.example")
    return {"profile_id": profile.pk, "digest_id": digest.pk, "subscriber_id": outside.pk}
