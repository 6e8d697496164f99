"""Addresses of contexts. That of one stands with those of places and groups."""

from django.urls import URLPattern, path

from heard.cases.context.views import aiming, assessing, correcting, opening, recognising, reviewing

_OF = "context-assessments/<uuid:context_assessment_id>"

urlpatterns: list[URLPattern] = [
    path("contexts/", opening.contexts, name="contexts"),
    path("places/<uuid:place_id>/context/", opening.open_for_place, name="context_of_place"),
    path("groups/<uuid:group_id>/context/", opening.open_for_group, name="context_of_group"),
    path("contexts/<uuid:context_id>/give/", opening.give, name="context_give"),
    path("contexts/<uuid:context_id>/correct/", correcting.context, name="context_correct"),
    path("contexts/<uuid:context_id>/take-back/", correcting.take_back, name="context_take_back"),
    path("context-voices/<uuid:voice_id>/", correcting.voice, name="context_voice"),
    path("context-goals/<uuid:goal_id>/", correcting.goal, name="context_goal"),
    path("contexts/<uuid:context_id>/hear/", opening.hear, name="context_hear"),
    path("contexts/<uuid:context_id>/assess/", assessing.start, name="context_assess"),
    path(f"{_OF}/", assessing.assessment, name="context_assessment"),
    path(f"{_OF}/add/", assessing.add, name="context_finding_add"),
    path(f"{_OF}/conclude/", assessing.conclude, name="context_conclude"),
    path(f"{_OF}/submit/", assessing.submit, name="context_submit"),
    path(f"{_OF}/withdraw/", assessing.withdraw, name="context_withdraw"),
    path(f"{_OF}/sign/", assessing.sign, name="context_sign"),
    path("context-findings/<uuid:finding_id>/", assessing.finding, name="context_finding"),
    path("context-findings/<uuid:finding_id>/take-out/", assessing.take_out, name="context_finding_out"),
    path("context-findings/<uuid:finding_id>/grounds/", assessing.grounds, name="context_finding_grounds"),
    path("contexts/<uuid:context_id>/goals/add/", aiming.add_goal, name="context_goal_add"),
    path("context-goals/<uuid:goal_id>/end/", aiming.end_goal, name="context_goal_end"),
    path("contexts/<uuid:context_id>/guardians/add/", aiming.add_guardian, name="context_guardian_add"),
    path("context-guardians/<uuid:guardian_id>/", aiming.guardian, name="context_guardian"),
    path("places/<uuid:place_id>/patterns/add/", recognising.of_place, name="pattern_of_place"),
    path("groups/<uuid:group_id>/patterns/add/", recognising.of_group, name="pattern_of_group"),
    path("contexts/<uuid:context_id>/patterns/add/", recognising.of_context, name="pattern_of_context"),
    path("noted-patterns/<uuid:noted_pattern_id>/withdraw/", recognising.withdraw, name="pattern_withdraw"),
    path("contexts/<uuid:context_id>/review/", reviewing.review, name="context_review"),
    path("contexts/<uuid:context_id>/close/", reviewing.close, name="context_close"),
    path("contexts/<uuid:context_id>/look-again/", reviewing.look_again, name="context_look_again"),
]
