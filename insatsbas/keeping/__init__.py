"""Keeping the catalogue: editing, review, reports and the co-ordinator's desk. A package for each subject, with the same file names."""
