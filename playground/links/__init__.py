"""What a link can say: the experiment, the settings of pages, presets, networks side by side. Without Streamlit."""
