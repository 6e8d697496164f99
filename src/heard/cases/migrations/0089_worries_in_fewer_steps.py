"""Telling a worry has fewer steps. What was answered or typed in a step that is gone stands in the one that asks it now.

Danger is asked with what was seen and heard; how, when and to whom the child told it, and whether the worry is about somebody who
works with children, with the child's words (of a place or group: with who comes there). A step counts as answered where all of it was.
"""

from django.db import migrations

_FEWER = {"danger": "seen", "heard": "words"}


def fewer(answers):
    """The answers of a draft as the new steps have them. One that has nothing of the old steps is as it was."""
    whom = _part(answers, "about").get("about", "child")
    last = "words" if whom == "child" else "scene"
    into = _FEWER | {"staff": last}
    found = {step: kept for step, kept in answers.items() if step not in into}
    for step, new in into.items():
        if _part(answers, step):
            found[new] = _part(found, new) | _as_now(step, _part(answers, step))
    done = _part(answers, "done").get("steps", [])
    if "about" in done:  # which was the first step
        found["done"] = _part(answers, "done") | {"steps": sorted(_done(answers, set(done), last))}
    return found


def _done(answers, done, last):
    kept = {*done} - {"about", "danger", "heard", "staff", "signs", "evidence", "files", "seen", "words", "scene"}
    seen = "seen" in _part(answers, "signs").values()
    needs = {
        "seen": {"seen", "danger"},
        "likely": {"signs", "evidence"} if seen else {"signs"},
        last: {last, "staff"} | ({"heard"} if _part(answers, "words").get("heard") == "yes" else set()),
    }
    return kept | {step for step, all_of in needs.items() if all_of <= done}


def _as_now(step, kept):
    """A day that was typed is another day than today or yesterday, which the page offers now."""
    return kept | {"heard_when": "day"} if step == "heard" and "heard_on" in kept else kept


def _part(answers, step):
    return answers[step] if isinstance(answers.get(step), dict) else {}


def move(apps, _editor):
    drafts = apps.get_model("agencies", "Draft").objects
    whom = {}
    for draft in drafts.filter(kind="worry", page=""):
        whom[draft.pk] = _part(draft.answers, "about").get("about", "child")
        answers = fewer(draft.answers)
        if answers != draft.answers:
            drafts.filter(pk=draft.pk).update(answers=answers)
    for typed in drafts.filter(kind__in=["step.danger", "step.heard", "step.staff"]):
        step = typed.kind.removeprefix("step.")
        last = "words" if whom.get(typed.subject_id, "child") == "child" else "scene"
        new, answers = (_FEWER | {"staff": last})[step], typed.answers
        if step == "heard":
            answers = answers | {"typed": {**answers.get("typed", {}), "heard": ["yes"], "heard_when": ["day"]}}
        page = f"{typed.page.removesuffix(f'/{step}/')}/{new}/" if typed.page else ""
        drafts.filter(pk=typed.pk).update(kind=f"step.{new}", page=page, answers=answers)


class Migration(migrations.Migration):

    dependencies = [
        ("agencies", "0060_where_tasks_are"),
        ("cases", "0088_erased_again"),
    ]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
