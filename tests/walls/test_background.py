"""Work in the background is done with the rights of whoever asked for it, as they are when it is done; or it is the site's own, reads
nothing for anybody, and stands here with its reason."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any, Final

import pytest
from django.tasks import Task
from django.utils.module_loading import import_string

SRC: Final = Path(__file__).resolve().parents[2] / "src" / "heard"
# As whom: how the task says whose rights count, which its module hands to queries as `user`.
AS: Final = {
    "heard.cases.pack.actions.making.make_pack": "asked_by",
    "heard.insight.release.actions.draw_profile": "author",
    "heard.insight.digest.actions.post_digest": "sent_by",
    "heard.cases.glass.actions.tell_who_may_see": "user_with_key",
}
SITE: Final = {
    "heard.agencies.mail.account.send": "a mail to the one whom it is about, which names nobody",
    "heard.cases.attachment.actions.scan_later": "asks ClamAV about bytes, and shows them to nobody",
    "heard.cases.timeline.index.make_chronologies": "writes what each reader is shown by their own rights later",
    "heard.cases.pack.actions.making.remove_old_packs": "takes away what is past its day",
    "heard.cases.pack.actions.making.watch_pack": "puts what a killed worker did into the queue again",
    "heard.insight.digest.actions.post_withdrawal": "a mail to those who had one, which says that it no longer counts",
    "heard.insight.digest.actions.post_invitation": "a mail to an address that asks for one",
    "heard.insight.run.actions.destroy_past_runs": "takes away what is past its day",
    "heard.insight.run.actions.carry_out": "reads extracts alone, which whoever sees lists is shown by their own rights later",
    "heard.graph.whole.actions.make_whole": "lays out what all see who see the partnership, of which each is shown what their own rights let them see later",
    "heard.demo.published.let_out": "the fictional partnership alone",
}


def tasks() -> dict[str, ast.FunctionDef]:
    found = {}
    for path in sorted(SRC.rglob("*.py")):
        if "migrations" in path.parts or "@task" not in (text := path.read_text()):
            continue
        module = ".".join(("heard", *path.relative_to(SRC).with_suffix("").parts))
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and any(
                "task" in ast.unparse(one) for one in node.decorator_list
            ):
                found[f"{module}.{node.name}"] = node
    return found


def test_each_task_says_as_whom_it_works() -> None:
    assert set(tasks()) == set(AS) | set(SITE)
    assert not set(AS) & set(SITE)


@pytest.mark.parametrize("name", sorted(AS))
def test_a_task_is_given_keys_and_looks_for_whose_they_are(name: str) -> None:
    """Never a user or their rights: those are asked anew when it is done."""
    task: Any = import_string(name)
    assert isinstance(task, Task)
    given = inspect.signature(task.func).parameters.values()
    assert all(one.annotation in ("str", "int", "list[str]") for one in given)
    assert AS[name] in inspect.getsource(inspect.getmodule(task.func))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(SITE))
def test_what_is_the_sites_own_is_done_for_nobody(name: str) -> None:
    body = ast.unparse(tasks()[name])
    assert "user_with_key" not in body
    assert "refresh(" not in body, "a record is read for whoever asked, or not at all"
