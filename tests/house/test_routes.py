"""Every address that we answer, and who may use it. A new route has its line here before it is merged."""

from flask import Flask

from insatsbas.accounts.guard import permission_of
from insatsbas.accounts.policy import Permission
from tests.support.checks import CheckingClient

ENTER, READ, OWN_ACCOUNT = Permission.ENTER, Permission.READ, Permission.OWN_ACCOUNT

# Address: the methods it answers, and what is asked of whoever uses it, as the route itself declares. A reviewer reads both.
ACCESS = {
    "/": ("GET", READ),
    "/sok": ("GET", READ),
    "/insatser/<public_id>": ("GET", READ),
    "/behov": ("GET", READ),
    "/behov/<code>": ("GET", READ),
    "/kommuner": ("GET", READ),
    "/kommuner/<slug>": ("GET", READ),
    "/organisationer": ("GET", READ),
    "/organisationer/<slug>": ("GET", READ),
    "/kunskapsbank": ("GET", READ),
    "/oversikt": ("GET", READ),
    "/oversikt.svg": ("GET", READ),
    "/om": ("GET", ENTER),
    "/hjalp": ("GET", ENTER),
    "/tillganglighet": ("GET", ENTER),
    "/personuppgifter": ("GET", ENTER),
    "/robots.txt": ("GET", ENTER),
    "/sitemap.xml": ("GET", READ),
    "/atom.xml": ("GET", READ),
    "/halsa": ("GET", ENTER),
    "/logga-in": ("GET POST", ENTER),
    "/logga-ut": ("POST", ENTER),
    "/mitt-konto": ("GET", OWN_ACCOUNT),
    "/mitt-konto/losenord": ("GET POST", OWN_ACCOUNT),
    "/mitt-konto/logga-ut-overallt": ("POST", OWN_ACCOUNT),
    "/glomt-losenord": ("GET POST", ENTER),
    "/glomt-losenord/skickat": ("GET", ENTER),
    "/valj-losenord/<token>": ("GET POST", ENTER),
    "/brev": ("GET", ENTER),
    "/api/v1/insatser": ("GET", READ),
    "/api/v1/insatser/<public_id>": ("GET", READ),
    "/static/<path:filename>": ("GET", ENTER),
}


def test_each_route_has_its_line(demo_app: Flask) -> None:
    routes = {
        rule.rule: (" ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})), permission_of(demo_app, rule.endpoint))
        for rule in demo_app.url_map.iter_rules()
    }
    missing, gone = sorted(routes.keys() - ACCESS.keys()), sorted(ACCESS.keys() - routes.keys())
    assert not missing, f"say in tests/house/test_routes.py who may use: {missing}"
    assert not gone, f"take away from tests/house/test_routes.py, since there is no such route: {gone}"
    assert {a: told for a, told in routes.items() if told != ACCESS[a]} == {}


def test_a_guest_gets_what_is_for_guests(demo_client: CheckingClient) -> None:
    item = demo_client.get("/api/v1/insatser").get_json()["items"][0]
    told = {
        "<public_id>": item["id"],
        "<path:filename>": "css/insatsbas.css",
        "/behov/<code>": f"/behov/{item['needs'][0]}",
        "/kommuner/<slug>": "/kommuner/haninge",
        "/organisationer/<slug>": f"/organisationer/{item['organisation']}",
    }
    for address, (methods, permission) in ACCESS.items():
        if permission not in (READ, ENTER) or "GET" not in methods:
            continue
        path = address
        for variable, value in told.items():
            path = path.replace(variable, value)
        # A link that nobody has been sent says so.
        assert demo_client.get(path).status_code == (410 if "<token>" in path else 200), path
