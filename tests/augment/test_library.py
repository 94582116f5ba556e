"""What importing and building load: measured in fresh interpreters, because this one has loaded everything."""

import importlib
import subprocess
import sys

import pytest

HEAVY = "sorted({'albumentations', 'cv2', 'torch', 'streamlit'} & sys.modules.keys())"


def loaded_after(code: str) -> str:
    program = f"import os, sys\n{code}\nprint({HEAVY}, os.environ.get('NO_ALBUMENTATIONS_UPDATE'))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.fixture(autouse=True)
def _no_preset(monkeypatch):
    monkeypatch.delenv("NO_ALBUMENTATIONS_UPDATE", raising=False)


def test_importing_the_package_loads_neither_opencv_nor_albumentations_nor_torch():
    assert loaded_after("import cifarlab.augment") == "[] None"


def test_the_pipeline_class_alone_loads_nothing_either():
    assert loaded_after("from cifarlab.augment import Pipeline") == "[] None"


def test_the_first_pipeline_loads_albumentations_without_torch_and_without_its_update_check():
    build = (
        "from cifarlab.augment import Augmentation, Normalization, Pipeline\n"
        "numbers = Normalization(mean=(0, 0, 0), std=(1, 1, 1))\n"
        "Pipeline(Augmentation(steps=({'type': 'to_gray'},), normalize=numbers))"
    )
    assert loaded_after(build) == "['albumentations', 'cv2'] 1"


def test_a_document_loads_albumentations_only_if_a_step_names_one_of_its_transforms():
    read = "from cifarlab.augment import Augmentation\nAugmentation(steps=({},))"
    group = "{'type': 'one_of', 'steps': [{'type': 'to_gray'}]}"
    assert loaded_after(read.format(group)) == "[] None"
    assert (
        loaded_after(read.format("{'type': 'albumentations', 'transform': 'CLAHE'}")) == "['albumentations', 'cv2'] 1"
    )


def test_the_torch_half_of_albumentations_can_still_be_imported_afterwards():
    # In this process, because importing torch takes seconds.
    assert importlib.import_module("cifarlab.augment.library").albumentations is sys.modules["albumentations"]
    assert importlib.import_module("albumentations.pytorch").ToTensorV2
