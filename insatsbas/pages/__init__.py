"""Pages that bring features together: start, an intervention, health, errors."""
