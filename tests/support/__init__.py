"""What the fixtures are made of: the checks of a page, a database cluster, processes."""
