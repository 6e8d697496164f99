"""Addresses of what is the child's own."""

from django.urls import URLPattern, path

from heard.cases.own import views

urlpatterns: list[URLPattern] = [
    path("plans/<uuid:plan_id>/own/", views.own_plan, name="own_plan"),
    path("plans/<uuid:plan_id>/own/write/", views.write, name="own_plan_write"),
    path("plans/<uuid:plan_id>/own/given/", views.given, name="own_plan_given"),
    path("plans/<uuid:plan_id>/own/paper/", views.paper, name="own_plan_paper"),
    path("children/<uuid:person_id>/looked/own/", views.looks, name="own_looks"),
    path("children/<uuid:person_id>/looked/own/paper/", views.looks_paper, name="own_looks_paper"),
]
