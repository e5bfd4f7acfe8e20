"""The iXML chunk of WAV files (iXML 1.61): project and note, and the music fields of Sony's extension (ASWG-G006 1.1).

Sample libraries and workstations read tempo and key from there, which the broadcast extension has no place for.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

from musicengine.values._frame import shown

__all__ = ["pack_ixml"]

_VERSION, _EXTENSION = "1.61", "1.1"


def pack_ixml(before: bytes | None, *, project: str, note: str, music: Mapping[str, str]) -> bytes | None:
    """The chunk. What is empty is not written, what the file has and is not given stays.

    Args:
        before: the chunk that the file has.
        project: that the recording belongs to.
        note: free text.
        music: elements of the extension by name, in the order of its schema.

    Returns:
        The chunk; None if the file's own cannot be read, and is better left as it is.
    """
    root = ElementTree.Element("BWFXML")
    if before is not None and before.strip(b"\0 \r\n"):
        found = _parsed(before)
        if found is None:
            return None
        root = found
    if root.find("IXML_VERSION") is None:
        _set(root, "IXML_VERSION", _VERSION)
    for name, text in (("PROJECT", project), ("NOTE", note)):
        _set(root, name, text)
    extension = root.find("ASWG")
    if any(music.values()):
        extension = ElementTree.SubElement(root, "ASWG") if extension is None else extension
        for name, text in music.items():
            _set(extension, name, text)
        if extension.find("schemaVersion") is None:
            _set(extension, "schemaVersion", _EXTENSION)
    content: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return content


def _parsed(content: bytes) -> ElementTree.Element | None:
    """The document, unless it is another, damaged, or declares entities, which could grow without end."""
    if b"<!" in content.replace(b"<!--", b""):
        return None
    try:
        root = ElementTree.fromstring(content.rstrip(b"\0"))
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    return root if root.tag == "BWFXML" else None


def _set(parent: ElementTree.Element, name: str, text: str) -> None:
    if not text:
        return
    found = parent.find(name)
    (ElementTree.SubElement(parent, name) if found is None else found).text = shown(text)
