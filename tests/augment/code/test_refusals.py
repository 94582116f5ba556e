import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cifarlab.augment.code import read_code

REFUSED = [
    ("", "there is no text"),
    ("x = 3", "there is no albumentations in the text"),
    ("model.fit()", "there is no albumentations in the text"),
    ("A.Compose([\n  A.Blur(),", r"line 1: this is not Python .*never closed"),
    ("A.Compose([A.Blur(]))", "line 1: this is not Python"),
    ("a\0b", "not Python"),
    ("\n\nA.HorizontalFlop()", "line 3: albumentations has no transform HorizontalFlop; did you mean HorizontalFlip"),
    ("!pip install x\n\n\n%matplotlib inline\n\nA.HorizontalFlop()", "line 6: albumentations has no transform"),
    ("```python\n\n\n```\n\nA.HorizontalFlop()", "line 6: albumentations has no transform"),
    ("A.Rotate(limit=angle())", r"line 1: angle\(\) is computed by a call"),
    ("A.Rotate(limit=np.array(5))", r"np.array\(5\) has no value \(it is made of no list\)"),
    ("A.Rotate(limit=np.array([1, 2]) * np.array([1]))", "joins 2 numbers with 1; write as many"),
    ("A.Rotate(limit=np.array([1, 2], dtype=int))", "is computed by a call"),
    ("A.TimeMasking(time_mask_param=mean)", "the code does not say what time_mask_param is"),
    ("A.GridDropout(holes_number_x=17)", r"GridDropout\(holes_number_x=17\) has a value that cannot be"),
    ("A.Rotate(limit=angle)", "the code does not say what angle is"),
    ("A.Rotate(limit=[x for x in y])", "is not a plain value"),
    ("A.Rotate(limit=9 ** 9)", "no arithmetic"),
    ("A.Rotate(limit=1 / 0)", "has no value"),
    ("A.Rotate(limit=9999999 * 9999999)", "a number here is at most"),
    ("A.Rotate(**values)", "hides the arguments"),
    ("A.Rotate(limit=(15, -15))", r"limit: the range \(15, -15\) is upside down"),
    ("A.ToGray(p=1.2)", "line 1: ToGray: p: 1.2 is not allowed; a probability is 0 to 1"),
    ("A.ToGray(p='often')", "p: 'often' is not allowed"),
    ("A.CoarseDropout(max_holes='a')", "min_holes and max_holes"),
    ("A.Blur(3, True, 0.5, 4)", "takes 3 arguments at most; 4 is one more"),
    ("A.Blur(p=1, p=0)", "p is written twice"),
    ("A.Resize(64, 64)", "images here stay 32x32"),
    ("A.PadIfNeeded(40, 40)", r"needs A.RandomCrop\(32, 32\) right behind it"),
    ("A.RandomCrop(32, 32, padding=4)", "padding is torchvision's"),
    ("A.Lambda(image=0)", "functions"),
    ("A.SomeOf([A.Blur()], n=1)", "SomeOf is not offered here"),
    ("A.Sequential([A.Blur(), A.ToGray()])", "Sequential skips several steps at once"),
    ("A.OneOf([A.OneOf([A.Blur()])])", "groups do not nest"),
    (
        "A.OneOf([\n A.Compose([A.Blur(p=1), A.ToGray(p=1)]), A.CLAHE(p=1)])",
        "line 2: Compose in OneOf is one choice of 2 steps; write one step for each choice",
    ),
    ("A.OneOf([A.Compose([]), A.Blur()])", "one choice of 0 steps"),
    ("A.OneOf([A.Sequential([A.Blur(p=1), A.ToGray(p=1)]), A.CLAHE()])", "Sequential in OneOf is one choice of 2"),
    (
        "A.OneOf([A.Sequential([A.HorizontalFlip(p=0.5)], p=1), A.VerticalFlip(p=1)])",
        "Sequential in OneOf is chosen first, and then its step applies with p=0.5 only, .*; write p=1 in the step",
    ),
    ("A.OneOf([A.Compose([A.HorizontalFlip()]), A.Blur()])", "Compose in OneOf is chosen first"),
    ("A.OneOf([A.Compose([A.OneOf([A.Blur()], p=1)])])", "groups do not nest"),
    ("A.OneOf([A.Compose([A.Blur(p=1)], p=0.5), A.ToGray()])", "give each step its own p"),
    ("A.Compose([A.Blur()], p=0.5)", "give each step its own p"),
    ("A.Compose(steps)", "is not a list of transforms"),
    ("A.Normalize(normalization='min_max')", "only the standard normalisation"),
    ("transforms.Compose([transforms.ToTensor()])", r"Compose is torchvision's.*write A.Compose"),
    ("import torchvision.transforms as X\nX.RandomRotation(5)", r"line 2: RandomRotation is torchvision's.*A.Rotate"),
    ("A.Compose([T.RandAugment()])", "RandAugment is torchvision's.*leave it out"),
    ("A.Blur()" + " " * 20_000, "20,008 characters"),
    ("[" * 1000 + "A.Blur()" + "]" * 1000, "nests deeper than 60 levels"),
    ("A.Blur(" + "-" * 19_000 + "1)", "nests deeper"),
    ("a" + ".a" * 9_000, "nests deeper"),
    ("A.Compose([\n" + "A.Blur(),\n" * 65 + "])", "65 steps are not allowed"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_read_is_refused_in_one_sentence(text, message):
    with pytest.raises(ValueError, match=message) as refusal:
        read_code(text)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 400


def test_names_that_stand_for_endless_values_are_refused():
    doubling = "a0 = (1, 1)\n" + "".join(f"a{n + 1} = (a{n}, a{n})\n" for n in range(60))
    with pytest.raises(ValueError, match="line 62"):
        read_code(f"{doubling}A.Rotate(limit=a60)")


def test_lists_that_stand_for_endless_steps_are_refused():
    doubling = "a0 = [A.Blur()]\n" + "".join(f"a{n + 1} = a{n} + a{n}\n" for n in range(15))
    with pytest.raises(ValueError, match="stands for too many steps"):
        read_code(f"{doubling}A.Compose(a15)")


@pytest.mark.parametrize(
    "text",
    [
        "def f(steps):\n    steps = steps + [A.ToGray()]\n    return A.Compose(steps)",
        "class C:\n    steps = [A.Blur(), *self.steps]\n    train = A.Compose(steps)",
        "x = 1\nflip = A.OneOf([flip, A.Blur()])\nA.Compose([flip])",
        "a = b\nb = a\nA.Compose(a)",
        "a0 = [A.Blur()]\n" + "".join(f"a{n + 1} = a{n}\n" for n in range(1000)) + "A.Compose(a1000)",
    ],
)
def test_lists_that_are_made_of_themselves_or_of_endless_names_are_refused(text):
    with pytest.raises(ValueError, match=r"^line \d+: \S+ is made of itself, or of too many names"):
        read_code(text)


def test_a_list_may_grow_from_what_its_name_stood_for():
    text = "steps = [A.Blur()]\nsteps = steps + [A.ToGray()]\nsteps = [A.OneOf(steps)]\nA.Compose(steps)"
    (group,) = read_code(text).augmentation.steps
    assert len(group.steps) == 2


def test_nothing_in_the_text_is_run(tmp_path):
    witness = tmp_path / "run"
    text = f"open({str(witness)!r}, 'w')\nA.Compose([A.ToGray(), A.Blur()])\nassert False"
    assert len(read_code(text).augmentation.steps) == 2
    assert not witness.exists()


def only_a_value_error(text):
    with contextlib.suppress(ValueError):
        read_code(text)


@settings(max_examples=150)
@given(st.text() | st.text(alphabet="A.Compose([])FlipBlur=,*-0123 \n'\"{}lambda:"))
def test_random_text_is_read_or_refused(text):
    only_a_value_error(text)


PIECES = [
    "(",
    ")",
    "[",
    "]",
    ",",
    "=",
    "*",
    "**",
    "None",
    "-1",
    "1e400",
    "'x'",
    "A.OneOf(",
    "p",
    "lambda: 0",
    "\n",
    "#",
]


@settings(max_examples=150)
@given(data=st.data())
def test_mutated_code_is_read_or_refused(published_code_text, data):
    text = published_code_text
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(st.sampled_from(PIECES) | st.text(max_size=3)) + text[end:]
    only_a_value_error(text)


VALUES = [
    "None",
    "True",
    "'a'",
    "()",
    "(1,)",
    "(1, 2, 3)",
    "{}",
    "{'x': 1}",
    "-1",
    "0",
    "1e9",
    "0.5",
    "((1, 2), 3)",
    "mean",
]


@settings(max_examples=250)
@given(data=st.data())
def test_any_value_for_any_argument_is_read_or_refused(data):
    from cifarlab.augment.code.modern import parameters
    from cifarlab.augment.code.signatures import signature_1x, transforms_1x
    from cifarlab.augment.selection import all_transforms

    name = data.draw(st.sampled_from(sorted({*transforms_1x(), *all_transforms(), "OneOf", "Normalize"})))
    arguments = sorted({*signature_1x(name), *parameters(name), "p"})
    chosen = data.draw(st.lists(st.sampled_from(arguments), max_size=3, unique=True))
    only_a_value_error(f"A.{name}({', '.join(f'{key}={data.draw(st.sampled_from(VALUES))}' for key in chosen)})")
