"""How measurements answer the knobs of a brief.

A slope says by how much a measurement moves, in its own unit, when a knob is turned by one; its trust is the share of
takes in which it moved that way at all. Both are measured on generated takes by ``tools/measure_responses.py``.
"""

from __future__ import annotations

import attrs

__all__ = ["RESPONSES", "Response"]


@attrs.frozen
class Response:
    """What turning a knob does to a measurement.

    Args:
        rule: that judges the measurement.
        knob: a field of Brief.
        slope: units of the measurement a unit of the knob.
        trust: how surely, in [0, 1].
    """

    rule: str
    knob: str
    slope: float
    trust: float


_LIST = (
    Response("balance.low_end", "brightness", -1.0, 0.5),
    Response("balance.mud", "brightness", -1.0, 0.5),
    Response("balance.mud", "density", -1.0, 0.5),
    Response("balance.presence", "brightness", 3.0, 0.7),
    Response("balance.air", "brightness", 3.0, 0.7),
    Response("dynamics.range", "dynamics", 2.0, 0.7),
    Response("dynamics.peak_to_loudness", "dynamics", 1.0, 0.5),
    Response("stereo.width", "width", 6.0, 0.9),
    Response("stereo.correlation", "width", -0.4, 0.7),
    Response("tempo.steadiness", "drift", 200.0, 0.7),
)

RESPONSES: dict[str, tuple[Response, ...]] = {
    rule: tuple(item for item in _LIST if item.rule == rule) for rule in {item.rule for item in _LIST}
}
"""The responses of each rule that has any."""
