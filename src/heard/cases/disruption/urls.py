"""Addresses of disruption steps."""

from django.urls import URLPattern, path

from heard.cases.disruption import views

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:case_id>/disruption/", views.disruption, name="disruption"),
    path("cases/<uuid:case_id>/disruption/add/", views.add, name="disruption_add"),
    path("disruption/<uuid:disruption_id>/", views.change, name="disruption_step"),
    path("disruption/<uuid:disruption_id>/finish/", views.finish, name="disruption_finish"),
]
