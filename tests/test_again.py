"""What is put back for a test is what would have been written for it."""

import shutil
from typing import Any

from django.db import connection, transaction
from tests import again
from tests.again import written_once
from tests.conftest import World
from tests.walls.record import make_record

from heard.agencies.actions import add_team
from heard.agencies.models import Team


def test_rows_and_files_that_are_put_back_are_those_that_were_written(
    world: World, settings: Any, tmp_path: Any
) -> None:
    settings.DATA = tmp_path
    before = again._rows()
    with transaction.atomic():
        made = make_record.__wrapped__(world, restricted=True)
        written, files = again._rows(), again._files()
        kept = again._difference(before, written, files, made)
        transaction.set_rollback(True)
    assert len(kept.changed) > 50
    assert files
    shutil.rmtree(tmp_path)
    assert again._rows() == before
    assert again._put_back(kept) == made
    assert (again._rows(), again._files()) == (written, files)


@written_once
def team_of(world: World) -> Team:
    return add_team(by=world.administrator, agency=world.care, name=f"Team {Team.objects.count()}")


def test_what_a_test_wrote_itself_is_not_written_over(world: World) -> None:
    first = team_of(world)
    Team.objects.filter(pk=first.pk).update(name="Renamed")
    assert team_of(world).pk != first.pk
    first.refresh_from_db()
    assert first.name == "Renamed"


def test_a_setting_of_one_test_writes_nothing_for_another(world: World, settings: Any) -> None:
    before = again._other_settings()
    settings.QUESTIONS = "elsewhere"
    assert again._other_settings() != before


def test_files_of_the_site_itself_are_nobodys_to_copy(world: World) -> None:
    assert again._files() == {}


def test_listening_takes_no_other_listener_out_when_a_test_ends(db: None) -> None:
    """Else one more of them stays with each test, until there are more than Python goes down."""

    def other(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        return execute(sql, params, many, context)

    wrappers = connection.execute_wrappers
    before = [wrapper for wrapper in wrappers if wrapper is not again._listen]

    def nothing() -> None: ...

    if again._listen in wrappers:
        wrappers.remove(again._listen)
    with connection.execute_wrapper(other):
        again.written_once(nothing)()
    assert [wrapper for wrapper in wrappers if wrapper is not again._listen] == before
    assert again._listen in wrappers
