from django.urls import path

from heard.graph.whole import views

urlpatterns = [
    path("whole/", views.whole, name="whole"),
    path("whole/all/", views.everything, name="whole_all"),
    path("whole/counted/", views.counted, name="whole_counted"),
    path("whole/positions.bin", views.positions, name="whole_positions"),
    path("whole/groups/<uuid:cluster_id>/", views.group, name="whole_group"),
    path("whole/groups/<uuid:cluster_id>/positions.bin", views.positions_of, name="whole_group_positions"),
    path("whole/one/<uuid:placed_id>/", views.one, name="whole_one"),
]
