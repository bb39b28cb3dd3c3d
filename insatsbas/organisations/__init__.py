"""Organisations and municipalities: who owns interventions, and where they are given."""
