"""One child's story, lived as far as its stage: every step on its day, through the actions that people use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from heard.demo.life import assessing, beginning, knowing, missing, noting, planning, reviewing, speaking
from heard.demo.life.around import note_moments

if TYPE_CHECKING:
    from collections.abc import Callable

    from heard.demo.life.child import Child

type Step = Callable[[Child], None]

# Days after the worry on which a step is taken; those without a day have days of their own, from `life.yaml`.
_ON: Final[dict[Step, int]] = {
    beginning.surround: 2,
    knowing.get_to_know: 4,
    assessing.start: 3,
    assessing.write: 12,
    assessing.submit: 20,
    assessing.send_back: 22,
    assessing.sign: 23,
    assessing.find_out: 29,
    planning.start: 25,
    planning.agree: planning.AGREED_ON,
    planning.write_for_child: planning.AGREED_ON + 1,
    planning.disrupt: 26,
    missing.prepare_form: 33,
}

_CASE: Final[tuple[Step, ...]] = (beginning.decide, beginning.surround, knowing.get_to_know)
_ASSESSING = (*_CASE, assessing.start)
_SUBMITTED = (
    *_ASSESSING,
    noting.keep_in_touch,
    assessing.write,
    planning.keep_safe,
    speaking.go_on_speaking,
    speaking.write_themselves,
    assessing.submit,
)
_SIGNED = (*_SUBMITTED, assessing.sign, speaking.answer_first_words)
_PLANNED = (
    *_ASSESSING, noting.keep_in_touch, assessing.write, speaking.answer_first_words, assessing.submit, assessing.sign, assessing.find_out,
    planning.start, planning.disrupt, planning.agree, planning.write_for_child, planning.get_on, planning.keep_safe,
    speaking.go_on_speaking, speaking.write_themselves, beginning.change_workers, missing.prepare_form,
)  # fmt: skip
_REVIEWED = (*_PLANNED, reviewing.review, speaking.tell_what_was_decided)
_CLOSED = (*_REVIEWED, reviewing.close)


def _note_moments(child: Child) -> None:
    note_moments({child.id: child}, [[child.id, *one] for one in child.part("moments") or ()])


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
    "planned": (*_PLANNED, missing.go_missing),
    "reviewed": (*_REVIEWED, missing.go_missing),
    "reassessed": (*_REVIEWED, assessing.assess_again, missing.go_missing),
    "closed": _CLOSED,
    "earlier": (*_REVIEWED, missing.go_missing, _note_moments, reviewing.close),
    "reopened": (*_CLOSED, reviewing.open_again, assessing.assess_again),
}


def live(child: Child) -> None:
    beginning.tell(child)
    for step in STEPS[child.stage]:
        if step in _ON:
            with child.on(_ON[step]):
                step(child)
        else:
            step(child)
