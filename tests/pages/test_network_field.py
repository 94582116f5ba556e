"""What one unit sees, on the page Network: which unit that is, how it is drawn and told, and what is measured."""

import numpy as np
import pytest

from cifarlab.analysis import EffectiveField, effective_field, take_statistics, untrained
from cifarlab.augment.steps import Normalization
from cifarlab.network import Network, pixels_seen, theoretical_square, trace
from cifarlab.network.layers import Conv, GlobalAveragePool, Linear, PoolAfter
from cifarlab.network.square import Square
from cifarlab.recipe import load_recipe
from pages.network.field import measuring, sentences
from pages.network.field.measuring import MOST_PARAMETERS, NORMED_OVER, RANDOM, fitting, measure, reason_not_to
from pages.network.field.pictures import DIMMED, ENLARGE, FRAME_COLOUR, heat_picture, seen_picture, square_picture
from pages.network.field.unit import CELLS_IN_A_ROW, NO_CELL, cells, middle_of, nearest_unit
from pages.network.layer_table import table_html

GREY = np.full((32, 32, 3), 100, np.uint8)
STRIDED = Network(layers=(Conv(out_channels=4, stride=4, kernel=4), GlobalAveragePool(), Linear(out_features=10)))


def test_the_middle_of_the_image_lies_between_its_four_middle_cells():
    around = [middle_of(row * CELLS_IN_A_ROW + column) for row in (7, 8) for column in (7, 8)]
    assert middle_of(NO_CELL) == tuple(np.mean(around, axis=0)) == (15.5, 15.5)


def test_the_unit_is_the_one_whose_field_lies_over_the_place():
    table = trace(STRIDED)
    for cell in range(CELLS_IN_A_ROW**2):
        row, column = place = middle_of(cell)
        square = theoretical_square(table, "conv1", nearest_unit(table.outputs["conv1"], place))
        assert square.top <= row <= square.bottom
        assert square.left <= column <= square.right


def test_a_place_beyond_the_last_unit_means_the_last_and_one_unit_means_itself():
    network = load_recipe("strided-135k").network
    outputs = trace(network).outputs
    last = CELLS_IN_A_ROW**2 - 1
    for geometry in outputs.values():
        assert all(0 <= place < geometry.side for place in nearest_unit(geometry, middle_of(last)))
    assert nearest_unit(outputs[network.layers[-1].id], middle_of(last)) == (0, 0)


def test_cells_cover_the_enlarged_image_once():
    covered = np.zeros((32 * ENLARGE, 32 * ENLARGE), int)
    for cell in cells(trace(STRIDED).outputs["conv1"], ENLARGE):
        covered[cell.top : cell.top + cell.height, cell.left : cell.left + cell.width] += 1
    assert (covered == 1).all()


def test_the_square_is_bright_framed_and_the_rest_dimmed():
    picture = square_picture(GREY, Square(left=4, top=8, right=11, bottom=15))
    assert tuple(picture[8 * ENLARGE, 4 * ENLARGE]) == FRAME_COLOUR
    assert tuple(picture[16 * ENLARGE - 1, 12 * ENLARGE - 1]) == FRAME_COLOUR
    assert picture[12 * ENLARGE, 8 * ENLARGE, 0] == 100
    assert picture[7 * ENLARGE, 4 * ENLARGE, 0] == picture[16 * ENLARGE, 12 * ENLARGE, 0] == 100 * DIMMED


def test_an_edge_beyond_the_image_has_no_line():
    picture = square_picture(GREY, Square(left=-4, top=-4, right=40, bottom=9))
    is_frame = (picture == FRAME_COLOUR).all(axis=2)
    rows, _ = np.nonzero(is_frame)
    assert rows.min() == 10 * ENLARGE - 2
    assert rows.max() == 10 * ENLARGE - 1
    assert not (square_picture(GREY, Square(-9, -9, -2, -2)) == FRAME_COLOUR).all(axis=2).any()


def test_holes_of_dilation_are_dimmed_inside_the_square():
    network = Network(layers=(Conv(out_channels=4, dilation=3), GlobalAveragePool(), Linear(out_features=10)))
    square = theoretical_square(trace(network), "conv1", (10, 10))
    seen = pixels_seen(network, "conv1", (10, 10))
    picture = seen_picture(GREY, seen, square)
    middles = picture[ENLARGE // 2 :: ENLARGE, ENLARGE // 2 :: ENLARGE, 0]
    assert np.count_nonzero(middles == 100) == 9
    assert sentences.of_seen(seen, square).startswith("**Coverage:** 9 of its 49 pixels reach the unit;")


def test_heat_is_brightest_where_the_gradient_is_largest():
    values = np.zeros((32, 32), np.float32)
    values[5, 6], values[5, 7] = 1, 0.3
    picture = heat_picture(GREY, values, Square(0, 0, 31, 31)).astype(int).sum(axis=2)
    middle = ENLARGE // 2
    row = picture[5 * ENLARGE + middle]
    assert row[6 * ENLARGE + middle] > row[7 * ENLARGE + middle] > 0


@pytest.mark.parametrize(
    ("square", "words"),
    [
        (Square(4, 4, 11, 11), "**Theoretical:** 8x8 pixels, 0.25 of the image's side."),
        (Square(-8, 0, 55, 63), "64x64 pixels, 2.00 of the image's side; 32x32 of it on the image."),
        (Square(-9, -9, -2, -2), "; none of it lies on the image."),
    ],
)
def test_the_square_in_words(square, words):
    assert words in sentences.of_square(square)


def test_the_gradient_in_words_names_weights_and_images():
    values = np.zeros((32, 32), np.float32)
    nothing = EffectiveField(values, Square(0, 0, 31, 31))
    assert "nothing reaches the unit (random weights, this image)" in sentences.of_gradient(nothing, RANDOM, 1)
    values = values.copy()
    values[10:15, 10:15] = 1
    field = EffectiveField(values, Square(8, 8, 16, 16))
    told = sentences.of_gradient(field, "quick", 16)
    assert told == "**Effective:** 95 % of the gradient in 5x5 pixels (quick, mean of 16 images)."


def test_what_would_take_all_of_the_memory_or_minutes_is_not_measured():
    large = Network(
        layers=(Conv(out_channels=4000), Conv(out_channels=4000), GlobalAveragePool(), Linear(out_features=10))
    )
    assert f"above {MOST_PARAMETERS:,} parameters; this network has 144," in reason_not_to(trace(large), 1)
    work = trace(load_recipe("resnet9-6m6").network)
    assert reason_not_to(work, 16) == ""
    assert "would take 81.9 G" in reason_not_to(work, 200)
    assert "as soon as the network fits" in reason_not_to(trace(Network(layers=())), 1)


def test_trained_weights_are_offered_for_exactly_their_structure():
    assert "quick (shipped)" in fitting(load_recipe("quick").network)
    assert "quick (shipped)" not in fitting(STRIDED)


def test_a_run_named_like_a_network_that_came_along_is_offered_beside_it(tmp_path, quick, write_run):
    write_run(tmp_path / "runs" / "quick", quick, "sketch10")
    offered = fitting(load_recipe("quick").network)
    assert offered["quick"] == tmp_path / "runs" / "quick"
    assert offered["quick (shipped)"] != offered["quick"]


@pytest.fixture
def open_network(open_page):
    """Opens the page Network with `quick`, and more in the address."""
    return lambda **address: open_page("network", recipe="quick", **address)


def captions(app):
    return [caption.value for caption in app.caption if caption.value.startswith("**")]


def test_the_page_tells_the_three_fields_of_the_selected_layer(open_network):
    page = open_network()
    network = load_recipe("quick").network
    theory, coverage, effective = captions(page)
    assert theory.startswith("**Theoretical:** 4x4 pixels")
    assert "all 16 pixels" in coverage
    normalization = page.session_state["visit"].normalization()
    images = page.session_state["visit"].images("test").images[:1]
    unit = nearest_unit(trace(network).outputs["conv1"], middle_of(NO_CELL))
    model = untrained(network, seed=0)
    take_statistics(model, page.session_state["visit"].images("test").images[:NORMED_OVER], normalization)
    held = effective_field(model, images, normalization, "conv1", unit).side_holding(0.95)
    assert f"in {held}x{held} pixels (random weights, this image)" in effective


def test_of_a_convolution_with_a_pool_behind_it_the_unit_is_one_of_the_pooled_map(open_page):
    page = open_page("network", recipe="resnet9-6m6", **{"network.field.cell": "255"})
    page.session_state["network.selected"] = "conv2"
    page.run()
    table = page.session_state["visit"].table()
    assert any("What unit (15, 15) of" in text.value for text in page.markdown)
    theory, coverage, _ = captions(page)
    assert theory == sentences.of_square(theoretical_square(table, "conv2.max_pool", (15, 15)))
    seen = pixels_seen(page.session_state["visit"].recipe.network, "conv2.max_pool", (15, 15))
    assert coverage == sentences.of_seen(seen, theoretical_square(table, "conv2.max_pool", (15, 15)))
    assert not page.exception


def test_a_field_that_was_measured_loads_no_network_again(open_network, monkeypatch):
    visit = open_network().session_state["visit"]
    image = visit.images("test").images[:1]
    first = [measure(visit, weights, image, "conv2", (3, 4)) for weights in (RANDOM, "quick (shipped)")]

    def fail(*_):
        raise AssertionError("it was loaded")

    monkeypatch.setattr(measuring, "_random", fail)
    monkeypatch.setattr(measuring, "network_at", fail)
    again = [measure(visit, weights, image, "conv2", (3, 4)) for weights in (RANDOM, "quick (shipped)")]
    assert [name for name, _ in again] == [name for name, _ in first] == [RANDOM, "quick (shipped)"]
    for (_, one), (_, other) in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.values, other.values)


def test_the_address_says_which_weights_images_and_unit(open_network):
    page = open_network(
        **{"network.field.weights": "quick (shipped)", "network.field.images": "16", "network.field.cell": "0"}
    )
    assert captions(page)[2].endswith("(quick (shipped), mean of 16 images).")
    assert any("What unit (0, 0) of" in text.value for text in page.markdown)
    page.button(key="network-field-centre").click().run()
    assert "network.field.cell" not in page.query_params


def test_weights_that_no_longer_fit_give_way_to_random_ones(open_network):
    page = open_network(**{"network.field.weights": "quick (shipped)"})
    page.number_input(key="network.conv1.out_channels").set_value(16).run()
    assert captions(page)[2].endswith("(random weights, this image).")


def test_the_field_is_measured_anew_for_another_normalization(open_network):
    visit = open_network().session_state["visit"]
    image = visit.images("test").images[:1]
    _, before = measure(visit, RANDOM, image, "conv3", (4, 4))
    wider = Normalization(mean=(0.5, 0.5, 0.5), std=(0.9, 0.9, 0.9))
    visit.edit(augmentation=visit.recipe.augmentation.model_copy(update={"normalize": wider}))
    _, after = measure(visit, RANDOM, image, "conv3", (4, 4))
    model = untrained(visit.recipe.network, seed=0)
    take_statistics(model, visit.images("test").images[:NORMED_OVER], wider)
    direct = effective_field(model, image, wider, "conv3", (4, 4))
    assert np.allclose(after.values, direct.values, rtol=1e-4)
    assert not np.allclose(after.values, before.values, rtol=1e-4)


def test_random_weights_are_drawn_for_the_layers_before_the_map_alone(open_network, monkeypatch):
    drawn = []

    def untrained_noted(network, seed):
        drawn.append([layer.id for layer in network.layers])
        return untrained(network, seed)

    monkeypatch.setattr(measuring, "untrained", untrained_noted)
    visit = open_network().session_state["visit"]
    wider = Normalization(mean=(0.5, 0.5, 0.5), std=(0.8, 0.8, 0.8))  # not remembered from another test
    visit.edit(augmentation=visit.recipe.augmentation.model_copy(update={"normalize": wider}))
    drawn.clear()
    measure(visit, RANDOM, visit.images("test").images[:1], "conv2", (4, 4))
    assert drawn == [["conv1", "conv2", "gap1", "linear1"]]


def test_a_broken_network_shows_what_can_be_seen_so_far(open_network):
    page = open_network()
    page.session_state["network.selected"] = "conv2"
    page.run()
    page.number_input(key="network.conv2.groups").set_value(7).run()
    page.session_state["network.selected"] = "conv1"
    page.run()
    theory, _, effective = captions(page)
    assert theory.startswith("**Theoretical:**")
    assert "as soon as the network fits" in effective
    page.session_state["network.selected"] = "conv2"
    page.run()
    assert captions(page) == []
    assert any("is shown as soon as it fits" in caption.value for caption in page.caption)
    assert not page.exception


def test_the_table_marks_layers_that_can_add_no_context_with_the_reason():
    network = load_recipe("bottleneck-151k").network
    html = table_html(network, trace(network), None)
    assert html.count('class="idle"') == 3
    assert "its input already sees 37x37 pixels" in html
    assert 'class="idle"' not in table_html(STRIDED, trace(STRIDED), None)


def test_of_an_idle_layer_and_the_pool_behind_it_only_the_layer_is_marked():
    wide = Conv(out_channels=4, kernel=31, padding=15)
    idle = Conv(out_channels=4, padding=1, then=(PoolAfter(max_pool=2),))
    network = Network(layers=(wide, wide, idle, GlobalAveragePool(), Linear(out_features=10)))
    assert table_html(network, trace(network), None).count('class="idle"') == 1
