"""The co-ordinator's desk: organisations, municipalities, needs, lists, people, what is missing, settings."""
