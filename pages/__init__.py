"""The pages of the laboratory, one module each; `app.py` navigates between them."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

# A fresh server takes a folder called `pages` for Streamlit's older navigation, and runs the page that a visitor's link
# names without app.py. Whoever comes first turns that off, for the whole process, and starts again.
if PagesManager.uses_pages_directory and get_script_run_ctx(suppress_warning=True):
    PagesManager.uses_pages_directory = False
    st.rerun()
