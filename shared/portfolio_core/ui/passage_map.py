"""Passages and a question as points of a globe: near each other where they mean the same."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.rag import Embedder
from portfolio_core.engines.rag.index import Index
from portfolio_core.ui.i18n import Locale, Words

MOST_POINTS = 2000
_LABEL_CHARACTERS = 70
_COLOURS = ("#0f766e", "#b45309", "#4f46e5", "#be185d", "#4d7c0f", "#0369a1", "#7c3aed", "#57534e")
_ASKED = "#dc2626"

Vectors = npt.NDArray[np.float32]


def placed(passages: Vectors, question: Vectors) -> tuple[Vectors, Vectors]:
    """Return where passages and question stand on the unit sphere, shapes (n, 3) and (m, 3).

    The three directions in which the passages differ most (principal components) are kept, and
    what is left is made as long as one again. That a point is near says less than its cosine.
    """
    middle = passages.mean(axis=0)
    both = np.concatenate([passages, question]) - middle
    _, _, directions = np.linalg.svd(passages - middle, full_matrices=False)
    flat = np.zeros((len(both), 3), np.float32)
    axes = directions[:3]
    flat[:, : len(axes)] = both @ axes.T
    lengths = np.linalg.norm(flat, axis=1, keepdims=True)
    flat /= np.where(lengths > 0, lengths, 1)
    return flat[: len(passages)], flat[len(passages) :]


def of(index: Index, embedder: Embedder, question: str, words: Words, locale: Locale) -> Any:  # noqa: ANN401
    """Draw the map of an index and a question; without one where it is empty."""
    rows = np.linspace(0, len(index.passages) - 1, min(len(index.passages), MOST_POINTS))
    chosen = np.unique(rows.astype(np.int64))
    vectors = index.vectors(chosen)
    asked = embedder.question(question) if question else vectors[:0]
    names = [(index.passages[row].document, index.passages[row].text) for row in chosen]
    return figure(vectors, asked, names, words, locale)


def figure(
    passages: Vectors,
    question: Vectors,
    names: Sequence[tuple[str, str]],
    words: Words,
    locale: Locale,
) -> Any:  # noqa: ANN401 - plotly has no types
    """Draw the map.

    Args:
        passages: Vectors of length 1, shape (n, dimension).
        question: The question's, shape (1, dimension), or none of them: (0, dimension).
        names: Document and text of each passage, for the pointer.
        words: The words of the page: ``map_question`` and ``map_cosine``.
        locale: The visitor's language.
    """
    import plotly.graph_objects as plotly

    points, asked = placed(passages, question)
    cosines = passages @ question[0] if len(question) else np.full(len(passages), np.nan)
    drawing = plotly.Figure(_globe(plotly))
    for number, document in enumerate(dict.fromkeys(name for name, _ in names)):
        rows = [row for row, (name, _) in enumerate(names) if name == document]
        drawing.add_trace(
            plotly.Scatter3d(
                x=points[rows, 0], y=points[rows, 1], z=points[rows, 2],
                mode="markers", name=_plain(document),
                marker={"size": 5, "color": _COLOURS[number % len(_COLOURS)]},
                text=[_hover(names[row][1], cosines[row], words, locale) for row in rows],
                hoverinfo="text",
            )
        )  # fmt: skip
    if len(asked):
        drawing.add_trace(
            plotly.Scatter3d(
                x=asked[:, 0], y=asked[:, 1], z=asked[:, 2], mode="markers",
                name=words.say("map_question", locale), hoverinfo="name",
                marker={"size": 9, "color": _ASKED, "symbol": "diamond"},
            )
        )  # fmt: skip
    hidden = {"visible": False, "showspikes": False}
    drawing.update_layout(
        height=420,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        paper_bgcolor="rgba(0,0,0,0)",
        font={"color": "#64748b"},
        legend={"orientation": "h", "y": 0},
        scene={"xaxis": hidden, "yaxis": hidden, "zaxis": hidden, "aspectmode": "cube"},
    )
    return drawing


def _globe(plotly: Any) -> Any:  # noqa: ANN401
    """Return circles of latitude and longitude, as one line with gaps."""
    turn = np.append(np.linspace(0, 2 * np.pi, 49), np.nan)
    circles = []
    for angle in np.deg2rad([-60, -30, 0, 30, 60]):
        ring = np.cos(angle)
        circles.append((ring * np.cos(turn), ring * np.sin(turn), np.sin(angle) + 0 * turn))
    for angle in np.deg2rad([0, 30, 60, 90, 120, 150]):
        across = np.cos(turn)
        circles.append((across * np.cos(angle), across * np.sin(angle), np.sin(turn)))
    x, y, z = (np.concatenate(axis) for axis in zip(*circles, strict=True))
    line = {"color": "#94a3b8", "width": 1.5}
    return plotly.Scatter3d(
        x=x, y=y, z=z, mode="lines", line=line, hoverinfo="skip", showlegend=False, opacity=0.4
    )


def _hover(text: str, cosine: float, words: Words, locale: Locale) -> str:
    start = _plain(text[:_LABEL_CHARACTERS]) + ("…" if len(text) > _LABEL_CHARACTERS else "")
    if np.isnan(cosine):
        return start
    return f"{start}<br>{words.say('map_cosine', locale, cosine=f'{cosine:.2f}')}"


def _plain(text: str) -> str:
    """Return ``text`` with nothing that Plotly takes for a tag, a link or a break."""
    return " ".join(text.replace("&", "＆").replace("<", "‹").replace(">", "›").split())  # noqa: RUF001
