"""The entry: `streamlit run playground/app.py`. The list of pages and the frame around them."""

import sys
from pathlib import Path

# `streamlit run` puts this file's folder on the path, and the packages stand one above.
sys.path.insert(0, str(Path(__file__).parents[1]))

import streamlit as st

from playground import words
from playground.shell import frame

st.set_page_config(page_title=words.TITLE, page_icon=str(Path(__file__).with_name("icon.svg")), layout="wide")
first = st.Page("../pages/train.py", title="Playground", icon=":material/neurology:", url_path="", default=True)
page = st.navigation(
    [
        first,
        st.Page("../pages/side.py", title="Side by side", icon=":material/view_column:", url_path="side"),
        st.Page("../pages/gradients.py", title="Gradients", icon=":material/trending_down:", url_path="gradients"),
        st.Page("../pages/cells.py", title="Cells", icon=":material/category:", url_path="cells"),
        st.Page("../pages/inside.py", title="Inside a cell", icon=":material/search:", url_path="inside"),
        st.Page("../pages/text.py", title="Text", icon=":material/article:", url_path="text"),
        st.Page("../pages/class.py", title="Class", icon=":material/groups:", url_path="class"),
        st.Page("../pages/guide.py", title="Guide", icon=":material/menu_book:", url_path="guide"),
        # The first page's own name leads to it, with all that its link says.
        st.Page(
            lambda: st.switch_page(first, query_params=st.query_params.to_dict()), url_path="train", visibility="hidden"
        ),
    ],
    position="top",
)
if page.url_path != "train":
    frame.open_page(page.url_path)
page.run()
