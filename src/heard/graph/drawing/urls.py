from django.urls import path

from heard.graph.drawing import views
from heard.graph.question.urls import BELOW

urlpatterns = [
    path("drawing/<uuid:node_id>/", views.drawing, name="drawing"),
    *(
        path(f"questions/{question}/{below}drawing/", views.PAGES[question], name=f"draw_{question}")
        for question, below in BELOW.items()
    ),
]
