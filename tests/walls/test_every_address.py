"""Every address of the site: who reaches it, what it hides, and that looking changes nothing.

The addresses are read from the site itself. One with a key that `VALUES` does not know fails, so that nobody can add a
page about a child and forget to have it walked here.
"""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import pytest
from django.apps import apps
from django.conf import settings as site
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.again import written_once
from tests.conftest import World
from tests.walls.every import every
from tests.walls.kept import NOT_KEPT, PAPER, forms_of
from tests.walls.record import AT_THE_GATE, FAMILY_NAME, PUT_OFF, SAYS, SEEN, Record, make_record

from heard.agencies import actions as agencies
from heard.agencies.models import User
from heard.agencies.rules import MAY, May, Role
from heard.cases.assessment.views import ENTRIES, PARTS
from heard.cases.timeline.index import catch_up
from heard.knowledge.load import PACKS

# Keys that name no record: which part of a form, or which child of an engine's list. Each value is walked.
VALUES = {
    "end": ("person", "place", "group", "handle"),
    "what": ("ethnicity", "phone", "people", "numbers"),
    "section": ("age", "person"),
    "part": tuple(PARTS),
    "profile_part": ("quality", "homes"),
    "entries": tuple(ENTRIES),
    "entry": ("new",),
    "item": ("V10",),
    "step": ("outcome", "action", "agree"),
    "key": ("x1",),
    "work": ("drafts",),
    "oldest": ("actions",),
    "counted": ("allocated", "children", "actions", "assessments", "reviews"),
    "release": ("2013.1",),
    "form": ("html", "pdf", "xlsx", "csv"),
    "token": ("x1",),
    "pk": ("1",),
    "role": ("family_help", "child_protection"),
    "page": ("caseload", "team"),
    "provider_id": ("none",),
    "pack": ("see_me_hear_me",),
    "promise": ("worries",),
    "duty": ("report", "share"),
    "power": ("abduction_warning",),
    "requirement": ("SM1",),
    "chapter": ("heard",),
    "z": ("0",),
    "x": ("0",),
    "y": ("0",),
}
RECORD_KEYS = {
    "person_id", "concern_id", "case_id", "assessment_id", "plan_id", "outcome_id", "action_id", "review_id",
    "draft_id", "run_id", "earlier_id", "user_id", "team_id", "session_id", "place_id", "group_id", "tie_key", "node_id", "source_id", "mention_id", "form_id", "other_id", "merge_id", "supervision_id", "decision_id", "attachment_id", "words_id", "warning_id", "episode_id", "share_id", "request_id", "referral_id", "disruption_id", "step_id", "breach_id", "question_id", "panel_id", "meeting_id", "conference_id", "item_id", "panel_action_id", "disagreement_id", "moment_id", "pack_id", "disclosure_id", "passage_id", "judgement_id", "profile_id", "digest_id", "subscriber_id", "reader_id", "duty_id", "note_id", "access_id", "denial_id", "proposal_id", "approval_id",
    "fact_id", "important_id", "identifier_id", "supervision_action_id",
    "to_teller_id", "discussion_id", "asked_id", "handover_id",
    "opening_id", "alert_id",
    "delivery_id", "onward_id", "staff_worry_id", "asked_of_id",
    "audit_id", "agency_id", "answer_id", "audit_action_id", "figure_note_id", "own_requirement_id", "evidence_id", "draw_id", "sample_id", "annual_report_id",
    "hold_id", "destruction_id",
    "mapping_id", "role_id", "membership_id", "link_id", "recovery_id",
    "handle_id", "thing_id", "twin_id", "node_merge_id", "held_id", "common_id", "view_id",
    "import_id",
    "context_id", "context_assessment_id", "finding_id", "goal_id", "guardian_id", "context_step_id", "voice_id", "noted_pattern_id",
    "child_link_id", "child_message_id", "service_referral_id", "unmet_need_id", "service_id", "services_file_id", "procedure_id",
    "report_id", "post_id", "member_id", "inspection_id", "source_mapping_id", "chart_id", "name_id", "outgoing_id",
    "cluster_id", "placed_id",
}  # fmt: skip
# A run's list names no child, and its pages are for analysts of the partnership; profiles and digests are counts; users and teams are the staff. Whoever
# sees children sees all places, and groups by a rule of their own (tests/network/test_web.py): a child who is hidden is left out of both (asked for below).
ABOUT_A_CHILD = RECORD_KEYS - {
    "run_id",
    "earlier_id",
    "judgement_id",
    "profile_id",
    "digest_id",
    "subscriber_id",
    "user_id",
    "team_id",
    "approval_id",
    "mapping_id",
    "role_id",
    "membership_id",
    "link_id",
    "recovery_id",
    "place_id",
    "group_id",
    "cluster_id",  # laid out without who is restricted (tests/graph/test_whole.py)
    "placed_id",
    "context_assessment_id",
    "goal_id",
    "guardian_id",
    "context_step_id",
    "voice_id",
    "noted_pattern_id",
    "context_id",  # as places and groups: what names a child in it is asked for by tests/cases/context
    "supervision_id",
    "supervision_action_id",
    "panel_id",
    "meeting_id",  # as a panel: whoever is chosen stands in its items, which are asked for below
    "conference_id",
    "duty_id",
    "session_id",
    "audit_id",
    "agency_id",
    "answer_id",
    "audit_action_id",
    "own_requirement_id",
    "evidence_id",
    "source_mapping_id",  # what columns mean
    "inspection_id",  # names no child; what is taken out is what the reader may see (tests/cases/inspection)
    "draw_id",  # names no child; its cases do
    "figure_note_id",
    "annual_report_id",
    "common_id",  # an organisation's number
    "view_id",
    "service_id",  # services and procedures know no child
    "services_file_id",
    "procedure_id",
    "post_id",  # of the child protection team
    "member_id",
    "import_id",  # each row says whose it is to those who may see the record
}
# Open to anybody, each with its reason.
OPEN = {
    "account_login": "signing in",
    "account_inactive": "says that an account was closed",
    "health_live": "says that the site is up, and nothing else",
    "health_ready": "says which part cannot work, by name; the server in front does not pass it on",
    "metrics": "figures for a monitor on this machine that has the token; 404 to anybody else",
    "security_txt": "says whom to tell of a flaw, where the installation says so",
    "robots": "tells search engines to stay out",
    "socialaccount_login_cancelled": "says that signing in elsewhere was called off",
    "notes_open": "where a child writes with a code and a word; it shows nothing but whom to ring",
    "account_logout": "ends a session that may have ended already",
}
# Not there until a run is done, and the engine's own tests walk them; a picture of figures not without what its page signed
# (tests/board/test_figures_page.py).
NEEDS_A_RESULT = {
    "map_tile",  # not there until somebody adds tiles (tests/graph/test_map.py)
    "figures_picture",
    "engine_changes", "engine_issues", "engine_out", "engine_out_file", "engine_child", "engine_two", "engine_reveal", "engine_open", "engine_links", "engine_blind", "engine_pairs", "engine_pair",
    "profile_draw",
    "drop_folder", "drop_standing",  # not there without a drop folder (tests/insight/test_drop.py)
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    name: str
    keys: frozenset[str]
    view: Any

    @property
    def gate(self) -> May | None:
        return getattr(self.view, "gate", None)

    @property
    def is_open(self) -> bool:
        return self.view.__module__.startswith(tuple(site.GATE_OPEN_MODULES))

    def of(self, record: Record | dict[str, Any]) -> str:
        return next(self.all_of(record))

    def all_of(self, record: Record | dict[str, Any]) -> Iterator[str]:
        """One address for each way of filling in the keys that name no record."""
        names = sorted(self.keys)
        for values in product(*(VALUES[name] if name in VALUES else (record[name],) for name in names)):
            yield reverse(self.name, kwargs=dict(zip(names, values, strict=True)))


def walk(resolver: URLResolver) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield Address(pattern.name or "", frozenset(pattern.pattern.regex.groupindex), pattern.callback)
        else:
            yield from walk(pattern)


ADDRESSES = sorted(walk(get_resolver()), key=lambda address: address.name)
GUARDED = [address for address in ADDRESSES if not address.is_open]
WITH_A_CHILD = [address for address in GUARDED if address.keys & ABOUT_A_CHILD]


@pytest.fixture
def record(world: World, settings: Any, tmp_path: Any) -> Record:
    """A restricted child of the children's services, with a record of every kind."""
    settings.DATA = tmp_path
    return make_record(world, restricted=True)


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=True)


def absent() -> dict[str, Any]:
    """Keys as of a record that does not exist."""
    counted = dict.fromkeys(
        (
            "session_id", "warning_id", "passage_id", "reader_id", "duty_id",
            "access_id", "denial_id", "proposal_id", "asked_id",
            "fact_id", "important_id", "identifier_id", "supervision_action_id", "role_id", "link_id", "membership_id", "mention_id",
            "access_id", "denial_id", "proposal_id", "alert_id",
        ), 0)  # fmt: skip
    return {key: uuid.uuid4() for key in RECORD_KEYS} | counted


# ---- every address is known, and has a gate


@every(ADDRESSES, lambda address: address.name)
def test_every_address_has_a_name_and_known_keys(address: Address) -> None:
    assert address.name, f"{address.view} needs a name"
    unknown = address.keys - RECORD_KEYS - set(VALUES)
    assert not unknown, (
        f"Give {unknown} a value in VALUES, or make one in record.py, so that this page is walked"
    )


@every(ADDRESSES, lambda address: address.name)
def test_every_address_has_a_gate(address: Address) -> None:
    assert address.gate or address.is_open, "Put @gate(May.…) outermost on its view"


def test_no_two_addresses_have_the_same_name() -> None:
    names = [address.name for address in ADDRESSES]
    assert sorted(names) == sorted(set(names))


# ---- who is not signed in, and who has no role


@pytest.mark.once
@pytest.mark.usefixtures("plain_refusals")
def test_a_stranger_sees_nothing(record: Record, visitor: Client) -> None:
    """A form that is sent after the session ended gets its own words back, with a 403, and nothing else."""
    seen = []
    for address in GUARDED:
        for answer in (visitor.get(address.of(record)), visitor.post(address.of(record))):
            to_sign_in = answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
            if not to_sign_in and answer.status_code not in (403, 404):
                seen.append((address.name, answer.status_code))
    assert seen == []


@pytest.mark.once
def test_only_listed_addresses_answer_a_stranger(db: None, visitor: Client) -> None:
    walked = [address for address in ADDRESSES if address.is_open and not address.keys]
    answered = {address.name for address in walked if visitor.get(address.of({})).status_code == 200}
    assert answered - set(OPEN) == set()


@pytest.mark.once
@pytest.mark.usefixtures("plain_refusals")
def test_without_a_membership_nothing_is_there(record: Record, visitor: Client) -> None:
    visitor.force_login(User.objects.create_superuser("root"))
    statuses = {
        (address.name, call(address.of(record)).status_code)
        for address in GUARDED
        for call in (visitor.get, visitor.post)
    }
    assert {found for found in statuses if found[1] != 404} == set()


# ---- another agency's restricted child


@pytest.fixture
@written_once
def of_the_school(world: World) -> dict[str, User]:
    """Somebody of another agency in each role that sees children: also the one who sees the whole partnership."""
    agencies.give_role(
        by=world.administrator,
        user=world.officer,
        team=world.teacher.team,
        role=Role.COORDINATOR,
        agreed_by=world.coordinator,
    )
    both = User.objects.get(pk=world.officer.pk)
    assert both.may(May.SEE_PARTNERSHIP)
    return {"practitioner": world.teacher, "co-ordinator": both}


# On PostgreSQL a practitioner walks as one of another agency who is let in, and kept out (`test_levels`).
WHOEVER: Final = [pytest.param("practitioner", marks=pytest.mark.once), "co-ordinator"]


@pytest.mark.usefixtures("plain_refusals")
@pytest.mark.parametrize("who", WHOEVER)
def test_a_restricted_child_is_hidden_everywhere(
    of_the_school: dict[str, User], record: Record, visitor: Client, who: str
) -> None:
    visitor.force_login(of_the_school[who])
    catch_up()  # as after the transactions of the actions that made the record
    before = rows_of_every_table()
    for address in WITH_A_CHILD:
        for path in address.all_of(record):
            for call in (visitor.get, visitor.post):
                answer = call(path)
                assert answer.status_code in (404, 405), f"{address.name}: {answer.status_code}"
    assert changes(before, rows_of_every_table()) == {}


_OF_THE_CHILD = (FAMILY_NAME, SAYS, SEEN, AT_THE_GATE, PUT_OFF)


@pytest.mark.parametrize("who", WHOEVER)
def test_a_restricted_child_is_on_no_page_of_another_agency(
    of_the_school: dict[str, User], record: Record, visitor: Client, who: str
) -> None:
    """Lists, searches and the front page too."""
    visitor.force_login(of_the_school[who])
    for address in GUARDED:
        if not address.keys:
            text = visitor.get(address.of(record)).getvalue().decode(errors="replace")
            assert not [word for word in _OF_THE_CHILD if word in text], address.name


ASKED = {"name": f"Ines {FAMILY_NAME}", "birth_date-day": 4, "birth_date-month": 5, "birth_date-year": 2011}
IN_THE_BOX = {"text": f"Ines {FAMILY_NAME} 4/5/2011"}
LINE = "4 May 2011"  # stands in the one line in which a child is found, and in no form


@pytest.mark.parametrize("who", WHOEVER)
def test_a_restricted_child_is_not_found_by_name_nor_told_about_by_key(
    of_the_school: dict[str, User], world: World, record: Record, visitor: Client, who: str
) -> None:
    visitor.force_login(of_the_school[who])
    assert LINE not in visitor.post(reverse("find"), IN_THE_BOX, follow=True).text
    draft = {"draft_id": visitor.post(reverse("worry_start"))["Location"].split("/")[-3]}
    told = {"seen_and_heard": "Upset", "danger_now": "no"}
    assert visitor.post(reverse("worry_seen", kwargs=draft), told)["Location"].endswith("/child/")
    new = visitor.post(reverse("worry_child", kwargs=draft), ASKED, follow=True)
    assert new.request["PATH_INFO"] == reverse("worry_new", kwargs=draft)
    assert LINE not in new.text
    chosen = {"choice": str(record["person_id"])}
    assert visitor.post(reverse("worry_same", kwargs=draft), chosen).status_code == 200  # asks again
    before = rows_of_every_table()
    answer = visitor.post(reverse("worry_start"), {"person_id": record["person_id"]})
    assert answer.status_code == 404
    assert changes(before, rows_of_every_table()) == {}
    visitor.force_login(world.social_worker)
    assert LINE in visitor.post(reverse("find"), IN_THE_BOX, follow=True).text


@pytest.mark.once
def test_hidden_and_absent_give_the_same_answer(world: World, record: Record, visitor: Client) -> None:
    visitor.force_login(world.teacher)
    tells = []
    for address in WITH_A_CHILD:
        hidden, missing = visitor.get(address.of(record)), visitor.get(address.of(absent()))
        if (hidden.status_code, without_tokens(hidden)) != (missing.status_code, without_tokens(missing)):
            tells.append(address.name)
    assert tells == []


def without_tokens(answer: Any) -> str:
    """The page without what differs on every request: its token, its own address and how long the session lasts."""
    page = answer.getvalue().decode().replace(answer.wsgi_request.path, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|data-seconds="\d+"', "", page)


# ---- roles and addresses


WHO = {
    Role.PRACTITIONER: "social_worker",
    Role.COORDINATOR: "coordinator",
    Role.SUPERVISOR: "supervisor",
    Role.DUTY: "",
    Role.OFFICER: "",
    Role.ANALYST: "analyst",
    Role.BOARD: "board_member",
    Role.ADMINISTRATOR: "administrator",
}


# On PostgreSQL without those whose pages others have too.
WALKS = [role for role in Role if connection.vendor == "sqlite" or role not in (Role.SUPERVISOR, Role.DUTY)]


@pytest.mark.usefixtures("plain_refusals")
@pytest.mark.parametrize("role", WALKS)
def test_each_role_reaches_what_the_table_says_and_looking_changes_nothing(
    world: World, record: Record, visitor: Client, role: Role
) -> None:
    """Each page is asked once: whether it is there, how strict its policy is, where its links lead, whether its forms keep what is
    typed in them, whether it says who looked (`Trail`), and whether it has written something else."""
    visitor.force_login(who_has(world, role))
    catch_up()  # as after the transactions of the actions that made the record
    before = rows_of_every_table()
    wrong, forms, trail = [], 0, Trail(record)
    walked = [one for one in GUARDED if not walked_by_another(one, role)]
    for address, path in [(one, path) for one in walked for path in one.all_of(record)]:
        trail.begin()
        answer = visitor.get(path)
        if role is Role.PRACTITIONER and address in WITH_A_CHILD:
            wrong += trail.lacks(address, answer)
        status, policy = answer.status_code, answer.headers.get("Content-Security-Policy", "")
        if address.gate not in MAY[role] and status != 404:
            wrong.append(f"{address.name} is open: {status}")
        if address.gate in MAY[role] and status == 404 and not hidden_from_all_but_its_owner(address, role):
            wrong.append(f"{address.name} is shut")
        if "default-src 'none'" not in policy or "unsafe" in policy:
            wrong.append(f"{address.name} has a loose policy: {policy}")
        if (
            status == 200
            and answer["Content-Type"].startswith("text/html")
            and not address.name.endswith(PAPER)
        ):
            kept = forms_of(answer.text)
            forms += len(kept)
            wrong += [
                f"{address.name} leads to {link}" for link in links_of(answer.text) if not leads_on(link)
            ]
            wrong += [f"{address.name} shows an object: {shown}" for shown in OBJECT.findall(answer.text)]
            if not all(kept) and address.name not in NOT_KEPT:
                wrong.append(
                    f"{address.name} loses what is typed: make it a kept_form, and draw it with ui.kept_form"
                )
    assert wrong == []
    assert forms > (20 if May.PLAN in MAY[role] else 1), "The wall is in front of nothing"
    assert trail.shown > 100 or role is not Role.PRACTITIONER, "The wall is in front of nothing"
    written = changes(before, rows_of_every_table())
    assert written == {}, f"GET of one of these writes: {writing(visitor, record)}"


OBJECT: Final = re.compile(
    r"\b[A-Z]\w*\([a-z_]+=|&lt;\w+(?:\.\w+)+ object|&lt;[A-Z]\w+: "
)  # as Python writes it
LINKS: Final = re.compile(
    r"""\s(?:href|src|action|formaction|hx-get|hx-post|poster)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)"""
)
OURS: Final = re.compile(
    r"(?:/(?![/\\])|#|\?)[!-;=?-\[\]-~]*|"
)  # what stands in an address is written as addresses are
AWAY: Final = "https://www.bbc.co.uk/weather"  # "Exit this page", as the components of GOV.UK have it
CALLS: Final = re.compile(r"tel:\+?[0-9]+|data:image/(?:jpeg|png|webp|svg\+xml);base64,[A-Za-z0-9+/=]+")

# Addresses of services and procedures that whoever keeps the directory gave: none but http and https, and held by tests/services.
GIVEN: Final = {"https://procedures.example/missing"}
SOURCES: Final = {
    one for path in PACKS.rglob("*.yaml") for one in re.findall(r"https?://[^\s\"'<>]+", path.read_text())
}


def links_of(page: str) -> list[str]:
    return [html.unescape(one.strip("\"'")) for one in LINKS.findall(page)]


def leads_on(link: str) -> bool:
    """Whether it is an address of ours, a number to ring, a source that the knowledge names, or where a service or procedure says that
    it stands; never what somebody typed elsewhere."""
    return bool(OURS.fullmatch(link) or CALLS.fullmatch(link)) or link in SOURCES | GIVEN or link == AWAY


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/find/?q=a b",
        "data:text/html,x",
        "a/b",
    ],
)
def test_a_link_to_elsewhere_is_noticed(link: str) -> None:
    [found] = links_of(f'<a class="x" href="{link}">')
    assert not leads_on(found)
    assert leads_on("/children/?name=a%20b&x=%C3%A9")


def writing(visitor: Client, record: Record) -> list[str]:
    """Which addresses write when they are looked at. Every table is read whole for each: asked only where one does."""
    found = []
    for address in GUARDED:
        before = rows_of_every_table()
        visitor.get(address.of(record))
        if changes(before, rows_of_every_table()):
            found.append(address.name)
    return found


def who_has(world: World, role: Role) -> User:
    """Somebody of the children's services with this role."""
    if WHO[role]:
        return getattr(world, WHO[role])
    return agencies.add_user(
        by=world.administrator,
        username=f"ned.{role.name.lower()}",
        first_name="Ned",
        last_name="Late",
        password=None,
        team=world.exploitation_team,
        role=role,
        agreed_by=world.coordinator,
    )


def hidden_from_all_but_its_owner(address: Address, role: Role) -> bool:
    """A draft is seen by its writer alone, a pack by whoever asked for it, a chart by whoever brought it in, supervision by the two whom it is for, and a
    run's list is not there before the run is done. Of a worry about somebody who works with children only few hear, and what
    was delivered is for whom it was sent to, and who leads there."""
    if address.keys & {"staff_worry_id"}:
        return role is not Role.OFFICER
    if address.keys & {"delivery_id"} and role in (Role.OFFICER, Role.DUTY):
        return True
    if (
        address.name == "joined"
    ):  # a supervisor of that team is told, and a co-ordinator only where there is none
        return role is not Role.SUPERVISOR
    if address.name == "handle_mark":  # from the page of one that is seen; an administrator types it
        return role is Role.ADMINISTRATOR
    if address.keys & {"asked_of_id"}:  # of an organisation outside Heard
        return True
    if address.keys & {"supervision_id", "decision_id"}:
        return role not in (Role.PRACTITIONER, Role.SUPERVISOR)
    if address.keys & {"answer_id"}:  # is read a second time by another agency than theirs
        return True
    if address.keys & {"sample_id"} or address.name in ("case_read", "case_finding"):  # of two other agencies
        return True
    if address.keys & {"audit_action_id"} and May.AUDIT not in MAY[role]:
        return role is not Role.PRACTITIONER  # whose it is
    own = (
        address.keys & {"draft_id", "pack_id", "chart_id", "name_id", "outgoing_id"}
        and role is not Role.PRACTITIONER
    )
    return bool(own) or address.name in NEEDS_A_RESULT


def walked_by_another(address: Address, role: Role) -> bool:
    """On PostgreSQL, of the pages with a key that a practitioner has too: a designated officer may nothing more there."""
    if connection.vendor == "sqlite" or role is not Role.OFFICER or not address.keys:
        return False
    return not hidden_from_all_but_its_owner(address, Role.PRACTITIONER)


# ---- looking


def rows_of_every_table() -> dict[str, list[Any]]:
    """Everything that is stored, but for the audit trail, sessions, how often somebody took something out, and the row by which health checks
    see that one can write."""
    kept = {"agencies.AuditRow", "sessions.Session", "agencies.Tally", "agencies.WorkerBeat"}
    tables = [model for model in apps.get_models() if model._meta.label not in kept]
    return {model._meta.label: sorted(map(repr, model._default_manager.values_list())) for model in tables}


def changes(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> dict[str, Any]:
    return {label: after[label] for label in before if before[label] != after[label]}


OF_OTHERS: Final = {
    "staff_worry_id",
    "sample_id",
    "asked_of_id",
}  # few hear of the one; two of other agencies audit the next; the last is asked of another


class Trail:
    """Of somebody of the agency that is involved: whether each page of the child is there, else the walls above would stand in front of
    nothing; and whether each that shows something of this child leaves a row that names the child."""

    def __init__(self, record: Record) -> None:
        self.shown, self._before = 0, 0
        self._rows = apps.get_model("agencies", "AuditRow").objects.filter(person_id=record["person_id"])

    def begin(self) -> None:
        self._before = self._rows.count()

    def lacks(self, address: Address, answer: Any) -> Iterator[str]:
        theirs = address.gate in MAY[Role.PRACTITIONER] and not address.keys & OF_OTHERS
        if theirs and answer.status_code not in (200, 302, 405):
            yield f"{address.name} is not there: {answer.status_code}"
        page = answer.getvalue().decode(errors="replace") if answer.status_code == 200 else ""
        if FAMILY_NAME in page or SAYS in page:
            self.shown += 1
            if self._rows.count() == self._before:
                yield f"{address.name} shows something and leaves no row"


@pytest.mark.once
def test_no_address_holds_a_name(world: World, record: Record) -> None:
    """Addresses end up in histories and logs, so they hold random keys only."""
    for address in ADDRESSES:
        shown = address.of(record)
        assert FAMILY_NAME.lower() not in shown.lower()
        assert not [key for key in address.keys if key.endswith(("name", "reference", "upn", "number"))], (
            shown
        )
