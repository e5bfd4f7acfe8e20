"""musicengine hears, makes and judges music."""
