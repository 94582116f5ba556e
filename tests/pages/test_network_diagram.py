"""The diagram of a network: which boxes it draws, how large, and what it says of a network that is broken or empty."""

import re
from itertools import pairwise
from time import perf_counter

import pytest
from streamlit.testing.v1 import AppTest

from cifarlab.network import Network, apply, trace
from cifarlab.network.edit import Remove, Replace
from cifarlab.network.layers import Conv, Depthwise, GlobalAveragePool, Linear, PoolAfter, Residual
from cifarlab.recipe import load_recipe, recipe_names
from pages.network.diagram import HIGHEST, diagram_html, sentence
from pages.network.layer_items import title_of

BOX = re.compile(r'<i class="(\w+)" style="--height: (\d+)px; --thickness: (\d+)px"></i>')

SCRIPT = """
from pages.network import files
from pages.parts.session import current

files.draw(current(), current().table())
"""


def drawn(network, selected=None):
    return diagram_html(network, trace(network), selected)


def boxes(network):
    """Kind, height and thickness of each box, in order."""
    return [(kind, int(height), int(thickness)) for kind, height, thickness in BOX.findall(drawn(network))]


def columns(html):
    """The classes and the texts of each column, in order."""
    found = re.findall(r'<div class="layer ([^"]*)"[^>]*>.*?</div>(.*?)</div>', html)
    return [(classes.split(), re.findall(r">([^<]+)</", words)) for classes, words in found]


def row_of(*layers):
    return Network(layers=layers)


def residual(shortcut="identity", **conv):
    block = Residual(body=(Conv(out_channels=8, padding=1, **conv), Conv(out_channels=8, padding=1)), shortcut=shortcut)
    return row_of(Conv(out_channels=8, padding=1), block, GlobalAveragePool(), Linear(out_features=10))


def test_every_layer_has_its_title_its_map_and_what_follows_it():
    then = ("relu", PoolAfter(max_pool=2), "batchnorm")
    network = row_of(Conv(out_channels=64, padding=1, then=then), GlobalAveragePool(), Linear(out_features=10))
    assert [words for _, words in columns(drawn(network))] == [
        ["image", "3 @ 32x32"],
        ["conv 64 k3 p1", "64 @ 16x16", "relu", "max_pool 2", "batchnorm"],
        ["global average pool", "64 @ 1x1"],
        ["linear 10", "10 @ 1x1"],
    ]


def test_the_colour_of_a_box_is_the_kind_of_layer_and_a_pool_that_follows_has_a_box_of_its_own():
    network = load_recipe("resnet9-6m6").network
    kinds = [kind for kind, _, _ in boxes(network)]
    assert kinds == [
        *["image", "conv", "conv", "max_pool", "conv", "conv", "conv"],
        *["max_pool", "conv", "max_pool", "conv", "conv", "max_pool", "linear"],
    ]


def test_the_height_of_a_box_is_in_proportion_to_the_side_of_its_map():
    network = row_of(*(Conv(out_channels=4, kernel=2, stride=2) for _ in range(5)))
    heights = [height for _, height, _ in boxes(network)]
    assert heights[:4] == [HIGHEST, HIGHEST // 2, HIGHEST // 4, HIGHEST // 8]
    assert heights[4] == heights[5] > 0


def test_the_largest_map_is_the_highest_box_even_where_padding_makes_it_larger_than_the_image():
    heights = [height for _, height, _ in boxes(row_of(Conv(out_channels=4, kernel=1, padding=16)))]
    assert heights == [HIGHEST // 2, HIGHEST]


def test_each_doubling_of_the_channels_makes_a_box_thicker_by_the_same():
    network = row_of(*(Conv(out_channels=2**power, kernel=1) for power in range(17)))
    thicknesses = [thickness for _, _, thickness in boxes(network)[1:]]
    assert len({after - before for before, after in pairwise(thicknesses)}) == 1
    assert thicknesses[0] < thicknesses[-1] < HIGHEST


def test_a_block_holds_its_layers_and_the_place_where_its_input_is_added():
    html = drawn(residual())
    block = html[html.index('class="block') : html.index('class="join"')]
    assert re.findall(r"<b>(.*?)</b>", block) == ["conv 8 k3 p1", "conv 8 k3 p1"]
    assert html.count('<span class="join"><b>+</b></span>') == 1
    assert "<em>1x1</em>" not in html


def test_a_shortcut_that_is_projected_says_so():
    assert drawn(residual("projection")).count("<em>1x1</em>") == 1


def test_each_block_inside_another_has_a_lane_of_its_own():
    inner = Residual(body=(Conv(out_channels=3, padding=1),))
    html = drawn(row_of(Residual(body=(inner, Residual(body=(inner.model_copy(update={"id": "deep"}),))))))
    assert "--levels: 3" in html
    assert re.findall(r"--level: (\d)", html) == ["0", "1", "1", "2"]


@pytest.mark.parametrize("first", [Depthwise(padding=1), Conv(out_channels=16, padding=1, groups=16)])
def test_a_depthwise_convolution_is_held_together_with_its_1x1_whatever_its_name(first):
    network = row_of(Conv(out_channels=16), first, Conv(out_channels=32, kernel=1), Conv(out_channels=8, kernel=1))
    html = drawn(network)
    pair = html[html.index('<div class="pair">') :]
    assert [kind for kind, _, _ in boxes(network)] == ["image", "conv", "depthwise", "conv", "conv"]
    assert html.count('<div class="pair">') == 1
    assert re.findall(r"<b>(.*?)</b>", pair)[:2] == [title_of(network.layers[1]), "conv 32 k1"]


@pytest.mark.parametrize(
    "network",
    [
        row_of(Conv(out_channels=16), Depthwise(padding=1), Conv(out_channels=32)),
        row_of(
            Conv(out_channels=16), Depthwise(padding=1, then=(PoolAfter(max_pool=2),)), Conv(out_channels=9, kernel=1)
        ),
        row_of(Conv(out_channels=16), Depthwise(kernel=1), Conv(out_channels=32, kernel=1)),
        row_of(Conv(out_channels=16), Depthwise(padding=1)),
    ],
)
def test_what_is_no_separable_pair_is_not_held_together(network):
    assert "pair" not in drawn(network)


def test_the_selected_layer_is_marked_and_a_block_as_a_whole():
    network = residual()
    assert [classes for classes, _ in columns(drawn(network, "conv1"))][1] == ["selected"]
    assert drawn(network, "residual1").count('class="block selected"') == 1
    assert drawn(network, "residual1").count("selected") == 1
    assert "selected" not in drawn(network)


def test_a_broken_layer_is_marked_with_what_is_wrong_and_those_behind_it_wait_without_a_map():
    network = residual(groups=3)
    html = drawn(network)
    states = [(classes, words[0], "@" in " ".join(words)) for classes, words in columns(html)]
    assert states == [
        (["image"], "image", True),
        ([], "conv 8 k3 p1", True),
        (["broken"], "conv 8 k3 p1 g3", False),
        (["waiting"], "conv 8 k3 p1", False),
        (["waiting"], "global average pool", False),
        (["waiting"], "linear 10", False),
    ]
    assert html.endswith(
        "<p><b>✗ conv 8 k3 p1 g3</b>: 3 groups do not divide 8 input channels and 8 output channels.</p></div>"
    )


def test_a_block_that_does_not_add_up_is_marked_where_it_adds():
    network = residual()
    html = drawn(apply(network, Replace("conv3", Conv(out_channels=9, padding=1))))
    assert 'class="block broken"' in html
    assert '<span class="join"><b>✗</b></span>' in html
    assert [classes for classes, _ in columns(html)] == [["image"], [], [], [], ["waiting"], ["waiting"]]


def test_a_block_behind_a_broken_layer_waits_too():
    network = apply(residual(), Replace("conv1", Conv(out_channels=8, kernel=32, dilation=2)))
    assert 'class="block waiting"' in drawn(network)


def test_an_end_that_does_not_fit_keeps_its_box():
    network = row_of(Conv(out_channels=10, padding=1))
    assert [classes for classes, _ in columns(drawn(network))][1] == ["broken"]
    assert boxes(network)[1] == ("conv", HIGHEST, boxes(network)[1][2])


def test_the_empty_network_is_one_sentence():
    html = drawn(Network(layers=()))
    assert re.sub("<.*?>", "", html) == "The network is empty: add a layer, and it is drawn here."


def test_one_sentence_tells_the_network_to_who_does_not_see_it():
    network = load_recipe("resnet9-6m6").network
    told = sentence(network, trace(network))
    assert told == (
        "From the image, 3 @ 32x32, through 10 layers and 2 residual blocks to 10 @ 1x1; maps are 1 to 32 pixels wide."
    )
    assert f'role="img" aria-label="{told}"' in drawn(network)
    broken = residual(groups=3)
    assert "through 5 layers and 1 residual block, broken at conv 8 k3 p1 g3;" in sentence(broken, trace(broken))


@pytest.mark.parametrize("name", recipe_names())
def test_every_tag_that_is_opened_is_closed_and_none_is_one_that_would_be_taken_out(name):
    html = drawn(load_recipe(name).network)
    opened, closed = re.findall(r"<(\w+)", html), re.findall(r"</(\w+)", html)
    assert sorted(opened) == sorted(closed)
    assert set(opened) <= {"div", "p", "b", "span", "small", "em", "u", "i"}


def test_a_hundred_layers_are_drawn_in_no_time():
    then = ("batchnorm", "relu")
    network = row_of(*(Conv(out_channels=32, padding=1, then=then) for _ in range(98)), *residual().layers[2:])
    table = trace(network)
    taken = []
    for _ in range(20):
        start = perf_counter()
        diagram_html(network, table, "conv50")
        taken.append(perf_counter() - start)
    assert len(boxes(network)) == 101
    assert min(taken) < 0.005


def test_the_page_draws_it_once_it_is_opened_and_as_well_when_the_network_is_broken():
    app = AppTest.from_string(SCRIPT, default_timeout=60)
    app.query_params["recipe"] = "dilated-69k"
    app.run()
    assert not app.html
    app.session_state["network-diagram"] = True
    app.run()
    assert 'class="layer selected"' in app.html[0].value
    visit = app.session_state["visit"]
    visit.edit(network=apply(visit.recipe.network, Remove("gap1")))
    app.run()
    assert not app.exception
    assert "broken" in app.html[0].value
