"""Profiles: two people who are not the author release one, the attack is made again, and what was withdrawn stays known."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import World
from tests.insight.profiles import profile_of

from heard.agencies.actions import give_role
from heard.agencies.models import AuditRow, User
from heard.agencies.rules import Hidden, Refused, Role
from heard.insight.models import Profile, ReleaseDecision
from heard.insight.release import actions, queries, rules
from heard.insight.release.rules import Form, ReleaseState

WHY = "It gives nobody away"
# With WX1 known, what was hidden for WX2 is known too: 7 without 3.
TELLS = {"WX1": "3"}


@pytest.fixture(autouse=True)
def somewhere(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def _release(by: User, profile: Profile, reason: str = WHY) -> Profile:
    return actions.release_profile(by=by, profile_id=profile.pk, reason=reason)


def _released(world: World, **other: Any) -> Profile:
    profile = profile_of(world.analyst, **other)
    for user in (world.coordinator, world.board_member):
        profile = _release(user, profile)
    return profile


# ---- by two people


def test_two_people_who_are_not_the_author_release_it_each_with_their_reason(world: World) -> None:
    profile = profile_of(world.analyst)
    assert _release(world.board_member, profile, "I read it all").state == ReleaseState.SECOND
    assert _release(world.supervisor, profile, "Small places are together").state == ReleaseState.RELEASED
    decided = list(ReleaseDecision.objects.values_list("by__username", "agreed", "reason"))
    assert decided == [
        ("bo.marsh", True, "I read it all"),
        ("sufi.visram", True, "Small places are together"),
    ]
    rows = AuditRow.objects.filter(verb="release", subject="profile", subject_id=str(profile.pk))
    assert [row.reason for row in rows] == ["Small places are together", "I read it all"]


def test_one_person_is_not_two(world: World) -> None:
    profile = profile_of(world.analyst)
    _release(world.coordinator, profile)
    with pytest.raises(Refused, match="already"):
        _release(world.coordinator, profile)
    profile.refresh_from_db()
    assert profile.state == ReleaseState.SECOND


def test_an_author_releases_nothing_of_their_own_whatever_else_they_may(world: World) -> None:
    give_role(
        by=world.administrator,
        user=world.analyst,
        team=world.exploitation_team,
        role=Role.BOARD,
        agreed_by=world.coordinator,
    )
    author = User.objects.get(pk=world.analyst.pk)
    profile = profile_of(author)
    for act in (actions.release_profile, actions.send_back):
        with pytest.raises(Refused, match="You drew this up"):
            act(by=author, profile_id=profile.pk, reason=WHY)
    assert not queries.waiting_for(author)
    assert not ReleaseDecision.objects.exists()


@pytest.mark.parametrize("who", ["analyst", "social_worker", "administrator"])
def test_nobody_without_the_right_releases_sends_back_or_withdraws(world: World, who: str) -> None:
    profile, other = _released(world), profile_of(world.analyst, title="Another")
    user = getattr(world, who)
    for act, this in (
        (actions.release_profile, other),
        (actions.send_back, other),
        (actions.withdraw_profile, profile),
    ):
        with pytest.raises(Hidden):
            act(by=user, profile_id=this.pk, reason=WHY)
    assert set(Profile.objects.values_list("state", flat=True)) == {ReleaseState.RELEASED, ReleaseState.DRAWN}


@pytest.mark.parametrize("act", [actions.release_profile, actions.send_back])
def test_a_decision_needs_its_reason(world: World, act: Any) -> None:
    profile = profile_of(world.analyst)
    with pytest.raises(Refused, match="Say"):
        act(by=world.coordinator, profile_id=profile.pk, reason="  ")
    assert not ReleaseDecision.objects.exists()


def test_what_is_sent_back_is_not_released_any_more(world: World) -> None:
    profile = profile_of(world.analyst)
    _release(world.coordinator, profile)
    actions.send_back(by=world.supervisor, profile_id=profile.pk, reason="WX2 is one school")
    with pytest.raises(Refused, match="not waiting"):
        _release(world.board_member, profile)
    assert not queries.ever_released(world.analyst)


@pytest.mark.parametrize("state", ["waiting", "drawing", "not_done", "sent_back", "released", "withdrawn"])
def test_only_what_waits_for_a_decision_is_decided(state: str) -> None:
    assert rules.why_not_release(state=state, is_author=False, has_decided=False, reason=WHY)
    assert rules.why_not_send_back(state=state, is_author=False, has_decided=False, reason=WHY)


# ---- the attack, again


def test_a_release_in_between_is_found_at_the_second_and_the_cells_are_named(world: World) -> None:
    profile = profile_of(world.analyst)
    _release(world.coordinator, profile)
    _released(world, title="One place alone", places=TELLS)
    with pytest.raises(Refused, match="could work out small counts") as refused:
        _release(world.board_member, profile)
    assert "children, place WX2: 4" in str(refused.value)
    profile.refresh_from_db()
    assert profile.state == ReleaseState.SECOND
    assert profile.decisions.count() == 1


def test_what_was_withdrawn_stays_known(world: World) -> None:
    told = _released(world, title="One place alone", places=TELLS)
    actions.withdraw_profile(by=world.supervisor, profile_id=told.pk, reason="Too much")
    profile = profile_of(world.analyst)
    _release(world.coordinator, profile)
    with pytest.raises(Refused, match="place WX2: 4"):
        _release(world.board_member, profile)


def test_what_others_release_during_the_check_is_checked_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check is made without a lock. What was released while it was made is seen under the lock, and it is made again."""
    profile, checks = profile_of(world.analyst), []
    _release(world.coordinator, profile)
    check = actions.check_again

    def meanwhile(folder: Path, *, before: list[Path]) -> Any:
        checks.append(len(before))
        if len(checks) == 1:
            _leaves_no_trace(world)
        return check(folder, before=before)

    monkeypatch.setattr(actions, "check_again", meanwhile)
    with pytest.raises(Refused, match="place WX2: 4"):
        _release(world.board_member, profile)
    assert checks == [0, 1]


def _leaves_no_trace(world: World) -> None:
    """Another profile becomes public by the hand of somebody else."""
    profile_of(world.analyst, title="Other", places=TELLS, state="released", released_at=timezone.now())


def test_files_that_are_not_as_they_were_drawn_up_are_not_released(world: World) -> None:
    profile = profile_of(world.analyst)
    _release(world.coordinator, profile)
    (profile.folder / "tables" / "places.csv").write_text("place,count\nTotal,40\nWX1,3\n")
    with pytest.raises(Refused, match="not those that were drawn up"):
        _release(world.board_member, profile)


# ---- reading, and taking away


def test_before_it_is_released_it_is_for_those_who_draw_up_and_release(world: World, client: Client) -> None:
    profile = profile_of(world.analyst)
    page = f"/profiles/{profile.pk}/"
    for who, status in (
        ("analyst", 200), ("coordinator", 200), ("supervisor", 200), ("board_member", 200),
        ("social_worker", 404), ("teacher", 404), ("administrator", 404),
    ):  # fmt: skip
        client.force_login(getattr(world, who))
        assert (who, client.get(page).status_code, client.get(f"{page}pdf/").status_code) == (
            who,
            status,
            status,
        )
    for user in (world.coordinator, world.board_member):
        _release(user, profile)
    client.force_login(world.teacher)
    shown = client.get(page).text
    assert "32 children are known" in shown
    assert "Release it" not in shown
    assert profile.title in client.get("/profiles/").text


def test_a_profile_is_read_part_by_part_each_at_an_address_of_its_own(world: World, client: Client) -> None:
    profile = profile_of(world.analyst)
    page = f"/profiles/{profile.pk}/"
    client.force_login(world.teacher)
    assert client.get(f"{page}part/quality/").status_code == 404
    for user in (world.coordinator, world.board_member):
        _release(user, profile)
    parts = re.findall(r'href="([^"]+/part/[^"]+)"', client.get(page).text)
    assert parts == [f"{page}part/quality/", f"{page}part/homes/"]
    quality, homes = (client.get(part).text for part in parts)
    assert "Who supplied what" in quality
    assert "data:image/svg+xml" not in quality
    for text in ("Of all children known, 32.", "data:image/svg+xml", "The first half of the postcode."):
        assert text in homes
        assert text not in client.get(page).text
    for text in (quality, homes):
        assert set(parts) <= set(re.findall(r'href="([^"]+)"', text)), "the way to the others"
    assert client.get(f"{page}part/elsewhere/").status_code == 404
    actions.withdraw_profile(by=world.supervisor, profile_id=profile.pk, reason="One source was read twice")
    assert client.get(parts[1]).headers["Location"] == page


def test_what_stands_below_a_section_stands_on_its_page() -> None:
    told = [("children", 2), ("overlap", 2), ("reached-text", 2), ("reached-age", 3), ("heard-text", 2)]
    assert rules.in_parts(told) == {"children": [0, 1], "reached-text": [2, 3], "heard-text": [4]}


@pytest.mark.on_day(date(2026, 11, 27))
def test_each_form_is_a_download_that_leaves_a_row(world: World, client: Client) -> None:
    profile = _released(world)
    client.force_login(world.teacher)
    for form in Form:
        answer = client.get(f"/profiles/{profile.pk}/{form}/")
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith('attachment; filename="profile-2026-03-31-')
        assert answer["X-Content-Type-Options"] == "nosniff"
    with ZipFile(BytesIO(answer.content)) as tables:
        assert tables.namelist() == ["places.csv", "places.yaml"]
    rows = AuditRow.objects.filter(verb="download", subject="profile").values_list("detail__form", flat=True)
    assert sorted(rows) == sorted(Form)
    assert client.get(f"/profiles/{profile.pk}/json/").status_code == 404


def test_a_zip_of_the_same_tables_is_the_same_bytes(world: World) -> None:
    profile = _released(world)
    once, again = (
        actions.fetch_file(by=world.teacher, profile_id=profile.pk, form=Form.CSV)[0] for _ in range(2)
    )
    assert once == again


def test_what_was_withdrawn_leaves_a_notice_everywhere_and_no_file(world: World, client: Client) -> None:
    profile = _released(world)
    with pytest.raises(Refused, match="Say why"):
        actions.withdraw_profile(by=world.supervisor, profile_id=profile.pk, reason=" ")
    actions.withdraw_profile(by=world.supervisor, profile_id=profile.pk, reason="One source was read twice")
    with pytest.raises(Refused, match="already"):
        actions.withdraw_profile(by=world.supervisor, profile_id=profile.pk, reason="Again")
    client.force_login(world.teacher)
    page = f"/profiles/{profile.pk}/"
    for path, status in (("/profiles/", 200), (page, 200), *((f"{page}{form}/", 410) for form in Form)):
        answer = client.get(path)
        assert answer.status_code == status
        assert "One source was read twice" in answer.text
        assert "Sufi Visram" in answer.text
        assert "32 children" not in answer.text
    with pytest.raises(Hidden):
        queries.content_of(world.analyst, profile.pk)
    assert not AuditRow.objects.filter(verb="download").exists()


def test_only_what_was_released_can_be_withdrawn(world: World) -> None:
    profile = profile_of(world.analyst)
    with pytest.raises(Refused, match="Only what was released"):
        actions.withdraw_profile(by=world.supervisor, profile_id=profile.pk, reason="Too early")


def test_people_decide_on_pages(world: World, client: Client) -> None:
    profile = profile_of(world.analyst)
    page = f"/profiles/{profile.pk}/decide/"
    client.force_login(world.coordinator)
    assert "Waiting for your decision" in client.get("/profiles/").text
    assert "Say whether you release it" in client.post(page, {"decision": "", "reason": ""}).text
    client.post(page, {"decision": "release", "reason": WHY})
    assert "You released this already" in client.get(page).text
    assert "Waiting for your decision" not in client.get("/profiles/").text
    client.force_login(world.supervisor)
    client.post(page, {"decision": "release", "reason": WHY})
    assert "Released." in client.get(f"/profiles/{profile.pk}/").text
    client.post(f"/profiles/{profile.pk}/withdraw/", {"reason": "Counted twice"})
    profile.refresh_from_db()
    assert (profile.state, profile.withdrawn_why) == (ReleaseState.WITHDRAWN, "Counted twice")


def test_its_author_reads_why_it_was_sent_back_and_goes_on_from_the_run(world: World, client: Client) -> None:
    profile = profile_of(world.analyst)
    client.force_login(world.coordinator)
    client.post(f"/profiles/{profile.pk}/decide/", {"decision": "send_back", "reason": "WX3 is one school"})
    client.force_login(world.analyst)
    page = client.get(f"/profiles/{profile.pk}/").text
    for text in ("Sent back by", "WX3 is one school", f"/engine/{profile.run_id}/"):
        assert text in page
    client.force_login(world.teacher)
    assert client.get(f"/profiles/{profile.pk}/").status_code == 404


def test_pages_ask_a_fixed_number_of_times(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    profiles = [_released(world, title=f"Profile {n}", places={"Total": "40"}) for n in range(3)]
    client.force_login(world.supervisor)
    with django_assert_max_num_queries(9):
        client.get("/profiles/")
    with django_assert_max_num_queries(10):
        client.get(f"/profiles/{profiles[0].pk}/")
