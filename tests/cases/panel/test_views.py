"""The pages of panels and disagreements: who reaches them, what they show to whom, and how often the database is asked."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from tests.cases.panel.conftest import hold, in_days, make_panel, tell

from heard.agencies.models import AuditRow
from heard.cases.disruption.actions import finish_step
from heard.cases.panel import actions, queries
from heard.cases.panel.models import Disagreement, Panel, PanelAction, PanelItem
from heard.cases.plan import actions as planning
from heard.cases.words.rules import ChildsView
from heard.govuk.environment import day as in_words
from heard.govuk.environment import day_and_month
from heard.home.queries import my_work
from heard.network import actions as network
from heard.network.queries import Whom

OF_PANEL = ("panel", "panel_minutes", "panel_minutes_paper")
TO_HOLD = ("panel_change", "panel_invitations", "panel_prepare", "panel_add", "panel_hold", "panel_correct")
OF_ITEM = ("panel_item", "panel_action_add", "panel_dissent")
NO_WORDS = ChildsView(why_no_words="She wants to wait")
HIDDEN = "A child whose record you do not see"


def of_panel(name: str, panel: Panel) -> str:
    return reverse(name, kwargs={"panel_id": panel.pk})


def of_item(name: str, item: PanelItem) -> str:
    return reverse(name, kwargs={"item_id": item.pk})


def of_child(name: str, person_id) -> str:
    return reverse(name, kwargs={"person_id": person_id})


def day(name: str, on) -> dict[str, str]:
    return {f"{name}-{part}": str(getattr(on, part)) for part in ("day", "month", "year")}


def decide(world, item: PanelItem, **said) -> PanelItem:
    given = {"decision": "A worker meets her weekly", "reason": "She asked for it", "view": NO_WORDS} | said
    return actions.decide_item(by=world.coordinator, item_id=item.pk, **given)


def paper(answer) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


# ---- who reaches what


@pytest.mark.parametrize("who", ["analyst", "board_member", "administrator"])
def test_roles_without_children_reach_no_page(client, world, prepared, item, who):
    client.force_login(getattr(world, who))
    addresses = [reverse(name) for name in ("panels", "panel_plan", "panel_actions")]
    addresses += [of_panel(name, prepared) for name in (*OF_PANEL, *TO_HOLD)]
    for address in [
        *addresses,
        *(of_item(name, item) for name in (*OF_ITEM, "panel_decide", "panel_involve")),
    ]:
        assert client.get(address).status_code == 404, address
        assert client.post(address).status_code == 404, address


def test_who_takes_part_reads_and_who_holds_it_writes(client, world, prepared, item):
    client.force_login(world.teacher)
    for name in OF_PANEL:
        assert client.get(of_panel(name, prepared)).status_code == 200, name
    for name in TO_HOLD:
        assert client.get(of_panel(name, prepared)).status_code == 404, name
    client.force_login(world.coordinator)
    for name in (*OF_PANEL, *TO_HOLD):
        assert client.get(of_panel(name, prepared)).status_code == 200, name
    for name in (*OF_ITEM, "panel_decide", "panel_involve"):
        assert client.get(of_item(name, item)).status_code == 200, name


def test_walking_a_panel_an_agency_sees_the_children_whom_it_works_with(client, world, prepared, item):
    decide(world, item)
    given = {"by": world.coordinator, "item_id": item.pk, "what": "Ring her aunt", "due_on": in_days(2)}
    action = actions.add_panel_action(owner=world.teacher, **given)
    client.force_login(world.officer)
    pages = [client.get(of_panel(name, prepared)) for name in ("panel", "panel_minutes")]
    texts = [*(page.text for page in pages), paper(client.get(of_panel("panel_minutes_paper", prepared)))]
    for text in texts:
        assert HIDDEN in text
        assert not [word for word in ("Okoro", "meets her weekly", "Ring her aunt") if word in text]
    for name in OF_ITEM:
        assert client.get(of_item(name, item)).status_code == 404, name
    assert client.get(reverse("panel_action", kwargs={"panel_action_id": action.pk})).status_code == 404
    assert "Ring her aunt" not in client.get(reverse("panel_actions")).text
    actions.involve_agency(
        by=world.coordinator, item_id=item.pk, whom=Whom("", world.police), why="Knows the park"
    )
    assert "Okoro" in client.get(of_panel("panel", prepared)).text
    assert client.get(of_item("panel_item", item)).status_code == 200


def test_a_restricted_child_is_not_on_the_agenda_of_others_at_all(client, world, prepared, item):
    network.restrict(by=world.coordinator, person_id=item.person_id, reason="A parent works here")
    client.force_login(world.officer)
    for name in ("panel", "panel_minutes"):
        text = client.get(of_panel(name, prepared)).text
        assert "Okoro" not in text
        assert HIDDEN not in text
    assert HIDDEN not in paper(client.get(of_panel("panel_minutes_paper", prepared)))


def test_each_page_says_in_the_record_of_the_child_that_it_was_read(client, world, prepared, item):
    client.force_login(world.teacher)
    rows = AuditRow.objects.filter(person_id=item.person_id, actor=world.teacher.username)
    for address in [
        *(of_panel(name, prepared) for name in OF_PANEL),
        *(of_item(name, item) for name in OF_ITEM),
    ]:
        before = rows.count()
        client.get(address)
        assert rows.count() == before + 1, address
    client.force_login(world.officer)
    client.get(of_panel("panel", prepared))
    assert not AuditRow.objects.filter(person_id=item.person_id, actor=world.officer.username).exists()


# ---- the work itself


def test_a_panel_is_planned_prepared_held_and_its_minutes_agreed_on_its_pages(client, world, case):
    client.force_login(world.coordinator)
    today = timezone.localdate()
    sent = {"at": "00:01", "place": "Room 2", "chair": world.coordinator.pk, "agencies": [world.school.pk]}
    assert "Give the day" in client.post(reverse("panel_plan"), sent).text
    planned = client.post(reverse("panel_plan"), sent | day("on", today), follow=True)
    assert "There is nothing on the agenda yet" in planned.text
    panel = Panel.objects.get()
    drawn = client.post(of_panel("panel_prepare", panel), {"draw": "1"}, follow=True)
    assert "Worry told" in drawn.text
    item = PanelItem.objects.get(person=case.person)
    arranged = {f"place-{item.pk}": "1", f"minutes-{item.pk}": "20"}
    client.post(of_panel("panel_prepare", panel), arranged)
    item.refresh_from_db()
    assert item.minutes == 20
    assert (
        "whole number"
        in client.post(of_panel("panel_prepare", panel), arranged | {f"minutes-{item.pk}": "x"}).text
    )
    client.post(of_item("panel_item", item), {"notes": "She is glad of her aunt."})
    decision = {
        "decision": "A worker meets her",
        "reason": "She asked",
        "which": "none",
        "why_no_words": "Later",
    }
    assert client.post(of_item("panel_decide", item), decision).status_code == 302
    seat = panel.seats.get()
    came = {f"came-{seat.pk}": "else", f"instead-{seat.pk}": ""}
    assert "whoever came instead" in client.post(of_panel("panel_hold", panel), came).text
    held = client.post(of_panel("panel_hold", panel), came | {f"instead-{seat.pk}": "Ms Hill"}, follow=True)
    assert "Ms Hill" in held.text
    client.post(of_panel("panel_correct", panel), {"item": "panel", "text": "Ms Hall"})
    to_come, later = make_panel(world, days=7), make_panel(world, days=0.0005)
    page = client.get(of_panel("panel_minutes", panel)).text
    assert page.count("Write down: agreed at the panel of") == 1
    assert f'value="{to_come.pk}"' not in page
    agreed = client.post(of_panel("panel_agree", panel), {"in_panel": later.pk}, follow=True)
    assert "do not change any more" in agreed.text
    text = paper(client.get(of_panel("panel_minutes_paper", panel)))
    for word in ("Ms Hill", "Ms Hall", "A worker meets her", "She is glad of her aunt.", "Later"):
        assert word in text, word


def test_the_childs_words_come_first_on_an_item(client, world, prepared, item):
    client.force_login(world.teacher)
    text = client.get(of_item("panel_item", item)).text
    said = "They wait for me after school."
    assert text.index(said) < text.index("Why it is on the agenda") < text.index("What is known")


def test_whoever_puts_a_decision_right_begins_with_what_is_written(client, world, prepared, item):
    client.force_login(world.coordinator)
    assert "She wants to wait" not in client.get(of_item("panel_decide", item)).text
    decide(world, item)
    page = client.get(of_item("panel_decide", item)).text
    for written in ("A worker meets her weekly", "She asked for it", "She wants to wait"):
        assert written in page


def test_the_minutes_hold_what_was_said_on_the_screen_and_on_paper(client, world, prepared, item):
    actions.write_notes(by=world.teacher, item_id=item.pk, notes="The school sees her each morning.")
    client.force_login(world.teacher)
    assert "The school sees her each morning." in client.get(of_panel("panel_minutes", prepared)).text
    assert "The school sees her each morning." in paper(client.get(of_panel("panel_minutes_paper", prepared)))


def test_two_who_type_at_once_see_both(client, world, prepared, item):
    client.force_login(world.teacher)
    page = client.get(of_item("panel_item", item)).text
    token = page.partition('name="kept" value="')[2].partition('"')[0]
    actions.write_notes(by=world.coordinator, item_id=item.pk, notes="The co-ordinator’s words.")
    answer = client.post(of_item("panel_item", item), {"notes": "The teacher’s words.", "kept": token})
    assert "The co-ordinator’s words." in answer.text
    assert "The teacher’s words." in answer.text
    item.refresh_from_db()
    assert item.notes == "The co-ordinator’s words."


def test_an_action_is_added_under_an_outcome_and_links_lead_both_ways(client, world, agreed, prepared, item):
    client.force_login(world.coordinator)
    outcome = agreed.outcomes.get()
    sent = {"what": "Meet her at the gate", "where": f"outcome:{outcome.pk}", "owner": world.teacher.pk}
    sent |= day("due_on", in_days(3))
    assert client.post(of_item("panel_action_add", item), sent).status_code == 302
    action = PanelAction.objects.get()
    there = action.in_plans.get()
    assert reverse("action", kwargs={"action_id": there.pk}) in client.get(of_item("panel_item", item)).text
    plan = client.get(reverse("plan", kwargs={"plan_id": agreed.pk})).text
    assert of_item("panel_item", item) in plan
    decided = f"Decided at: Panel, {in_words(timezone.localdate())}"
    assert decided in plan
    on_paper = paper(client.get(reverse("plan_paper", kwargs={"plan_id": agreed.pk})))
    assert decided in " ".join(on_paper.split())
    at = reverse("panel_action", kwargs={"panel_action_id": action.pk})
    assert client.get(at)["Location"] == reverse("action", kwargs={"action_id": there.pk})


def test_what_somebody_does_for_a_panel_is_done_or_put_off_from_my_work(client, world, prepared, item):
    given = {"by": world.coordinator, "item_id": item.pk, "owner": world.teacher}
    action = actions.add_panel_action(what="Ring the club", due_on=in_days(2), **given)
    done, undo, later = (
        reverse(name, kwargs={"panel_action_id": action.pk})
        for name in ("panel_action_done", "panel_action_done_undo", "panel_action_put_off")
    )
    client.force_login(world.teacher)
    page = client.get("/").text
    assert f'action="{done}"' in page
    assert f'href="{later}"' in page
    shown = client.post(done, follow=True).text
    assert "Done: Ring the club." in shown
    assert f'action="{undo}"' in shown
    action.refresh_from_db()
    assert (action.state, action.done_on) == ("done", timezone.localdate())
    assert "To do again: Ring the club." in client.post(undo, follow=True).text
    action.refresh_from_db()
    assert (action.state, action.done_on) == ("open", None)
    day = in_days(9)
    sent = {"due_on-day": day.day, "due_on-month": day.month, "due_on-year": day.year}
    assert "Say why it takes longer" in client.post(later, sent).text
    saved = client.post(later, sent | {"reason": "The club is shut until then"}, follow=True).text
    assert f"Saved: the new day, {in_words(day)}." in saved
    action.refresh_from_db()
    assert action.due_on == day
    client.force_login(world.officer)
    assert [client.post(text).status_code for text in (done, undo, later)] == [404, 404, 404]
    client.force_login(world.supervisor)
    client.post(done)
    action.refresh_from_db()
    assert action.state == "open", "whoever said they would do it says that it is done"


def test_a_step_in_a_childs_case_is_told_in_full_to_those_alone_who_may_see_the_child(
    client, world, case, prepared
):
    arcade = network.add_place(by=world.social_worker, name="Arcade", kind="arcade")
    network.note_tie(
        by=world.social_worker,
        one_id=case.person_id,
        in_words="goes to",
        other_id=arcade.pk,
        knows=network.Knows("Said"),
    )
    item = actions.add_item(by=world.coordinator, panel_id=prepared.pk, end="place", end_id=arcade.pk)
    given = {"what": "Licensing visits", "owner": world.social_worker, "due_on": in_days(3)}
    action = actions.add_panel_action(
        by=world.coordinator, item_id=item.pk, case_id=case.pk, kind="place", **given
    )
    said = {"outcome": "done", "done_on": timezone.localdate(), "note": "Mina is safer there now."}
    finish_step(by=world.social_worker, disruption_id=action.in_steps.get().pk, **said)
    there = reverse("disruption", kwargs={"case_id": case.pk})
    its_page = reverse("panel_action", kwargs={"panel_action_id": action.pk})
    pages = [of_item("panel_item", item), reverse("panel_actions"), of_panel("panel_minutes", prepared)]
    client.force_login(world.officer)  # of an agency that takes part and does not work with Mina
    for page in (*pages, its_page):
        shown = client.get(page).text
        assert "Licensing visits" in shown
        assert "Done" in shown
        assert "Mina" not in shown
        assert there not in shown
        assert str(case.pk) not in shown
        assert page == its_page or its_page not in shown
    client.force_login(world.coordinator)
    for page in pages[:2]:
        assert "Mina is safer there now." in client.get(page).text
        assert there in client.get(page).text
    assert client.get(its_page)["Location"] == there


def test_giving_something_to_an_agency_that_is_not_involved_asks_why(client, world, prepared, item):
    client.force_login(world.coordinator)
    sent = {"what": "Ring her aunt", "where": "panel", "owner": world.officer.pk} | day("due_on", in_days(3))
    asked = client.post(of_item("panel_action_add", item), sent)
    assert "Why does their team need to see this child’s record?" in asked.text
    assert (
        client.post(of_item("panel_action_add", item), sent | {"why_involve": "Knows her"}).status_code == 302
    )
    assert queries.panel_actions_due(world.officer).get().what == "Ring her aunt"


def test_something_else_is_found_and_put_on_the_agenda(client, world, prepared):
    client.force_login(world.coordinator)
    arcade = network.add_place(by=world.social_worker, name="Harbour arcade", kind="arcade")
    at = of_panel("panel_add", prepared)
    assert "Harbour arcade" in client.post(at, {"text": "harbour"}).text
    assert client.post(at, {"end": "place", "end_id": arcade.pk}).status_code == 302
    assert client.post(at, {"title": "Who meets children at the station"}).status_code == 302
    assert set(PanelItem.objects.filter(panel=prepared).values_list("section", flat=True)) >= {
        "places",
        "themes",
    }
    assert client.post(at, {"end": "place", "end_id": "nonsense"}).status_code == 404


def test_earlier_actions_and_invitations_are_closed_below_the_agenda(client, world, prepared, item):
    given = {"by": world.coordinator, "item_id": item.pk, "owner": world.teacher, "due_on": in_days(2)}
    actions.add_panel_action(what="Ring her aunt", **given)
    hold(world, prepared)
    later = make_panel(world, days=7)
    client.force_login(world.coordinator)
    page = " ".join(client.get(of_panel("panel", later)).text.split())
    for heading, inside in (
        ("What was agreed before, and how it stands: 1", "Ring her aunt"),
        ("Who is invited: 3", "Wexmoor Police"),
    ):
        folded = page.partition(f"{heading} </span>")[2].partition("</details>")[0]
        assert inside in folded
    assert "<details open" not in page.replace(' class="govuk-details"', "")
    held = client.get(of_panel("panel", prepared)).text
    assert "No action of an earlier panel is to do, and none was finished since." in held


def test_invitations_are_made_and_taken_back(client, world):
    panel = make_panel(world, agencies=[])
    client.force_login(world.coordinator)
    at = of_panel("panel_invitations", panel)
    assert "(optional)" not in client.get(at).text
    assert "Choose an agency, or one person" in client.post(at, {}).text
    assert client.post(at, {"person": world.officer.pk}).status_code == 302
    client.post(at, {"take_back": panel.seats.get().pk})
    assert not panel.seats.exists()


def test_dissent_stays_beside_the_decision(client, world, prepared, item):
    client.force_login(world.teacher)
    assert "Nothing has been decided" in client.post(of_item("panel_dissent", item), {"why": "x"}).text
    decide(world, item)
    client.post(of_item("panel_dissent", item), {"why": "She is afraid of him."})
    client.force_login(world.coordinator)
    for address in (of_item("panel_item", item), of_panel("panel_minutes", prepared)):
        assert "Tess Archer, Northgate Academy, does not agree" in client.get(address).text


def test_whoever_holds_the_panel_writes_dissent_down_for_somebody_at_the_table(client, world, prepared, item):
    decide(world, item)
    client.force_login(world.coordinator)
    said = {"said_by": "Ivy Lee, housing officer", "why": "Her brother is afraid too."}
    assert "Choose for which agency" in client.post(of_item("panel_dissent", item), said).text
    client.post(of_item("panel_dissent", item), said | {"agency": world.police.pk})
    shown = f"Ivy Lee, housing officer, {world.police}, does not agree"
    page = client.get(of_panel("panel_minutes", prepared)).text
    assert shown in page
    assert "Written down by Cora Ordway" in page
    assert shown in " ".join(paper(client.get(of_panel("panel_minutes_paper", prepared))).split())
    chronology = reverse("child_chronology", kwargs={"person_id": item.person_id})
    assert any("Ivy Lee" in client.get(chronology, {"page": page}).text for page in (1, 2, 3))
    client.force_login(world.teacher)
    assert "Who does not agree?" not in client.get(of_item("panel_dissent", item)).text


# ---- disagreement


def test_a_disagreement_is_opened_from_a_decision_and_goes_on_step_by_step(client, world, case):
    client.force_login(world.teacher)
    decision = next(iter(queries.decisions_of(world.teacher, case.person_id)))
    worry = client.get(reverse("concern", kwargs={"concern_id": decision.partition(":")[2]})).text
    at = of_child("disagree", case.person_id) + f"?about={decision}"
    assert at in worry
    assert "local policy, change it" in client.get(at).text
    sent = {"about": decision, "what": "She needs more", "interest": "She is afraid"}
    sent |= {"with_agency": world.care.pk, "owner": world.teacher.pk}
    assert "means for the child" in client.post(at, sent | {"interest": ""}).text
    client.post(at, sent)
    row = Disagreement.objects.get()
    page = reverse("disagreement", kwargs={"disagreement_id": row.pk})
    assert "Those who work with the child talk to each other" in client.get(page).text
    assert page in [thing.href for section in my_work(world.teacher) for thing in section.waiting]
    step = {"who": "Tess and Sol", "reason": "Not agreed", "outcome": "not_agreed"}
    assert "Choose who takes the next step" in client.post(page, step).text
    client.post(page, step | {"next_owner": world.social_worker.pk})
    assert page in [thing.href for section in my_work(world.social_worker) for thing in section.waiting]
    client.post(page, step | {"outcome": "agreed", "reason": "Somebody walks with her"})
    assert "Somebody walks with her" in client.get(page).text
    assert page in client.get(of_child("disagreements", case.person_id)).text


@pytest.mark.parametrize("name", ["disagreements", "disagree"])
def test_a_disagreement_is_for_those_who_see_the_child(client, world, case, name):
    client.force_login(world.officer)
    assert client.get(of_child(name, case.person_id)).status_code == 404


# ---- my work, and what pages cost


def test_two_panels_of_one_day_are_told_apart_in_ones_work(world):
    morning = (timezone.localtime() + timedelta(days=2)).replace(hour=10, minute=30)
    for at in (morning, morning.replace(hour=13)):
        Panel.objects.filter(pk=make_panel(world, days=2).pk).update(starts_at=at)
    (section,) = [section for section in my_work(world.coordinator) if section.key == "panels"]
    on = day_and_month(morning)
    assert [line.about for line in section.waiting] == [f"Panel, {on}, 10:30am", f"Panel, {on}, 1:30pm"]


def test_panels_to_come_and_their_actions_stand_in_ones_work(world, prepared, item):
    given = {"by": world.coordinator, "item_id": item.pk, "what": "Ring her aunt", "due_on": in_days(2)}
    action = actions.add_panel_action(owner=world.teacher, **given)
    links = [thing.href for section in my_work(world.teacher) for thing in section.waiting]
    assert of_panel("panel", prepared) in links
    assert reverse("panel_action", kwargs={"panel_action_id": action.pk}) in links
    actions.finish_panel_action(by=world.teacher, panel_action_id=action.pk, outcome="done", note="Glad")
    hold(world, prepared)
    links = [thing.href for section in my_work(world.teacher) for thing in section.waiting]
    assert not [link for link in links if "panels" in link]


def test_a_page_asks_the_same_for_two_items_as_for_twenty(client, world, agreed, prepared, item):
    client.force_login(world.coordinator)
    addresses = [of_panel(name, prepared) for name in ("panel", "panel_minutes", "panel_prepare")]
    addresses += [of_item("panel_item", item), reverse("panel_actions")]

    def fill(number: int) -> None:
        for one in range(number):
            place = network.add_place(by=world.coordinator, name=f"Place {number} {one}", kind="park")
            added = actions.add_item(by=world.coordinator, panel_id=prepared.pk, end="place", end_id=place.pk)
            for where in (item, added):
                actions.add_panel_action(
                    by=world.coordinator,
                    item_id=where.pk,
                    what="Look",
                    owner=world.coordinator,
                    due_on=in_days(3),
                    outcome_id=agreed.outcomes.get().pk if where is item else None,
                )

    def asked() -> dict[str, int]:
        found = {}
        for address in addresses:
            with CaptureQueriesContext(connection) as queried:
                assert client.get(address).status_code == 200
            found[address] = len(queried)
        return found

    fill(2)
    few = asked()
    fill(18)
    assert asked() == few


def test_an_action_that_was_changed_with_its_plan_still_leads_to_the_panel(
    client, world, agreed, prepared, item
):
    given = {"by": world.coordinator, "item_id": item.pk, "what": "Meet her", "due_on": in_days(3)}
    actions.add_panel_action(owner=world.teacher, outcome_id=agreed.outcomes.get().pk, **given)
    changed = planning.copy_to_change(by=world.social_worker, plan_id=agreed.pk)
    client.force_login(world.social_worker)
    assert of_item("panel_item", item) in client.get(reverse("plan", kwargs={"plan_id": changed.pk})).text


def test_a_team_of_an_agency_that_is_involved_already_is_let_in_from_the_item(client, world, prepared, item):
    there = reverse("access_give", args=[item.person_id])
    client.force_login(world.coordinator)
    assert there in client.get(reverse("panel_item", args=[item.pk])).text
    assert "Exploitation team" in client.get(there).text
    client.force_login(world.social_worker)
    assert there not in client.get(reverse("panel_item", args=[item.pk])).text


# ---- putting the agenda in order


@pytest.fixture
def three(world, panel) -> list[PanelItem]:
    """Three children on the agenda, in the order of their names, and a theme."""
    children = [tell(world, name).person for name in ("Ana", "Bea", "Cleo")]
    actions.prepare_panel(by=world.coordinator, panel_id=panel.pk)
    items = [PanelItem.objects.get(panel=panel, person=child) for child in children]
    order = {panel_item.pk: (place, None) for place, panel_item in enumerate(items, 1)}
    actions.arrange_agenda(by=world.coordinator, panel_id=panel.pk, order=order)
    return items


def agenda(client, panel: Panel, items: list[PanelItem], **sent) -> tuple:
    """What comes of the form of the agenda, sent with the places and minutes as they stand."""
    lines = queries.agenda_of(panel.chair, panel)
    places = {f"place-{line.item.pk}": str(line.number) for line in lines}
    answer = client.post(of_panel("panel_prepare", panel), places | sent)
    names = [line.item.about for line in queries.agenda_of(panel.chair, panel) if line.section == "children"]
    return answer, [name.partition(" ")[0] for name in names]


def test_an_item_goes_up_and_down_by_a_button_and_what_is_typed_stays(client, world, panel, three):
    client.force_login(world.coordinator)
    ana, bea, cleo = three
    sent = {"move": f"up:{cleo.pk}", f"minutes-{bea.pk}": "15", "off": [str(ana.pk)]}
    answer, order = agenda(client, panel, three, **sent)
    assert order == ["Ana", "Cleo", "Bea"]
    assert answer["Location"].endswith(f"?off={ana.pk}#item-{cleo.pk}")
    page = client.get(answer["Location"]).text
    assert f'name="off" value="{ana.pk}" checked' in page, "what is ticked comes off with Save alone"
    bea.refresh_from_db()
    assert bea.minutes == 15
    assert agenda(client, panel, three, move=f"down:{ana.pk}")[1] == ["Cleo", "Ana", "Bea"]
    assert agenda(client, panel, three, move=f"up:{cleo.pk}")[1] == ["Cleo", "Ana", "Bea"], "it is the first"
    assert agenda(client, panel, three, move="up:nobody")[1] == ["Cleo", "Ana", "Bea"]


def test_a_line_that_was_dragged_is_sent_as_one_that_a_button_moved(client, world, panel, three):
    client.force_login(world.coordinator)
    ana, bea, cleo = three
    typed = {f"place-{cleo.pk}": "1", f"place-{ana.pk}": "2", f"place-{bea.pk}": "3"}
    answer, order = agenda(client, panel, three, **typed, move=f"here:{cleo.pk}", off=[str(bea.pk)])
    assert order == ["Cleo", "Ana", "Bea"], "what is ticked comes off with Save alone"
    assert answer["Location"].endswith(f"?off={bea.pk}#item-{cleo.pk}")


def test_several_come_off_at_once_with_one_reason(client, world, panel, three):
    client.force_login(world.coordinator)
    off = {"off": [str(one.pk) for one in three[:2]]}
    answer, order = agenda(client, panel, three, **off)
    assert order == ["Ana", "Bea", "Cleo"]
    assert "Say why these come off the agenda" in answer.text
    answer, order = agenda(client, panel, three, **off, why_off="Settled last week")
    assert order == ["Cleo"]
    assert "Taken off the agenda: 2." in client.get(answer["Location"]).text
    assert {panel_item.why_off for panel_item in PanelItem.objects.filter(pk__in=off["off"])} == {
        "Settled last week"
    }
