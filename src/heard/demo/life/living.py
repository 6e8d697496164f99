"""One child's story, lived as far as its stage: every step through the actions that people use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from heard.demo.life import assessing, beginning, missing, planning, reviewing, speaking

if TYPE_CHECKING:
    from collections.abc import Callable

    from heard.demo.life.child import Child

type Step = Callable[[Child], None]

_CASE: Final[tuple[Step, ...]] = (beginning.decide, beginning.surround)
_ASSESSING = (*_CASE, assessing.start)
_SUBMITTED = (*_ASSESSING, assessing.write, planning.keep_safe, speaking.go_on_speaking, assessing.submit)
_SIGNED = (*_SUBMITTED, assessing.sign, speaking.answer_first_words)
_PLANNED = (
    *_ASSESSING, assessing.write, assessing.submit, assessing.sign, speaking.answer_first_words, planning.start,
    planning.agree, planning.write_for_child, planning.keep_safe, planning.disrupt, speaking.go_on_speaking,
)  # fmt: skip
_REVIEWED = (*_PLANNED, reviewing.review)
_AROUND = (beginning.change_workers, missing.prepare_form, missing.go_missing)

STEPS: Final[dict[str, tuple[Step, ...]]] = {
    "told": (),
    "no_further_action": (beginning.decide,),
    "other_agency": (beginning.decide,),
    "case": _CASE,
    "assessing": _ASSESSING,
    "submitted": _SUBMITTED,
    "returned": (*_SUBMITTED, assessing.send_back),
    "signed": _SIGNED,
    "planning": (*_SIGNED, planning.start),
    "planned": (*_PLANNED, *_AROUND),
    "reviewed": (*_REVIEWED, *_AROUND),
    "reassessed": (*_REVIEWED, assessing.assess_again, *_AROUND),
    "closed": (*_REVIEWED, beginning.change_workers, reviewing.close),
    "reopened": (
        *_REVIEWED,
        beginning.change_workers,
        reviewing.close,
        reviewing.open_again,
        assessing.assess_again,
    ),
}


def live(child: Child) -> None:
    beginning.tell(child)
    for step in STEPS[child.stage]:
        step(child)
