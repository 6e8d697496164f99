"""Measuring anybody's list of ties: the same as networkx says, and no bad list ends in a traceback."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import networkx
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from heard.graph.exchange.cli import network
from heard.graph.exchange.reading.edges import read_edges
from heard.graph.exchange.rules.measuring import Edge, measure, weight_of
from heard.graph.exchange.writing.measured import as_csv, as_graphml

BRIDGE = networkx.barbell_graph(5, 0)
KNOWN = {
    "zero": networkx.empty_graph(0),
    "one": networkx.empty_graph(1),
    "two alone": networkx.empty_graph(2),
    "a star": networkx.star_graph(7),
    "two cliques with a bridge": BRIDGE,
    "a path": networkx.path_graph(9),
    "two parts": networkx.disjoint_union(networkx.cycle_graph(4), networkx.path_graph(3)),
    "the karate club": networkx.Graph(networkx.karate_club_graph().edges),
}


def measured(graph: networkx.Graph, *thresholds: float) -> Any:
    edges = [Edge(f"n{a:03}", f"n{b:03}", data.get("weight", 1.0)) for a, b, data in graph.edges(data=True)]
    return measure(edges, [f"n{node:03}" for node in graph], thresholds)


@pytest.mark.parametrize("graph", KNOWN.values(), ids=KNOWN)
def test_what_is_measured_is_what_networkx_says(graph: networkx.Graph) -> None:
    found = measured(graph)
    nodes = sorted(graph)
    assert len(found.nodes) == len(graph)
    assert len(found.edges) == graph.number_of_edges()
    assert found.density == (pytest.approx(networkx.density(graph)) if len(graph) > 1 else None)
    [parts] = found.parts
    assert parts.components == networkx.number_connected_components(graph)
    assert parts.isolated == networkx.number_of_isolates(graph)
    cut = set(networkx.articulation_points(graph))
    assert [node.cut_point for node in found.nodes] == [node in cut for node in nodes]
    between = networkx.betweenness_centrality(graph)
    assert [node.betweenness for node in found.nodes] == pytest.approx([between[node] for node in nodes])
    assert [node.degree for node in found.nodes] == [graph.degree(node) for node in nodes]
    together: dict[int, set[int]] = {}
    for node, one in zip(nodes, found.nodes, strict=True):
        together.setdefault(one.community, set()).add(node)
    if graph.number_of_edges():
        assert found.modularity == pytest.approx(networkx.community.modularity(graph, together.values()))
    else:
        assert found.modularity is None


def test_two_cliques_with_a_bridge_are_two_communities_and_each_end_of_it_is_a_cut_point() -> None:
    found = measured(BRIDGE)
    assert found.communities == 2
    assert found.cut_points == 2
    assert {node.community for node in found.nodes[:5]} == {1}


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 5)), max_size=30), st.randoms()
)
def test_in_whatever_order_ties_come_the_answer_is_the_same(
    drawn: list[tuple[int, int, int]], rng: random.Random
) -> None:
    edges = list(
        {(min(a, b), max(a, b)): Edge(f"n{a}", f"n{b}", float(w)) for a, b, w in drawn if a != b}.values()
    )
    again = [Edge(edge.second, edge.first, edge.weight) for edge in rng.sample(edges, len(edges))]
    one, other = measure(edges, thresholds=(1, 3)), measure(again, thresholds=(1, 3))
    assert one.nodes == other.nodes
    assert one.parts == other.parts
    assert one.modularity == other.modularity


def test_at_each_threshold_weaker_ties_do_not_count_and_nobody_is_lost() -> None:
    found = measure([Edge("a", "b", 3), Edge("b", "c", 1), Edge("c", "d", 2)], ["e"], (0, 2, 9))
    told = [(part.ties, part.components, part.largest, part.isolated) for part in found.parts]
    assert told == [(3, 2, 4, 1), (2, 3, 2, 1), (0, 5, 1, 5)]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("1", 1.0),
        ("2,5", 2.5),
        ("0", 0.0),
        ("-1", None),
        ("x", None),
        ("nan", None),
        ("inf", None),
        ("", None),
    ],
)
def test_a_weight_is_a_number_of_nought_or_more(text: str, weight: float | None) -> None:
    assert weight_of(text) == weight


def test_networkx_reads_what_is_written_as_graphml_with_the_same_attributes(tmp_path: Path) -> None:
    path = written(tmp_path, "from,to,weight,seen at\nA & <b>,Ünal,2,park\nÜnal,'=c,1,\nalone,,,\n")
    found = measure(*_listed(path))
    graph = networkx.read_graphml(io.BytesIO(as_graphml(found)))
    assert graph.number_of_nodes() == 4
    assert graph.number_of_edges() == 2
    named = {data["label"]: (node, data) for node, data in graph.nodes(data=True)}
    assert set(named) == {"A & <b>", "Ünal", "'=c", "alone"}
    edge = graph.edges[named["A & <b>"][0], named["Ünal"][0]]
    assert (edge["weight"], edge["seen at"]) == (2.0, "park")
    assert named["Ünal"][1]["cut_point"] is True
    assert "'=" not in as_csv(found).splitlines()[0]


def _listed(path: Path) -> tuple[Any, Any]:
    listed = read_edges(path)
    return listed.edges, listed.alone


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "edges.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def run(path: Path, *words: str) -> Any:
    return CliRunner().invoke(network, ["measure", str(path), *words])


def test_each_row_is_taken_or_set_aside_with_its_number_and_what_to_do(tmp_path: Path) -> None:
    path = written(tmp_path, "from,to,weight\na,b,1\nb,a,1\nc,c,1\n,,\nb,c,heavy\nd,,\nc,d,2\n")
    done = run(path, "--json")
    told = json.loads(done.output)
    assert done.exit_code == 1
    assert told["rows"] == {"read": 7, "taken": 3, "set_aside": 4}
    assert [one["row"] for one in told["issues"]] == [2, 3, 4, 5]
    assert all(one["what"] and one["to_do"] for one in told["issues"])
    assert (told["nodes"], told["ties"]) == (4, 2)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_list_in_another_encoding_is_read_as_it_is_written(tmp_path: Path, encoding: str) -> None:
    done = run(written(tmp_path, "from;to\nZoë;René\nRené;Ana\n".encode(encoding)), "--names")
    assert done.exit_code == 0
    assert "René" in done.output


def test_names_are_printed_only_where_they_are_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "from,to\nKayla,Dean\nDean,Mo\n")
    assert "Dean" not in run(path).output
    assert "Dean" not in run(path, "--json").output
    assert "Dean" in run(path, "--names").output


@pytest.mark.parametrize("first", ["a,b\n", "1,2\n"])
def test_a_first_line_that_is_no_heading_is_a_row(tmp_path: Path, first: str) -> None:
    told = json.loads(run(written(tmp_path, first + first[::2].strip("\n")[:1] + ",c\n"), "--json").output)
    assert told["heading"] is False
    assert told["rows"]["read"] == 2


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        ("", (), "no line"),
        ("only\none\n", (), "two columns"),
        ("from,to\na,b\n", ("--weight", "strength"), "no column strength"),
        ("from,to\na,b\n", ("--thresholds", "1,x"), "no list of thresholds"),
        ("from,to\na,b\n", ("--graphml", "/dev/null/x.graphml"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_says_why_and_ends_with_2(
    tmp_path: Path, text: str, words: tuple[str, ...], says: str
) -> None:
    done = run(written(tmp_path, text), *words)
    assert done.exit_code == 2
    assert says in done.output
    assert "Traceback" not in done.output


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert run(tmp_path / "none.csv").exit_code == 2


@given(st.binary(max_size=400))
def test_no_bytes_end_in_a_traceback(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        done = run(written(Path(folder), content), "--json")
    assert done.exit_code in (0, 1, 2)
    assert "did not foresee" not in done.output
    if done.exit_code < 2:
        told = json.loads(done.output)
        assert told["rows"]["read"] == told["rows"]["taken"] + told["rows"]["set_aside"]


def test_a_hundred_thousand_rows_are_read_and_betweenness_waits_to_be_asked_for(tmp_path: Path) -> None:
    rng = random.Random(1)
    rows = "".join(f"n{rng.randrange(60_000)},n{rng.randrange(60_000)}\n" for _ in range(100_000))
    listed = read_edges(written(tmp_path, "from,to\n" + rows))
    assert listed.rows == 100_000
    found = measure(listed.edges[:20_000])
    assert all(node.betweenness is None for node in found.nodes)


@pytest.mark.parametrize("option", ["--csv", "--graphml"])
def test_the_list_is_never_written_over(tmp_path: Path, option: str) -> None:
    path = tmp_path / "edges.csv"
    path.write_text("a,b\nx,y\n")
    done = run(path, option, str(tmp_path / "." / "edges.csv"))
    assert done.exit_code == 2
    assert "is the list itself" in done.output
    assert path.read_text() == "a,b\nx,y\n"
