"""How typical a record is of those that charted, and models calibrated to your own catalogue."""

from __future__ import annotations

from musicengine.hits.calibration import fit, measure_reliability
from musicengine.hits.comparison import compare, nearest
from musicengine.hits.features import extract_features
from musicengine.hits.score import predict
from musicengine.hits.trends import mine_trends, parse_records

__all__ = [
    "compare",
    "extract_features",
    "fit",
    "measure_reliability",
    "mine_trends",
    "nearest",
    "parse_records",
    "predict",
]
