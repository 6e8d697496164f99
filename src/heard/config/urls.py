from django.urls import include, path

urlpatterns = [
    path("account/", include("heard.home.account_urls")),
    path("", include("heard.home.urls")),
    path("", include("heard.network.urls")),
    path("", include("heard.cases.urls")),
    path("", include("heard.graph.question.urls")),
    path("", include("heard.graph.drawing.urls")),
    path("", include("heard.graph.mapping.urls")),
    path("", include("heard.graph.map.urls")),
    path("", include("heard.graph.whole.urls")),
    path("", include("heard.graph.exchange.urls")),
    path("engine/", include("heard.insight.urls")),
    path("profiles/", include("heard.insight.release.urls")),
    path("caseload-in/", include("heard.insight.bringing.urls")),
    path("digests/", include("heard.insight.digest.urls")),
    path("audits/", include("heard.board.urls")),
    path("figures/", include("heard.board.figures.urls")),
    path("annual/", include("heard.board.annual.urls")),
    path("outcomes/", include("heard.board.outcomes.urls")),
    path("where-to-turn/", include("heard.services.urls")),
    path("unmet-needs/", include("heard.board.unmet.urls")),
    path("people/", include("heard.agencies.urls")),
]
handler404 = "heard.home.views.not_found"
handler403 = "heard.home.views.not_allowed"
handler500 = "heard.home.views.went_wrong"
handler429 = "heard.home.views.too_many"
