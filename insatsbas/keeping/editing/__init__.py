"""Entering, changing, pausing, ending and starting an organisation's own interventions."""
