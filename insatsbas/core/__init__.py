"""What every feature stands on: settings, database, clock, errors, jobs, templates. Knows no feature."""
