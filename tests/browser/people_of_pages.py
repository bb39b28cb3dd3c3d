"""Run beside the browser, in a process of its own: puts people and their things into a data folder, and tells what they may open.

    python -m tests.browser.people_of_pages FOLDER

Prints JSON: for each role the cookie of its session and the addresses of the pages that the policy lets it open.
"""

import json
import sys
from pathlib import Path

from insatsbas.accounts.guard import permission_of
from insatsbas.accounts.policy import Permission
from tests.conftest import open_app, settings_in
from tests.house.policy_world import COOKIE, OWN, ROLES, World, lay_in, path_of, variants_of

# Pages that look otherwise to somebody who has signed in, beside those that guests do not have.
ALSO = ("/", "/sok?q=zzxyq", "/oversikt", "/organisationer/huddinge-kommun", "/finns-inte")


def main(folder: str) -> None:
    """Lay in, and tell."""
    with open_app(settings_in(Path(folder))) as app:
        world = World(app, Path(folder))
        lay_in(world)
        told = {}
        for role in ROLES:
            cookie = world.clients[role].get_cookie(COOKIE)
            told[role] = {"cookie": cookie.value if cookie else "", "pages": [*ALSO, *_pages(world, role)]}
        print(json.dumps(told))


def _pages(world: World, role: str) -> list[str]:
    """What the role may open, of its own organisation."""
    found = []
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda rule: rule.rule):
        permission = permission_of(world.app, rule.endpoint)
        is_theirs = permission not in (None, Permission.READ, Permission.ENTER) or rule.endpoint == "pages.intervention"
        if permission is None or not is_theirs or "GET" not in (rule.methods or ()) or rule.endpoint in NO_PAGES:
            continue
        found += [path_of(world, rule, variant, OWN) for variant in variants_of(rule) if variant.allows(world, role, permission, OWN)]
    return found


NO_PAGES = {
    "agreements.archive_as_json",
    "agreements.archive_as_pdf",
    "agreements.as_json",
    "agreements.as_pdf",
    "bulk.faults",
    "bulk.ours",
    "bulk.template",
    "exchange_accounts.fetch",
}

if __name__ == "__main__":
    main(sys.argv[1])
