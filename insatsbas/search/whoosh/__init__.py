"""The embedded engine, and the only place that imports whoosh."""
