"""Every page that is for those who have signed in, in each role that may open it, but for the co-ordinator's: they have a file."""

import json

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PeopleOfPages, Picture
from tests.browser.roles import wrong_with
from tests.house.policy_world import ROLES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("anyone", "co-ordinator")])
def test_every_page_of_a_role(chromium: Browser, people_of_pages: PeopleOfPages, axe: str, picture: Picture, role: str) -> None:
    wrong = wrong_with(role, people_of_pages, chromium, axe, picture)
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)
