from django.urls import path

from heard.graph.question import views

urlpatterns = [path("near/<uuid:person_id>/", views.near, name="near")]
