"""The verbs of the engine that belong together, a class a subject; :class:`musicengine.MusicEngine` has them all."""
