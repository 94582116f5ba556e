import logging
from pathlib import Path

import pytest

from cifarlab.command_line.run_log import logged

FULL = Path("/dev/full")


def test_what_the_library_says_goes_to_the_end_of_the_log(tmp_path):
    log = tmp_path / "log.txt"
    log.write_text("before\n")
    with logged(log):
        logging.getLogger("cifarlab.training").info("the %s record", "first")
    logging.getLogger("cifarlab.training").warning("too late")
    before, line = log.read_text().splitlines()
    assert before == "before"
    assert line.endswith(" INFO the first record")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_full_disk_costs_the_log_and_nothing_else(tmp_path, capsys):
    (tmp_path / "log.txt").symlink_to(FULL)
    with logged(tmp_path / "log.txt"):
        logging.getLogger("cifarlab").info("a record")
    assert capsys.readouterr() == ("", "")
