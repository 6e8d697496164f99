import pytest
from tests.conftest import World
from tests.walls.record import Record, make_record


@pytest.fixture
def record(world: World, settings, tmp_path) -> Record:
    """An unrestricted child with a record of every kind."""
    settings.DATA = tmp_path
    return make_record(world, restricted=False)
