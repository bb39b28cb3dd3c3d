"""What holds for the desk whatever shows it: the symbols of tiles, and which roles are given on a page."""

from collections.abc import Mapping

from insatsbas.core.text import N_
from insatsbas.core.viewer import Role

# The symbols that `components/icons.html` can draw, and what they look like.
ICONS: Mapping[str, str] = {
    "samtal": N_("Pratbubbla"),
    "portfolj": N_("Portfölj"),
    "studenthatt": N_("Studenthatt"),
    "byggnad": N_("Byggnad med pelare"),
    "hjarta": N_("Hjärta"),
    "sol": N_("Sol"),
    "hus": N_("Hus"),
    "familj": N_("Familj"),
    "ung": N_("Ung människa"),
    "natverk": N_("Nätverk"),
}
# The colours of tiles, as `assets/_theme.scss` numbers them.
COLOURS = 12
# What is given on a page: the guest account that many share has its command.
ROLES = (Role.CASE_OFFICER, Role.EDITOR, Role.DECISION_MAKER, Role.COORDINATOR)
