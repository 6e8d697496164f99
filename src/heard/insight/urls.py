"""Every address of the engine in the site: each part keeps its own."""

from heard.insight.pair.urls import urlpatterns as pair
from heard.insight.run.urls import urlpatterns as run

urlpatterns = [*run, *pair]
