"""The table of docs/guide/who-may-see.md is what Heard does: every address that leads to a child is walked by an agency, a
team and a person on each level, by a person who is denied, and after an involvement has ended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.template.backends.jinja2 import Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.conftest import World
from tests.walls.record import FAMILY_NAME, SAYS, Record, make_record
from tests.walls.test_every_address import GUARDED, IN_THE_BOX, LINE, WITH_A_CHILD, Address

from heard.agencies import actions as agencies
from heard.agencies.models import User
from heard.agencies.rules import Role
from heard.cases.case.notices.mail import mail_unread
from heard.cases.case.notices.models import Reader
from heard.cases.case.queries import cases_visible_to
from heard.cases.onward.models import OnwardReferral
from heard.cases.timeline.index import catch_up
from heard.network import actions, queries
from heard.network.queries import Whom
from heard.network.rules import Level

pytestmark = [
    pytest.mark.xdist_group("levels"),  # what the agency that leads opens is walked once in a process
    pytest.mark.usefixtures("plain_refusals"),
]
GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "who-may-see.md"
OWN = {
    "draft_id",
    "pack_id",
    "supervision_id",
    "decision_id",
    "delivery_id",
    "asked_of_id",
    "chart_id",
    "name_id",
    "outgoing_id",
    "staff_worry_id",
}  # what only those see whose it is
# How two are connected is asked of two records, and opened where both are seen (tests/graph/test_questions.py).
OF_TWO = {"ask_ways", "judge_ways", "draw_ways"}
# Which row of the guide's table an address belongs to. What is in none of these is a part of the child's page.
ROWS: dict[str, Callable[[Address], bool]] = {
    "The summary": lambda address: address.name == "child_summary",
    "Files": lambda address: "attachment" in address.name or "attachment_id" in address.keys,
    "Packs": lambda address: (
        address.name.startswith(("pack", "disclosure")) or bool({"pack_id"} & address.keys)
    ),
    "The referral": lambda address: address.name.startswith("referral"),
}
PAGE = "The child's page"


def row_of(address: Address) -> str:
    return next((row for row, holds in ROWS.items() if holds(address)), PAGE)


def table() -> dict[str, list[Level]]:
    """By the first words of each row: the levels that open it."""
    lines = [line for line in GUIDE.read_text().splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rows = [line for line in cells if line[1] in ("yes", "no")]
    return {
        re.split(r"[:,]", what)[0].removesuffix(" to the National Referral Mechanism"): [
            level for level, word in zip(Level, words, strict=True) if word == "yes"
        ]
        for what, *words in rows
    }


TABLE = table()


@pytest.fixture
def record(world: World, settings: Any, tmp_path: Any) -> Record:
    settings.TAKEN_OUT = 1_000  # each level is walked by the same people
    settings.DATA = tmp_path
    made = make_record(world, restricted=True)
    catch_up()
    return made


def whom(world: World, kind: str) -> Whom:
    team = world.officer.team
    assert team is not None
    return {
        "agency": Whom("", world.police),
        "team": Whom("", world.police, team=team),
        "person": Whom("", world.police, user=world.officer),
    }[kind]


def let_in(world: World, record: Record, kind: str, level: Level) -> Any:
    return actions.give_access(
        by=world.coordinator,
        person_id=record["person_id"],
        whom=whom(world, kind),
        level=level,
        why="Works with her",
    )


def opened(client: Client, record: Record, user: User) -> set[str]:
    """Names of the addresses of this child that are there for somebody. Whether one is there is known before its page is drawn."""
    client.force_login(user)
    mine = [
        address
        for address in WITH_A_CHILD
        if user.may(address.gate) and not address.keys & OWN and address.name not in OF_TWO
    ]
    with undrawn():
        return {
            address.name for address in mine if client.get(address.of(record)).status_code not in (404, 405)
        }


@contextmanager
def undrawn() -> Iterator[None]:
    """Every page that is there is empty. Each is drawn whole by the walks of `test_every_address`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", lambda *of, **given: "")
        yield


def is_listed_on(client: Client, record: Record) -> set[str]:
    """Names of lists and front pages that show the child's name or words."""
    texts = {
        address.name: client.get(address.of(record)).content.decode(errors="replace")
        for address in GUARDED
        if not address.keys
    }
    return {name for name, text in texts.items() if FAMILY_NAME in text or SAYS in text}


def finds(client: Client) -> bool:
    return LINE in client.post(reverse("find"), IN_THE_BOX, follow=True).text


def finds_words(client: Client) -> bool:
    return FAMILY_NAME in client.post(reverse("find"), {"text": "sister home"}, follow=True).text


def may_tell(client: Client, record: Record) -> bool:
    return client.post(reverse("worry_start"), {"person_id": record["person_id"]}).status_code == 302


def test_the_table_has_each_row() -> None:
    assert list(TABLE) == ["Search", "The summary", PAGE, "Files", "Packs", "The referral"]


_everything: dict[str, str] = {}  # names of a child's addresses, each with its row; the same for every record


def everything(world: World, record: Record, client: Client) -> dict[str, str]:
    """What somebody of the agency that leads opens, walked once in each process."""
    if not _everything:
        theirs = opened(client, record, world.social_worker)
        _everything.update(
            {address.name: row_of(address) for address in WITH_A_CHILD if address.name in theirs}
        )
    assert set(_everything.values()) == {*ROWS, PAGE}, "The walk stands in front of nothing"
    return _everything


@pytest.mark.parametrize(
    ("kind", "levels"),
    [
        ("agency", tuple(Level)),
        pytest.param("team", (Level.SUMMARY,), marks=pytest.mark.once),
        pytest.param("person", (Level.RECORD,), marks=pytest.mark.once),
    ],
)
def test_each_level_opens_what_the_guide_says_to_an_agency_a_team_and_a_person(
    world: World, record: Record, client: Client, kind: str, levels: tuple[Level, ...]
) -> None:
    """From the lowest on, so that what they began on one opens nothing on it."""
    rows = everything(world, record, client)
    for level in levels:
        let_in(world, record, kind, level)
        officer = User.objects.get(pk=world.officer.pk)
        assert opened(client, record, officer) == {name for name, row in rows.items() if level in TABLE[row]}
        assert finds(client) is (level in TABLE["Search"])
        assert may_tell(client, record) is (level in TABLE["Search"])
        assert finds_words(client) is (level in TABLE[PAGE])
        if level not in TABLE[PAGE]:
            assert is_listed_on(client, record) <= {
                "worry_start",
                "drafts",
                "home",
            }  # the worry that they began


@pytest.mark.parametrize("who", ["denied", pytest.param("denied by team", marks=pytest.mark.once), "ended"])
def test_who_is_denied_or_no_longer_involved_has_nothing_of_the_child_anywhere(
    world: World, record: Record, client: Client, who: str
) -> None:
    """Whatever they told, wrote, do or own: the social worker is trusted worker, owner and writer of nearly all of it."""
    line = let_in(world, record, "agency", Level.EVERYTHING)
    user = world.officer if who == "ended" else world.social_worker
    assert finds_words(_signed_in(client, user))
    if who == "ended":
        actions.end_access(by=world.coordinator, access_id=line.pk, why="Over")
    else:
        kept_out = (
            Whom("", world.care, user=user) if who == "denied" else Whom("", world.care, team=user.team)
        )
        _deciders_stay(world, record)
        actions.deny_access(
            by=world.coordinator, person_id=record["person_id"], whom=kept_out, why="Her uncle"
        )
    user = User.objects.get(pk=user.pk)
    assert opened(client, record, user) == set()
    assert is_listed_on(client, record) == set()
    assert not finds(client)
    assert not finds_words(client)
    assert not may_tell(client, record)
    for address in WITH_A_CHILD:
        # A form, a talk and a chart of their own: the chart says what stood in the file, and nothing of the record. What they asked to take
        # out is around another: of a restricted child nothing goes out.
        if not address.keys & {"draft_id", "supervision_id", "chart_id", "name_id", "outgoing_id"}:
            answer = client.post(address.of(record))
            assert answer.status_code in (404, 405), f"{address.name}: {answer.status_code}"


# On PostgreSQL one of the two: what another team has not is in the same SQL.
OF_ANOTHER_TEAM = (
    (Role.SUPERVISOR,) if connection.vendor == "postgresql" else (Role.PRACTITIONER, Role.SUPERVISOR)
)


def colleague_of_another_team(world: World, role: Role) -> User:
    """Alone in a team of the same agency."""
    name = f"fay.{role.value}"
    return agencies.add_user(
        by=world.administrator,
        username=name,
        first_name="Fay",
        last_name="Help",
        email=f"{name}@example.org",
        password=None,
        team=agencies.add_team(by=world.administrator, agency=world.care, name=f"Help of a {role.value}"),
        role=role,
        agreed_by=world.coordinator,
    )


def test_another_team_of_the_agency_has_nothing_of_a_child_for_whom_nobody_chose_anything(
    world: World, settings: Any, tmp_path: Any, client: Client, mailoutbox: Any
) -> None:
    """Not restricted, and with everything that is ever written of a child: told, decided, planned and done in another team."""
    settings.DATA = tmp_path
    colleagues = {role: colleague_of_another_team(world, role) for role in OF_ANOTHER_TEAM}
    record = make_record(world, restricted=False)
    # A referral to all of an agency is for each of its supervisors to answer: here it goes to the team.
    OnwardReferral.objects.update(to_team=world.exploitation_team)
    Reader.objects.filter(user__in=colleagues.values(), notice__subject="onward referral").delete()
    catch_up()
    mail_unread(timezone.now())
    assert opened(client, record, world.social_worker)
    for role, colleague in colleagues.items():
        assert opened(client, record, colleague) == set()
        # What was shared with all of the agency is for each of its supervisors to read.
        assert is_listed_on(client, record) <= ({"deliveries"} if role == Role.SUPERVISOR else set())
        assert not finds(client)
        assert not finds_words(client)
        assert not may_tell(client, record)
        assert all(colleague.email not in mail.to for mail in mailoutbox)
        assert not cases_visible_to(User.objects.get(pk=colleague.pk)).exists()


@pytest.fixture
def night(world: World) -> User:
    """Somebody on duty, of an agency that does not work with the child."""
    return agencies.add_user(
        by=world.administrator,
        username="ned.late",
        first_name="Ned",
        last_name="Late",
        password=None,
        team=world.teacher.team,
        role=Role.DUTY,
        agreed_by=world.coordinator,
    )


TYPED = {
    "given_name": "Ines", "family_name": FAMILY_NAME, "birth_date-day": "4", "birth_date-month": "5",
    "birth_date-year": "2011", "reason": "Found alone at the station at night",
}  # fmt: skip


def test_who_opened_it_in_an_emergency_has_the_level_of_the_record_and_nothing_after_it_ends(
    world: World, record: Record, night: User, client: Client
) -> None:
    rows = everything(world, record, client)
    assert opened(client, record, night) == set()
    assert client.post(reverse("glass"), TYPED).status_code == 302
    night = User.objects.get(pk=night.pk)
    of_the_record = {name for name, row in rows.items() if Level.RECORD in TABLE[row]}
    assert opened(client, record, night) == of_the_record
    assert finds(client)
    assert finds_words(client)
    line = queries.accesses_of(world.coordinator, record["person_id"]).get(user=night)
    actions.end_access(by=world.coordinator, access_id=line.pk, why="It is over")
    night = User.objects.get(pk=night.pk)
    assert opened(client, record, night) == set()
    assert is_listed_on(client, record) == set()
    assert not finds(client)
    assert not finds_words(client)
    assert not may_tell(client, record)


@pytest.mark.once
def test_who_is_kept_out_opens_nothing_in_an_emergency_either(
    world: World, record: Record, night: User, client: Client
) -> None:
    kept_out = Whom("", world.school, user=night)
    actions.deny_access(by=world.coordinator, person_id=record["person_id"], whom=kept_out, why="Her uncle")
    client.force_login(User.objects.get(pk=night.pk))
    assert client.post(reverse("glass"), TYPED).status_code == 404
    night = User.objects.get(pk=night.pk)
    assert opened(client, record, night) == set()
    # The one form in which they typed it themselves says their own words back to them, and to nobody else.
    assert is_listed_on(client, record) <= {"glass", "home", "unfinished"}
    assert not finds(client)
    assert not finds_words(client)


def _signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def _deciders_stay(world: World, record: Record) -> None:
    """Two who decide and are not of the team that is kept out."""
    from heard.agencies.models import Membership

    other = User.objects.create_user(username="pia.watch", first_name="Pia", last_name="Watch")
    for user in (world.officer, other):
        Membership.objects.create(user=user, team=world.officer.team, role="supervisor")
