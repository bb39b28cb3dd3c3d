"""Needs and other terms, interventions, occasions and lessons. No pages: those live in higher features."""
