"""Looking at the first rows of a table that no mapping explains, and saying what its columns mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from heard.agencies.rules import refuse
from heard.engine.tables import NotDone
from heard.insight.describe import queries, rules
from heard.insight.mapping.actions import keep_mapping
from heard.insight.mapping.queries import texts_in_force
from heard.insight.mapping.rules import why_not_keep
from heard.insight.run import apart
from heard.insight.run.actions import NotRight, describe_file, open_part
from heard.insight.run.queries import mapping_of, path_of

if TYPE_CHECKING:
    import uuid

    from heard.agencies.models import User
    from heard.insight.run.models import EngineRun

_SECONDS = 120.0


def look_at_rows(*, by: User, run: EngineRun, file: str, said: dict[str, Any] | None) -> queries.Look:
    """What the columns of a file seem to tell, or what comes of what was `said` of them, with the first rows as they would be read. The file is
    opened where no key, network or other file is. Leaves an audit row. Raises `Hidden`; `NotDone` where nobody could describe it."""
    path = path_of(by, run, file)
    open_part(by=by, run=run, part="first rows of a file")
    job = {
        "do": "look",
        "paths": [str(path)],
        "out": str(run.result),
        "mapping": str(mapping_of(by, run)),
        "also": texts_in_force(by),
        "said": said,
        "values": queries.sees_values(by, run),
    }
    try:
        return queries.look_of(by, apart.run(job, patience=_SECONDS), queries.senders_of(by, run, file))
    except apart.Stopped:
        raise NotDone(_STOPPED) from None


def save_description(
    *, by: User, run_id: uuid.UUID, file: str, look: queries.Look, name: str, agency: str, files: str
) -> EngineRun:
    """Keeps the mapping for later files, and goes on with the run: with each of its files that has the columns which the mapping names.
    Raises `Hidden`, `Refused` and `NotRight`, with the answer and the sentence for it."""
    run = queries.run_that_asks(by, run_id)
    refuse(look.told["why_not"])
    refusal = why_not_keep(
        name=name, agency=agency, files=files, file=rules.name_of(file), taken=look.told["names"]
    )
    if refusal:
        raise NotRight(*refusal)
    others = _explained(
        by, run, [text for text in rules.maybe_explained(files, run.undescribed) if text != file], look
    )
    with transaction.atomic():
        keep_mapping(by=by, name=name, agency=agency, files=files, text=look.told["yaml"])
        for one in (file, *others):
            run = describe_file(by=by, run_id=run_id, file=one)
    return run


def _explained(by: User, run: EngineRun, names: list[str], look: queries.Look) -> list[str]:
    """Which of these files the new mapping explains, as the run will read them. Where that cannot be found out, each is asked about."""
    if not names:
        return []
    paths = {str(path_of(by, run, name)): name for name in names}
    job = {
        "do": "find",
        "paths": list(paths),
        "out": str(run.result),
        "mapping": str(mapping_of(by, run)),
        "also": [*texts_in_force(by), look.told["yaml"]],
    }
    try:
        left = apart.run(job, patience=_SECONDS)["undescribed"]
    except (NotDone, apart.Stopped):
        return []
    return [name for path, name in paths.items() if path not in left]


_STOPPED = (
    "The file could not be looked at. Leave it out of the run, and ask your administrator to look at the log."
)
