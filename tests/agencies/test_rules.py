"""Who may do what: the whole table, so that no permission moves unnoticed."""

from datetime import date

import pytest

from heard.agencies.rules import MAY, Asks, May, Refused, Role, permissions_of

#                      practitioner   duty           co-ordinator   supervisor     officer        analyst        board          administrator
TABLE = {
    May.SIGNED_IN:        "yes            yes            yes            yes            yes            yes            yes            yes",
    May.TELL:             "yes            yes            yes            yes            yes            no             no             no",
    May.SEE_CHILD:        "yes            yes            yes            yes            yes            no             no             no",
    May.SEE_PARTNERSHIP:  "no             no             yes            no             no             no             no             no",
    May.DECIDE:           "no             no             yes            yes            no             no             no             no",
    May.ASSESS:           "yes            yes            yes            yes            no             no             no             no",
    May.SIGN_OFF:         "no             no             no             yes            no             no             no             no",
    May.PLAN:             "yes            yes            yes            yes            no             no             no             no",
    May.REVIEW:           "yes            yes            yes            yes            no             no             no             no",
    May.CLOSE:            "no             no             yes            yes            no             no             no             no",
    May.MISSING:          "yes            yes            yes            yes            no             no             no             no",
    May.SHARE:            "yes            yes            yes            yes            no             no             no             no",
    May.REFER:            "yes            yes            yes            yes            no             no             no             no",
    May.SEE_PANEL:        "yes            yes            yes            yes            no             no             no             no",
    May.HOLD_PANEL:       "no             no             yes            no             no             no             no             no",
    May.CHAIR_PANEL:      "no             no             yes            yes            no             no             no             no",
    May.SUPERVISE:        "no             no             no             yes            no             no             no             no",
    May.SEE_TEAM:         "no             no             yes            yes            no             no             no             no",
    May.MERGE:            "no             no             yes            no             no             no             no             no",
    May.DISCLOSE:         "no             no             yes            yes            no             no             no             no",
    May.HEAR_OF_STAFF:    "no             no             no             no             yes            no             no             no",
    May.RUN_ENGINE:       "no             no             no             no             no             yes            no             no",
    May.SEE_LIST:         "no             no             yes            no             no             yes            no             no",
    May.JUDGE:            "no             no             yes            no             no             no             no             no",
    May.OPEN_FROM_LIST:   "no             no             yes            no             no             no             no             no",
    May.DRAW_PROFILE:     "no             no             no             no             no             yes            no             no",
    May.RELEASE:          "no             no             yes            yes            no             no             yes            no",
    May.SEE_PROFILES:     "yes            yes            yes            yes            yes            yes            yes            no",
    May.SEE_FIGURES:      "no             no             yes            yes            no             yes            yes            no",
    May.MANAGE:           "no             no             no             no             no             no             no             yes",
    May.APPROVE:          "no             no             yes            no             no             no             no             yes",
    May.SEE_ACTS:         "no             no             yes            no             no             no             yes            no",
    May.AUDIT:            "no             no             yes            yes            no             no             yes            no",
    May.HOLD_AUDIT:       "no             no             yes            no             no             no             yes            no",
    May.HOLD_FIGURES:     "no             no             yes            no             no             no             yes            no",
    May.KEEP:             "no             no             yes            yes            no             no             no             no",
    May.SEE_TRAIL:        "no             no             yes            no             no             no             yes            yes",
    May.BREAK_GLASS:      "no             yes            yes            yes            no             no             no             no",
    May.REVIEW_READING:   "no             no             yes            yes            no             no             no             no",
    May.KEEP_SERVICES:    "no             no             yes            no             no             no             no             no",
    May.MARK_COMMON:      "no             no             yes            no             no             no             no             yes",
    May.BRING_IN:         "no             no             yes            no             no             no             no             no",
}  # fmt: skip


def test_the_table_names_every_permission() -> None:
    assert set(TABLE) == set(May)


@pytest.mark.parametrize("permission", May)
def test_each_role_may_do_what_the_table_says_and_nothing_else(permission: May) -> None:
    said = {role: word == "yes" for role, word in zip(Role, TABLE[permission].split(), strict=True)}
    assert {role: permission in MAY[role] for role in Role} == said


def test_two_roles_add_up() -> None:
    both = permissions_of({Role.ANALYST, Role.PRACTITIONER})
    assert both == MAY[Role.ANALYST] | MAY[Role.PRACTITIONER]


@pytest.mark.parametrize("roles", [set(), {"owner"}, {"PRACTITIONER"}, {""}])
def test_no_role_or_an_unknown_one_may_do_nothing(roles: set[str]) -> None:
    assert permissions_of(roles) == frozenset()


def test_whoever_writes_an_assessment_by_role_alone_cannot_sign_it_off() -> None:
    assert May.SIGN_OFF not in MAY[Role.PRACTITIONER] | MAY[Role.COORDINATOR]


def test_nobody_who_runs_the_engine_sees_a_child() -> None:
    assert not MAY[Role.ANALYST] & {May.SEE_CHILD, May.SEE_PARTNERSHIP, May.OPEN_FROM_LIST, May.JUDGE}


def test_a_rule_names_what_it_asks_for_and_refuses_what_is_not_there() -> None:
    asks = Asks(who="Say who it is", on="Give the day", parts="Choose the parts")
    assert asks.missing(who="Mina", on=date(2026, 11, 27), parts=["plan"]) is None
    for left_out, given in {"who": " \n", "on": None, "parts": []}.items():
        answers: dict[str, object] = {"who": "Mina", "on": date(2026, 11, 27), "parts": ["plan"]}
        why_not = asks.missing(**answers | {left_out: given})
        assert why_not == asks[left_out]
        refused = Refused(why_not)
        assert (str(refused), refused.field) == (asks[left_out], left_out)
    assert Refused("This is closed.").field is None
