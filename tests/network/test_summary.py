import subprocess
import sys

import pytest
import torchinfo
from hypothesis import given, settings
from hypothesis import strategies as st

from cifarlab.network import Network, build, trace
from cifarlab.network.summary import summarize
from cifarlab.network.torchinfo_layout import torchinfo_text
from cifarlab.spec import SpecError, read_spec

NAMES = ["strided-135k", "dilated-69k", "advanced-170k", "bottleneck-151k", "resnet9-6m6", "quick"]
COLUMNS = ("input_size", "kernel_size", "output_size", "num_params", "mult_adds")


def printed_by_torchinfo(network):
    """What torchinfo prints of the built network; it writes its unit `M` as the name of the member of its enum."""
    printed = str(torchinfo.summary(build(network), (1, 3, 32, 32), col_names=COLUMNS, verbose=0, depth=40))
    units = {"Units.MEGABYTES": "M", "Units.GIGABYTES": "G", "Units.TERABYTES": "T"}
    for name, unit in units.items():
        printed = printed.replace(name, unit)
    return printed


@pytest.mark.parametrize("name", NAMES)
def test_the_summary_of_a_recipe_is_what_torchinfo_prints(reference, name):
    assert torchinfo_text(summarize(reference(name))) == printed_by_torchinfo(reference(name))


@settings(max_examples=40, derandomize=True)
@given(data=st.data())
def test_the_summary_of_any_network_is_what_torchinfo_prints(fitting_networks, data):
    network = data.draw(fitting_networks)
    assert torchinfo_text(summarize(network)) == printed_by_torchinfo(network)


def test_the_footer_is_that_of_the_fifth_system(reference):
    *_, rule, total, trainable, fixed, work, _, image, passes, size, whole, _ = torchinfo_text(
        summarize(reference("resnet9-6m6"))
    ).splitlines()
    assert set(rule) == {"="}
    assert (total, trainable, fixed) == (
        "Total params: 6,573,130",
        "Trainable params: 6,573,130",
        "Non-trainable params: 0",
    )
    assert work == "Total mult-adds (M): 379.27"
    assert (image, size) == ("Input size (MB): 0.01", "Params size (MB): 26.29")
    # 507,904 values of convolutions and batch norms, 10 logits; four bytes each, forward and backward.
    assert (passes, whole) == ("Forward/backward pass size (MB): 4.65", "Estimated Total Size (MB): 30.96")


def test_linear_layers_with_batch_norm_and_dropout_look_as_torchinfo_has_them():
    hidden = {"type": "linear", "out_features": 20, "bias": False, "then": ["batchnorm", "relu", {"dropout2d": 0.1}]}
    network = read_spec(Network, {"layers": [hidden, {"type": "linear", "out_features": 10}]}, "network")
    assert torchinfo_text(summarize(network)) == printed_by_torchinfo(network)


def test_work_beyond_a_thousand_million_is_counted_in_thousand_millions():
    layers = [{"type": "conv", "out_channels": 2048, "padding": 1}] * 2
    network = read_spec(Network, {"layers": [*layers, {"type": "gap"}, {"type": "linear", "out_features": 10}]}, "")
    assert "Total mult-adds (G): 38.71" in torchinfo_text(summarize(network))


def test_the_summary_counts_what_the_table_counts(reference):
    for name in NAMES:
        assert summarize(reference(name)).parameters == trace(reference(name)).parameters


def test_a_broken_network_has_no_summary():
    network = read_spec(Network, {"layers": []}, "network")
    with pytest.raises(SpecError, match="there are no layers"):
        summarize(network)


def test_a_summary_needs_no_pytorch():
    code = (
        "import sys; from cifarlab import load_recipe; from cifarlab.network.summary import summarize; "
        "summarize(load_recipe('quick').network); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
