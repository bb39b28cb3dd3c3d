"""Pages that bring features together: start, an intervention, needs, municipalities, organisations, the knowledge bank, ourselves."""
