"""Files that a visitor gives to a page."""

from __future__ import annotations

from streamlit.runtime.uploaded_file_manager import UploadedFile

from cifarlab.spec import SpecError


def text_of(file: UploadedFile) -> str:
    """The text of a file; raises SpecError when it is not UTF-8."""
    try:
        return file.getvalue().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError([f"{file.name} is not a text file: byte {error.start + 1} is not UTF-8"]) from error
