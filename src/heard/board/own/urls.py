from django.urls import path

from heard.board.own import views

urlpatterns = [
    path("", views.own_requirements, name="own_requirements"),
    path("write/", views.own_write, name="own_write"),
    path("<uuid:own_requirement_id>/", views.own_requirement, name="own_requirement"),
    path("<uuid:own_requirement_id>/replace/", views.own_replace, name="own_replace"),
    path("<uuid:own_requirement_id>/withdraw/", views.own_withdraw, name="own_withdraw"),
]
