import subprocess
import sys

import pytest

PAGES_TAKEN_ANEW = """
import resource, torch
from cifarlab.training.learning.memory import keep_freed_memory
{keep}
def faults(): return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def work(): return torch.zeros(64, 2**18).add_(1)
work(), work()
before = faults()
for _ in range(20): work()
print(faults() - before)
"""


def pages_taken_anew(keep):
    code = PAGES_TAKEN_ANEW.format(keep=keep)
    return int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only the GNU C library can be told")
def test_freed_memory_is_used_again_without_asking_the_system():
    assert pages_taken_anew("assert keep_freed_memory()") < 0.5 * pages_taken_anew("")


def test_other_systems_are_left_alone(monkeypatch):
    from cifarlab.training.learning.memory import keep_freed_memory

    monkeypatch.setattr(sys, "platform", "darwin")
    assert keep_freed_memory() is False
