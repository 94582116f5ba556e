import os
import subprocess
import sys

import pytest
import torch

from cifarlab.training import available_devices, device


@pytest.fixture
def fresh():
    available_devices.cache_clear()
    yield
    available_devices.cache_clear()


def listing(monkeypatch, cards, returncode=0, name="NVIDIA H200"):
    text = "".join(f"GPU {index}: {name} (UUID: GPU-{index})\n" for index in range(cards))
    answer = subprocess.CompletedProcess([], returncode, stdout=text)
    monkeypatch.setattr(device.subprocess, "run", lambda *_, **__: answer)


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    ("visible", "expected"),
    [(None, 2), ("0", 1), ("1,0", 2), ("", 0), ("-1", 0), ("GPU-0", 1)],
)
def test_cards_are_those_that_the_system_lists_and_the_user_shows(monkeypatch, visible, expected):
    listing(monkeypatch, 2)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert available_devices() == (*[f"cuda:{index}" for index in range(expected)], "cpu")


@pytest.mark.usefixtures("fresh")
def test_a_card_counts_once_whatever_its_name(monkeypatch):
    listing(monkeypatch, 1, name="NVIDIA GeForce RTX 3060 Laptop GPU")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert available_devices() == ("cuda:0", "cpu")


@pytest.mark.usefixtures("fresh")
def test_a_driver_that_does_not_answer_means_no_cards(monkeypatch):
    listing(monkeypatch, 2, returncode=9)
    assert available_devices() == ("cpu",)


@pytest.mark.usefixtures("fresh")
def test_apple_silicon_has_a_device_of_its_own(monkeypatch):
    listing(monkeypatch, 0)
    monkeypatch.setattr(device.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(device.platform, "machine", lambda: "arm64")
    assert available_devices() == ("mps", "cpu")


def test_asking_for_devices_does_not_import_torch():
    code = "import sys, cifarlab.training as t; t.available_devices(); print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_a_device_is_found_by_name():
    assert device.resolve_device("cpu") == torch.device("cpu")
    assert device.resolve_device("auto").type in ("cpu", "cuda", "mps")
    with pytest.raises(ValueError, match="device: 'tpu' is not here; choose auto, "):
        device.resolve_device("tpu")


def test_the_processor_has_a_name():
    assert device.hardware_name(torch.device("cpu"))


@pytest.mark.parametrize(
    ("granted", "cores"),
    [
        ("300000 100000", 3),
        ("250000 100000", 2),
        ("50000 100000", 1),
        ("max 100000", 8),
        (None, 8),
        ("9999999 1000", 8),
    ],
)
def test_a_container_may_grant_fewer_cores_than_there_are(monkeypatch, tmp_path, granted, cores):
    if granted:
        (tmp_path / "cpu.max").write_text(granted)
    monkeypatch.setattr(device, "_CONTROL_GROUP", tmp_path / "cpu.max")
    monkeypatch.setattr(device.os, "sched_getaffinity", lambda _: range(8))
    assert device.usable_cores() == cores


@pytest.mark.parametrize("chosen", [{"OMP_WAIT_POLICY": "ACTIVE"}, {"GOMP_SPINCOUNT": "7"}])
def test_waiting_threads_soon_sleep_unless_the_user_chose(monkeypatch, chosen):
    monkeypatch.setattr(device.os, "environ", {})
    device.let_idle_threads_sleep()
    assert os.environ == {"GOMP_SPINCOUNT": "10000"}
    monkeypatch.setattr(device.os, "environ", dict(chosen))
    device.let_idle_threads_sleep()
    assert os.environ == chosen
