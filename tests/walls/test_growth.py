"""No page gets slower with the rows: neither more questions to the database, nor more rows read by one of them.

The record is made, then every row of every table is copied, as often as the tables allow. What a page asks is counted
with few copies and with many.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import Error, connection, models, transaction
from django.test import Client
from django_tasks_db.models import DBTaskResult
from tests.conftest import World
from tests.walls.kept import PAPER
from tests.walls.record import Record, make_record
from tests.walls.test_every_address import GUARDED, VALUES, WHO, Address

from heard.agencies.rules import Role
from heard.cases.panel import actions as meeting
from heard.cases.timeline.index import catch_up
from heard.home import queries as work
from heard.home import session
from heard.network import actions as network

FEW, MANY = 2, 65  # copies of each row
ON_A_PAGE = 60  # rows: the longest page of a list, and what stands around it
ROLES = [Role.COORDINATOR, Role.SUPERVISOR, Role.PRACTITIONER, Role.ANALYST, Role.ADMINISTRATOR, Role.BOARD]
OURS = {"agencies", "network", "services", "cases", "insight", "graph"}

# Pages that may ask more the more there is, each with its reason.
_ONCE_MORE = "who told a worry is asked once, where one names the thing, as the copies do"
MAY_GROW = dict.fromkeys(("ask_pieces", "judge_pieces", "draw_pieces"), _ONCE_MORE)
MAY_GROW["map"] = "where places are is asked once, where any is named, as among the copies"
MAY_GROW["web"] = "worries that name it are asked once, where any does"
# Pages that follow three joins at most, and one that leads to nobody new asks nothing: which rows are copied decides it.
FOLLOW = ("ask_together", "judge_together", "draw_together")
ONE_JOIN = 12  # questions at most
# Tables that a page about one thing may read whole, each with its reason.
WHOLE = {
    "agencies_agency": "one is chosen among all, and a partnership has some dozens",
    "agencies_approval": "are the roles that were asked for within a day, for one person",
    "agencies_membership": "one is chosen among the colleagues, each with their team",
    "agencies_team": "one is chosen among all, and a partnership has some dozens",
    "agencies_user": "one is chosen among the colleagues who see the child",
    "cases_restrictionnews": "say of one child who was told that the record was restricted",
    "graph_meant": "is what people said of names in charts, which moves with a person whose record is joined",
    "cases_outcome": "one plan is read as a whole",
    "cases_action": "one plan is read as a whole",
    "cases_disruptionstep": "stand in the plan of one child",
    "cases_childdecision": "are what one meeting decided, as it was written for the child",
    "cases_stepbreach": "stand with the steps of one child, place, group or adult",
    "cases_actiondelay": "are the times that the actions of one plan were put off",
    "cases_childtranscript": "are the versions of what one child said out loud once",
    "cases_childreply": "are the answers to what one child wrote on one page",
    "cases_reviewedgoal": "are the goals of the reviews of one context on one page",
    "cases_contextgoal": "are the goals of one context, five open at most",
    "cases_contextpattern": "are patterns of exploitation noted of one place or group",
    "cases_contextguardian": "are those who watch over one place or group",
    "services_dutystart": "are the few days that were ever set for two duties",
    "services_teammember": "are those who hold and held these posts",
    "services_service": "the first forty that fit are looked through, to choose the few beside a piece of work",
    "cases_concernstep": "are the steps about one place or group",
    "cases_contextfinding": "one assessment of a context is read as a whole",
    "cases_contextmention": "say whom one assessment of a context names",
    "cases_givenplan": "are the plans that one child was given",
    "cases_answer": "are the answers to what one child said once",
    "cases_assessmentevidence": "one assessment is read as a whole",
    "cases_finding": "one assessment is read as a whole",
    "cases_mark": "are the names found in one passage, which is read as a whole",
    "cases_tellerquestion": "are the questions about one worry, which are read beside it",
    "cases_holderdecision": "are the decisions on one worry of those who answer for one record",
    "cases_askedagency": "one strategy discussion is read as a whole",
    "cases_chronologyentry": "are the twelve months of one child, of which a picture is drawn",
    "cases_contactnote": "are the versions of one note, which stand beside it",
    "cases_episode": "are the times at which one child was missing",
    "cases_clockrun": "are the clocks of one child's case",
    "cases_openquestion": "one assessment is read as a whole",
    "cases_strength": "one assessment is read as a whole",
    "cases_concernobservation": "one assessment begins with the signs of all worries about the child",
    "network_mention": "are the phones, cars and accounts that one record names",
    "cases_warningnote": "are the warnings in force about one child",
    "cases_servicereferralstep": "are the steps of one referral to a service, which is read as a whole",
    "cases_dissent": "one panel is read as a whole",
    "cases_panelaction": "one panel is read as a whole",
    "cases_panelreason": "one panel is read as a whole",
    "cases_supervisionaction": "one supervision is read as a whole",
    "cases_supervisiondecision": "one supervision is read as a whole",
    "insight_releasedecision": "are the decisions of two people on one profile",
    "network_fact": "are what is known of one child",
    "network_identifier": "are the numbers of one child",
    "network_importantperson": "are the carers and important people of one child",
    "network_denial": "are those who are kept out of one child’s record",
    "network_involvement": "are the lines of who may see one child’s record, by teams and by name",
    "network_person": "are the people around one child",
    "network_tiesource": "are how the ties around one child are known",
    "network_tie": "are the people, places and groups around one child",
}
# Pages that gather one whole record, each with its reason.
GATHERS = {
    "may_be_same": "compares what of these the reader may see, each with those of its postcode, name or number",
    "duties_of_law": "shows each day that was ever set for two duties",
    "protection_team": "shows the dozen posts of a team with who holds and held them",
    "ask_unwatched": "asks of the latest worries and episodes of twelve months, 2,000 of each at most",
    "judge_unwatched": "as the answer that is judged",
    "ask_episodes": "compares the episodes of twelve months, 200 at most",
    "judge_episodes": "as the answer that is judged",
    "ask_panel": "goes through one agenda",
    "judge_panel": "as the answer that is judged",
    "ask_circles": "asks of what joins the children on one agenda with others, `circles.MET` at most",
    "judge_circles": "as the answer that is judged",
    "ask_bridges": "asks of what is around adults who are said to harm, within what `rules.SEARCHED` allows",
    "judge_bridges": "as the answer that is judged",
    "ask_moved": "asks of worries and episodes of the days before and after a step, 2,000 of each at most",
    "judge_moved": "as the answer that is judged",
    "ask_together": "asks of what is around one child, and of the records that name the same",
    "judge_together": "as the answer that is judged",
    "ask_ways": "searches what is tied to two, within what `rules.SEARCHED` allows",
    "judge_ways": "as the answer that is judged",
    "drawing": "draws what is one tie or two away, `rules.MOST` at most",
    "chart_take": "as the drawing that is taken out",
    "chart_take_meeting": "as the drawing of the meeting",
    "chart_out": "as the drawing that is taken out",
    "mapping": "draws the ties between those whom one meeting is about, twelve children at most, and lists what was said there",
    "map": "asks of worries and episodes of the months that it shows, 2,000 of each at most",
    "map_moved": "asks of worries and episodes of the days before and after a step, 2,000 of each at most",
    "map_routes": "joins the latest episodes of one child, 50 at most, with their addresses",
    **dict.fromkeys(
        ("whole", "whole_all", "whole_positions", "whole_group", "whole_group_positions"),
        "shows all that everybody sees who sees the partnership, as one picture",
    ),
    "duty": "looks for hours without anybody among the duties of four weeks",
    "clocks": "gathers what the whole record times, worries and referrals too",
    "referral": "is filled in from the whole record",
    "referral_check": "is filled in from the whole record",
    "referral_review": "is filled in from the whole record",
    "referral_section": "is filled in from the whole record",
    **dict.fromkeys(
        ("panel", "panel_prepare", "panel_item", "panel_pack"),
        "say of each thing on one agenda what the record holds since the last panel",
    ),
    "place_by_day": "puts the latest three hundred of each kind in the order of their days",
    "group_by_day": "as that of a place",
    "team_file": "takes the whole table of a team out, row by row",
    "my_file": "takes the whole table of one’s own children out, row by row",
    "share_write": "offers each piece of one child’s record, so that a person chooses what is shared and nothing else",
}
GATHERS |= {
    name.replace("judge_", "draw_"): "as the answer that is drawn"
    for name in GATHERS
    if name.startswith("judge_")
}


def copy(times: int) -> None:
    """Copies of a row of each table, with new keys. Where a table allows one for each child or case, the copies are of
    other children and cases."""
    for model in apps.get_models():
        row = model._base_manager.first() if model._meta.app_label in OURS else None
        for number in range(times if row else 0):
            if not any(_saved(model, fields) for fields in _copies(model, row, number)):
                break


def _copies(model: type[models.Model], row: Any, number: int) -> Iterator[dict[str, Any]]:
    """The row with a new key; then the same of another of what it belongs to, one after the other."""
    fields = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    for field in model._meta.concrete_fields:
        if field.primary_key:
            fields[field.attname] = uuid.uuid4() if isinstance(field, models.UUIDField) else None
        elif field.unique and isinstance(field, models.CharField):
            fields[field.attname] = uuid.uuid4().hex[: field.max_length]
    yield fields
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            others = field.related_model._base_manager.exclude(pk=fields[field.attname]).order_by("pk")
            for other in others[number : number + 3]:
                yield fields | {field.attname: other.pk}


def _saved(model: type[models.Model], fields: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            model._base_manager.bulk_create([model(**fields)])
    except Error:
        return False
    return True


class Asked:
    """What one page asks of the database: how often, and the most rows that one question to a table reads."""

    def __init__(self, *, rows: bool) -> None:
        self.times = 0
        self.rows: Counter[str] = Counter()
        self._counts_rows = rows

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.times += 1
        if self._counts_rows and sql.startswith("SELECT") and " FROM " in sql:
            table = sql.split(" FROM ", 1)[1].split()[0].strip('"(')
            with connection.cursor() as cursor:
                # Straight to the driver, past this counter.
                cursor.cursor.execute(f"SELECT COUNT(*) FROM ({sql}) counted", params)
                self.rows[table] = max(self.rows[table], cursor.cursor.fetchone()[0])
        return execute(sql, params, many, context)


def walk(world: World, record: Record, *, rows: bool) -> dict[str, Asked]:
    """What each page asks, for the first role that reaches it."""
    seen: dict[str, Asked] = {}
    for role in ROLES:
        client = Client()
        client.force_login(getattr(world, WHO[role]))
        for address in GUARDED:
            if (
                address.name not in seen
                and not address.name.endswith(PAPER)
                and address.keys <= record.keys.keys() | VALUES.keys()
            ):
                asked = _asked_by(client, address, record, rows=rows)
                if asked:
                    seen[address.name] = asked
    return seen


def _asked_by(client: Client, address: Address, record: Record, *, rows: bool) -> Asked | None:
    asked = Asked(rows=rows)
    with connection.execute_wrapper(asked):
        answer = client.get(address.of(record))
    return asked if answer.status_code == 200 else None


@pytest.fixture
def record(world: World, settings: Any, tmp_path: Any) -> Record:
    settings.DATA = tmp_path
    record = make_record(world, restricted=False)
    _joined_over_three(world, record)
    return record


def _joined_over_three(world: World, record: Record) -> None:
    """Other children joined with the child of the record, each with the next and with a place where both were seen: each of the three
    steps that a panel's questions follow meets new children and new places, as it does where there is more. And on its agenda a child of
    whom nothing is known, as copies of its items are of such children too."""
    by, knows, last = world.social_worker, network.Knows("She said so"), record["person_id"]
    for number in range(4):
        other = network.add_person(by=by, given_name=f"Mina{number}", family_name="Okoro").pk
        place = network.add_place(by=by, name=f"Kiosk {number}", kind="other").pk
        for one, end, kind in (
            (last, other, "friend_of"),
            (last, place, "seen_at"),
            (other, place, "seen_at"),
        ):
            network.note_tie(by=by, one_id=one, other_id=end, kind=kind, knows=knows)
        last = other
    alone = network.add_person(by=by, given_name="Alva", family_name="Okoro").pk
    meeting.add_item(by=world.coordinator, panel_id=record["panel_id"], end="person", end_id=alone)


@pytest.mark.usefixtures("plain_refusals")
def test_no_page_asks_or_reads_more_the_more_there_is(
    world: World, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whether somebody is there is noted once a minute: on a slow machine that would fall on a page of the walk.
    monkeypatch.setattr(session, "_OFTEN", 3600)
    # My work asks each list that holds anything: one that comes to hold something is no question more of one that there was.
    monkeypatch.setattr(work, "which_hold_any", lambda user, asked: set(asked))
    # No worker takes what the record put into the queue: on a slow machine every page would say in the end that it stands still.
    DBTaskResult.objects.all().delete()
    copy(FEW)
    catch_up()
    before = walk(world, record, rows=False)
    copy(MANY)
    catch_up()
    after = walk(world, record, rows=True)
    assert len(before) > 100, "The wall is in front of nothing"
    grows = {
        name: f"{before[name].times} to {after[name].times}"
        for name in before.keys() & after.keys() - MAY_GROW.keys()
        if after[name].times > before[name].times + (ONE_JOIN if name in FOLLOW else 0)
    }
    assert grows == {}, "Ask once for all rows: select_related, prefetch_related, or a query that gathers"
    assert reads_all(after) == set(), "Page it in the database, with a Paginator"


def reads_all(pages: dict[str, Asked]) -> set[tuple[str, str]]:
    """(page, table): the pages that read all rows of a table. A list of everything is never read whole."""
    lists = {address.name for address in GUARDED if not address.keys}
    found = {
        (name, table)
        for name, asked in pages.items()
        for table, most in asked.rows.items()
        if most > ON_A_PAGE and name not in GATHERS
    }
    chosen = {"agencies_agency", "agencies_team"}
    return {
        (name, table) for name, table in found if table not in (WHOLE.keys() if name not in lists else chosen)
    }


def test_a_list_that_is_read_whole_is_seen(world: World) -> None:
    asked = Asked(rows=True)
    team = apps.get_model("agencies", "Team")
    agency = world.care
    team.objects.bulk_create([team(agency=agency, name=f"Team {number}") for number in range(MANY)])
    with connection.execute_wrapper(asked):
        list(team.objects.all())
        list(team.objects.filter(name__startswith="Team")[:5])
    assert asked.times == 2
    assert asked.rows["agencies_team"] > ON_A_PAGE
    assert reads_all({"drafts": asked}) == set()
    asked.rows = Counter({"cases_case": MANY})
    assert reads_all({"drafts": asked}) == {("drafts", "cases_case")}
