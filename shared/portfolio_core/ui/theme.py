"""The look of every page: local fonts only, calm colours, one accent."""

import gradio as gr

_FONTS = (
    "system-ui",
    "Pretendard",
    "Apple SD Gothic Neo",
    "Noto Sans KR",
    "NanumGothic",
    "sans-serif",
)
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

THEME = gr.themes.Soft(
    primary_hue="teal",
    secondary_hue="teal",
    neutral_hue="slate",
    font=list(_FONTS),
    font_mono=list(_MONO),
).set(
    # Soft's own grey on white is 2.6 : 1; slate-500 gives 4.8 : 1.
    body_text_color_subdued="*neutral_500",
    input_placeholder_color="*neutral_500",
    # The same in the dark: 2.2 : 1, and 4 : 1; more would be taken for what was typed.
    input_placeholder_color_dark="*neutral_400",
    input_border_width="1px",
    input_border_color="*neutral_300",
    input_border_color_dark="*neutral_600",
    # Soft's own cannot be seen on white.
    checkbox_border_color="*neutral_500",
    # Labels as plain words: the one coloured thing on a page is its main action.
    block_title_background_fill="none",
    block_title_background_fill_dark="none",
    block_title_text_color="*neutral_600",
    block_title_text_color_dark="*neutral_300",
    block_title_padding="0",
    block_label_background_fill="none",
    block_label_background_fill_dark="none",
    block_label_text_color="*neutral_600",
    block_label_text_color_dark="*neutral_300",
    # White on teal-500 is too weak to read; teal-700 gives 5.5 : 1.
    button_primary_background_fill="*primary_700",
    button_primary_background_fill_hover="*primary_800",
    button_primary_background_fill_dark="*primary_700",
    button_primary_background_fill_hover_dark="*primary_600",
)

WAVEFORM = gr.WaveformOptions(waveform_color="#94a3b8", waveform_progress_color="#0f766e")

CSS = """
.gradio-container { max-width: 820px !important; margin: 0 auto !important; }
/* Two things side by side need more than a column of text. */
.gradio-container:has(.wide) { max-width: 1120px !important; width: 100%; }
/* Where files are dropped, and pasted. */
.paste-here { border: 2px dashed var(--input-border-color) !important; }
/* Gradio would offer to remove files from a result, too. */
.label-clear-button:not(.paste-here *) { display: none; }
.intro h1 { font-size: 1.75rem; margin-bottom: 0.25rem; }
.intro p { color: var(--body-text-color-subdued); }
/* A page is as wide as the screen, also on a phone; long code scrolls or wraps by itself. */
.gradio-container .block, .gradio-container .tabitem { min-width: 0; }
.cm-editor .cm-scroller { line-height: 1.5; }
/* The visitor is told sentences; "14/30 steps | 0.1s" beside them is noise. */
.meta-text, .meta-text-center { display: none; }
/* What draws its own frame stands in line with the buttons around it. */
.flush .html-container { padding: 0 !important; }
.framed textarea { border: 1px solid var(--input-border-color) !important; }
/* What stands behind the only link, and on a phone alone. */
footer .divider { display: none !important; }
.note p { font-size: 0.875rem; color: var(--body-text-color-subdued); }
/* What folds has its arrow whole and its words on the left, also on a phone. */
.label-wrap { text-align: left; }
.label-wrap .icon { flex: none; margin-left: 0.5rem; }
.engine .label-wrap { font-size: 0.875rem; color: var(--body-text-color-subdued); }
"""
