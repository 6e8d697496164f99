from django.urls import path

from heard.board.figures import views

urlpatterns = [
    path("", views.figures, name="figures"),
    path("picture.svg", views.figures_picture, name="figures_picture"),
    path("promises-kept.pdf", views.figures_paper, name="figures_paper"),
    path("promises-kept.xlsx", views.figures_workbook, name="figures_workbook"),
    path("note/<slug:promise>/", views.figure_note, name="figure_note"),
    path("notes/<uuid:figure_note_id>/correct/", views.figure_note_correct, name="figure_note_correct"),
]
