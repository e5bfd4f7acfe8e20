"""For people who write backends: conformance checks for every protocol, and fakes that record and replay.

``check(backend)`` calls each verb of the backend's protocol the way an engine does and says everything that it does not
keep. ``record(backend)`` and ``replay(calls)`` stand in for a backend in tests of what is around it.
"""

from __future__ import annotations

from musicengine.testing.conformance import check
from musicengine.testing.recording import Recorded, record, replay

__all__ = ["Recorded", "check", "record", "replay"]
