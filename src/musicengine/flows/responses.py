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
    Response("balance.air", "brightness", 2.3, 1.00),
    Response("balance.air", "vocal_level_db", -0.512, 1.00),
    Response("balance.low_end", "vocal_level_db", -0.669, 1.00),
    Response("balance.presence", "brightness", 1.63, 0.97),
    Response("dynamics.range", "dynamics", 1.35, 0.97),
    Response("dynamics.range", "vocal_level_db", 0.143, 0.85),
    Response("form.contrast", "brightness", -0.314, 0.88),
    Response("form.contrast", "dynamics", 0.617, 0.97),
    Response("form.contrast", "vocal_level_db", 0.0921, 0.91),
    Response("stereo.correlation", "width", -0.214, 1.00),
    Response("stereo.width", "width", 6.02, 1.00),
)

RESPONSES: dict[str, tuple[Response, ...]] = {
    rule: tuple(item for item in _LIST if item.rule == rule) for rule in {item.rule for item in _LIST}
}
"""The responses of each rule that has any."""
