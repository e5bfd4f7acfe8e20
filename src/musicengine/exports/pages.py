"""A value's view as a whole page of HTML that needs nothing from outside."""

from __future__ import annotations

from html import escape

from musicengine.values._frame import shown
from musicengine.values._value import Value

__all__ = ["to_html"]


def to_html(value: Value, *, title: str = "") -> str:
    """The view that a notebook shows, as a page.

    Args:
        value: any.
        title: of the page; the name of the value's class by default.
    """
    name = shown(escape(title or type(value).__name__))
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width'><meta name='color-scheme' content='light dark'>"
        f"<title>{name}</title></head><body style='font-family:system-ui,sans-serif;margin:2em'>"
        f"<h1>{name}</h1>{value._repr_html_()}</body></html>\n"
    )
