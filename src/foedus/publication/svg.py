# SPDX-License-Identifier: Apache-2.0
"""Elements of SVG 1.1 as escaped text: the little that charts and maps need.

Coordinates are written with one decimal, so that the same numbers give the same bytes. Colours are
classes of the style sheet; no element names one.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

Value = str | int | float


def element(name: str, *children: str, **attributes: Value | None) -> Markup:
    """Return one element; `_` in a name stands for `-`, and attributes that are None are left out.

    Children that are not Markup are escaped.
    """
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(escape(child) for child in children)
    text = f"<{name}{said}>{inner}</{name}>" if inner else f"<{name}{said}/>"
    return Markup(text)  # noqa: S704 - every part of it has been escaped above


def number(value: Value) -> str:
    """Return a coordinate with at most one decimal; text stays as it is."""
    if isinstance(value, float):
        # Adding zero turns a negative zero into zero.
        return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")
    return str(value)


def drawing(width: float, height: float, title: str, *children: str, class_: str = "") -> Markup:
    """Return a whole drawing, `width` x `height` units, that scales to the room it is given."""
    return element(
        "svg",
        element("title", title),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(float(width))} {number(float(height))}",
        role="img",
        class_=class_ or None,
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """Return a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rect(x: float, y: float, width: float, height: float, class_: str) -> Markup:
    """Return a rectangle from its upper left corner."""
    return element("rect", x=x, y=y, width=width, height=height, class_=class_)


def text(x: float, y: float, words: str, class_: str = "", anchor: str = "start") -> Markup:
    """Return a line of text on the baseline `y`; `anchor` is start, middle or end."""
    anchored = None if anchor == "start" else anchor
    return element("text", words, x=x, y=y, class_=class_ or None, text_anchor=anchored)


def path(rings: Iterable[Iterable[tuple[float, float]]], class_: str) -> Markup:
    """Return closed rings as one path."""
    parts = (
        "M" + "L".join(f"{number(float(x))} {number(float(y))}" for x, y in ring) + "Z"
        for ring in rings
    )
    return element("path", d="".join(parts), class_=class_)


def group(*children: str, class_: str = "") -> Markup:
    """Return children as one group."""
    return element("g", *children, class_=class_ or None)
