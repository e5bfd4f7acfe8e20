"""musicengine hears, makes and judges music.

Every public name can be imported from here. It is loaded when it is first used, so ``import musicengine`` is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicengine import _lazy

if TYPE_CHECKING:
    from musicengine import audio as audio
    from musicengine import codec as codec
    from musicengine import lyrics as lyrics
    from musicengine import synth as synth
    from musicengine._version import __version__ as __version__
    from musicengine.engine import MusicEngine as MusicEngine
