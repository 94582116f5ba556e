"""The five reference systems, typed by hand from their write-ups: the oracle for every row of their tables."""

import pytest

from cifarlab.network import trace

# id: channels in and out; kernel, stride, padding, dilation, groups; side out; parameters; jump; receptive field
STRIDED = [
    ("conv1", 3, 10, 3, 1, 1, 1, 1, 32, 270 + 20, 1, 3),
    ("conv2", 10, 24, 3, 1, 1, 1, 1, 32, 2160 + 48, 1, 5),
    ("conv3", 24, 32, 3, 1, 1, 2, 1, 30, 6912, 1, 9),
    ("conv4", 32, 64, 3, 1, 1, 1, 1, 30, 18432 + 128, 1, 11),
    ("conv5", 64, 32, 1, 1, 1, 1, 1, 32, 2048 + 64, 1, 11),
    ("conv6", 32, 32, 2, 2, 1, 1, 1, 17, 4096, 2, 12),
    ("conv7", 32, 64, 3, 1, 1, 1, 1, 17, 18432 + 128, 2, 16),
    ("conv8", 64, 96, 3, 1, 1, 1, 1, 17, 55296 + 192, 2, 20),
    ("conv9", 96, 64, 2, 2, 1, 1, 1, 9, 24576, 4, 22),
    ("depthwise1", 64, 64, 3, 1, 1, 1, 64, 9, 576 + 128, 4, 30),
    ("conv10", 64, 16, 1, 1, 1, 1, 1, 11, 1024 + 32, 4, 30),
    ("average_pool1", 16, 16, 11, 1, 0, 1, 1, 1, 0, 4, 70),
    ("conv11", 16, 10, 1, 1, 0, 1, 1, 1, 160, 4, 70),
]
DILATED = [
    ("conv1", 3, 32, 3, 1, 1, 1, 1, 32, 864 + 64, 1, 3),
    ("depthwise1", 32, 32, 3, 1, 1, 1, 32, 32, 288, 1, 5),
    ("conv2", 32, 64, 1, 1, 0, 1, 1, 32, 2048 + 128, 1, 5),
    ("conv3", 64, 32, 1, 1, 0, 1, 1, 32, 2048, 1, 5),
    ("conv4", 32, 32, 3, 1, 1, 1, 1, 32, 9216 + 64, 1, 7),
    ("depthwise2", 32, 32, 3, 1, 1, 1, 32, 32, 288, 1, 9),
    ("conv5", 32, 64, 1, 1, 0, 1, 1, 32, 2048 + 128, 1, 9),
    ("conv6", 64, 64, 3, 1, 0, 4, 1, 24, 36864 + 128, 1, 17),
    ("conv7", 64, 32, 1, 1, 0, 1, 1, 24, 2048, 1, 17),
    ("depthwise3", 32, 32, 3, 1, 1, 1, 32, 24, 288, 1, 19),
    ("conv8", 32, 64, 1, 1, 0, 1, 1, 24, 2048 + 128, 1, 19),
    ("depthwise4", 64, 64, 3, 1, 1, 1, 64, 24, 576, 1, 21),
    ("conv9", 64, 128, 1, 1, 0, 1, 1, 24, 8192 + 256, 1, 21),
    ("gap1", 128, 128, 24, 1, 0, 1, 1, 1, 0, 1, 44),
    ("conv10", 128, 10, 1, 1, 0, 1, 1, 1, 1280, 1, 44),
]
ADVANCED = [
    ("conv1", 3, 32, 3, 1, 1, 1, 1, 32, 864 + 64, 1, 3),
    ("conv2", 32, 32, 3, 1, 1, 1, 1, 32, 9216 + 64, 1, 5),
    ("conv3", 32, 32, 3, 2, 0, 1, 1, 15, 9248 + 64, 2, 7),
    ("conv4", 32, 32, 3, 1, 1, 1, 1, 15, 9216 + 64, 2, 11),
    ("depthwise1", 32, 32, 3, 1, 1, 1, 32, 15, 288, 2, 15),
    ("conv5", 32, 32, 1, 1, 1, 1, 1, 17, 1024 + 64, 2, 15),
    ("conv6", 32, 32, 3, 2, 0, 1, 1, 8, 9248 + 64, 4, 19),
    ("conv7", 32, 64, 3, 1, 1, 2, 1, 6, 18432 + 128, 4, 35),
    ("conv8", 64, 64, 3, 1, 1, 1, 1, 6, 36864 + 128, 4, 43),
    ("conv9", 64, 64, 3, 2, 0, 1, 1, 2, 36928 + 128, 8, 51),
    ("conv10", 64, 64, 3, 1, 1, 1, 1, 2, 36864 + 128, 8, 67),
    ("depthwise2", 64, 64, 3, 1, 1, 1, 64, 2, 576, 8, 83),
    ("conv11", 64, 10, 1, 1, 1, 1, 1, 4, 640, 8, 83),
    ("gap1", 10, 10, 4, 1, 0, 1, 1, 1, 0, 8, 107),
]
BOTTLENECK = [
    ("conv1", 3, 16, 3, 1, 1, 1, 1, 32, 432 + 32, 1, 3),
    ("conv2", 16, 32, 3, 1, 1, 1, 1, 32, 4608 + 64, 1, 5),
    ("depthwise1", 32, 32, 3, 1, 1, 1, 32, 32, 320, 1, 7),
    ("conv3", 32, 64, 1, 1, 0, 1, 1, 32, 2112 + 128, 1, 7),
    ("conv4", 64, 64, 3, 2, 1, 1, 1, 16, 36864 + 128, 2, 9),
    ("conv5", 64, 16, 1, 1, 0, 1, 1, 16, 1024 + 32, 2, 9),
    ("conv6", 16, 32, 3, 1, 1, 1, 1, 16, 4608 + 64, 2, 13),
    ("conv7", 32, 32, 3, 1, 1, 1, 1, 16, 9216 + 64, 2, 17),
    ("conv8", 32, 64, 3, 2, 1, 1, 1, 8, 18432 + 128, 4, 21),
    ("conv9", 64, 16, 1, 1, 0, 1, 1, 8, 1024 + 32, 4, 21),
    ("conv10", 16, 32, 3, 1, 1, 1, 1, 8, 4608 + 64, 4, 29),
    ("conv11", 32, 64, 3, 1, 1, 1, 1, 8, 18432 + 128, 4, 37),
    ("conv12", 64, 64, 3, 2, 1, 1, 1, 4, 36864 + 128, 8, 45),
    ("conv13", 64, 16, 1, 1, 0, 1, 1, 4, 1024 + 32, 8, 45),
    ("conv14", 16, 64, 3, 1, 3, 3, 1, 4, 9216 + 128, 8, 93),
    ("gap1", 64, 64, 4, 1, 0, 1, 1, 1, 0, 8, 117),
    ("conv15", 64, 10, 1, 1, 0, 1, 1, 1, 640, 8, 117),
]
RESNET9 = [
    ("conv1", 3, 64, 3, 1, 1, 1, 1, 32, 1728 + 128, 1, 3),
    ("conv2", 64, 128, 3, 1, 1, 1, 1, 32, 73728 + 256, 1, 5),
    ("conv2.max_pool", 128, 128, 2, 2, 0, 1, 1, 16, 0, 2, 6),
    ("conv3", 128, 128, 3, 1, 1, 1, 1, 16, 147456 + 256, 2, 10),
    ("conv4", 128, 128, 3, 1, 1, 1, 1, 16, 147456 + 256, 2, 14),
    ("conv5", 128, 256, 3, 1, 1, 1, 1, 16, 294912 + 512, 2, 18),
    ("conv5.max_pool", 256, 256, 2, 2, 0, 1, 1, 8, 0, 4, 20),
    ("conv6", 256, 512, 3, 1, 1, 1, 1, 8, 1179648 + 1024, 4, 28),
    ("conv6.max_pool", 512, 512, 2, 2, 0, 1, 1, 4, 0, 8, 32),
    ("conv7", 512, 512, 3, 1, 1, 1, 1, 4, 2359296 + 1024, 8, 48),
    ("conv8", 512, 512, 3, 1, 1, 1, 1, 4, 2359296 + 1024, 8, 64),
    ("max_pool1", 512, 512, 4, 4, 0, 1, 1, 1, 0, 32, 88),
    ("linear1", 512, 10, 1, 1, 0, 1, 1, 1, 5130, 32, 88),
]
TABLES = {
    "strided-135k": STRIDED,
    "dilated-69k": DILATED,
    "advanced-170k": ADVANCED,
    "bottleneck-151k": BOTTLENECK,
    "resnet9-6m6": RESNET9,
}
# parameters; multiply-adds in millions, to two digits; receptive field before the average pool and at the end
TOTALS = {
    "strided-135k": (134_722, "52.05", 30, 70),
    "dilated-69k": (68_992, "46.01", 21, 44),
    "advanced-170k": (170_304, "17.72", 83, 107),
    "bottleneck-151k": (150_576, "24.27", 93, 117),
    "resnet9-6m6": (6_573_130, "379.26", 88, 88),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_rows_are_those_of_the_write_up(reference, name):
    table = trace(reference(name))
    assert [row.id for row in table.rows] == [expected[0] for expected in TABLES[name]]
    assert table.diagnostics == ()


@pytest.mark.parametrize(
    ("name", "index"),
    [pytest.param(name, i, id=f"{name}-{row[0]}") for name, rows in TABLES.items() for i, row in enumerate(rows)],
)
def test_each_row_agrees_with_the_write_up_to_the_last_digit(reference, name, index):
    row = trace(reference(name)).rows[index]
    channels = (row.channels_in, row.channels_out)
    geometry = (row.kernel, row.stride, row.padding, row.dilation, row.groups)
    results = (row.n_out, row.parameters, row.jump_out, row.receptive_field_out)
    assert (row.id, *channels, *geometry, *results) == TABLES[name][index]


@pytest.mark.parametrize("name", TABLES)
def test_each_row_goes_on_where_the_one_before_ended(reference, name):
    side, channels, jump, field = 32, 3, 1, 1
    for row in trace(reference(name)).rows:
        assert (row.n_in, row.channels_in, row.jump_in, row.receptive_field_in) == (side, channels, jump, field)
        side, channels, jump, field = row.n_out, row.channels_out, row.jump_out, row.receptive_field_out


@pytest.mark.parametrize("name", TOTALS)
def test_the_totals_are_those_of_the_write_up(reference, name):
    table = trace(reference(name))
    parameters, millions, before, field = TOTALS[name]
    assert table.parameters == parameters == sum(row.parameters for row in table.rows)
    assert f"{table.multiply_adds / 1e6:.2f}" == millions
    assert (table.receptive_field_before_pooling, table.receptive_field) == (before, field)


def test_the_members_of_a_residual_block_name_it_and_no_other_row_does(reference):
    parents = {row.id: row.parent for row in trace(reference("resnet9-6m6")).rows if row.parent}
    assert parents == {"conv3": "residual1", "conv4": "residual1", "conv7": "residual2", "conv8": "residual2"}


def test_a_residual_block_as_a_whole_has_the_field_of_the_write_up(reference):
    outputs = trace(reference("resnet9-6m6")).outputs
    blocks = {name: (map.side, map.jump, map.receptive_field) for name, map in outputs.items() if "residual" in name}
    assert blocks == {"residual1": (16, 2, 14), "residual2": (4, 8, 64)}
