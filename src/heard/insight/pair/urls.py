"""Addresses of pairs of records, and of what people said of them."""

from django.urls import path

from heard.insight.pair import views

urlpatterns = [
    path("judgements/", views.engine_judgements, name="engine_judgements"),
    path("judgements/<uuid:judgement_id>/undo/", views.engine_take_back, name="engine_take_back"),
    path("<uuid:run_id>/children/<slug:key>/records/", views.engine_two, name="engine_two"),
    path("<uuid:run_id>/links/", views.engine_links, name="engine_links"),
    path("<uuid:run_id>/links/<slug:key>/", views.engine_blind, name="engine_blind"),
    path("<uuid:run_id>/pairs/", views.engine_pairs, name="engine_pairs"),
    path("<uuid:run_id>/pairs/<slug:key>/", views.engine_pair, name="engine_pair"),
]
