"""What every value keeps, whatever it holds."""

from __future__ import annotations

import contextlib
import json
import pickle
import re
from html.parser import HTMLParser
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicengine import Audio, codec
from musicengine.errors import CodecError
from musicengine.values._catalogue import every_value
from musicengine.values._value import Value, fields
from tests.strategies import EVERY, values

each_kind = pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_every_value_has_a_strategy() -> None:
    assert set(every_value()) == set(EVERY)


@each_kind
@few
@given(data=st.data())
def test_bytes_bring_back_the_same_value(kind: type[Value], data: st.DataObject) -> None:
    value = data.draw(EVERY[kind])
    again = codec.decode(codec.encode(value))
    assert again == value
    assert again.digest == value.digest
    assert codec.encode(again) == codec.encode(value)


@each_kind
@few
@given(data=st.data())
def test_json_brings_back_the_same_value(kind: type[Value], data: st.DataObject) -> None:
    value = data.draw(EVERY[kind])
    text = codec.to_json(value)
    assert codec.from_json(text) == value
    assert json.loads(text)["type"] == kind.__name__


@each_kind
@few
@given(data=st.data())
def test_pickle_brings_back_the_same_frozen_value(kind: type[Value], data: st.DataObject) -> None:
    value = data.draw(EVERY[kind])
    again = pickle.loads(pickle.dumps(value))
    assert again == value
    assert hash(again) == hash(value)
    for field in fields(again):
        item = getattr(again, field.name)
        assert not (isinstance(item, np.ndarray) and item.flags.writeable)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(again, field.name, item)


@each_kind
@few
@given(data=st.data())
def test_shows_as_one_short_line_and_as_a_closed_fragment(kind: type[Value], data: st.DataObject) -> None:
    value = data.draw(EVERY[kind])
    assert len(repr(value)) <= 200
    assert "\n" not in repr(value)
    page = value._repr_html_()
    assert not re.search(r"(src|href)\s*=\s*['\"]?https?:", page)
    assert _open_tags(page) == []


@given(value=values, damage=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damaged_bytes_are_refused_or_read_never_anything_else(value: Value, damage: st.DataObject) -> None:
    whole = codec.encode(value)
    at = damage.draw(st.integers(0, len(whole) - 1))
    broken = damage.draw(st.sampled_from([whole[:at], whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :]]))
    with contextlib.suppress(CodecError):
        codec.decode(broken)


@pytest.mark.parametrize("offset", [-1, -200, 10**6])
def test_a_reference_outside_the_bytes_is_refused(offset: int) -> None:
    whole = codec.encode(Audio([0.0, 0.5], 8000))
    reference = b'"npy": 0,'
    assert reference in whole
    start, header_end = 8, 16 + int.from_bytes(whole[8:16], "little")
    header = whole[16:header_end].replace(reference, f'"npy": {offset},'.encode())
    moved = whole[:start] + len(header).to_bytes(8, "little") + header + whole[header_end:]
    with pytest.raises(CodecError, match="outside the bytes"):
        codec.decode(moved)


def test_an_array_header_that_cannot_be_parsed_is_refused() -> None:
    whole = codec.encode(Audio([0.0, 0.5], 8000))
    with pytest.raises(CodecError, match="array is damaged"):
        codec.decode(whole.replace(b"False,", b"Fal)e,"))


def _open_tags(page: str) -> list[str]:
    """The tags left open, but for those that never close."""
    left: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: Any) -> None:
            if tag not in ("br", "img", "meta", "source"):
                left.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert left.pop() == tag

        def handle_startendtag(self, tag: str, attrs: Any) -> None:
            """A tag such as <br/> is closed already."""

    Reader().feed(page)
    return left
