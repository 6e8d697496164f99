"""Addresses of the drop folder."""

from django.urls import path

from heard.insight.drop import views

urlpatterns = [
    path("drop-folder/", views.drop_folder, name="drop_folder"),
    path("drop-folder/runs/", views.drop_standing, name="drop_standing"),
    path("drop-folder/runs/end/", views.drop_end, name="drop_end"),
]
