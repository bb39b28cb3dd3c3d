"""Masking: a text that must not be kept is taken out of everything that the system keeps, at once."""
