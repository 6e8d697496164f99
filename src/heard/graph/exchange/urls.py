from django.urls import path

from heard.graph.exchange import views

urlpatterns = [
    path("charts/", views.charts, name="charts"),
    path("charts/bring-in/", views.bring, name="chart_bring"),
    path("charts/<uuid:chart_id>/", views.chart, name="chart"),
    path("charts/<uuid:chart_id>/names/", views.names, name="chart_names"),
    path("charts/<uuid:chart_id>/set-aside/", views.aside, name="chart_aside"),
    path("charts/names/<uuid:name_id>/", views.name, name="chart_name"),
    path("charts/names/<uuid:name_id>/kind/", views.name_kind, name="chart_name_kind"),
    path("charts/out/<uuid:outgoing_id>/", views.out, name="chart_out"),
    path("charts/out/<uuid:outgoing_id>/file/", views.out_file, name="chart_out_file"),
    path("charts/taken/<uuid:person_id>/", views.taken, name="chart_taken"),
    path("drawings/<uuid:node_id>/take-out/", views.take, name="chart_take"),
    path("mapping/<uuid:meeting_id>/take-out/", views.take_meeting, name="chart_take_meeting"),
]
