"""Insight: what there is and what is missing, over needs and municipalities."""
