"""What gives rights or takes much out of Heard asks once more who it is. Which addresses these are is read from what each view
calls, so that a new one is asked about and not forgotten; what is not asked stands here with its reason."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final

from django.http import HttpResponse
from tests.walls.test_every_address import GUARDED

from heard.agencies import tables
from heard.agencies.gate import gate
from heard.agencies.rules import May
from heard.cases.keeping import actions as keeping

FILES: Final = {
    "heard.agencies.tables.as_csv", "heard.govuk.pdf.as_download", "heard.govuk.pdf.as_download_in_parts",
    "django.http.response.FileResponse", "django.http.response.JsonResponse", "django.http.response.StreamingHttpResponse",
}  # fmt: skip
# Modules of which every action is about who may do or see what, or about what is destroyed.
OF_RIGHTS: Final = (
    "heard.agencies.actions",
    "heard.cases.case.access.actions",
    "heard.cases.keeping.actions",
)
ALSO_OF_RIGHTS: Final = ("heard.network.actions.people.restrict", "heard.cases.glass.actions.break_glass")
# Of these modules, what changes nobody's rights.
NO_RIGHTS: Final = {
    "heard.agencies.actions.change_own_details": "somebody's own telephone and job",
    "heard.cases.case.access.actions.propose_core": "asks; nothing changes before the agency that leads says so",
}  # fmt: skip
FILE_WITHOUT: Final = {
    "map_areas": "boundaries that an installer added, which speak of nobody, for the map of a page",
    "whole_one": "one name, where somebody asks who stands in one place of a picture",
    "attachment": "one file of a record, in everyday work",
    "digest_paper": "counts that two people released",
    "profile_file": "counts that two people released",
    "figures_paper": "counts of work, none of five or fewer",
    "figures_workbook": "counts of work, none of five or fewer",
    "own_plan_paper": "one page in a child’s words, printed while they sit there",
    "own_looks_paper": "who looked, for the child who asks",
    "philomena_paper": "what the police need at once of a child who is missing",
    "plan_paper": "one plan, taken to the family",
    "safety_paper": "one plan, taken to the child and those around them",
    "review_meeting": "one plan, taken into a meeting",
    "review_paper": "what one meeting decided, for those who were there",
    "share": "what was decided to be given, after its decision",
    "share_paper": "what was decided to be given, after its decision",
    "share_text": "what was decided to be given, after its decision",
    "procedure_file": "one local procedure, which whoever is signed in may read and which names no child",
    "audit_evidence_file": "one document about the partnership, which names no child",
    "services_out": "a directory of services, which knows no child",
    "stay": "how many seconds a session has left",
}  # fmt: skip
RIGHTS_WITHOUT: Final = {
    "agency_add": "an agency sees nobody before somebody of it has a role",
    "hold": "asks to lift a hold; the second person confirms who they are before it is lifted",
    "joined": "says that somebody is known; nothing changes by it",
    "proposal": "decides on a name or date of birth, and lets nobody in",
    "user_groups": "says that somebody has seen to a warning",
}  # fmt: skip


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _named(thing: Any) -> str:
    thing = inspect.unwrap(thing) if isinstance(thing, FunctionType) else thing
    return f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"


def _calls(function: FunctionType) -> Iterator[Any]:
    """What the function, or one inside it, names of its module and of our modules that it imports."""
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    for name in names:
        thing = function.__globals__.get(name)
        if isinstance(thing, ModuleType) and thing.__name__.startswith("heard."):
            yield from (getattr(thing, attribute) for attribute in names if hasattr(thing, attribute))
        elif callable(thing):
            yield thing


def reached(view: Callable[..., Any]) -> set[str]:
    """Names of what a view calls, through helpers of ours, as far as actions, queries and rules."""
    found: set[str] = set()
    todo: list[Any] = [view]
    while todo:
        function = inspect.unwrap(todo.pop())
        for thing in _calls(function):
            name = _named(thing)
            module = getattr(thing, "__module__", "") or ""
            if name in found:
                continue
            found.add(name)
            is_end = {"actions", "queries", "rules"} & set(module.split("."))
            if isinstance(inspect.unwrap(thing), FunctionType) and module.startswith("heard.") and not is_end:
                todo.append(thing)
    return found


def of_rights(names: set[str]) -> set[str]:
    named = {name for name in names if name.rpartition(".")[0] in OF_RIGHTS or name in ALSO_OF_RIGHTS}
    return {name for name in named - set(NO_RIGHTS) if name.rpartition(".")[2][0].islower() and _writes(name)}


def _writes(name: str) -> bool:
    """Looks at a record that leave a row are named open_..., and what a list takes out is a file."""
    return not name.rpartition(".")[2].startswith(("open_", "take_out_"))


REACHED: Final = {address.name: reached(address.view) for address in GUARDED}
FRESH: Final = {address.name for address in GUARDED if address.view.fresh}


def test_every_address_that_gives_a_file_asks_who_it_is_or_says_why_not() -> None:
    giving = {name for name, names in REACHED.items() if names & FILES}
    assert len(giving) > 20, "what gives a file is not found any more"
    assert giving - FRESH == set(FILE_WITHOUT)


def test_every_address_that_changes_rights_asks_who_it_is_or_says_why_not() -> None:
    changing = {name for name, names in REACHED.items() if of_rights(names)}
    assert len(changing) > 30, "what changes rights is not found any more"
    assert changing - FRESH == set(RIGHTS_WITHOUT)


def test_what_is_left_out_is_still_there() -> None:
    assert set(NO_RIGHTS) <= set().union(*REACHED.values())
    assert not (set(FILE_WITHOUT) | set(RIGHTS_WITHOUT)) & FRESH


def test_a_new_view_is_found_also_where_a_helper_does_it() -> None:
    @gate(May.SIGNED_IN)
    def view(request: Any) -> HttpResponse:
        return _helps(lambda: keeping.place_hold(by=request.user))  # type: ignore[call-arg]

    assert of_rights(reached(view)) == {"heard.cases.keeping.actions.place_hold"}
    assert _named(tables.as_csv) in FILES


def _helps(do: Callable[[], Any]) -> Any:
    return do()
