"""In and out: import, export, the demo catalogue, and the API."""
