"""A recipe as one short word that fits into a link."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from typing import Any

from cifarlab.recipe.concise import to_concise
from cifarlab.recipe.document import Recipe
from cifarlab.recipe.yaml_text import MAXIMUM_DEPTH, is_deeper_than
from cifarlab.spec import SpecError, read_spec

VERSION = 1
MAXIMUM_CHARACTERS = 100_000
MAXIMUM_BYTES = 1_000_000

_FORM = re.compile(r"r(\d{1,4})-([A-Za-z0-9_-]*)", re.ASCII)


def to_share_text(recipe: Recipe) -> str:
    """The recipe as letters, digits, `-` and `_`: format version, then JSON, deflated, in base64url.

    Raises:
        SpecError: it is too large for `from_share_text`.
    """
    document = json.dumps(to_concise(recipe), ensure_ascii=False, separators=(",", ":")).encode()
    packed = base64.urlsafe_b64encode(zlib.compress(document, 9))
    text = f"r{VERSION}-{packed.decode().rstrip('=')}"
    _refuse_excess(len(document), MAXIMUM_BYTES, "bytes")
    _refuse_excess(len(text), MAXIMUM_CHARACTERS, "characters")
    return text


def from_share_text(text: str) -> Recipe:
    """The recipe of a text that `to_share_text` made; white space around it, as from an e-mail, is ignored.

    Raises:
        SpecError: the text is foreign, too long, cut short, from a newer format, or not a valid recipe.
    """
    text = text.strip()
    _refuse_excess(len(text), MAXIMUM_CHARACTERS, "characters")
    form = _FORM.fullmatch(text)
    if form is None:
        raise SpecError([f"share text: {_beginning(text)} is not a shared recipe; one begins with r{VERSION}-"])
    if int(form[1]) != VERSION:
        update = "a newer CIFAR Lab made it: update this one"
        raise SpecError([f"share text: format {form[1]} is not known here, only {VERSION}; {update}"])
    try:
        return read_spec(Recipe, _document(form[2]))
    except SpecError as error:
        raise SpecError(f"share text: {finding}" for finding in error.findings) from error


def _refuse_excess(size: int, most: int, unit: str) -> None:
    if size > most:
        allowed = f"a shared recipe has at most {most:,}; give it as a YAML file instead"
        raise SpecError([f"share text: {size:,} {unit} are not allowed; {allowed}"])


def _beginning(text: str) -> str:
    return repr(text if len(text) <= 20 else text[:20] + "…")


def _document(packed: str) -> dict[str, Any]:
    inflate = zlib.decompressobj()
    try:
        deflated = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        document = inflate.decompress(deflated, MAXIMUM_BYTES)
    except (binascii.Error, zlib.error) as error:
        raise SpecError(["it is damaged or cut short; copy the whole link again"]) from error
    if inflate.unconsumed_tail:
        raise SpecError([f"it unpacks to more than {MAXIMUM_BYTES:,} bytes, which no recipe needs"])
    if not inflate.eof:
        raise SpecError(["it is cut short; copy the whole link again"])
    try:
        shared = json.loads(document)
        # Half a surrogate pair is text to JSON, and nothing that a file or a page can hold.
        json.dumps(shared, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise SpecError(["what it unpacks to is not a recipe"]) from error
    if not isinstance(shared, dict) or is_deeper_than(shared, MAXIMUM_DEPTH):
        raise SpecError(["what it unpacks to is not a recipe"])
    return shared
