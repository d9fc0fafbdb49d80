"""Equations as LaTeX, and pictures in words: functions of plain data, without Streamlit."""
