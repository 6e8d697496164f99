"""A partner's Heard keeps our signed heads, and we keep theirs: what a trail was cannot be denied afterwards by whoever runs it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.config.test_backup import heard, runs
from tests.conftest import World

from heard.agencies import actions
from heard.agencies.models import AuditRow
from heard.agencies.rules import Refused
from heard.agencies.seal import heads, keys
from heard.agencies.seal.heads import Head
from heard.agencies.trail import partners
from heard.config.keys.audit import audit

BEGIN = """
import django; django.setup()
from heard.agencies.actions import begin_partnership
begin_partnership(username="ade.minton", first_name="Ade", last_name="Minton", password="for tests, and long enough",
    agency="Northbridge Children’s Services", kind="social_care", team="Exploitation team")
"""
WORK = """
import django; django.setup()
from heard.agencies.actions import add_team
from heard.agencies.models import Agency, User
from heard.agencies.trail.sealing import seal
add_team(by=User.objects.get(), agency=Agency.objects.get(), name="Team {number}", duty_phone="", takes_worries=False)
seal()
"""


class Partner:
    """Signs heads as an installation elsewhere does."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.path = folder / "audit.key"
        keys.make(self.path)

    @property
    def ring(self) -> keys.Ring:
        return keys.read(self.path)

    def head(self, size: int, root: str = "", at: str = "") -> Head:
        root = root or f"{size:064x}"
        at = at or f"2026-11-29 10:{size % 60:02}:00.000000"
        return Head(self.ring.site, size, root, at, "").signed(self.ring.newest)


@pytest.fixture
def partner(tmp_path: Path) -> Partner:
    return Partner(tmp_path / "northbridge")


def take(_signs: Partner, *found: Head, **given: Any) -> int:
    usual: dict[str, Any] = {"partner": "northbridge", "public": None, "own_site": "ours"}
    return actions.take_heads(by=None, heads=list(found), **usual | given)


def public_of(partner: Partner) -> bytes:
    return partner.ring.newest.public


def test_heads_are_kept_once_and_given_out(world: World, partner: Partner) -> None:
    one, two = partner.head(1), partner.head(2)
    assert take(partner, one, public=public_of(partner)) == 1
    assert take(partner, one, two) == 1
    assert take(partner, two, one) == 0
    assert partners.kept("northbridge") == [one, two]
    assert partners.kept("southbridge") == []
    assert AuditRow.objects.filter(verb="take head", subject="partner").count() == 2


def test_nobody_is_believed_whose_key_was_not_given_by_hand(
    world: World, partner: Partner, tmp_path: Path
) -> None:
    stranger = Partner(tmp_path / "stranger")
    with pytest.raises(Refused, match="Nobody has said who signs"):
        take(partner, partner.head(1))
    with pytest.raises(Refused, match="signed with another key"):
        take(partner, stranger.head(1), public=public_of(partner))
    assert partners.kept("northbridge") == []
    forged = replace(partner.head(1), root="f" * 64)
    with pytest.raises(Refused, match="forged"):
        take(partner, partner.head(2), forged, public=public_of(partner))
    assert partners.kept("northbridge") == [], "of a file with one that is forged none is kept"


def test_a_new_key_of_theirs_is_given_by_hand_again(world: World, partner: Partner) -> None:
    take(partner, partner.head(1), public=public_of(partner))
    keys.renew(partner.path)
    with pytest.raises(Refused, match="signed with another key"):
        take(partner, partner.head(2))
    assert take(partner, partner.head(2), public=public_of(partner)) == 1
    assert take(partner, partner.head(3)) == 1


@pytest.mark.parametrize(
    ("size", "root", "at", "sentence"),
    [
        (20, "a" * 64, "2026-11-29 11:00:00.000000", "contradict each other"),
        (10, "", "2026-11-29 11:00:00.000000", "went back"),
        (30, "", "2026-11-29 09:00:00.000000", "went back"),
    ],
)
def test_a_fork_and_going_back_are_refused_and_leave_a_row(
    world: World, partner: Partner, size: int, root: str, at: str, sentence: str
) -> None:
    held = partner.head(20)
    take(partner, held, public=public_of(partner))
    with pytest.raises(Refused, match=sentence):
        take(partner, partner.head(size, root, at))
    assert partners.kept("northbridge") == [held]
    row = AuditRow.objects.get(verb="refuse head", subject="partner", subject_id="northbridge")
    assert row.detail["size"] == size


def test_an_older_head_that_comes_late_is_taken(world: World, partner: Partner) -> None:
    take(partner, partner.head(20), public=public_of(partner))
    assert take(partner, partner.head(10)) == 1


def test_after_a_restore_that_they_told_of_their_heads_are_taken_on(world: World, partner: Partner) -> None:
    """What was kept before stays kept, and what comes after is compared with what came since."""
    lost = partner.head(30, at="2026-11-26 10:00:00.000000")
    take(partner, partner.head(10, at="2026-11-24 10:00:00.000000"), lost, public=public_of(partner))
    on = partner.head(25, "b" * 64, "2026-11-28 10:00:00.000000")
    past = partner.head(30, "b" * 64, "2026-11-29 10:00:00.000000")
    with pytest.raises(Refused, match="--after-restore"):
        take(partner, on)
    with pytest.raises(Refused, match="--after-restore"):
        take(partner, past)
    assert take(partner, on, after_restore="Cora of Northbridge rang: restored after a disk failed") == 1
    row = AuditRow.objects.filter(verb="take head").order_by("pk").last()
    assert row is not None
    assert row.reason.startswith("Cora of Northbridge rang")
    assert take(partner, on, past) == 1
    assert lost in partners.kept("northbridge")
    assert len(partners.kept("northbridge")) == 4
    with pytest.raises(Refused, match="contradict each other"):
        take(partner, partner.head(30, "c" * 64, "2026-11-29 11:00:00.000000"))
    forged = replace(partner.head(26), root="f" * 64)
    with pytest.raises(Refused, match="forged"):
        take(partner, forged, after_restore="Somebody rang")
    other = Partner(partner.path.parent.parent / "other")
    with pytest.raises(Refused, match="two installations"):
        take(partner, other.head(2), public=public_of(other), after_restore="Somebody rang")


FORGED = (
    *({"root": root} for root in ("\ud800", "\u0000", "a", "A" * 64, 7)),
    *({"size": size} for size in (True, -1, 1 << 70, "1")),
    *({"at": at} for at in ("garbage", "2026-11-29 10:00:00\n", "٢026-11-29 10:00:00")),
    *({"site": site} for site in ("", "\ud800", "a\nb")),
    *({"key_id": key_id} for key_id in ("", "g")),
    {"signature": "zz"},
)


@pytest.mark.parametrize("wrong", FORGED, ids=repr)
def test_what_only_looks_like_a_head_is_none(partner: Partner, wrong: dict[str, Any]) -> None:
    good = json.loads(partner.head(5).line())
    assert heads.from_said(good) == partner.head(5)
    with pytest.raises(ValueError, match="no head"):
        heads.from_line(json.dumps(good | wrong))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"a":' + b"[" * 100_000, "line 1: this is no head"),
        (b'{"site": "\xff"}', "line 1: this is no head"),
        (b" " * 5_000_001, "heard audit heads --daily"),
    ],
    ids=["nested", "not UTF-8", "large"],
)
@pytest.mark.django_db
def test_a_file_that_somebody_made_is_refused_in_words(
    tmp_path: Path, settings: Any, content: bytes, says: str
) -> None:
    settings.AUDIT_KEY = tmp_path / "audit.key"
    keys.make(settings.AUDIT_KEY)
    sent = tmp_path / "heads.txt"
    sent.write_bytes(content)
    done = CliRunner().invoke(audit, ["take-head", str(sent), "--of", "north"])
    assert (done.exit_code, says in done.output) == (1, True), done.output
    assert isinstance(done.exception, SystemExit), done.exception


def test_our_own_heads_and_those_of_two_are_refused(world: World, partner: Partner, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="of this installation"):
        take(partner, partner.head(1), public=public_of(partner), own_site=partner.ring.site)
    take(partner, partner.head(1), public=public_of(partner))
    other = Partner(tmp_path / "other")
    with pytest.raises(Refused, match="two installations"):
        take(partner, other.head(2), public=public_of(other))
    with pytest.raises(Refused, match="Name the partner"):
        take(partner, partner.head(2), partner="North bridge")
    with pytest.raises(Refused, match="no head in this file"):
        take(partner)


def installation(folder: Path, migrated: Path) -> Path:
    shutil.copytree(migrated, folder)
    (folder / "audit.key").unlink(missing_ok=True)
    keys.make(folder / "audit.key")
    runs(folder, BEGIN)
    return folder


@pytest.mark.timeout(900)
def test_two_installations_are_each_others_witness(migrated: Path, tmp_path: Path) -> None:
    """What was cut from the one, with every head that was beside it, is found by what the other kept."""
    north, south = (installation(tmp_path / name, migrated) for name in ("north", "south"))
    runs(north, WORK.format(number=1))
    before = tmp_path / "before"
    shutil.copytree(north, before)
    runs(north, WORK.format(number=2))
    sent = tmp_path / "heads.txt"
    sent.write_text(heard(north, "audit", "heads").stdout)
    assert heard(north, "audit", "heads", "--daily").stdout == sent.read_text().splitlines()[-1] + "\n"
    public = heard(north, "audit", "key").stdout.split()[-1]
    take = ["audit", "take-head", str(sent), "--of", "north"]
    done = heard(south, *take)
    assert (done.returncode, "--public-key" in done.stderr) == (1, True), done.stderr
    done = heard(south, *take, "--public-key", public)
    assert done.returncode == 0, done.stderr
    kept = tmp_path / "kept.txt"
    kept.write_text(heard(south, "audit", "heads", "--of", "north").stdout)
    assert kept.read_text() == sent.read_text()
    assert (
        heard(south, "audit", "heads", "--of", "north", "--last").stdout
        == sent.read_text().splitlines()[-1] + "\n"
    )
    none = heard(south, "audit", "heads", "--of", "nobody")
    assert (none.returncode, "No head of nobody" in none.stderr) == (1, True)
    sound = heard(north, "audit", "verify", "--heads", str(kept), "--public-key", public)
    assert sound.returncode == 0, sound.stdout
    assert heard(before, "audit", "verify").returncode == 0, "the older copy alone seems sound"
    cut = heard(before, "audit", "verify", "--heads", str(kept))
    assert (cut.returncode, "an older copy was put back" in cut.stdout) == (1, True), cut.stdout
    trail = tmp_path / "north.jsonl"
    assert heard(before, "audit", "export", str(trail)).returncode == 0
    elsewhere = ["audit", "verify", "--file", str(trail), "--heads", str(kept), "--public-key", public]
    assert heard(south, *elsewhere, "--structure-only").returncode == 1, (
        "the partner sees it without their key"
    )
    runs(before, WORK.format(number=3))  # the cut trail goes on, and grows past what was taken out
    runs(before, WORK.format(number=4))
    sent.write_text(heard(before, "audit", "heads").stdout)
    last = heads.from_line(sent.read_text().splitlines()[-1])
    assert last.size > heads.from_line(kept.read_text().splitlines()[-1]).size
    again = heard(before, "audit", "verify", "--heads", str(kept))
    assert again.returncode == 1, again.stdout
    runs(south, WORK.format(number=1))  # whose last line seals
    assert heard(south, "audit", "verify").returncode == 0, "what they keep is in their own trail"
    with closing(sqlite3.connect(south / "heard.sqlite3")) as database:
        taken = "SELECT count(*) FROM agencies_auditrow WHERE verb = 'take head'"
        assert database.execute(taken).fetchone() == (1,)
