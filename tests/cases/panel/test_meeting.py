"""While a panel meets: who chairs it, who is here, which item it is at and how the time stands."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.cases.panel.conftest import NO_WORDS, hold, make_panel, tell

from heard.agencies import actions as agencies
from heard.agencies.models import AuditRow, Draft, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.cases.case.notices.models import Reader
from heard.cases.case.notices.rules import NoticeKind as Notified
from heard.cases.panel import actions, queries, rules
from heard.cases.panel.models import Panel, PanelItem
from heard.network import actions as network
from heard.network.models import Person


def holder(world, agency_team, username="pia.holt") -> User:
    """Somebody whose role holds panels, in a team of another agency."""
    given, family = username.split(".")
    return agencies.add_user(
        by=world.administrator,
        username=username,
        first_name=given.title(),
        last_name=family.title(),
        password=None,
        team=agency_team,
        role=Role.COORDINATOR,
        agreed_by=world.coordinator,
    )


@pytest.fixture
def of_police(world) -> User:
    return holder(world, world.officer.team)


def told(user) -> set[str]:
    return set(Reader.objects.filter(user=user).values_list("notice__kind", flat=True))


def of_panel(name: str, panel: Panel) -> str:
    return reverse(name, kwargs={"panel_id": panel.pk})


def texts(client, panel: Panel, *names: str) -> list[str]:
    return [client.get(of_panel(name, panel)).text for name in names]


# ---- who chairs it


def test_whoever_holds_panels_in_an_agency_that_is_invited_takes_the_chair(client, world, panel, of_police):
    client.force_login(of_police)
    assert "Take the chair, because Cora Ordway is away" in client.get(of_panel("panel", panel)).text
    page = client.post(of_panel("panel_chair", panel), follow=True).text
    assert "You chair this meeting now. Cora Ordway learns of it." in page
    for text in texts(client, panel, "panel", "panel_minutes"):
        assert "Pia Holt (in place of Cora Ordway)" in " ".join(text.split())
    panel.refresh_from_db()
    assert (panel.chaired_by, panel.chair) == (of_police, world.coordinator), "who was to chair it stays"
    row = AuditRow.objects.get(verb="take chair", subject="panel", subject_id=str(panel.pk))
    assert (row.actor, row.detail["in_place_of"]) == ("pia.holt", str(world.coordinator.pk))
    assert Notified.CHAIR_TAKEN in told(world.coordinator)
    client.force_login(world.coordinator)
    assert "Pia Holt chairs it in place of Cora Ordway" in client.get(reverse("home")).text
    assert "Somebody else chairs a panel that you were to chair" in client.get(reverse("notices")).text
    assert "Take the chair back" in client.get(of_panel("panel", panel)).text


def test_whoever_was_to_chair_it_takes_the_chair_back(world, panel, of_police):
    with pytest.raises(Refused, match="chair it already"):
        actions.take_chair(by=world.coordinator, panel_id=panel.pk)
    actions.take_chair(by=of_police, panel_id=panel.pk)
    with pytest.raises(Refused, match="chair it already"):
        actions.take_chair(by=of_police, panel_id=panel.pk)
    back = actions.take_chair(by=world.coordinator, panel_id=panel.pk)
    assert (back.chaired_by, back.in_the_chair) == (None, world.coordinator)
    assert Notified.CHAIR_TAKEN in told(of_police)


def test_whose_agency_is_not_invited_takes_no_chair(client, world, of_police):
    panel = make_panel(world, agencies=[world.care.pk, world.school.pk])
    with pytest.raises(Refused, match="not invited"):
        actions.take_chair(by=of_police, panel_id=panel.pk)
    client.force_login(of_police)
    assert "Take the chair" not in client.get(of_panel("panel", panel)).text
    assert "Your agency is not invited" in client.post(of_panel("panel_chair", panel), follow=True).text
    panel.refresh_from_db()
    assert panel.chaired_by is None


def test_whose_role_chairs_no_panels_takes_no_chair(client, world, panel):
    for user in (world.teacher, world.officer):
        with pytest.raises(Refused, match="does not chair panels"):
            actions.take_chair(by=user, panel_id=panel.pk)
        client.force_login(user)
        assert "Take the chair" not in client.get(of_panel("panel", panel)).text
        assert client.post(of_panel("panel_chair", panel)).status_code == 404
    panel.refresh_from_db()
    assert panel.chaired_by is None


def test_nobody_takes_the_chair_before_the_day_or_once_it_was_held(world, panel, of_police):
    later = make_panel(world, days=2)
    with pytest.raises(Refused, match="not come yet"):
        actions.take_chair(by=of_police, panel_id=later.pk)
    hold(world, panel)
    with pytest.raises(Refused, match="held already"):
        actions.take_chair(by=of_police, panel_id=panel.pk)


@pytest.mark.parametrize("how", ["restricted", "kept out"])
def test_who_chairs_never_sees_an_item_that_they_may_not_see(client, world, prepared, item, of_police, how):
    """It is led and decided on by somebody who may see it and whose role holds panels, as before."""
    if how == "restricted":
        network.restrict(by=world.coordinator, person_id=item.person_id, reason="A parent works there")
    else:
        network.keep_out_unseen(by=world.social_worker, person_id=item.person_id, user=of_police)
    reader = User.objects.get(pk=of_police.pk)
    actions.take_chair(by=reader, panel_id=prepared.pk)
    assert not [line for line in queries.agenda_of(reader, prepared) if line.item]
    with pytest.raises(Hidden):
        actions.decide_item(by=reader, item_id=item.pk, decision="x", reason="y", view=NO_WORDS)
    client.force_login(reader)
    for name in ("panel", "panel_minutes", "panel_prepare"):
        assert "Okoro" not in client.get(of_panel(name, prepared)).text
    for name in ("panel_item", "panel_decide"):
        assert client.get(reverse(name, kwargs={"item_id": item.pk})).status_code == 404
    decided = actions.decide_item(
        by=world.coordinator,
        item_id=item.pk,
        decision="A worker meets her",
        reason="She asked",
        view=NO_WORDS,
    )
    assert decided.decided_by == world.coordinator


# ---- a supervisor in the chair


@pytest.fixture
def inspector(world) -> User:
    """A supervisor of the police, who works with no child of these tests."""
    return agencies.add_user(
        by=world.administrator, username="ivo.hale", first_name="Ivo", last_name="Hale", password=None,
        team=world.officer.team, role=Role.SUPERVISOR, agreed_by=world.coordinator,
    )  # fmt: skip


NOT_THEIRS = "Whoever chairs it writes down that it was held."
TO_PREPARE = ("panel_change", "panel_invitations", "panel_prepare", "panel_correct")


def test_an_invited_supervisor_chairs_where_whoever_was_to_is_ill(client, world, prepared, item, inspector):
    """They have for this meeting what a chair needs, and nothing more."""
    network.involve(by=world.coordinator, person=item.person, agency=world.police, why="They look for her")
    user, seat = User.objects.get(pk=inspector.pk), prepared.seats.get(agency=world.school)
    page = reverse("panel_item", kwargs={"item_id": item.pk})
    client.force_login(user)
    assert "Write down the decision" not in client.get(page).text, "who does not chair does not decide"
    decide = reverse("panel_decide", kwargs={"item_id": item.pk})
    assert "Whoever holds the panel writes down what was decided." in client.get(decide).text
    with pytest.raises(Refused, match="Whoever holds the panel"):
        actions.decide_item(by=user, item_id=item.pk, decision="x", reason="y", view=NO_WORDS)
    assert NOT_THEIRS in client.get(of_panel("panel_hold", prepared)).text
    with pytest.raises(Refused, match=NOT_THEIRS):
        actions.hold_panel(by=user, panel_id=prepared.pk, came={})
    said = client.post(of_panel("panel_chair", prepared), follow=True).text
    assert "You chair this meeting now. Cora Ordway learns of it." in said
    assert "Write down that it was held" in said
    for no in ("Who is invited</a>", "Prepare the agenda", "Change day, place or chair"):
        assert no not in said
    assert 'name="here"' in client.get(page).text
    assert NOT_THEIRS not in client.get(of_panel("panel_hold", prepared)).text
    for name in TO_PREPARE:
        assert client.get(of_panel(name, prepared)).status_code == 404, name
    assert client.get(reverse("panel_involve", kwargs={"item_id": item.pk})).status_code == 404
    actions.note_here(by=user, panel_id=prepared.pk, seat_id=seat.pk, here=True)
    assert "Write down the decision" in client.get(decide).text
    said = {"decision": "A worker meets her", "reason": "She asked", "view": NO_WORDS}
    decided = actions.decide_item(by=user, item_id=item.pk, **said)
    assert decided.decided_by == user
    actions.dissent(by=user, item_id=item.pk, why="Too late", said_by="Her head", agency_id=world.school.pk)
    came = {seat.pk: ("came", "") for seat in prepared.seats.all()}
    assert actions.hold_panel(by=user, panel_id=prepared.pk, came=came).held_by == user
    with pytest.raises(Refused, match="Whoever holds the panel"):
        actions.decide_item(by=user, item_id=item.pk, **said)
    with pytest.raises(Refused, match="holds panels"):
        actions.correct_minutes(by=user, panel_id=prepared.pk, text="Ten came")
    assert NOT_THEIRS in client.get(of_panel("panel_hold", prepared)).text, "the meeting is over"


def test_a_supervisor_whose_invitation_is_taken_back_chairs_no_longer(world, prepared, item, inspector):
    network.involve(by=world.coordinator, person=item.person, agency=world.police, why="They look for her")
    user = User.objects.get(pk=inspector.pk)
    actions.take_chair(by=user, panel_id=prepared.pk)
    seat = prepared.seats.get(agency=world.police)
    actions.uninvite(by=world.coordinator, panel_id=prepared.pk, seats=[seat.pk])
    for write in (
        lambda: actions.note_here(by=user, panel_id=prepared.pk, seat_id=seat.pk, here=True),
        lambda: actions.hold_panel(by=user, panel_id=prepared.pk, came={}),
        lambda: actions.decide_item(by=user, item_id=item.pk, decision="x", reason="y", view=NO_WORDS),
    ):
        with pytest.raises(Hidden):
            write()


def test_a_supervisor_in_the_chair_sees_no_child_by_it(client, world, prepared, item, inspector):
    user = User.objects.get(pk=inspector.pk)
    actions.take_chair(by=user, panel_id=prepared.pk)
    assert not [line for line in queries.agenda_of(user, prepared) if line.item]
    client.force_login(user)
    assert "Okoro" not in client.get(of_panel("panel", prepared)).text
    assert client.get(reverse("panel_decide", kwargs={"item_id": item.pk})).status_code == 404
    with pytest.raises(Hidden):
        actions.decide_item(by=user, item_id=item.pk, decision="x", reason="y", view=NO_WORDS)


def test_whoever_holds_panels_hands_the_chair_to_an_invited_supervisor(client, world, panel, inspector):
    to = lambda chair, this=panel: actions.change_panel(
        by=world.coordinator, panel_id=this.pk, starts_at=this.starts_at, place=this.place, chair=chair
    )
    client.force_login(world.coordinator)
    assert "Ivo Hale" in client.get(of_panel("panel_change", panel)).text
    user = User.objects.get(pk=inspector.pk)
    assert not queries.holds(user, queries.panel_visible_to(user, panel.pk))
    to(inspector)
    assert queries.holds(user, queries.panel_visible_to(user, panel.pk))
    to(world.coordinator)
    assert not queries.holds(user, queries.panel_visible_to(user, panel.pk)), "and takes it back"
    later = make_panel(world, days=2)
    to(inspector, later)
    assert not queries.holds(user, queries.panel_visible_to(user, later.pk)), "its day has not come"
    for who in (world.teacher, world.officer):
        with pytest.raises(Refused, match="Choose as chair"):
            to(who)
    without = make_panel(world, agencies=[world.care.pk])
    assert "Ivo Hale" not in client.get(of_panel("panel_change", without)).text
    with pytest.raises(Refused, match="Choose as chair"):
        to(inspector, without)


def test_who_is_named_as_chair_anew_chairs_also_where_somebody_had_taken_the_chair(
    world, panel, of_police, inspector
):
    actions.take_chair(by=of_police, panel_id=panel.pk)
    changed = actions.change_panel(
        by=world.coordinator, panel_id=panel.pk, starts_at=panel.starts_at, place=panel.place, chair=inspector
    )
    assert changed.in_the_chair == inspector


# ---- who is here


def test_who_is_here_is_said_in_one_click_at_each_item(client, world, prepared, item):
    seat = prepared.seats.get(agency=world.school)
    page = reverse("panel_item", kwargs={"item_id": item.pk})
    client.force_login(world.coordinator)
    assert 'name="here"' in client.get(page).text
    there = reverse("panel_here", kwargs={"item_id": item.pk})
    said = client.post(there, {"here": seat.pk}, follow=True)
    assert said.redirect_chain[-1][0] == page
    assert f'name="away" value="{seat.pk}" aria-pressed="true"' in said.text
    assert not Draft.objects.exists(), "nothing was typed"
    client.force_login(world.teacher)
    seen = " ".join(client.get(page).text.split())
    assert "Who is here: Northgate Academy" in seen
    assert 'name="here"' not in seen, "whoever holds it says so"
    assert client.post(there, {"away": seat.pk}).status_code == 404
    client.force_login(world.coordinator)
    held = client.get(of_panel("panel_hold", prepared)).text
    assert f'name="came-{seat.pk}" type="radio" value="came" checked' in held, "it is not asked again"
    client.post(there, {"away": seat.pk})
    seat.refresh_from_db()
    assert seat.came == rules.Came.UNKNOWN
    assert list(
        AuditRow.objects.filter(subject="panel", verb__contains="here")
        .order_by("pk")
        .values_list("verb", flat=True)
    ) == ["note here", "note not here"]


def test_what_is_typed_in_the_notes_is_kept_where_somebody_says_who_is_here(client, world, prepared, item):
    client.force_login(world.coordinator)
    page = reverse("panel_item", kwargs={"item_id": item.pk})
    token = client.get(page).text.partition('name="kept" value="')[2].partition('"')[0]
    sent = {"here": prepared.seats.first().pk, "kept": token, "notes": "Her aunt meets her."}
    said = client.post(reverse("panel_here", kwargs={"item_id": item.pk}), sent, follow=True)
    assert "Her aunt meets her.</textarea>" in said.text
    item.refresh_from_db()
    assert item.notes == "", "it is sent when it is sent"
    client.force_login(world.teacher)
    assert "Her aunt meets her." not in client.get(page).text


def test_who_is_here_is_said_while_it_meets_of_its_own_invitations(world, panel):
    by, seat = world.coordinator, panel.seats.first()
    with pytest.raises(Refused, match="says who is here"):
        actions.note_here(by=world.teacher, panel_id=panel.pk, seat_id=seat.pk, here=True)
    later = make_panel(world, days=2)
    with pytest.raises(Refused, match="not come yet"):
        actions.note_here(by=by, panel_id=later.pk, seat_id=later.seats.first().pk, here=True)
    with pytest.raises(Hidden):
        actions.note_here(by=by, panel_id=panel.pk, seat_id=later.seats.first().pk, here=True)
    hold(world, panel)
    with pytest.raises(Refused, match="held already"):
        actions.note_here(by=by, panel_id=panel.pk, seat_id=seat.pk, here=False)
    seat.refresh_from_db()
    assert seat.came == "came"


# ---- which item, and how the time stands


def test_an_item_says_which_it_is_of_how_many_as_the_agenda_numbers_them(client, world, panel):
    for name in ("Ana", "Bea", "Cleo"):
        tell(world, name)
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    items = [PanelItem.objects.get(person__given_name=name) for name in ("Ana", "Bea", "Cleo")]
    order = {panel_item.pk: (place, 10 * place) for place, panel_item in enumerate(items, 1)}
    actions.arrange_agenda(by=world.coordinator, panel_id=panel.pk, order=order)
    network.involve(
        by=world.coordinator, person=Person.objects.get(given_name="Cleo"), agency=world.school, why="-"
    )
    among = queries.among(world.teacher, items[2])
    numbers = [line.number for line in queries.agenda_of(world.teacher, panel) if line.item == items[2]]
    assert ([among.number], among.of, among.before) == (
        numbers,
        len(queries.agenda_of(world.teacher, panel)),
        None,
    )
    actions.decide_item(
        by=world.coordinator, item_id=items[0].pk, decision="Nothing", reason="She is safe", view=NO_WORDS
    )
    client.force_login(world.coordinator)
    page = " ".join(client.get(reverse("panel_item", kwargs={"item_id": items[1].pk})).text.split())
    assert "Item 2 of 4</strong>, 20 minutes" in page  # what they share is a theme
    assert "minutes left until" in page
    assert "Items to come: 50 minutes" in page


BEGAN = datetime(2026, 3, 2, 10, 0, tzinfo=timezone.get_default_timezone())


def test_the_time_left_is_what_the_minutes_of_all_items_leave():
    at = lambda after, **known: rules.pace(
        **{"starts_at": BEGAN, "minutes": 60, "to_come": 20, "is_held": False} | known,
        now=BEGAN + timedelta(minutes=after),
    )
    assert at(45) == rules.Pace(BEGAN + timedelta(hours=1), 15, 20)
    assert at(75).left == -15
    assert at(-1) is None, "it has not begun"
    assert at(45, is_held=True) is None
    assert at(45, minutes=0) is None, "no item has minutes"
    assert at(60 * 13) is None, "nobody sits there any more"


def test_time_for_the_whole_panel_is_shared_over_the_items_without_minutes(client, world, panel):
    for name in ("Ana", "Bea", "Cleo"):
        tell(world, name)
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    client.force_login(world.coordinator)
    item = PanelItem.objects.get(person__given_name="Ana")
    page = reverse("panel_item", kwargs={"item_id": item.pk})
    there = f"{of_panel('panel_prepare', panel)}#id_lasts"
    assert (
        f'href="{there}">Share the time over the items, so that what is left shows here</a>'
        in client.get(page).text
    )
    typed = {f"place-{item.pk}": "1" for item in panel.items.all()} | {f"minutes-{item.pk}": "20"}
    wrong = client.post(of_panel("panel_prepare", panel), typed | {"lasts": "21"}).text
    assert ">Give more minutes for the whole meeting: each item takes one at least</a>" in wrong
    client.post(of_panel("panel_prepare", panel), typed | {"lasts": "60"})
    assert sorted(item.minutes for item in panel.items.all()) == [13, 13, 14, 20]
    said = client.get(page).text
    assert "minutes left until" in said
    assert there not in said


def test_an_item_about_a_child_says_the_name_of_the_child_once(client, world, prepared, item):
    client.force_login(world.coordinator)
    page = client.get(reverse("panel_item", kwargs={"item_id": item.pk})).text
    main = page.partition("<main")[2].partition("</main>")[0]
    assert main.count(str(item.person)) == 1
