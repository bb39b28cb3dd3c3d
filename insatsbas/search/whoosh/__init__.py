"""The embedded engine, and the only place that imports whoosh."""

import warnings

# Whoosh 2.7.4 is of 2016: newer Pythons complain of its escape sequences whenever they compile it, which says nothing to a user.
for _category in (SyntaxWarning, DeprecationWarning):
    warnings.filterwarnings("ignore", "invalid escape sequence", _category)
