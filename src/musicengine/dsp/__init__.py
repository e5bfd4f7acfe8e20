"""Numpy kernels: arrays in, arrays out, no values, no state."""
