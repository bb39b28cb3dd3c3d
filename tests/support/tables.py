"""The tables of our own pages of text, so that what they say can be held against what is."""

import re

from tests.support.needs import ROOT


def rows_of(file: str, heading: str) -> dict[str, list[int]]:
    """The rows of the table under a heading of the second level: the code in each, and its numbers in order."""
    text = (ROOT / file).read_text("utf-8")
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{file} has no section `## {heading}`"
    rows: dict[str, list[int]] = {}
    for line in found[1].splitlines():
        code = re.search(r"`([^`]+)`", line)
        if line.startswith("|") and code:
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            rows[code[1]] = [int(re.sub(r"\D", "", cell)) for cell in cells if re.fullmatch(r"\d[\d\s]*", cell)]
    assert rows, f"{file} has no table with codes under `## {heading}`"
    return rows
