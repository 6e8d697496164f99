"""Every address of the engine in the site: each part keeps its own."""

from heard.insight.describe.urls import urlpatterns as describe
from heard.insight.drop.urls import urlpatterns as drop
from heard.insight.mapping.urls import urlpatterns as mapping
from heard.insight.pair.urls import urlpatterns as pair
from heard.insight.run.urls import urlpatterns as run

urlpatterns = [*run, *pair, *describe, *drop, *mapping]
