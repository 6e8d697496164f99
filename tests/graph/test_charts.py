"""Charts that come in as proposals, and drawings that go out as disclosures."""

from __future__ import annotations

import hashlib
import html
import io
import json
import re
import tempfile
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import networkx
import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from lxml import etree
from tests.cases.panel.conftest import make_panel
from tests.conftest import World, another_coordinator
from tests.graph.conftest import adult, child, place, tie
from tests.graph.test_reading_charts import FTM

from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused
from heard.cases.case.notices.announcing import pass_on
from heard.cases.case.notices.lines import lines_of
from heard.cases.case.notices.models import Notice, Reader
from heard.cases.panel import actions as meeting
from heard.graph.exchange import actions, queries, rules, views
from heard.graph.exchange.destroying import destroy_past_charts
from heard.graph.exchange.models import (
    Incoming,
    IncomingName,
    IncomingTie,
    Meant,
    Outgoing,
    OutgoingTie,
)
from heard.graph.exchange.reading import read
from heard.graph.exchange.rules import Taking
from heard.graph.exchange.writing import SUFFIXES, as_file
from heard.network import actions as network
from heard.network.models import Denial, Person, Place, Tie, TieSource
from heard.network.queries import web

GIVEN = actions.Given(
    from_whom="Ash Analyst, police",
    why="For the panel",
    reach="ends",
    source_grade="2",
    known_grade="C",
    handling="P",
)
CHART = "Entity,Link,Entity\nKayla Made,is a friend of,Mo Made\nKayla Made,goes to,Kiln Lane arcade\nKayla Made,knows,Kayla Made\n"
TAKING = Taking("csv", "Ash Analyst, police", "So that both know who is near", "public_task")


def brought(
    by: User, text: str | bytes = CHART, given: actions.Given = GIVEN, name: str = "chart.csv"
) -> Incoming:
    content = text if isinstance(text, bytes) else text.encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chart"
        path.write_bytes(content)
        found = read(path)
    digest = hashlib.sha256(content).hexdigest()
    return actions.bring_in(by=by, file_name=name, digest=digest, read=found, given=given)


def named(chart: Incoming, text: str) -> IncomingName:
    return chart.names.get(text=text)


def say(by: User, chart: Incoming, text: str, who: Any = None, what: str = "") -> IncomingName:
    return actions.say_who(by=by, name_id=named(chart, text).pk, node_id=who.pk if who else None, what=what)


def accept(by: User, chart: Incoming, *numbers: int, **more: Any) -> actions.Outcome:
    keys = [one.pk for one in chart.ties.filter(number__in=numbers)]
    return actions.accept(by=by, chart_id=chart.pk, row_ids=keys, **more)


@pytest.fixture
def kayla(world: World) -> Person:
    return child(world, "Kayla")


@pytest.fixture
def mo(world: World) -> Person:
    return adult(world, "Mo")


def token(page: Any) -> str:
    [found] = re.findall(r'name="kept" value="([^"]+)"', page.content.decode())
    return html.unescape(found)


def ticks(page: Any) -> list[str]:
    """Of the rows of a chart that can be accepted, what each box sends."""
    return re.findall(r'name="rows"[^>]* value="([^"]+)"', page.content.decode())


def restrict(who: Person) -> None:
    Person.objects.filter(pk=who.pk).update(restricted=True)


# ---- in


def test_a_row_is_noted_as_a_tie_with_the_file_and_its_grade_as_source_once_a_person_accepts_it(
    world: World, kayla: Person, mo: Person
) -> None:
    chart = brought(world.teacher)
    assert not Tie.objects.exists()
    say(world.teacher, chart, "Kayla Made", kayla)
    say(world.teacher, chart, "Mo Made", mo)
    assert accept(world.teacher, chart, 1).accepted == 1
    [source] = TieSource.objects.select_related("tie")
    assert {source.tie.first_id, source.tie.second_id} == {kayla.pk, mo.pk}
    assert (source.tie.kind, source.who, source.source_grade, source.known_grade, source.handling) == (
        "friend_of", "Ash Analyst, police", "2", "C", "P",
    )  # fmt: skip
    today = timezone.localdate()
    assert f"[chart brought in on {today.day} {today:%B %Y}, row 1]" in source.words
    assert "chart.csv" not in source.words
    chart.refresh_from_db()
    assert (chart.rows, chart.accepted, chart.left, chart.set_aside) == (3, 1, 1, 1)


def test_another_is_made_anew_with_the_first_row_that_is_accepted_and_meant_by_the_next(
    world: World, kayla: Person
) -> None:
    chart = brought(
        world.teacher,
        "a,tie,b\nKayla Made,is a friend of,Dean New\nKayla Made,frightens or controls,Dean New\n",
    )
    say(world.teacher, chart, "Kayla Made", kayla)
    say(world.teacher, chart, "Dean New")
    assert not Person.objects.filter(given_name="Dean").exists()
    assert accept(world.teacher, chart, 1, 2).refused == []
    [dean] = Person.objects.filter(given_name="Dean", family_name="New")
    assert dean.kind == "adult"
    assert Tie.objects.filter(second=dean.pk).count() == 2 or Tie.objects.filter(first=dean.pk).count() >= 1


def test_own_words_of_a_chart_are_said_of_whom_it_says_them_and_go_out_so(world: World, mo: Person) -> None:
    arcade, words = place(world, "Kiln Lane arcade"), "is watched over by"
    text = (
        "first,first kind,tie,second,second kind\n"
        f"Kiln Lane arcade,place,{words},Mo Made,person\nMo Made,person,{words},Kiln Lane arcade,place\n"
    )
    chart = brought(world.teacher, text)
    say(world.teacher, chart, "Mo Made", mo)
    say(world.teacher, chart, "Kiln Lane arcade", arcade)
    assert accept(world.teacher, chart, 1).accepted == 1
    again = brought(world.teacher, f"{text}\n")
    say(world.teacher, again, "Mo Made", mo)
    say(world.teacher, again, "Kiln Lane arcade", arcade)
    rows = {
        row.this.number: row.noted for row in queries.as_rows(world.teacher, again.ties.order_by("number"))
    }
    picture = queries.drawn(world.teacher, "node", mo.pk, {"away": 2})
    taken = queries.takes(world.teacher, picture, "salt").chart
    named = {dot.key: dot.name for dot in taken.dots}
    out = [(named[link.first], link.said, named[link.second]) for link in taken.links]
    assert out == [("Kiln Lane arcade", words, "Mo Made")]
    [bond] = web(world.teacher).bonds({mo.pk, arcade.pk}, since=timezone.localdate())
    assert (bond.start, bond.said, bond.end) == (arcade.pk, words, mo.pk)
    assert rows == {1: True, 2: False}, "the same words the other way round are another tie"


def test_what_people_say_of_a_name_outlives_the_chart(world: World, kayla: Person) -> None:
    twin = child(world, "Kayla")
    chart = brought(world.teacher)
    say(world.teacher, chart, "Kayla Made", kayla)
    IncomingName.objects.all().delete()
    Incoming.objects.all().delete()
    again = brought(world.teacher)
    found = queries.may_be(world.teacher, named(again, "Kayla Made"))
    assert [(one.key, one.same) for one in found] == [(kayla.pk, True), (twin.pk, False)]


def test_only_whom_the_reader_may_see_may_be_meant(world: World, kayla: Person) -> None:
    restrict(kayla)
    chart = brought(world.officer)
    assert queries.may_be(world.officer, named(chart, "Kayla Made")) == []
    with pytest.raises(Hidden):
        say(world.officer, chart, "Kayla Made", kayla)


def test_a_row_whose_end_the_reader_may_not_see_is_not_accepted(
    world: World, kayla: Person, mo: Person
) -> None:
    chart = brought(world.teacher)
    say(world.teacher, chart, "Kayla Made", kayla)
    say(world.teacher, chart, "Mo Made", mo)
    chart.brought_by = world.officer
    chart.holder = world.police
    chart.save()
    restrict(kayla)
    [(number, why)] = accept(world.officer, chart, 1).refused
    assert (number, why) == (1, "Say first who or what is at both ends.")
    assert not Tie.objects.exists()


def test_a_plate_half_seen_only_may_be_another_and_what_is_no_phone_is_kept_as_written(
    world: World, kayla: Person
) -> None:
    network.note_tie_to(
        by=world.teacher,
        one_id=kayla.pk,
        end="handle",
        new_name="AB12 CDE",
        new_kind="vehicle",
        kind="uses",
        knows=network.Knows("Seen"),
    )
    chart = brought(
        world.teacher,
        "first,second,second kind\nKayla Made,AB1? CDE,vehicle\nKayla Made,0770O 9OO1x3,phone\n",
    )
    [one] = queries.may_be(world.teacher, named(chart, "AB1? CDE"))
    assert one.why.startswith("may be the same")
    assert queries.may_be(world.officer, named(chart, "AB1? CDE")) == []
    assert queries.may_be(world.teacher, named(chart, "0770O 9OO1x3")) == []
    with pytest.raises(Refused, match="stays as it is written"):
        say(world.teacher, chart, "0770O 9OO1x3")


def test_an_account_in_another_script_is_kept_as_it_is_written_and_is_no_other(
    world: World, kayla: Person
) -> None:
    mo = child(world, "Mo")
    network.note_tie_to(
        by=world.teacher, one_id=mo.pk, end="handle", new_name="@kaйла", new_kind="account", kind="uses", knows=network.Knows("Seen"),
    )  # fmt: skip
    chart = brought(world.teacher, "first,tie,second,second kind\nKayla Made,uses,@кайла,account\n")
    assert queries.may_be(world.teacher, named(chart, "@кайла")) == []
    say(world.teacher, chart, "Kayla Made", kayla)
    say(world.teacher, chart, "@кайла")
    assert accept(world.teacher, chart, 1).accepted == 1
    assert [strand.name for strand in web(world.teacher).around(kayla.pk)] == ["кайла"]


def test_who_is_said_to_harm_needs_a_basis_and_a_child_never_is(
    world: World, kayla: Person, mo: Person
) -> None:
    chart = brought(
        world.teacher, "a,tie,b\nMo Made,is said to harm,Kayla Made\nKayla Made,is said to harm,Mo Made\n"
    )
    say(world.teacher, chart, "Kayla Made", kayla)
    say(world.teacher, chart, "Mo Made", mo)
    assert [number for number, _why in accept(world.teacher, chart, 1).refused] == [1]
    assert [why[:24] for _number, why in accept(world.teacher, chart, 1, 2, basis="told").refused] == [
        "Somebody is said to harm"
    ] * 2
    assert accept(world.teacher, chart, 1, basis="told").accepted == 1
    [(number, why)] = accept(world.teacher, chart, 2, basis="told").refused
    assert number == 2
    assert "being harmed too" in why


def test_the_same_file_twice_says_so_and_not_to_whom_it_is_hidden(world: World) -> None:
    brought(world.teacher)
    with pytest.raises(Refused, match="brought in before"):
        brought(world.teacher)
    brought(world.officer)


def test_a_chart_is_seen_by_whoever_brought_it_alone(world: World) -> None:
    chart = brought(world.social_worker)
    assert queries.charts_visible_to(world.social_worker).get() == chart
    for other in (world.coordinator, world.teacher, world.officer, world.analyst, world.administrator):
        assert not queries.charts_visible_to(other).exists()
        with pytest.raises(Hidden):
            queries.chart_visible_to(other, chart.pk)
    with pytest.raises(Refused):
        brought(world.analyst)


def test_after_90_days_what_its_rows_say_is_gone_and_what_became_of_them_stays(
    world: World, kayla: Person, mo: Person
) -> None:
    chart = brought(world.teacher)
    say(world.teacher, chart, "Kayla Made", kayla)
    say(world.teacher, chart, "Mo Made", mo)
    accept(world.teacher, chart, 1)
    Incoming.objects.update(brought_at=timezone.now() - rules.KEPT + timedelta(hours=1))
    assert actions.destroy_what_is_past(by=None) == 0
    Incoming.objects.update(brought_at=timezone.now() - rules.KEPT)
    assert CliRunner().invoke(destroy_past_charts).output == "Destroyed: 1.\n"
    chart.refresh_from_db()
    assert not IncomingTie.objects.exists()
    assert not IncomingName.objects.exists()
    assert (chart.rows, chart.accepted, chart.cleared_at is None) == (3, 1, False)
    assert Tie.objects.count() == 1
    assert Meant.objects.exists()
    brought(world.teacher)


def test_pages_from_the_file_to_the_tie(client: Client, world: World, kayla: Person, mo: Person) -> None:
    client.force_login(world.teacher)
    sent = {
        "file": SimpleUploadedFile("chart.csv", CHART.encode()),
        "from_whom": "Ash",
        "why": "For the panel",
        "reach": "ends",
    }
    shown = client.get(reverse("chart_bring"))
    sent["kept"] = token(shown)
    chart = client.post(reverse("chart_bring"), sent, follow=True)
    assert "3 rows read" in chart.content.decode()
    this = Incoming.objects.get()
    name = named(this, "Kayla Made")
    page = client.get(reverse("chart_name", args=[name.pk]))
    assert "same" in page.content.decode()
    for text, who in (("Kayla Made", kayla), ("Mo Made", mo)):
        at = reverse("chart_name", args=[named(this, text).pk])
        kept = token(client.get(at))
        assert client.post(at, {"choice": str(who.pk), "kept": kept}).status_code == 302
    at = reverse("chart", args=[this.pk])
    shown = client.get(at)
    sent_rows = {"rows": ticks(shown), "kept": token(shown)}
    done = client.post(at, sent_rows, follow=True)
    assert "Accepted: one tie is noted." in done.content.decode()
    again = client.post(at, sent_rows, follow=True).content.decode()
    assert "has been accepted meanwhile" in again
    assert TieSource.objects.count() == 1
    assert "set aside" in client.get(reverse("chart_aside", args=[this.pk])).content.decode()
    client.force_login(world.officer)
    for page_name in ("chart", "chart_names", "chart_aside"):
        assert client.get(reverse(page_name, args=[this.pk])).status_code == 404
    assert client.get(reverse("chart_name", args=[name.pk])).status_code == 404
    client.force_login(world.analyst)
    assert client.get(reverse("charts")).status_code == 404


def test_a_bad_file_is_an_error_of_its_field_and_nothing_is_kept(client: Client, world: World) -> None:
    client.force_login(world.teacher)
    shown = client.get(reverse("chart_bring"))
    sent = {
        "file": SimpleUploadedFile("x.xml", b"<html/>"),
        "from_whom": "Ash",
        "why": "x",
        "reach": "ends",
        "kept": token(shown),
    }
    assert "not GraphML" in client.post(reverse("chart_bring"), sent).content.decode()
    assert not Incoming.objects.exists()


def test_looking_writes_nothing_and_asks_as_often_for_many_rows_as_for_few(
    client: Client, world: World, kayla: Person, mo: Person
) -> None:
    def asked(rows: int) -> int:
        text = "a,tie,b\n" + "".join(f"Kayla Made,way {rows} {n},Mo Made\n" for n in range(rows))
        chart = brought(world.teacher, text)
        say(world.teacher, chart, "Kayla Made", kayla)
        say(world.teacher, chart, "Mo Made", mo)
        client.force_login(world.teacher)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("chart", args=[chart.pk])).status_code == 200
        assert not [
            query
            for query in seen.captured_queries
            if query["sql"].startswith(('INSERT INTO "graph', 'UPDATE "graph'))
        ]
        return len(seen)

    asked(2)
    assert asked(3) == asked(18)


# ---- out


def taken(by: User, of: Any, format_: str = "csv", **how: Any) -> tuple[Outgoing, bytes]:
    row = actions.ask_to_take(
        by=by,
        about="node",
        of=of.pk,
        how={"away": 2} | how,
        taking=Taking(format_, TAKING.recipient, TAKING.purpose, TAKING.basis),
    )
    return actions.take_out(by=by, outgoing_id=row.pk)


@pytest.fixture
def drawn(world: World, kayla: Person, mo: Person) -> Person:
    tie(world, kayla, "friend_of", mo, source_grade="2", known_grade="C", who="Secret Teller", how="said")
    tie(world, kayla, "goes_to", place(world, "Kiln Lane arcade"), valid_from=timezone.localdate())
    tie(world, mo, "uses", network.tying.known_handle("phone", "", "07700 900123"))
    return kayla


@pytest.mark.parametrize("format_", ["csv", "graphml", "ftm"])
def test_what_goes_out_comes_back_in_as_nothing_new(world: World, drawn: Person, format_: str) -> None:
    _row, content = taken(world.teacher, drawn, format_)
    chart = brought(world.teacher, content)
    assert (chart.rows, chart.left) == (3, 0)
    assert not chart.ties.exists()
    assert set(chart.asides.values_list("code", flat=True)) == {"known"}


def test_nobody_learns_from_a_file_what_is_tied_here(world: World, drawn: Person) -> None:
    _row, content = taken(world.teacher, drawn)
    restrict(drawn)
    assert brought(world.officer, content).left > 0


@pytest.mark.parametrize("format_", ["csv", "graphml", "gexf", "ftm"])
def test_a_file_says_why_it_was_taken_and_not_who_said_so_and_its_keys_are_its_own(
    world: World, drawn: Person, format_: str
) -> None:
    told = [_text(taken(world.teacher, drawn, format_)[1]) for _again in range(2)]
    for text in told:
        assert TAKING.purpose in text
        assert "Kiln Lane arcade" in text
        assert "Secret Teller" not in text
        assert str(drawn.pk) not in text
    keys = [{one.key for one in row.ties.all()} for row in Outgoing.objects.all()]
    assert not keys[0] & keys[1]
    assert all(key in told[0] or key in told[1] for key in keys[0])


def _text(content: bytes) -> str:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "".join(packed.read(name).decode() for name in packed.namelist())
    return content.decode()


@pytest.mark.parametrize("format_", ["csv", "graphml", "gexf", "ftm"])
def test_children_and_adults_stand_apart_in_a_file_and_nobody_by_how_much_is_known(
    world: World, drawn: Person, mo: Person, format_: str
) -> None:
    for name in ("Ada", "Bo", "Cleo", "Dov"):
        person, other = child(world, name), adult(world, f"{name} the elder")
        for who in (person, other):
            tie(world, drawn, "goes_about_with", who)
    salt = "b" * 64

    def order() -> list[str]:
        picture = queries.drawn(world.teacher, "node", drawn.pk, {"away": 2})
        text = _text(as_file(queries.takes(world.teacher, picture, salt).chart, format_))
        return list(dict.fromkeys(re.findall(r"(?:Ada|Bo|Cleo|Dov|Mo|Kayla)(?: the elder)? Made", text)))

    before = order()
    adults = [name in ("Mo Made", *(text for text in before if "elder" in text)) for name in before]
    assert len(before) == 10
    assert adults == sorted(adults)
    for name in ("Ada", "Cleo"):
        for _again in range(3):
            tie(world, drawn, "goes_about_with", Person.objects.get(given_name=name), words="Again")
    assert order() == before


def test_networkx_reads_the_graphml_with_the_same_nodes_ties_and_attributes(
    world: World, drawn: Person
) -> None:
    row, content = taken(world.teacher, drawn, "graphml")
    graph = networkx.read_graphml(io.BytesIO(content))
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (4, row.ties.count())
    assert {(data["label"], data["kind"]) for _node, data in graph.nodes(data=True)} >= {
        ("Kayla Made", "child"), ("Mo Made", "adult"), ("Kiln Lane arcade", "place"),
    }  # fmt: skip
    said = {data["tie"]: data for _one, _other, data in graph.edges(data=True)}
    assert said["is a friend of"]["grades"] == "2C"
    assert said["goes to"]["since"] == timezone.localdate().isoformat()


def test_gexf_has_a_spell_for_each_tie_of_which_a_day_is_known(world: World, drawn: Person) -> None:
    root = etree.fromstring(taken(world.teacher, drawn, "gexf")[1])
    assert root.get("version") == "1.3"
    [spell] = root.iter("{*}spell")
    assert spell.get("start") == timezone.localdate().isoformat()


def test_followthemoney_has_the_schemas_of_people_places_and_ties(world: World, drawn: Person) -> None:
    rows = [json.loads(line) for line in taken(world.teacher, drawn, "ftm")[1].splitlines()]
    assert sorted(row["schema"] for row in rows) == sorted(
        ["Note", "Person", "Person", "Address", "UserAccount", "Associate", "UnknownLink", "UnknownLink"]
    )
    assert all(isinstance(value, list) for row in rows for value in row["properties"].values())


def test_restricted_people_and_what_its_holder_lets_go_under_conditions_alone_stay(
    world: World, drawn: Person, mo: Person
) -> None:
    hidden = child(world, "Hidden")
    tie(world, drawn, "friend_of", hidden)
    restrict(hidden)
    for person in (drawn, mo):
        network.involve(by=world.teacher, person=person, agency=world.police, why="Works with them")
    tie(
        world,
        drawn,
        "goes_about_with",
        mo,
        by=world.officer,
        handling="C",
        conditions="Ask us first",
        words="Seen by police",
    )
    text = _text(taken(world.teacher, drawn)[1])
    assert "Hidden" not in text
    assert "Seen by police" not in text
    assert "Seen by police" in _text(taken(world.officer, drawn)[1])


def test_what_an_agency_keeps_for_itself_goes_out_by_nobody_of_that_agency_neither(
    world: World, drawn: Person, mo: Person
) -> None:
    tie(world, drawn, "friend_of", mo, reach="holder", words="Only we know this")
    assert "Only we know this" not in _text(taken(world.teacher, drawn)[1])


def test_something_hidden_changes_no_byte_of_a_file_but_its_keys(
    world: World, drawn: Person, mo: Person
) -> None:
    salt = "a" * 64

    def file() -> list[bytes]:
        picture = queries.drawn(world.teacher, "node", drawn.pk, {"away": 2})
        chart = queries.takes(world.teacher, picture, salt).chart
        return [as_file(chart, suffix) for suffix in SUFFIXES]

    before = file()
    hidden = child(world, "Hidden", by=world.officer)
    tie(world, hidden, "goes_to", Place.objects.get(), by=world.officer)
    tie(
        world,
        hidden,
        "part_of",
        network.add_group(by=world.officer, name="Yard", kind="friends"),
        by=world.officer,
    )
    beside = tie(world, drawn, "goes_about_with", mo)
    TieSource.objects.filter(tie=beside).update(holder=world.police, reach="holder")
    assert file() == before


def test_each_person_has_it_in_the_trail_and_whoever_works_with_a_child_learns_of_it(
    world: World, drawn: Person, mo: Person
) -> None:
    row, _content = taken(world.teacher, drawn)
    trail = AuditRow.objects.filter(verb="take out", subject_id=str(row.pk))
    assert set(trail.values_list("person_id", flat=True)) == {drawn.pk, mo.pk}
    assert all(TAKING.purpose in audit_row.reason for audit_row in trail)
    assert TAKING.recipient in trail.first().reason  # type: ignore[union-attr]


def test_a_file_of_more_than_50_people_waits_for_a_second_person(
    world: World, drawn: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "TWO_ABOVE", 1)
    row = actions.ask_to_take(by=world.coordinator, about="node", of=drawn.pk, how={"away": 2}, taking=TAKING)
    with pytest.raises(Refused, match="second person"):
        actions.take_out(by=world.coordinator, outgoing_id=row.pk)
    with pytest.raises(Refused, match="yourself"):
        actions.release(by=world.coordinator, outgoing_id=row.pk, agrees=True, why="Right")
    with pytest.raises(Hidden):
        actions.release(by=world.teacher, outgoing_id=row.pk, agrees=True, why="Right")
    second = another_coordinator(world)
    assert queries.to_release(second).get() == row
    with pytest.raises(Refused, match="reason"):
        actions.release(by=second, outgoing_id=row.pk, agrees=True, why=" ")
    actions.release(by=second, outgoing_id=row.pk, agrees=True, why="It is needed")
    assert actions.take_out(by=world.coordinator, outgoing_id=row.pk)[1]


def test_what_changed_since_it_was_asked_for_is_not_taken(world: World, drawn: Person, mo: Person) -> None:
    row = actions.ask_to_take(by=world.teacher, about="node", of=drawn.pk, how={"away": 2}, taking=TAKING)
    tie(world, drawn, "goes_about_with", mo)
    with pytest.raises(Refused, match="changed"):
        actions.take_out(by=world.teacher, outgoing_id=row.pk)


def test_whoever_took_a_source_out_learns_that_it_was_withdrawn(
    client: Client, world: World, drawn: Person, mo: Person
) -> None:
    row, _content = taken(world.teacher, drawn)
    source = TieSource.objects.get(who="Secret Teller")
    assert "Withdrawn since" not in _out(client, world.teacher, row)
    network.withdraw_source(by=world.coordinator, source_id=source.pk, why="It was another boy")
    told = Reader.objects.get(notice__kind="taken_withdrawn")
    assert (told.user, told.notice.person_id) == (world.teacher, None)
    page = _out(client, world.teacher, row)
    assert "Withdrawn since it was taken out" in page
    assert "It was another boy" in page
    assert row.ties.get(tie_key=source.tie.key).key in page
    Person.objects.filter(pk=mo.pk).update(restricted=True)
    mo.involvements.filter(agency=world.school).delete()
    page = _out(client, User.objects.get(pk=world.teacher.pk), row)
    assert "One source of a tie was withdrawn." in page
    assert "It was another boy" not in page
    assert "Mo Made" not in page


def test_whoever_let_a_drawing_out_learns_of_it_too_and_nobody_later(
    client: Client, world: World, drawn: Person, mo: Person
) -> None:
    row, _content = taken(world.teacher, drawn)
    now = timezone.now()
    Outgoing.objects.filter(pk=row.pk).update(
        decided_by=world.coordinator, decided_at=now, why_decided="Asked for"
    )
    source = TieSource.objects.get(who="Secret Teller")
    network.withdraw_source(by=world.coordinator, source_id=source.pk, why="It was another boy")
    pass_on(now + timedelta(days=9))
    told = Reader.objects.filter(notice__kind="taken_withdrawn")
    assert {reader.user for reader in told} == {world.teacher}, "who withdrew it knows of it"
    Reader.objects.all().delete()
    Notice.objects.all().delete()
    TieSource.objects.filter(pk=source.pk).update(withdrawn_at=None, withdrawn_by=None, why_withdrawn="")
    network.withdraw_source(by=world.teacher, source_id=source.pk, why="It was another boy")
    pass_on(now + timedelta(days=9))
    assert {reader.user for reader in Reader.objects.filter(notice__kind="taken_withdrawn")} == {
        world.coordinator
    }
    assert "Withdrawn since it was taken out" in _out(client, world.coordinator, row)


def _out(client: Client, user: User, row: Outgoing) -> str:
    client.force_login(user)
    return str(client.get(reverse("chart_out", args=[row.pk])).text)


@pytest.mark.parametrize("which", ["noted later", "kept", "untrue", "conditions", "not taken", "another tie"])
def test_who_took_nothing_of_it_out_is_not_told(world: World, drawn: Person, mo: Person, which: str) -> None:
    more: dict[str, Any] = {
        "kept": {"reach": "holder"},
        "untrue": {"known_grade": "E"},
        "conditions": {"handling": "C", "conditions": "Ask us"},
    }.get(which, {})
    by = world.coordinator if which == "conditions" else world.teacher
    kind = "goes_about_with" if which == "another tie" else "friend_of"

    def note() -> TieSource:
        return tie(world, drawn, kind, mo, by, words="Seen once", **more).sources.get(words="Seen once")

    source = None if which in ("noted later", "another tie") else note()
    if which == "not taken":
        actions.ask_to_take(by=world.teacher, about="node", of=drawn.pk, how={"away": 2}, taking=TAKING)
    else:
        taken(world.teacher, drawn)
    source = source or note()
    network.withdraw_source(by=by, source_id=source.pk, why="Not so")
    assert not Notice.objects.filter(kind="taken_withdrawn").exists()


def test_who_may_not_share_takes_nothing_out(client: Client, world: World, drawn: Person) -> None:
    for who in (world.analyst, world.board_member, world.administrator):
        client.force_login(who)
        assert client.get(reverse("chart_take", args=[drawn.pk])).status_code == 404
        with pytest.raises(Hidden):
            actions.ask_to_take(by=who, about="node", of=drawn.pk, how={}, taking=TAKING)
    with pytest.raises(Hidden):
        actions.ask_to_take(by=world.officer, about="node", of=drawn.pk, how={}, taking=TAKING)
    row = actions.ask_to_take(by=world.teacher, about="node", of=drawn.pk, how={}, taking=TAKING)
    with pytest.raises(Hidden):
        actions.take_out(by=world.officer, outgoing_id=row.pk)


@pytest.mark.parametrize(
    ("taking", "says"),
    [
        (Taking("csv", "", "x", "public_task"), "for whom"),
        (Taking("csv", "x", " ", "public_task"), "what it is for"),
        (Taking("csv", "x", "x", "nothing"), "lawful basis"),
        (Taking("csv", "x", "x", "consent"), "usually the wrong basis"),
    ],
)
def test_a_drawing_is_not_taken_out_without_for_whom_why_and_on_which_basis(
    world: World, drawn: Person, taking: Taking, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        actions.ask_to_take(by=world.teacher, about="node", of=drawn.pk, how={}, taking=taking)


def test_the_drawing_of_a_mapping_meeting_is_taken_out_and_of_no_other_panel(
    client: Client, world: World, drawn: Person, mo: Person
) -> None:
    by = world.coordinator
    for person in (drawn, mo):
        network.involve(by=world.teacher, person=person, agency=world.care, why="Works with them")
    asked: dict[str, Any] = {
        "by": by, "starts_at": timezone.now(), "place": "Town hall", "chair": by, "agencies": [world.care.pk],
        "purpose": "We do not know who waits there", "used_by": "The police",
    }  # fmt: skip
    mapping = meeting.plan_panel(**asked, kind="mapping")
    for person in (drawn, mo):
        meeting.add_item(by=by, panel_id=mapping.pk, end="person", end_id=person.pk)
    row = actions.ask_to_take(by=by, about="meeting", of=mapping.pk, how={}, taking=TAKING)
    assert row.people == 2
    assert actions.take_out(by=by, outgoing_id=row.pk)[1]
    with pytest.raises(Hidden):
        actions.look_to_take(by=by, about="meeting", of=make_panel(world).pk, how={})


def test_a_download_asks_first_who_it_is_and_only_by_post(
    client: Client, world: World, drawn: Person
) -> None:
    client.force_login(world.teacher)
    row = actions.ask_to_take(by=world.teacher, about="node", of=drawn.pk, how={"away": 2}, taking=TAKING)
    at = reverse("chart_out_file", args=[row.pk])
    assert client.get(at).status_code == 405
    assert not AuditRow.objects.filter(verb="take out").exists()
    answer = client.post(at)
    assert answer["Content-Disposition"] == 'attachment; filename="drawing.zip"'
    assert views.out_file.fresh  # type: ignore[attr-defined]


# ---- who learns what from a chart


def test_whoever_is_kept_out_of_a_record_reads_nothing_of_a_colleagues_chart(
    client: Client, world: World
) -> None:
    kayla = child(world, "Kayla", by=world.social_worker)
    adult(world, "Mo", by=world.social_worker)
    chart = brought(world.social_worker)
    Denial.objects.create(person=kayla, user=world.coordinator, why="x", denied_by=world.social_worker)
    say(world.social_worker, chart, "Kayla Made", kayla)
    client.force_login(world.coordinator)
    for page, key in (("chart", chart.pk), ("chart_names", chart.pk), ("chart_aside", chart.pk)):
        assert client.get(reverse(page, args=[key])).status_code == 404
    assert client.get(reverse("chart_name", args=[named(chart, "Kayla Made").pk])).status_code == 404
    assert "chart.csv" not in client.get(reverse("charts")).content.decode()
    with pytest.raises(Hidden):
        say(world.coordinator, chart, "Kayla Made")
    assert named(chart, "Kayla Made").node_id == kayla.pk


def test_a_name_stays_as_it_was_said_once_a_row_with_it_was_accepted(
    world: World, kayla: Person, mo: Person
) -> None:
    chart = brought(world.teacher)
    say(world.teacher, chart, "Kayla Made", kayla)
    say(world.teacher, chart, "Mo Made", mo)
    accept(world.teacher, chart, 1)
    with pytest.raises(Refused, match="was accepted"):
        say(world.teacher, chart, "Mo Made")
    with pytest.raises(Refused, match="was accepted"):
        actions.change_kind(by=world.teacher, name_id=named(chart, "Mo Made").pk, kind="place")
    assert accept(world.teacher, chart, 1).refused == [(1, "This row was accepted before.")]


def test_a_tick_counts_only_for_those_whom_the_page_showed(
    client: Client, world: World, kayla: Person, mo: Person
) -> None:
    chart = brought(world.teacher)
    say(world.teacher, chart, "Kayla Made", kayla)
    say(world.teacher, chart, "Mo Made", mo)
    client.force_login(world.teacher)
    at = reverse("chart", args=[chart.pk])
    shown = client.get(at)
    sent = {"rows": ticks(shown), "kept": token(shown)}
    say(world.teacher, chart, "Mo Made")
    assert "somebody else is meant now" in client.post(at, sent, follow=True).content.decode()
    assert not Tie.objects.exists()


def test_what_others_said_of_a_name_is_neither_shown_nor_does_it_order(
    world: World, kayla: Person, mo: Person
) -> None:
    network.involve(by=world.teacher, person=mo, agency=world.police, why="Works with them")
    twin = adult(world, "Mo")
    network.involve(by=world.teacher, person=twin, agency=world.police, why="Works with them")
    before = queries.may_be(world.officer, named(brought(world.officer), "Mo Made"))
    chart = brought(world.teacher)
    say(world.teacher, chart, "Mo Made", twin)
    again = brought(world.officer, CHART + "Mo Made,knows,Somebody\n")
    assert queries.may_be(world.officer, named(again, "Mo Made")) == before
    assert {one.same for one in before} == {None}


def test_a_number_that_is_asked_for_stands_in_the_trail(world: World, kayla: Person) -> None:
    chart = brought(world.teacher, "first,tie,second\nKayla Made,uses,07700 900123\n")
    actions.open_name(by=world.teacher, name_id=named(chart, "07700 900123").pk)
    row = AuditRow.objects.get(verb="search", subject="chart")
    assert row.detail == {}
    assert "900123" not in row.reason


# ---- what a chart may make


@pytest.mark.parametrize("word", ["child", "Boy", "girl"])
def test_a_child_in_a_chart_is_never_added_from_it(
    client: Client, world: World, kayla: Person, word: str
) -> None:
    chart = brought(
        world.teacher,
        f"first,tie,second,first_kind\nTy New,is said to harm,Kayla Made,\nTy New,knows,Kayla Made,{word}\n"
        f"Ty New,is seen with,Kayla Made,{word}\n",
    )
    assert named(chart, "Ty New").what == word
    say(world.teacher, chart, "Kayla Made", kayla)
    with pytest.raises(Refused, match="tell one first"):
        say(world.teacher, chart, "Ty New")
    for kind in ("place", "person"):
        actions.change_kind(by=world.teacher, name_id=named(chart, "Ty New").pk, kind=kind)
        with pytest.raises(Refused, match="tell one first"):
            say(world.teacher, chart, "Ty New", what="park")
    client.force_login(world.teacher)
    page = client.get(reverse("chart_name", args=[named(chart, "Ty New").pk])).content.decode()
    assert "A child begins with a worry" in page
    assert "Another" not in page
    assert not Person.objects.filter(family_name="New").exists()


@pytest.mark.parametrize("format_", ["csv", "graphml", "ftm"])
def test_children_of_a_file_of_another_heard_come_in_as_children(
    world: World, drawn: Person, format_: str
) -> None:
    _row, content = taken(world.teacher, drawn, format_)
    OutgoingTie.objects.all().delete()
    chart = brought(world.teacher, content)
    assert dict(chart.names.filter(kind="person").values_list("text", "is_child")) == {
        "Kayla Made": True, "Mo Made": False,
    }  # fmt: skip
    assert say(world.teacher, chart, "Kayla Made", drawn).node_id == drawn.pk


def test_of_two_who_are_not_in_heard_nobody_is_added(world: World) -> None:
    chart = brought(world.teacher, "a,tie,b\nAl Far,works for,Bo Far\n")
    say(world.teacher, chart, "Al Far")
    say(world.teacher, chart, "Bo Far")
    [(number, why)] = accept(world.teacher, chart, 1).refused
    assert (number, why[:32]) == (1, "Neither end is in Heard yet. Say")
    assert not Person.objects.filter(family_name="Far").exists()


def test_the_name_of_a_file_is_in_no_words_and_in_no_file(world: World, kayla: Person, mo: Person) -> None:
    chart = brought(world.teacher, name="Op Nightfall - Hidden Child.csv")
    say(world.teacher, chart, "Kayla Made", kayla)
    say(world.teacher, chart, "Mo Made", mo)
    accept(world.teacher, chart, 1)
    assert "Hidden Child" not in TieSource.objects.get().words
    assert "Hidden Child" not in _text(taken(world.teacher, kayla)[1])


def test_a_second_word_on_the_same_tie_is_a_further_source(world: World, kayla: Person, mo: Person) -> None:
    chart = brought(
        world.teacher,
        "first,tie,second,words,since\nMo Made,frightens or controls,Kayla Made,Seen shouting,01/02/2024\n"
        "Mo Made,frightens or controls,Kayla Made,Seen waiting for her,03/09/2026\n"
        "Mo Made,frightens or controls,Kayla Made,seen shouting,01/02/2024\n",
    )
    assert [one.code for one in chart.asides.all()] == ["again"]
    say(world.teacher, chart, "Kayla Made", kayla)
    say(world.teacher, chart, "Mo Made", mo)
    assert accept(world.teacher, chart, 1, 2).accepted == 2
    assert Tie.objects.count() == 1
    assert [tie_source.words.partition(" [")[0] for tie_source in TieSource.objects.order_by("recorded_at")] == [
        "Seen shouting", "Seen waiting for her",
    ]  # fmt: skip


def test_what_may_go_on_under_conditions_alone_comes_in_under_them(
    world: World, kayla: Person, mo: Person
) -> None:
    chart = brought(
        world.teacher,
        "first,tie,second,handling,conditions\nKayla Made,is a friend of,Mo Made,C,Ask us first\n"
        "Kayla Made,goes about with,Mo Made,P,\nKayla Made,lives with,Mo Made,C,\n",
    )
    say(world.teacher, chart, "Kayla Made", kayla)
    say(world.teacher, chart, "Mo Made", mo)
    assert accept(world.teacher, chart, 1, 2, 3).refused == []
    assert [(tie_source.handling, tie_source.conditions) for tie_source in TieSource.objects.order_by("recorded_at")] == [
        ("C", "Ask us first"), ("P", ""), ("C", "Ask whoever made the chart before it goes on"),
    ]  # fmt: skip


def test_a_chart_is_not_brought_in_for_readers_whom_no_form_offers(world: World) -> None:
    with pytest.raises(Refused, match="who may read this"):
        brought(world.teacher, given=replace(GIVEN, reach="record"))


def test_what_is_odd_about_a_file_stands_on_its_chart_until_its_day(client: Client, world: World) -> None:
    chart = brought(world.teacher, "a,tie,b\nZoë Luk,is a friend of,Mo Made\n".encode() + b"x,y,\xff\n")
    client.force_login(world.teacher)
    assert "The file is not UTF-8" in client.get(reverse("chart", args=[chart.pk])).content.decode()
    note = {
        "id": "n",
        "schema": "Note",
        "properties": {"description": ["Half of it, 50% (s), is <b>old</b>"]},
    }
    of_itself = brought(world.teacher, "\n".join(map(json.dumps, (note, *FTM))))
    page = client.get(reverse("chart", args=[of_itself.pk])).content.decode()
    assert "Half of it, 50% (s), is &lt;b&gt;old" in page
    Incoming.objects.update(brought_at=timezone.now() - rules.KEPT)
    actions.destroy_what_is_past(by=None)
    assert {incoming.said for incoming in Incoming.objects.all()} == {""}


@pytest.mark.parametrize("bad", ["\\ud800", "a\\u0000b"])
@pytest.mark.parametrize("where", ["key", "service"])
def test_what_no_database_keeps_is_left_out_of_every_word(world: World, bad: str, where: str) -> None:
    said = {"key": "x", "service": "y"} | {where: "BAD"}
    rows: list[Any] = [
        {"id": "p", "schema": "Person", "properties": {"name": ["A B"]}},
        {
            "id": "u",
            "schema": "UserAccount",
            "properties": {"username": ["cd"], "service": [said["service"]]},
        },
        {"id": said["key"], "schema": "UnknownLink", "properties": {"subject": ["p"], "object": ["u"]}},
    ]
    text = "\n".join(json.dumps(row) for row in rows).replace("BAD", bad)
    chart = brought(world.teacher, text, name="a\ud800\0.json")
    assert chart.left == 1
    assert all(
        text.isprintable() for text in (*chart.names.values_list("service", flat=True), chart.file_name)
    )


def test_rows_that_can_be_accepted_come_before_those_of_which_nobody_said_who_is_meant(
    client: Client, world: World, kayla: Person, mo: Person
) -> None:
    others = "".join(f"Other {n},knows,Else {n}\n" for n in range(25))
    chart = brought(world.teacher, f"a,tie,b\n{others}Kayla Made,is a friend of,Mo Made\n")
    say(world.teacher, chart, "Kayla Made", kayla)
    say(world.teacher, chart, "Mo Made", mo)
    client.force_login(world.teacher)
    assert len(ticks(client.get(reverse("chart", args=[chart.pk])))) == 1


# ---- who learns what from a file


@pytest.mark.parametrize(
    ("before", "after"), [("is a friend of", "is said to harm"), ("Mo Made", "Max Else")]
)
def test_a_row_that_was_put_right_elsewhere_is_a_proposal_again(
    world: World, drawn: Person, before: str, after: str
) -> None:
    _row, content = taken(world.teacher, drawn, "ftm")
    text = content.decode()
    assert before in text
    chart = brought(world.teacher, text.replace(before, after))
    assert after in {
        text
        for row in chart.ties.select_related("first", "second")
        for text in (row.said, row.first.text, row.second.text)
    }
    assert brought(world.teacher, content).left == 0


@pytest.mark.parametrize("format_", ["csv", "graphml", "gexf", "ftm"])
def test_a_file_says_on_which_conditions_it_goes_on_and_never_that_a_child_said_so(
    world: World, drawn: Person, mo: Person, format_: str
) -> None:
    tie(
        world,
        drawn,
        "goes_about_with",
        mo,
        handling="C",
        conditions="Not to be shown to anybody at home",
        words="Own words",
    )
    tie(world, drawn, "lives_with", mo, how="said_by_child", words="Told at school")
    _row, content = taken(world.teacher, drawn, format_)
    text = _text(content)
    assert "Told at school" in text
    assert "Not to be shown to anybody at home" in text
    assert "The child said so" not in text
    if format_ != "gexf":
        assert brought(world.teacher, content).left == 0
        OutgoingTie.objects.all().delete()
        Incoming.objects.all().delete()
        rows = brought(world.teacher, content).ties.exclude(handling="")
        assert [(row.handling, row.conditions) for row in rows] == [
            ("C", "Not to be shown to anybody at home")
        ]


def test_people_in_files_of_one_user_are_counted_together(
    world: World, drawn: Person, mo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "TWO_ABOVE", 2)
    pals = [adult(world, f"Pal{n}") for n in range(2)]
    for pal in pals:
        tie(world, drawn, "friend_of", pal)

    def ask(of: Any, by: User = world.teacher, recipient: str = "Ash") -> Outgoing:
        said = Taking("csv", recipient, "So that both know", "public_task")
        return actions.ask_to_take(by=by, about="node", of=of.pk, how={"away": 1}, taking=said)

    assert [ask(mo).state, ask(mo, recipient="Bea").state] == ["ready", "ready"]
    assert [ask(pals[0]).state, ask(pals[1], recipient="Bea").state] == ["asked", "asked"]
    Outgoing.objects.update(asked_at=timezone.now() - rules.TOGETHER)
    assert ask(pals[0]).state == "ready"


def test_two_files_that_were_asked_for_at_once_are_counted_when_they_are_taken(
    world: World, drawn: Person, mo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    pals = [adult(world, f"Pal{n}") for n in range(2)]
    for pal in pals:
        tie(world, drawn, "friend_of", pal)

    def ask(of: Any) -> Outgoing:
        return actions.ask_to_take(
            by=world.coordinator, about="node", of=of.pk, how={"away": 1}, taking=TAKING
        )

    at_once = [ask(pal) for pal in pals]  # neither saw the other
    monkeypatch.setattr(rules, "TWO_ABOVE", 2)
    for row in at_once:
        with pytest.raises(Refused, match="Ask for this one anew"):
            actions.take_out(by=world.coordinator, outgoing_id=row.pk)
    again = ask(pals[0])
    actions.release(by=another_coordinator(world), outgoing_id=again.pk, agrees=True, why="It is needed")
    assert actions.take_out(by=world.coordinator, outgoing_id=again.pk)[1]


def test_an_earlier_refusal_stands_beside_the_new_ask(
    client: Client, world: World, drawn: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "TWO_ABOVE", 1)
    asked: dict[str, Any] = {"by": world.coordinator, "about": "node", "of": drawn.pk, "how": {"away": 2}}
    first = actions.ask_to_take(**asked, taking=TAKING)
    second = another_coordinator(world)
    actions.release(by=second, outgoing_id=first.pk, agrees=False, why="Too many for what it is for")
    row = actions.ask_to_take(**asked, taking=TAKING)
    client.force_login(second)
    page = client.get(reverse("chart_out", args=[row.pk])).content.decode()
    assert "Too many for what it is for" in page


def test_each_file_that_names_a_child_is_told_and_says_for_whom_and_why(
    client: Client, world: World, drawn: Person
) -> None:
    network.involve(by=world.teacher, person=drawn, agency=world.care, why="Works with them")
    for whom in ("One, police", "Two, housing"):
        row = actions.ask_to_take(
            by=world.teacher, about="node", of=drawn.pk, how={"away": 2},
            taking=Taking("csv", whom, "So that both know", "public_task"),
        )  # fmt: skip
        at = reverse("chart_taken", args=[drawn.pk])
        client.force_login(world.social_worker)
        assert whom not in client.get(at).content.decode()  # not before it is taken
        actions.take_out(by=world.teacher, outgoing_id=row.pk)
    told = Notice.objects.filter(kind="taken_out", person_id=drawn.pk)
    assert told.count() == 2
    [line, _other] = lines_of(Reader.objects.filter(notice__in=told).select_related("notice__person")[:2])
    assert line.href == at
    page = client.get(at).content.decode()
    for word in ("One, police", "Two, housing", "So that both know", "A public task"):
        assert word in page
    assert "Mo Made" not in page
    assert at in client.get(reverse("sharing_of", args=[drawn.pk])).content.decode()
    Denial.objects.create(person=drawn, user=world.social_worker, why="x", denied_by=world.teacher)
    assert client.get(at).status_code == 404


def test_whoever_releases_sees_who_and_what_goes_out_and_nobody_else_is_asked(
    client: Client, world: World, drawn: Person, mo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "TWO_ABOVE", 1)
    second = another_coordinator(world)
    asked: dict[str, Any] = {"by": world.coordinator, "about": "node", "of": drawn.pk, "how": {"away": 2}}
    row = actions.ask_to_take(**asked, taking=TAKING)
    at = reverse("chart_out", args=[row.pk])
    client.force_login(second)
    page = client.get(at).content.decode()
    for word in ("Kayla Made", "Mo Made", "Kiln Lane arcade", "is a friend of"):
        assert word in page
    apart = [
        "<strong>Children:</strong> Kayla Made",
        "<strong>Adults:</strong> Mo Made",
        "Ties of children",
        "Ties of adults",
    ]
    assert sorted(apart, key=page.index) == apart
    assert "is a friend of" not in page.partition("Ties of adults")[2]
    looked = AuditRow.objects.filter(verb="view", actor_id=second.pk, subject="drawing out")
    assert set(looked.values_list("person_id", flat=True)) == {drawn.pk, mo.pk}
    Denial.objects.create(person=mo, user=second, why="x", denied_by=world.teacher)
    assert client.get(at).status_code == 404
    assert not queries.to_release(second).exists()
    with pytest.raises(Hidden):
        actions.release(by=second, outgoing_id=row.pk, agrees=True, why="Right")


def test_who_asks_sees_who_and_what_goes_out_before(client: Client, world: World, drawn: Person) -> None:
    client.force_login(world.teacher)
    page = client.get(reverse("chart_take", args=[drawn.pk])).content.decode()
    assert "Everybody and everything in the file" in page
    assert "Kiln Lane arcade" in page


def test_a_file_is_taken_once_and_within_its_days(
    world: World, drawn: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {"about": "node", "of": drawn.pk, "how": {"away": 2}, "taking": TAKING}
    row, _content = taken(world.teacher, drawn)
    with pytest.raises(Refused, match="taken once"):
        actions.take_out(by=world.teacher, outgoing_id=row.pk)
    late = actions.ask_to_take(by=world.teacher, **asked)
    Outgoing.objects.filter(pk=late.pk).update(asked_at=timezone.now() - rules.LASTS)
    with pytest.raises(Refused, match="7 days are over"):
        actions.take_out(by=world.teacher, outgoing_id=late.pk)
    monkeypatch.setattr(rules, "TWO_ABOVE", 1)
    second = another_coordinator(world)
    waits = actions.ask_to_take(by=world.coordinator, **asked)
    Outgoing.objects.filter(pk=waits.pk).update(asked_at=timezone.now() - rules.LASTS)
    assert not queries.to_release(second).exists()
    with pytest.raises(Hidden):
        actions.release(by=second, outgoing_id=waits.pk, agrees=True, why="Right")


def test_whoever_asked_has_what_was_decided_among_their_work(
    client: Client, world: World, drawn: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "TWO_ABOVE", 1)
    asked: dict[str, Any] = {"about": "node", "of": drawn.pk, "how": {"away": 2}, "taking": TAKING}
    rows = [actions.ask_to_take(by=world.coordinator, **asked) for _each in range(2)]
    assert not queries.decided_of_late(world.coordinator).exists()
    second = another_coordinator(world)
    for row, agrees in zip(rows, (True, False), strict=True):
        actions.release(by=second, outgoing_id=row.pk, agrees=agrees, why="As it is")
    assert set(queries.decided_of_late(world.coordinator)) == set(rows)
    assert not queries.decided_of_late(second).exists()
    client.force_login(world.coordinator)
    page = client.get(reverse("home")).content.decode()
    assert all(reverse("chart_out", args=[row.pk]) in page for row in rows)
    actions.take_out(by=world.coordinator, outgoing_id=rows[0].pk)
    assert list(queries.decided_of_late(world.coordinator)) == [rows[1]]


def test_why_a_file_is_not_given_stands_on_its_page(
    client: Client, world: World, drawn: Person, mo: Person
) -> None:
    client.force_login(world.teacher)
    row = actions.ask_to_take(by=world.teacher, about="node", of=drawn.pk, how={"away": 2}, taking=TAKING)
    tie(world, drawn, "goes_about_with", mo)
    answer = client.post(reverse("chart_out_file", args=[row.pk]), follow=True)
    assert answer.status_code == 200
    assert "The drawing has changed since it was asked for" in answer.content.decode()
