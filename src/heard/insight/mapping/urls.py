"""Addresses of mappings that were made on the site."""

from django.urls import path

from heard.insight.mapping import views

urlpatterns = [
    path("mappings/", views.source_mappings, name="source_mappings"),
    path("mappings/<uuid:source_mapping_id>.yaml", views.source_mapping_file, name="source_mapping_file"),
    path(
        "mappings/<uuid:source_mapping_id>/withdraw/",
        views.source_mapping_withdraw,
        name="source_mapping_withdraw",
    ),
]
