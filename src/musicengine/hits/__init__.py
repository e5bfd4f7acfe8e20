"""How typical a record is of those that charted, and models calibrated to your own catalogue."""
