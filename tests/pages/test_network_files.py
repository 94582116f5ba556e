"""Files on the page Network: code that goes out; YAML that takes the place of the network, or changes nothing."""

import pytest

from cifarlab.network import Network, trace
from cifarlab.network.layers import Conv
from cifarlab.recipe import load_recipe, write_recipe, write_section
from pages.network import files
from pages.parts.plain import plain

HUGE = """network:
  layers:
    - {type: conv, out_channels: 4096}
    - {type: conv, out_channels: 30000}
    - {type: gap}
    - {type: linear, out_features: 10}
"""


@pytest.fixture
def visit(open_page):
    """The page Network with `dilated-69k`, ready for YAML."""
    app = open_page("network", recipe="dilated-69k")
    app.session_state["network-open"] = True
    return app.run()


def recipe_of(app):
    return app.session_state["visit"].recipe


def paste(app, text):
    app.text_area(key="network-yaml").set_value(text)
    return app.button(key="network-yaml-open").click().run()


def test_the_class_in_the_code_that_goes_out_is_called_like_the_recipe(open_page, monkeypatch):
    contents = {}
    monkeypatch.setattr("streamlit.download_button", lambda label, content, **_: contents.update({label: content}))
    open_page("network", recipe="dilated-69k")
    assert "\nclass Dilated69kNet(nn.Module):\n" in contents["Network as PyTorch code"]()


def test_the_box_waits_until_it_is_opened(open_page):
    app = open_page("network", recipe="dilated-69k")
    assert not app.text_area


def test_what_goes_out_comes_in_again_as_one_edit_that_undo_takes_back(visit):
    before, other = recipe_of(visit), load_recipe("strided-135k")
    paste(visit, write_section(other, "network"))
    assert recipe_of(visit) == before.model_copy(update={"network": other.network})
    assert not visit.text_area  # it has closed
    visit.button(key="network-undo").click().run()
    assert recipe_of(visit) == before
    visit.button(key="network-redo").click().run()
    assert recipe_of(visit).network == other.network


def test_of_a_whole_recipe_only_the_network_is_taken(visit):
    before, other = recipe_of(visit), load_recipe("resnet9-6m6")
    assert "only the network is taken" in visit.text_area(key="network-yaml").label
    paste(visit, write_recipe(other))
    assert recipe_of(visit) == before.model_copy(update={"network": other.network})


def test_a_file_is_opened_as_if_it_were_pasted(visit):
    text = write_section(load_recipe("quick"), "network")
    visit.file_uploader(key="network-yaml-file").set_value(("mine.yaml", text.encode(), "application/yaml")).run()
    assert recipe_of(visit).network == load_recipe("quick").network


REFUSED = {
    "nothing": ("", "nothing is not a network"),
    "broken YAML": ("network: {layers: [", "line 2, column 1: while parsing a flow node"),
    "another document": ("- 1\n- 2", "a list is not a network; give a section that begins with network:"),
    "another section": ("augmentation: {steps: []}", "network: is missing"),
    "an unknown field": (
        "network: {layers: [{type: conv, out_channels: 8, kernle: 3}]}",
        "network.layers[0].kernle: this field is not known; did you mean kernel?",
    ),
    "an unknown section": ("network: {layers: []}\nlayres: 1", "layres: this field is not known"),
    "a wrong number": (
        "network: {layers: [{type: conv, out_channels: 8, kernel: 0}]}",
        "network.layers[0].kernel: 0 is not allowed; a kernel is 1 to 32 pixels",
    ),
    "501 layers": (f"network: {{layers: [{', '.join(['{type: gap}'] * 501)}]}}", "501 layers are not allowed"),
    "more than memory holds": (HUGE, "conv2: the network has 1,106,030,592 parameters up to here"),
    "too long a text": ("#" * 1_000_001, "1,000,001 characters are not allowed"),
    "aliases": ("network: &a {layers: []}\nname: *a", "aliases"),
}


@pytest.mark.parametrize(("text", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_network_is_refused_and_the_text_stays_for_mending(visit, text, sentence):
    before = recipe_of(visit)
    visit.number_input(key="network.conv1.kernel").set_value(5).run()
    edited = recipe_of(visit)
    paste(visit, text)
    assert not visit.exception
    (error,) = visit.error
    assert plain(sentence) in error.value
    assert "The network stays as it is." in error.value
    assert visit.text_area(key="network-yaml").value == text
    assert recipe_of(visit) == edited
    visit.button(key="network-undo").click().run()
    assert recipe_of(visit) == before


def test_a_refusal_goes_with_the_text_that_it_is_about(visit):
    paste(visit, "network: 3")
    assert visit.error
    visit.text_area(key="network-yaml").set_value("network: 4").run()
    assert not visit.error


def onnx_button(app):
    return next(button.proto for button in app.get("download_button") if button.proto.label == "ONNX")


def test_onnx_files_are_made_of_what_a_server_holds_for_a_visitor(visit, monkeypatch):
    assert not onnx_button(visit).disabled
    assert "random weights" in onnx_button(visit).help
    monkeypatch.setattr(files, "MOST_PARAMETERS", 60_000)
    visit.run()
    assert onnx_button(visit).disabled
    assert onnx_button(visit).help == "Made here up to 60,000 parameters; this network has 68,992."


def test_an_onnx_file_is_the_same_each_time():
    network = load_recipe("quick").network
    assert files._as_onnx(network) == files._as_onnx(network)


def test_of_many_findings_two_are_told_and_the_others_counted(visit):
    paste(visit, "network: {layers: [{type: conv}, {type: conv}, {type: conv}, {type: conv}]}")
    told = visit.error[0].value
    first, second = (plain(f"network.layers[{place}].out_channels: is missing") for place in (0, 1))
    assert told.index(first) < told.index(second)
    assert told.endswith(". 2 more like these.")


def test_a_required_field_that_is_misspelt_is_named_though_it_is_missing_too(visit):
    paste(visit, "network: {layers: [{type: linear, out_featurs: 10}]}")
    assert plain("out_featurs: this field is not known; did you mean out_features?") in visit.error[0].value


def test_the_next_attempt_takes_the_refusal_away(visit):
    paste(visit, "network: 3")
    assert visit.error
    paste(visit, write_section(load_recipe("quick"), "network"))
    visit.session_state["network-open"] = True
    visit.run()
    assert not visit.error
    assert visit.text_area(key="network-yaml").value == ""


def test_a_file_that_is_no_text_is_refused_and_one_that_is_no_network_can_be_mended_in_the_box(visit):
    before = recipe_of(visit)
    upload = visit.file_uploader(key="network-yaml-file")
    upload.set_value(("mine.yaml", b"network: \xff", "application/yaml")).run()
    assert "mine.yaml is not a text file: byte 10 is not UTF-8" in visit.error[0].value
    upload = visit.file_uploader(key="network-yaml-file")
    upload.set_value(("mine.yaml", b"network: {layers: 3}", "application/yaml")).run()
    assert "network.layers: 3 is not allowed" in visit.error[0].value
    assert visit.text_area(key="network-yaml").value == "network: {layers: 3}"
    assert recipe_of(visit) == before


def test_a_broken_network_comes_in_and_the_page_helps_to_mend_it(visit):
    paste(visit, "network: {layers: [{type: conv, out_channels: 8, groups: 7}]}")
    assert recipe_of(visit).network == Network(layers=(Conv(out_channels=8, groups=7),))
    assert visit.button(key="network-fix-0").label


def test_500_layers_come_in(visit):
    layer = "{type: conv, out_channels: 8, padding: 1}"
    paste(
        visit, f"network: {{layers: [{', '.join([layer] * 498)}, {{type: gap}}, {{type: linear, out_features: 10}}]}}"
    )
    assert len(recipe_of(visit).network.layers) == 500
    assert not trace(recipe_of(visit).network).diagnostics
    assert not visit.exception
