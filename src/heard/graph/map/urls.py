from django.urls import path

from heard.graph.map import views

urlpatterns = [
    path("map/", views.places, name="map"),
    path("map/places/<uuid:place_id>/", views.place, name="map_place"),
    path("map/places/<uuid:place_id>/nowhere/", views.place_nowhere, name="map_place_nowhere"),
    path("map/places/<uuid:place_id>/before-and-after/", views.moved, name="map_moved"),
    path("map/children/<uuid:person_id>/", views.routes, name="map_routes"),
    path("map/areas/", views.areas, name="map_areas"),
    path("map/tiles/<int:z>/<int:x>/<int:y>", views.tile, name="map_tile"),
]
