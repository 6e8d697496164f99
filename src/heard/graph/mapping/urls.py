from django.urls import path

from heard.graph.mapping import views

urlpatterns = [
    path("panels/<uuid:meeting_id>/mapping/", views.mapping, name="mapping"),
    path("panels/<uuid:meeting_id>/said/<uuid:node_id>/<str:end>/", views.said_of_new, name="mapping_said"),
    path("panels/<uuid:meeting_id>/minutes/paper/drawing/", views.paper, name="mapping_paper"),
]
