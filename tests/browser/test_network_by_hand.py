"""Networks built by hand on the page Network, from an empty one, by nothing but what a visitor can do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from playwright.sync_api import Locator, expect

# From bottleneck-151k's published table: layer, side of its map, parameters (with those of its batch norm), jump and
# receptive field after it. No jump is published for the last two.
BOTTLENECK = [
    ("conv 3→16", 32, 432 + 32, 1, 3),
    ("conv 16→32", 32, 4_608 + 64, 1, 5),
    ("depthwise 32→32", 32, 320, 1, 7),
    ("conv 32→64", 32, 2_112 + 128, 1, 7),
    ("conv 64→64", 16, 36_864 + 128, 2, 9),
    ("conv 64→16", 16, 1_024 + 32, 2, 9),
    ("conv 16→32", 16, 4_608 + 64, 2, 13),
    ("conv 32→32", 16, 9_216 + 64, 2, 17),
    ("conv 32→64", 8, 18_432 + 128, 4, 21),
    ("conv 64→16", 8, 1_024 + 32, 4, 21),
    ("conv 16→32", 8, 4_608 + 64, 4, 29),
    ("conv 32→64", 8, 18_432 + 128, 4, 37),
    ("conv 64→64", 4, 36_864 + 128, 8, 45),
    ("conv 64→16", 4, 1_024 + 32, 8, 45),
    ("conv 16→64", 4, 9_216 + 128, 8, 93),
    ("global average pool", 1, 0, None, 117),
    ("conv 64→10", 1, 640, None, 117),
]
PARAMETERS, MULTIPLY_ADDS = "150,576", "24.27 M"

STRUCTURAL_GOALS = (
    "receptive field above 44 pixels",
    "fewer than 200,000 parameters",
    "at least one depthwise-separable convolution",
    "at least one dilated convolution",
    "at least one global average pool",
    "no max-pool",
)
MOST_ACTIONS = 30

# All that the page shows of the network: the table, and the list with what is selected in it.
SHOWN = """() => {
  const list = [...document.querySelectorAll(".st-key-network-layers-list *")].find((node) => node.shadowRoot);
  return document.querySelector(".st-key-network-table").innerHTML + (list?.shadowRoot.innerHTML ?? "");
}"""


@dataclass
class Hand:
    """Builds on the page as a visitor does, and counts: each click, each field set and each key is one action."""

    visitor: object
    actions: int = 0

    def empty(self) -> None:
        self._click(self.visitor.at("network-empty").get_by_role("button"))

    def add(self, name: str, **fields: int) -> None:
        """Add a layer of the palette, and set fields of it."""
        self._click(self.visitor.at(f"add.{name}").get_by_role("button"))
        self.set(**fields)

    def copy(self, **fields: int) -> None:
        """Duplicate the selected layer, and set fields of the copy."""
        self._click(self._list.locator(".row.selected").get_by_label(re.compile("^Duplicate")))
        self.set(**fields)

    def select(self, position: int) -> None:
        self._click(self._list.locator(".row .name").nth(position))

    def set(self, **fields: float) -> None:
        for name, value in fields.items():
            label = re.compile(f"^{name.capitalize().replace('_', ' ')}")
            field = self._inspector.get_by_role("spinbutton", name=label)
            self._act(partial(fill, field, value))

    def add_bias(self) -> None:
        self._click(self._inspector.get_by_text("Bias", exact=True))

    def add_dropout(self, dropout: float) -> None:
        self._count(self._follow_ups.get_by_role("combobox").click)
        self._click(self.visitor.page.get_by_role("option", name="dropout", exact=True))
        self._count(partial(self.visitor.page.keyboard.press, "Escape"))
        self.set(dropout=dropout)

    def have_nothing_follow(self) -> None:
        self._click(self._follow_ups.get_by_role("button", name="Clear all"))

    def rows(self) -> list[dict[str, str]]:
        """The rows of the table, each as its figures by column, without marks."""
        read = "rows => rows.map(row => [...row.cells].map(cell => (cell.firstChild?.textContent ?? '').trim()))"
        (head,) = self._table.locator("thead tr").evaluate_all(read)
        return [dict(zip(head, row, strict=True)) for row in self._table.locator("tbody tr").evaluate_all(read)]

    @property
    def totals(self) -> Locator:
        """The last two figures of the table's foot: all parameters and multiply-adds."""
        return self._table.locator("tfoot td:nth-last-child(-n+2)")

    @property
    def _table(self) -> Locator:
        return self.visitor.at("network-table").locator(".layer-table")

    @property
    def _list(self) -> Locator:
        return self.visitor.at("network-layers-list")

    @property
    def _inspector(self) -> Locator:
        return self.visitor.at("network-inspector")

    @property
    def _follow_ups(self) -> Locator:
        return self._inspector.get_by_test_id("stMultiSelect")

    def _count(self, act: Callable[[], None]) -> None:
        self.actions += 1
        act()

    def _click(self, target: Locator) -> None:
        self._act(target.click)

    def _act(self, act: Callable[[], None]) -> None:
        """Act once, and wait until the page shows another network or selection and the script is at its end."""
        page, before = self.visitor.page, self.visitor.page.evaluate(SHOWN)
        self._count(act)
        page.wait_for_function(f"before => ({SHOWN})() !== before", arg=before)
        self.visitor.settle()


def fill(field: Locator, value: float) -> None:
    field.fill(str(value))
    field.press("Enter")


@pytest.fixture
def hand(at_network):
    """At an empty network, in a recipe with the goals of the course."""
    building = Hand(at_network)
    building.empty()
    expect(at_network.at("network-inspector")).to_contain_text("The network is empty")
    return building


def test_bottleneck_151k_is_built_by_hand_and_has_its_published_table(hand):
    hand.add("conv", out_channels=16)
    hand.add_dropout(0.01)
    hand.copy(out_channels=32)
    hand.add("separable")
    hand.add_bias()
    hand.select(2)
    hand.add_bias()
    hand.select(3)
    hand.add("conv", out_channels=64, stride=2)
    hand.add_dropout(0.01)
    hand.add("conv", out_channels=16, kernel=1, padding=0)
    hand.add("conv")
    hand.add_dropout(0.01)
    hand.copy()
    hand.copy(out_channels=64, stride=2)
    hand.add("conv", out_channels=16, kernel=1, padding=0)
    hand.add("conv")
    hand.add_dropout(0.01)
    hand.copy(out_channels=64)
    hand.copy(stride=2)
    hand.add("conv", out_channels=16, kernel=1, padding=0)
    hand.add("conv", out_channels=64, dilation=3, padding=3)
    hand.add("GAP")
    hand.add("conv", out_channels=10, kernel=1, padding=0)
    hand.have_nothing_follow()

    expect(hand.totals).to_have_text([PARAMETERS, MULTIPLY_ADDS])
    expect(hand.visitor.at("header")).to_contain_text("RF 93 (117 after GAP)")
    for shown, published in zip(hand.rows(), BOTTLENECK, strict=True):
        layer, side, parameters, jump, field = published
        assert (shown["layer"], shown["n_out"], shown["r_out"]) == (layer, str(side), str(field))
        assert shown["params"] == (f"{parameters:,}" if parameters else "–")
        assert jump is None or shown["j_out"] == str(jump)


def test_a_network_that_meets_the_six_structural_goals_takes_at_most_thirty_actions(hand):
    hand.add("conv")
    hand.add("separable")
    hand.add("conv", stride=2)
    hand.add("conv", stride=2)
    hand.add("conv", dilation=5, padding=5)
    hand.add("GAP")
    hand.add("linear")

    for goal in STRUCTURAL_GOALS:
        expect(hand.visitor.at("header").get_by_role("img", name=f"{goal}: met.")).to_have_class("chip met")
    expect(hand.visitor.at("network-table").locator("tr.broken")).to_have_count(0)
    assert hand.rows()[-1]["c_out"] == "10"
    assert hand.actions <= MOST_ACTIONS
