"""A small partnership with a user in each role, for every test of the site."""

import fcntl
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import batched
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection
from django.http import HttpResponse
from hypothesis import settings as tries
from jinja2 import FileSystemBytecodeCache
from tests import days
from tests.again import written_once

from heard.agencies import actions
from heard.agencies.jobs import working
from heard.agencies.models import Agency, Team, User
from heard.agencies.rules import Role

# From the start: to look through what is being loaded takes an eighth of the time of loading it.
gc.set_threshold(200_000, 20, 100)
tries.register_profile("heard", deadline=None)  # a busy machine is no error
tries.load_profile("heard")

SECRET_KEY = "of installations that tests make: long, and of many letters, 0123456789"
PASSWORD = "for tests, and long enough"


# What can differ between SQLite and PostgreSQL, and so runs on both. The walls open every page and call nearly every action
# with a record of each kind: a statement that one of the two does not take fails there. The rest runs once, on SQLite, also how
# many queries a page asks, which is the same on both.
ON_BOTH = (
    "walls/test_every_address.py",  # every page, by everybody
    "walls/test_levels.py",
    "services/test_directory.py",  # JSON as it came, and what is contained in what
    "upgrade/",  # migrations
    "network/",  # search, keys, merging, who may see
    "agencies/test_actions.py",  # constraints and locks
    "agencies/test_administration.py",
    "agencies/test_approvals.py",
    "agencies/drafts/",  # two who save at once
    "agencies/trail/",  # triggers, and who writes at once
    "agencies/test_unused.py",  # a key that is compared with text
    "agencies/test_looking.py",  # what may be written while a page is read
    "board/test_evidence.py",  # what is counted by a condition of its own
    "cases/attachment/test_set_aside.py",  # constraints, and what the worker asks
    "cases/case/",  # who may see; constraints
    "cases/concern/test_holder.py",  # who may see, asked three deep
    "cases/death/",  # constraints
    "cases/glass/",
    "cases/inspection/",  # what stands first
    "cases/keeping/",
    "cases/notices/",
    "cases/plan/test_changing.py",
    "cases/plan/test_joining.py",
    "cases/test_any_order.py",
    "cases/test_at_once.py",  # races
    "cases/test_need_to_know.py",  # who may see
    "cases/timeline/test_words_in_files.py",
    "cases/voice/test_voice.py",  # a count that two take at once
    "cases/voice/test_at_once.py",
    "cases/voice/test_hidden.py",  # who may read what is hidden
    "cases/words/test_words.py",
    "config/",  # backup, settings, the service
    "graph/",
    "home/test_caseload.py",  # sorting and counting in SQL
    "board/test_figures_page.py",  # quarters and sums in SQL
    "home/test_figures.py",
    "home/test_groups.py",  # what is unique, and locks
    "home/test_health.py",
    "home/test_metrics.py",
    "home/test_readable.py",
    "home/test_scim.py",
    "home/test_search.py",
    "home/test_team.py",
    "home/test_work.py",
    "insight/bringing/test_undoing.py",  # what is taken out in one statement
    "insight/test_release_at_once.py",
)
# A test of a minute that begins last is waited for alone: these are among the first, in whatever order the rest is.
LONG = (
    "upgrade/",
    "walls/test_every_address.py",
    "walls/test_growth.py",
    "languages/test_every_page.py",
    "cases/voice/test_hidden.py",
    "network/test_web_in_any_world.py",
    "graph/test_in_any_world.py",
    "graph/test_who_says_in_any_world.py",
    "agencies/test_views.py",
    "agencies/trail/test_partners.py",
    "journeys/test_analyst.py",
    "journeys/test_around.py",
    "journeys/test_assessment.py",
    "journeys/test_self_audit.py",
    "journeys/test_single_sign_on.py",
    "journeys/test_a_worry_becomes_a_plan.py",
)
_HERE = Path(__file__).parent


def pytest_configure() -> None:
    days.move_clock()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    with days.day_of(item):
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest first. Marks those that open a database and say something that can differ between the two."""
    days.refuse_fixed_years(items)
    items.sort(key=lambda item: not item.path.relative_to(_HERE).as_posix().startswith(LONG))
    for item in items:
        asks = {"db", "transactional_db", "django_db_setup"}.intersection(getattr(item, "fixturenames", ()))
        opens = bool(asks) or item.get_closest_marker("django_db") is not None
        if opens and _is_on_both(item.path) and not item.get_closest_marker("once"):
            item.add_marker("on_both")


def examples(number: int) -> int:
    """How many made-up examples of a rule are tried: on PostgreSQL, where only its SQL is another, a third of them."""
    return number if connection.vendor == "sqlite" else -(-number // 3)


@cache
def _is_on_both(path: Path) -> bool:
    return path.relative_to(_HERE).as_posix().startswith(ON_BOTH)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where only those that run on both are wanted, no module is loaded that has none: neither by its place nor by a mark."""
    wanted = config.option.markexpr or ""
    if not wanted.startswith("on_both") or collection_path.suffix != ".py" or _is_on_both(collection_path):
        return None
    return None if "on_both" in collection_path.read_text() else True


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a site as `heard migrate` leaves it, for who begins with one to copy. It is made once for all workers."""
    ours = tmp_path_factory.getbasetemp()
    root = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours
    folder = root / "migrated"
    with (root / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "migrated.done").exists():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)  # as somebody may have made it, open to others of the machine
            kept = {
                name: value
                for name, value in os.environ.items()
                if name not in ("PYTEST_VERSION", "DATABASE_URL")
            }
            own = {"HEARD_DATA": str(folder), "HEARD_DEMO": "1"}
            subprocess.run(
                [sys.executable, "-m", "tests.tables"],
                cwd=_HERE.parent,
                env=kept | own,
                check=True,
                capture_output=True,
            )
            (root / "migrated.done").touch()
    return folder


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, as in a real installation: in memory the live server and the story would share one connection, and
    each be in the middle of what the other writes. PostgreSQL joins tables as the question has them: to look for the best order of ten
    takes far longer than to read the few rows of a test in any. A test asks what the one before it asked: more statements than Python
    keeps for a site."""
    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["cached_statements"] = 500
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "heard.sqlite3")
    else:
        connection.settings_dict["OPTIONS"]["options"] += " -c join_collapse_limit=1 -c from_collapse_limit=1"


@pytest.fixture(autouse=True)
def chronologies_are_made(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test's transaction never ends, so that what an action does after its own is done when a page first reads a chronology.

    With a live server transactions do end.
    """
    asks = set(request.fixturenames)
    if "live_server" in asks or not {"db", "transactional_db"} & asks:
        yield
        return
    from heard.cases.record.models import ChronologyChange, ChronologyEntry, ChronologyOf, ChronologyWord
    from heard.cases.timeline import index

    tables = [
        model._meta.db_table for model in (ChronologyChange, ChronologyEntry, ChronologyOf, ChronologyWord)
    ]
    begun: list[bool] = []  # whether a page is being made that has read none of them yet

    def begin(**_from_signal: object) -> None:
        begun[:] = [True]

    def end(**_from_signal: object) -> None:
        begun.clear()

    def make(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if begun and sql.lstrip("( ").startswith("SELECT") and any(f'"{table}"' in sql for table in tables):
            begun.clear()
            asked, wrappers = list(connection.queries_log), connection.execute_wrappers
            connection.execute_wrappers = []
            index.catch_up()
            connection.execute_wrappers = wrappers
            connection.queries_log.clear()
            connection.queries_log.extend(asked)
        return execute(sql, params, many, context)

    request_started.connect(begin)
    request_finished.connect(end)
    with connection.execute_wrapper(make):
        yield
    request_started.disconnect(begin)
    request_finished.disconnect(end)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was loaded stays: looking through it for what can go takes a tenth of the time of all tests."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Looked through once more, for what was never closed. pytest does so five times, for seconds each, of which the rest find nothing."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def notices_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """No notifier runs beside a test. Where one runs, no page asks whether something urgent waits for want of one."""
    monkeypatch.setattr("heard.home.health.urgent_waits", lambda user: False)


@pytest.fixture(autouse=True, scope="session")
def tokens_spell_no_name() -> Iterator[None]:
    """A page holds random letters, the tokens of its forms. Without vowels and capitals none of them says "Ada" to a test that
    asks whether her name is there."""
    from django.middleware import csrf

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csrf, "CSRF_ALLOWED_CHARS", "bcdfghjkmnpqrstvwxz")
        yield


@pytest.fixture
def plain_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a walk that asks thousands of times only whether a page is there: two thirds of the time of a refusal are the menus on its
    page. Which is drawn whole, and read, by the tests that compare what is hidden with what is absent."""
    refuse = lambda request, exception=None: HttpResponse(status=404)
    monkeypatch.setattr("heard.config.urls.handler404", refuse)


@pytest.fixture(autouse=True, scope="session")
def templates_are_compiled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What one worker has compiled of a template, the others read. It takes seconds of each."""
    from django.template import engines

    ours = tmp_path_factory.getbasetemp()
    folder = (ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "templates"
    folder.mkdir(mode=0o700, exist_ok=True)
    env: Any = engines["jinja2"]
    for one in (env.env, env.env.lenient):
        one.bytecode_cache = FileSystemBytecodeCache(str(folder))


@pytest.fixture(autouse=True, scope="session")
def tables_can_be_emptied() -> Iterator[None]:
    """A test that commits is followed by emptying all tables, which the guards of the audit trail refuse. Django says that it
    has migrated afterwards, and they are there again.

    Content types and permissions are the same after each migration: they stay, and are not made anew 1,400 rows at a time.
    """
    from django.core.cache import cache
    from django.core.management.sql import emit_post_migrate_signal
    from django.test import TransactionTestCase

    from heard.agencies.trail import guarding

    def teardown(case: Any) -> None:
        guarding.let_go()
        connection.ops.execute_sql_flush([f'DELETE FROM "{table}"' for table in _tables_with_rows()])
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
        cache.clear()  # a table of no model: what it says of a user would be said of the next with that key
        if (
            connection.vendor == "sqlite"
        ):  # which goes on counting where it stopped, as if rows had been deleted since
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM sqlite_sequence")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


def _tables_with_rows() -> list[str]:
    """To delete from these few takes a tenth of what it takes PostgreSQL to truncate all."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    asked = [
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")"
        for table in sorted({*tables} - {"django_content_type", "auth_permission"})
    ]
    found: list[str] = []
    with connection.cursor() as cursor:
        for some in batched(asked, 100):
            cursor.execute(" UNION ALL ".join(some))
            found += [table for (table,) in cursor.fetchall()]
    return found


@dataclass(frozen=True)
class World:
    """Three agencies. Only `care` takes worries; `coordinator` and `supervisor` work there."""

    care: Agency
    school: Agency
    police: Agency
    exploitation_team: Team
    coordinator: User
    supervisor: User
    social_worker: User
    teacher: User
    officer: User
    analyst: User
    board_member: User
    administrator: User


def let_know(by: User, person_id: Any, agency: Agency) -> None:
    """The agency knows that the child is known, and no more: enough to tell a worry about them."""
    from heard.network.actions import give_access
    from heard.network.queries import Whom
    from heard.network.rules import Level

    give_access(
        by=by, person_id=person_id, whom=Whom("", agency), level=Level.KNOWS, why="They meet the child"
    )


def let_all_in(by: User, person_id: Any, agency: Agency) -> None:
    """Everybody of the agency sees the whole record, since somebody chose so: more than whoever works with a child lets in."""
    from heard.network.actions import give_access
    from heard.network.queries import Whom
    from heard.network.rules import Level

    why = "All of them work with the child"
    give_access(by=by, person_id=person_id, whom=Whom("", agency), level=Level.EVERYTHING, why=why)


def another_coordinator(world: World) -> User:
    """Beside `world.coordinator`, in the same team."""
    return actions.add_user(
        by=world.administrator,
        username="cleo.day",
        first_name="Cleo",
        last_name="Day",
        password=None,
        team=world.exploitation_team,
        role=Role.COORDINATOR,
        agreed_by=world.coordinator,
    )


@pytest.fixture
def quick_passwords(settings) -> None:
    """A real hash takes half a second by design; the tests sign in hundreds of people."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs beside most tests: one that takes a minute is no site whose work stands still."""
    monkeypatch.setattr(working, "SILENT", timedelta(hours=1))


@pytest.fixture
@written_once
def world(db: None, quick_passwords: None) -> World:
    ade = actions.begin_partnership(
        username="ade.minton",
        first_name="Ade",
        last_name="Minton",
        password=PASSWORD,
        agency="Wexmoor Children’s Services",
        kind=Agency.Kind.SOCIAL_CARE,
        team="Data and insight",
    )
    care = Agency.objects.get()
    school = actions.add_agency(by=ade, name="Northgate Academy", kind=Agency.Kind.EDUCATION)
    police = actions.add_agency(by=ade, name="Wexmoor Police", kind=Agency.Kind.POLICE)
    team = actions.add_team(
        by=ade, agency=care, name="Exploitation team", duty_phone="01632 960 001", takes_worries=True
    )
    pastoral = actions.add_team(by=ade, agency=school, name="Pastoral team")
    missing = actions.add_team(by=ade, agency=police, name="Missing and exploitation unit")

    def person(username: str, team: Team, role: Role) -> User:
        given, family = username.split(".")
        return actions.add_user(
            by=ade,
            username=username,
            first_name=given.title(),
            last_name=family.title(),
            password=PASSWORD,
            team=team,
            role=role,
            agreed_by=User.objects.filter(memberships__role=Role.COORDINATOR).first(),
        )

    return World(
        care=care,
        school=school,
        police=police,
        exploitation_team=team,
        coordinator=person("cora.ordway", team, Role.COORDINATOR),
        supervisor=person("sufi.visram", team, Role.SUPERVISOR),
        social_worker=person("sol.wright", team, Role.PRACTITIONER),
        teacher=person("tess.archer", pastoral, Role.PRACTITIONER),
        officer=person("ofa.leroy", missing, Role.PRACTITIONER),
        analyst=person("ana.list", team, Role.ANALYST),
        board_member=person("bo.marsh", team, Role.BOARD),
        administrator=ade,
    )
