"""Finding: Swedish analysis, query, the index kept in step, the engine's protocol, and the search page."""
