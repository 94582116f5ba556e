"""The page Network without a browser: what its views make of a network, and what an edit does to it."""

import csv
import io
import re

import pytest

from cifarlab.network import Add, Duplicate, Move, Network, Remove, apply, compare, trace
from cifarlab.network.layers import Conv, Depthwise, Dropout, GlobalAveragePool, Linear, MaxPool, PoolAfter, Residual
from cifarlab.recipe import load_recipe, recipe_names
from pages.network.compare import comparison_html, summary
from pages.network.layer_items import beside, edit_asked, insert_after, items_of, title_of, with_members
from pages.network.layer_table import COLUMNS, table_csv, table_html, untraced
from pages.network.operations import NEW, labelled
from pages.network.palette import PALETTE
from pages.parts.layer_list import Action as Asked


def small(*more, broken=False):
    """conv1, a block that holds conv2 and depthwise1, gap1, linear1; `broken` gives conv2 groups that do not divide."""
    body = (Conv(out_channels=8, padding=1, groups=3 if broken else 1), Depthwise(padding=1))
    layers = (Conv(out_channels=8, padding=1, then=("relu",)), Residual(body=body), GlobalAveragePool())
    return Network(layers=(*layers, Linear(out_features=10), *more))


def cells(html):
    """The text of each cell, row by row."""
    rows = re.findall(r"<tr.*?</tr>", html)
    return [[re.sub(r"<.*?>", "", cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", row)] for row in rows]


def test_the_table_has_a_row_for_each_layer_and_the_totals():
    network = load_recipe("dilated-69k").network
    head, *rows, total = cells(table_html(network, trace(network), None))
    assert head == ["#", "layer", *COLUMNS]
    assert len(rows) == 15
    assert " ".join(rows[7]) == "8 conv 64→64 32 3 0 1 4 1 24 64 1 1 9 17 36,992 21.23 M"
    assert total[-2:] == ["68,992", "46.01 M"]


def test_the_selected_layer_is_marked_and_a_block_with_all_its_rows():
    network = small()
    for selected, count in (("conv1", 1), ("residual1", 2), (None, 0)):
        assert table_html(network, trace(network), selected).count('class="selected"') == count


def test_a_broken_network_keeps_its_rows_says_what_is_wrong_and_names_what_waits():
    network = small(broken=True)
    table = trace(network)
    assert [layer.id for layer in untraced(network, table)] == ["depthwise1", "gap1", "linear1"]
    _, first, broken, *waiting, total = cells(table_html(network, table, None))
    assert first[1] == "conv 3→8"
    assert broken[1] == "conv 8 k3 p1 g3"
    assert broken[2].startswith("3 groups do not divide 8 input channels and 8 output channels. To fix: choose groups")
    assert [row[1] for row in waiting] == ["depthwise k3 p1", "global average pool", "linear 10"]
    assert total[1] == "total up to here"


def test_an_end_that_does_not_fit_leaves_every_row_and_no_layer_waiting():
    network = apply(small(), Remove("gap1"))
    network = apply(network, Remove("linear1"))
    table = trace(network)
    assert untraced(network, table) == ()
    rows = cells(table_html(network, table, None))
    assert [row[0] for row in rows[1:-1]] == ["1", "2", "3", "✗", "✗"]


def test_an_empty_network_says_what_to_add():
    html = table_html(Network(layers=()), trace(Network(layers=())), None)
    assert "there are no layers. <b>To fix:</b> add a convolution" in html


def test_the_table_as_csv_holds_the_numbers_in_full():
    table = trace(load_recipe("dilated-69k").network)
    rows = list(csv.DictReader(io.StringIO(table_csv(table))))
    assert len(rows) == 15
    assert sum(int(row["params"]) for row in rows) == table.parameters
    assert sum(int(row["MACs"]) for row in rows) == table.multiply_adds
    assert rows[7]["r_out"] == "17"


@pytest.mark.parametrize(
    ("layer", "title"),
    [
        (Conv(out_channels=32, kernel=3, stride=2, padding=1, dilation=4, groups=2), "conv 32 k3 s2 p1 d4 g2"),
        (Conv(out_channels=10, kernel=1), "conv 10 k1"),
        (Depthwise(padding=1), "depthwise k3 p1"),
        (MaxPool(), "max-pool k2"),
        (MaxPool(kernel=3, stride=2), "max-pool k3 s2"),
        (GlobalAveragePool(), "global average pool"),
        (Linear(out_features=10), "linear 10"),
        (Residual(body=()), "residual, identity"),
    ],
)
def test_a_layer_in_a_few_words(layer, title):
    assert title_of(layer) == title


def test_the_list_nests_blocks_and_tells_maps_follow_ups_and_problems():
    network = small(broken=True)
    conv, block, gap, _ = items_of(network, trace(network))
    assert (conv.title, conv.detail, conv.problem) == ("conv 8 k3 p1", "relu · 8 @ 32x32", None)
    assert [item.id for item in block.children] == ["conv2", "depthwise1"]
    assert block.children[0].problem.startswith("3 groups do not divide")
    assert gap.detail == ""


def test_gestures_on_the_list_become_edits():
    assert edit_asked(Asked("move", "conv1", 2, "residual1")) == Move("conv1", 2, "residual1")
    assert edit_asked(Asked("duplicate", "conv1")) == Duplicate("conv1")
    assert edit_asked(Asked("remove", "conv1")) == Remove("conv1")
    assert edit_asked(Asked("select", "conv1")) is None


@pytest.mark.parametrize(
    ("selected", "parent", "index"),
    [("conv1", None, 1), ("residual1", None, 2), ("conv2", "residual1", 1), ("linear1", None, 4), (None, None, 4)],
)
def test_new_layers_go_right_after_the_selected_one_in_its_block(selected, parent, index):
    first, second = MaxPool(), Linear(out_features=10)
    edits = insert_after(small(), selected, (first, second))
    assert edits == (Add(first, index, parent), Add(second, index + 1, parent))


def test_what_goes_with_a_layer_and_what_stands_beside_it():
    network = small()
    assert with_members(network, "residual1") == ["residual1", "conv2", "depthwise1"]
    assert with_members(network, "nobody") == []
    assert beside(network, "residual1") == "gap1"
    assert beside(network, "conv2") == "depthwise1"
    assert beside(network, "linear1") == "gap1"
    assert beside(Network(layers=(GlobalAveragePool(),)), "gap1") is None


def test_operations_that_stand_twice_are_told_apart():
    then = ("relu", Dropout(dropout=0.1), "relu", Dropout(dropout=0.2), PoolAfter(max_pool=2))
    assert list(labelled(then)) == ["relu", "dropout", "relu 2", "dropout 2", "max_pool"]
    assert tuple(labelled(then).values()) == then
    assert all(list(labelled((operation,))) == [name] for name, operation in NEW.items())


def test_whatever_the_palette_offers_fits_into_a_network():
    for name, (_, layers) in PALETTE.items():
        network = Network(layers=(Conv(out_channels=32, padding=1), GlobalAveragePool(), Linear(out_features=10)))
        place = 3 if name == "linear" else 1
        for offset, layer in enumerate(layers):
            network = apply(network, Add(layer, place + offset))
        assert not trace(network).diagnostics, name


@pytest.fixture
def visit(open_page):
    """The page Network with `dilated-69k`."""
    return open_page("network", recipe="dilated-69k")


def network_of(app):
    return app.session_state["visit"].recipe.network


def shown_rows(app, given):
    return cells(given(app, "steady_html")[0])[1:-1]


def test_a_kernel_changes_the_row_of_its_layer_and_no_other_layer(visit, given):
    before = network_of(visit).layers
    visit.number_input(key="network.conv1.kernel").set_value(5).run()
    assert network_of(visit).layers[0].kernel == 5
    assert network_of(visit).layers[1:] == before[1:]
    assert shown_rows(visit, given)[0][14] == "2,464"


def test_two_edits_that_cross_are_both_kept(visit):
    visit.number_input(key="network.conv1.kernel").set_value(5)
    visit.number_input(key="network.conv1.padding").set_value(2)
    visit.run()
    assert (network_of(visit).layers[0].kernel, network_of(visit).layers[0].padding) == (5, 2)


def test_the_order_of_what_follows_is_the_order_of_the_choices(visit):
    visit.multiselect(key="network.conv1.then").set_value(["relu", "dropout", "batchnorm"]).run()
    assert network_of(visit).layers[0].then == ("relu", Dropout(dropout=0.1), "batchnorm")
    visit.number_input(key="network.conv1.then.dropout.dropout").set_value(0.25).run()
    assert network_of(visit).layers[0].then == ("relu", Dropout(dropout=0.25), "batchnorm")


def test_a_new_layer_comes_after_the_selected_one_and_is_selected(visit):
    visit.button(key="add.residual").click().run()
    assert [layer.id for layer in network_of(visit).layers[:3]] == ["conv1", "residual1", "depthwise1"]
    assert visit.selectbox(key="network.residual1.shortcut").value == "projection"


def test_a_network_that_is_emptied_says_how_to_go_on(visit):
    visit.session_state["visit"].edit(network=Network(layers=()))
    visit.run()
    assert "The network is empty" in visit.info[0].value
    visit.button(key="add.conv").click().run()
    assert [layer.id for layer in network_of(visit).layers] == ["conv1"]


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_can_be_shown_layer_by_layer(visit, name):
    visit.session_state["visit"].open_named(name)
    for layer in list(items_of(network_of(visit), trace(network_of(visit)))):
        visit.session_state["network.selected"] = layer.id
        visit.run()
        assert not visit.exception
        assert not visit.error


def test_edits_are_taken_back_and_done_again_and_a_reset_is_one_of_them(visit):
    start = network_of(visit)
    assert visit.button(key="network-undo").disabled
    visit.number_input(key="network.conv1.kernel").set_value(5).run()
    visit.button(key="add.conv").click().run()
    edited = network_of(visit)
    for _ in range(2):
        visit.button(key="network-undo").click().run()
    assert network_of(visit) == start
    assert visit.button(key="network-undo").disabled
    for _ in range(2):
        visit.button(key="network-redo").click().run()
    assert network_of(visit) == edited
    visit.session_state["visit"].reset()
    visit.run()
    assert network_of(visit) == start
    visit.button(key="network-undo").click().run()
    assert network_of(visit) == edited


def test_another_recipe_begins_a_history_of_its_own(visit):
    visit.number_input(key="network.conv1.kernel").set_value(5).run()
    visit.session_state["visit"].open_named("quick")
    visit.run()
    assert visit.button(key="network-undo").disabled


def test_all_layers_go_at_once_and_come_back(visit):
    start = network_of(visit)
    visit.button(key="network-empty").click().run()
    assert network_of(visit).layers == ()
    assert not visit.exception
    visit.button(key="network-undo").click().run()
    assert network_of(visit) == start


def test_a_broken_layer_is_mended_by_one_click(visit):
    visit.number_input(key="network.conv1.kernel").set_value(31).run()
    visit.number_input(key="network.conv1.padding").set_value(0).run()
    titles = [visit.button(key=f"network-fix-{number}").label for number in range(2)]
    assert all(titles)
    visit.button(key="network-fix-0").click().run()
    broken = visit.session_state["visit"].table().diagnostics
    assert not any(finding.layer_id == "conv2" for finding in broken)


def test_the_nearest_change_meets_the_goal_that_was_missed(visit):
    visit.button(key="network-nearest-0").click().run()
    assert visit.session_state["visit"].table().receptive_field_before_pooling > 44
    with pytest.raises(KeyError):
        visit.button(key="network-nearest-0")


def test_the_arithmetic_of_the_selected_layer_is_written_out(visit):
    lines = next(code.value for code in visit.code if code.value.startswith("n: "))
    assert "r: 1 + (3-1)·1 = 3" in lines
    assert lines.splitlines()[-1].endswith("884,736")


def test_the_summary_is_that_of_torchinfo_and_waits_until_it_is_opened(visit):
    assert not any("Total params" in code.value for code in visit.code)
    visit.session_state["network-summary"] = True
    visit.run()
    assert any("Total params: 68,992" in code.value for code in visit.code)


def compared(before, after):
    """The rows that differ, each as its texts, and the totals."""
    _, *rows, total = cells(comparison_html(compare(before, after)))
    return [row for row in rows if row[0]], total


def test_a_comparison_marks_what_differs_and_shows_both_figures():
    before = small()
    after = apply(apply(before, Remove("linear1")), Add(MaxPool(), 1))
    rows, total = compared(before, after)
    assert [(mark, title) for mark, title, *_ in rows] == [("+", "max-pool k2"), ("−", "linear 10")]
    assert total[-2] == "954 → 864"
    assert "1 added, 1 removed" in summary(compare(before, after))
    assert "parameters +72," in summary(compare(before, apply(before, Duplicate("depthwise1"))))


def test_a_changed_field_is_named_with_both_values():
    before = small()
    first = before.layers[0].model_copy(update={"out_channels": 16})
    rows, _ = compared(before, before.model_copy(update={"layers": (first, *before.layers[1:])}))
    assert rows[0][:4] == ["~", "conv 16 k3 p1 out_channels 8 → 16", "8 → 16", "32"]


def test_a_network_equals_itself_and_a_broken_one_has_no_totals():
    assert summary(compare(small(), small())) == "They are the same, layer by layer."
    assert "while a layer is broken" in summary(compare(small(), small(broken=True)))


def test_the_page_compares_with_the_recipe_of_its_address_and_with_what_was_opened(open_page):
    page = open_page("network", **{"network.compare": "quick"})
    assert any("From quick to this network." in text.value for text in page.markdown)
    page.query_params["network.compare"] = "this recipe as it was opened"
    page.run()
    assert any("They are the same" in text.value for text in page.markdown)
    page.query_params["network.compare"] = "no-such-recipe"
    page.run()
    assert not page.exception
    assert not any("to this network" in text.value for text in page.markdown)
