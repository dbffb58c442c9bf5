"""The look of every page: local fonts only, calm colours, one accent."""

import gradio as gr

_FONTS = ("system-ui", "Pretendard", "Apple SD Gothic Neo", "Noto Sans KR", "NanumGothic", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "NanumGothicCoding", "monospace")

THEME = gr.themes.Soft(
    primary_hue="teal",
    secondary_hue="teal",
    neutral_hue="slate",
    font=list(_FONTS),
    font_mono=list(_MONO),
)

CSS = """
.gradio-container { max-width: 960px !important; margin: 0 auto !important; }
"""
