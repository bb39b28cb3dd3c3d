"""Every address that we answer, and who may use it. A new route has its line here before it is merged."""

from flask import Flask

from tests.support.checks import CheckingClient

# Address: the methods it answers, and who may use it. "guest" is everybody; the levels of those who sign in come with them.
ACCESS = {
    "/": ("GET", "guest"),
    "/sok": ("GET", "guest"),
    "/insatser/<public_id>": ("GET", "guest"),
    "/behov": ("GET", "guest"),
    "/behov/<code>": ("GET", "guest"),
    "/kommuner": ("GET", "guest"),
    "/kommuner/<slug>": ("GET", "guest"),
    "/organisationer": ("GET", "guest"),
    "/organisationer/<slug>": ("GET", "guest"),
    "/kunskapsbank": ("GET", "guest"),
    "/oversikt": ("GET", "guest"),
    "/oversikt.svg": ("GET", "guest"),
    "/om": ("GET", "guest"),
    "/hjalp": ("GET", "guest"),
    "/tillganglighet": ("GET", "guest"),
    "/personuppgifter": ("GET", "guest"),
    "/robots.txt": ("GET", "guest"),
    "/sitemap.xml": ("GET", "guest"),
    "/atom.xml": ("GET", "guest"),
    "/halsa": ("GET", "guest"),
    "/api/v1/insatser": ("GET", "guest"),
    "/api/v1/insatser/<public_id>": ("GET", "guest"),
    "/static/<path:filename>": ("GET", "guest"),
}


def test_each_route_has_its_line(demo_app: Flask) -> None:
    routes = {rule.rule: " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})) for rule in demo_app.url_map.iter_rules()}
    missing, gone = sorted(routes.keys() - ACCESS.keys()), sorted(ACCESS.keys() - routes.keys())
    assert not missing, f"say in tests/house/test_routes.py who may use: {missing}"
    assert not gone, f"take away from tests/house/test_routes.py, since there is no such route: {gone}"
    assert routes == {address: methods for address, (methods, _) in ACCESS.items()}


def test_a_guest_gets_what_is_for_guests(demo_client: CheckingClient) -> None:
    item = demo_client.get("/api/v1/insatser").get_json()["items"][0]
    told = {
        "<public_id>": item["id"],
        "<path:filename>": "css/insatsbas.css",
        "/behov/<code>": f"/behov/{item['needs'][0]}",
        "/kommuner/<slug>": "/kommuner/haninge",
        "/organisationer/<slug>": f"/organisationer/{item['organisation']}",
    }
    for address, (_, level) in ACCESS.items():
        assert level == "guest"
        path = address
        for variable, value in told.items():
            path = path.replace(variable, value)
        assert demo_client.get(path).status_code == 200, path
