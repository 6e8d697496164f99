"""Address of what is recorded where a child has died."""

from django.urls import URLPattern, path

from heard.cases.death import views

urlpatterns: list[URLPattern] = [
    path("children/<uuid:person_id>/death/", views.death, name="death"),
]
