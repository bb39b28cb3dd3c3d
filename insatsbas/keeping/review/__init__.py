"""The review: active and paused entries are confirmed by their owners for each day of review, and letters remind of it."""
