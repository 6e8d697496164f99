"""Addresses of disruption steps."""

from django.urls import URLPattern, path

from heard.cases.disruption import views

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/disruption/", views.disruption, name="disruption"),
    path("cases/<uuid:case_id>/disruption/add/", views.add, name="disruption_add"),
    path("disruption/<uuid:disruption_id>/", views.change, name="disruption_step"),
    path("disruption/<uuid:disruption_id>/finish/", views.finish, name="disruption_finish"),
    path("steps/<uuid:step_id>/done/", views.done, name="step_done"),
    path("steps/<uuid:step_id>/done/undo/", views.take_back_done, name="step_done_undo"),
    path("steps/<uuid:step_id>/later/", views.put_off, name="step_put_off"),
    path("steps/<uuid:step_id>/power/", views.power, name="step_power"),
    path("steps/<uuid:step_id>/grounds/", views.grounds, name="step_grounds"),
    path("steps/<uuid:step_id>/broken/", views.broken, name="step_broken"),
    path("steps/<uuid:step_id>/broken/<uuid:breach_id>/", views.take_back, name="step_not_broken"),
    path("contexts/<uuid:context_id>/steps/add/", views.add_to_context, name="context_step_add"),
    path("context-steps/<uuid:context_step_id>/", views.change_in_context, name="context_step"),
    path("context-steps/<uuid:context_step_id>/finish/", views.finish_in_context, name="context_step_finish"),
]
