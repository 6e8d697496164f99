"""Addresses of lists for an inspection."""

from django.urls import URLPattern, path

from heard.cases.inspection import views

urlpatterns: list[URLPattern] = [
    path("inspections/", views.inspections, name="inspections"),
    path("inspections/ask/", views.ask, name="inspection_ask"),
    path("inspections/<uuid:inspection_id>/", views.one, name="inspection_list"),
    path("inspections/<uuid:inspection_id>/withdraw/", views.withdraw, name="inspection_withdraw"),
    path("inspections/<uuid:inspection_id>/read/", views.read, name="inspection_read"),
    path("inspections/<uuid:inspection_id>/take/", views.take, name="inspection_take"),
]
