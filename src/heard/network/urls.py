"""Addresses of people's details, of ties, places and groups that are written down, and of merging two records."""

from django.urls import path

from heard.network.views import around, details, facts, merging, merging_nodes, numbers, tying

_OF = "children/<uuid:person_id>"

urlpatterns = [
    path(f"{_OF}/details/", details.details, name="person_details"),
    path(f"{_OF}/details/names/", details.names, name="person_names"),
    path(f"{_OF}/details/other-name/", details.other_name, name="person_other_name"),
    path(f"{_OF}/details/facts/", details.facts, name="person_facts"),
    path(f"{_OF}/details/address/", details.address, name="person_address"),
    path(f"{_OF}/about/", facts.about, name="person_about"),
    path(f"{_OF}/about/<str:what>/", facts.history, name="about_history"),
    path(f"{_OF}/about/<str:what>/add/", facts.add, name="about_add"),
    path("facts/<int:fact_id>/", facts.change, name="fact_change"),
    path("facts/<int:fact_id>/end/", facts.end, name="fact_end"),
    path("important-people/<int:important_id>/", facts.change_person, name="important_change"),
    path("important-people/<int:important_id>/end/", facts.end_person, name="important_end"),
    path("identifiers/<int:identifier_id>/end/", facts.end_number, name="identifier_end"),
    path(f"{_OF}/same/", merging.same, name="same"),
    path(f"{_OF}/same/<uuid:other_id>/", merging.compare, name="compare"),
    path("merges/", merging.merges, name="merges"),
    path("merges/<uuid:merge_id>/", merging.merge, name="merge"),
    path("merges/others/", merging_nodes.merges, name="node_merges"),
    path("merges/others/<uuid:node_merge_id>/", merging_nodes.merge, name="node_merge"),
    path("merges/may-be-same/", merging_nodes.proposed, name="may_be_same"),
    path("web/<uuid:thing_id>/same/", merging_nodes.same, name="node_same"),
    path("web/<uuid:thing_id>/same/<uuid:twin_id>/", merging_nodes.compare, name="node_compare"),
    path("web/<uuid:thing_id>/same/<uuid:twin_id>/not/", merging_nodes.not_same, name="not_same"),
    path("web/<uuid:node_id>/", tying.web, name="web"),
    path("web/<uuid:node_id>/add/<str:end>/", tying.add, name="tie_add"),
    path("ties/without-kind/", tying.without_kind, name="ties_without_kind"),
    path("ties/<uuid:tie_key>/", tying.tie, name="tie"),
    path("ties/<uuid:tie_key>/kind/", tying.kind, name="tie_kind"),
    path("ties/<uuid:tie_key>/sources/add/", tying.source_add, name="source_add"),
    path("sources/<uuid:source_id>/look-again/", tying.look_again, name="source_look_again"),
    path("sources/<uuid:source_id>/undo/", tying.source_undo, name="source_undo"),
    path("sources/<uuid:source_id>/withdraw/", tying.source_withdraw, name="source_withdraw"),
    path("mentions/<int:mention_id>/withdraw/", tying.mention_withdraw, name="mention_withdraw"),
    path("web/<uuid:handle_id>/common/", numbers.mark, name="handle_mark"),
    path("numbers/", numbers.common, name="common_handles"),
    path("numbers/<uuid:common_id>/take-back/", numbers.take_back, name="handle_take_back"),
    path("places/add/", around.place_add, name="place_add"),
    path("places/<uuid:place_id>/change/", around.place_change, name="place_change"),
    path("groups/add/", around.group_add, name="group_add"),
    path("groups/<uuid:group_id>/change/", around.group_change, name="group_change"),
]
