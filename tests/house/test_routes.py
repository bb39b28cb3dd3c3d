"""Every address that we answer, and who may use it. A new route has its line here before it is merged."""

from flask import Flask

from insatsbas.accounts.guard import permission_of
from insatsbas.accounts.policy import Permission
from tests.support.checks import CheckingClient

TRADE = Permission.TRADE
ENTER, READ, OWN_ACCOUNT = Permission.ENTER, Permission.READ, Permission.OWN_ACCOUNT
KEEP, COORDINATE = Permission.KEEP, Permission.COORDINATE
ASK, REPORT_FAULT = Permission.ASK, Permission.REPORT_FAULT

# Address: the methods it answers, and what is asked of whoever uses it, as the route itself declares. A reviewer reads both.
ACCESS = {
    "/": ("GET", READ),
    "/sok": ("GET", READ),
    "/sok/hamta.<any(xlsx, csv, json):form>": ("GET", READ),
    "/vara-insatser": ("GET", KEEP),
    "/vara-insatser/ny": ("GET POST", KEEP),
    "/insatser/<public_id>/redigera": ("GET POST", KEEP),
    "/insatser/<public_id>/forhandsgranska": ("GET POST", KEEP),
    "/insatser/<public_id>/pausa": ("GET POST", KEEP),
    "/insatser/<public_id>/avsluta": ("GET POST", KEEP),
    "/insatser/<public_id>/starta-igen": ("GET POST", KEEP),
    "/insatser/<public_id>/ta-bort": ("GET POST", KEEP),
    "/insatser/<public_id>/anvand-som-mall": ("GET POST", KEEP),
    "/insatser/<public_id>/starta-som-ny": ("GET POST", KEEP),
    "/las-in": ("GET POST", KEEP),
    "/las-in/mall.xlsx": ("GET", KEEP),
    "/las-in/insatser/<organisation>.xlsx": ("GET", KEEP),
    "/las-in/<token>": ("GET", KEEP),
    "/las-in/<token>/fel.csv": ("GET", KEEP),
    "/las-in/<token>/godkann": ("POST", KEEP),
    "/las-in/<token>/avbryt": ("POST", KEEP),
    "/insatser/<public_id>": ("GET", READ),
    "/insatser/<public_id>/andringar": ("GET", KEEP),
    "/insatser/<public_id>/andringar/<int:number>": ("GET", KEEP),
    "/insatser/<public_id>/andringar/jamfor": ("GET", KEEP),
    "/insatser/<public_id>/andringar/<int:number>/aterstall": ("POST", KEEP),
    "/samordna/handelser": ("GET", COORDINATE),
    "/samordna/maskera": ("GET POST", COORDINATE),
    "/samordna/maskera/utfor": ("POST", COORDINATE),
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
    "/samordna": ("GET", COORDINATE),
    "/samordna/organisationer": ("GET", COORDINATE),
    "/samordna/ny-organisation": ("GET POST", COORDINATE),
    "/samordna/organisationer/<slug>": ("GET POST", COORDINATE),
    "/samordna/organisationer/<slug>/lamnar": ("GET POST", COORDINATE),
    "/samordna/organisationer/<slug>/tillbaka": ("POST", COORDINATE),
    "/samordna/kommuner": ("GET", COORDINATE),
    "/samordna/ny-kommun": ("GET POST", COORDINATE),
    "/samordna/kommuner/<code>": ("GET POST", COORDINATE),
    "/samordna/behov": ("GET", COORDINATE),
    "/samordna/nytt-behov": ("GET POST", COORDINATE),
    "/samordna/behov/<code>": ("GET POST", COORDINATE),
    "/samordna/behov/<code>/kod": ("POST", COORDINATE),
    "/samordna/behov/<code>/flytta": ("POST", COORDINATE),
    "/samordna/behov/<code>/utga": ("POST", COORDINATE),
    "/samordna/behov/<code>/sla-ihop": ("GET POST", COORDINATE),
    "/samordna/listor": ("GET", COORDINATE),
    "/samordna/nytt-ord/<name>": ("GET POST", COORDINATE),
    "/samordna/listor/<name>/<code>": ("GET POST", COORDINATE),
    "/samordna/listor/<name>/<code>/flytta": ("POST", COORDINATE),
    "/samordna/listor/<name>/<code>/utga": ("POST", COORDINATE),
    "/samordna/ord": ("GET", COORDINATE),
    "/samordna/ord/<name>/ny": ("GET POST", COORDINATE),
    "/samordna/ord/<name>/<int:number>": ("GET POST", COORDINATE),
    "/samordna/ord/<name>/<int:number>/galler": ("GET POST", COORDINATE),
    "/samordna/sokt": ("GET", COORDINATE),
    "/samordna/personer": ("GET", COORDINATE),
    "/samordna/personer/bjud-in": ("GET POST", COORDINATE),
    "/samordna/personer/<int:number>": ("GET POST", COORDINATE),
    "/samordna/personer/<int:number>/stang": ("POST", COORDINATE),
    "/samordna/personer/<int:number>/oppna": ("POST", COORDINATE),
    "/samordna/personer/<int:number>/bjud-in": ("POST", COORDINATE),
    "/samordna/saknas": ("GET", COORDINATE),
    "/samordna/installningar": ("GET POST", COORDINATE),
    "/vara-kollegor": ("GET", KEEP),
    "/att-gora": ("GET", KEEP),
    "/att-gora/bekrafta": ("POST", KEEP),
    "/insatser/<public_id>/bekrafta": ("POST", KEEP),
    "/bekrafta/<token>": ("GET POST", ENTER),
    "/samordna/oversyn": ("GET", COORDINATE),
    "/insatser/<public_id>/rapportera-fel": ("GET POST", REPORT_FAULT),
    "/rapportera-fel/tack": ("GET", REPORT_FAULT),
    "/insatser/<public_id>/fraga": ("GET POST", ASK),
    "/insatser/<public_id>/visa-igen": ("POST", KEEP),
    "/saknas": ("GET POST", ASK),
    "/mina-fragor": ("GET", ASK),
    "/arenden/<int:number>": ("GET", ASK),
    "/arenden/<int:number>/svara": ("POST", KEEP),
    "/utbyten": ("GET", TRADE),
    "/utbyten/<int:number>": ("GET", TRADE),
    "/utbyten/<int:number>/<action>": ("POST", TRADE),
    "/utbyten/<int:number>/motforslag": ("GET POST", TRADE),
    "/utbyten/<int:number>/meddelande": ("POST", TRADE),
    "/utbyten/<int:number>/anvanda-platser": ("POST", TRADE),
    "/insatser/<public_id>/fraga-om-platser": ("GET POST", TRADE),
    "/utbyten/ekonomi": ("GET", Permission.FOLLOW_TRADE),
    "/utbyten/ekonomi.<any(xlsx, csv):form>": ("GET", Permission.FOLLOW_TRADE),
    "/utbyten/beslut": ("GET", Permission.FOLLOW_TRADE),
    "/erbjudanden": ("GET", Permission.FOLLOW_TRADE),
    "/erbjudanden/<int:number>": ("GET POST", KEEP),
    "/erbjudanden/<int:number>/stang": ("POST", KEEP),
    "/erbjudanden/<int:number>/oppna": ("POST", KEEP),
    "/insatser/<public_id>/erbjud-platser": ("GET POST", KEEP),
    "/overenskommelser/<number>": ("GET", TRADE),
    "/overenskommelser/<number>.json": ("GET", TRADE),
    "/overenskommelser/<number>.pdf": ("GET", TRADE),
    "/overenskommelser/<number>/uppgifter": ("POST", TRADE),
    "/utbyten/<int:number>/arkiv.json": ("GET", TRADE),
    "/utbyten/<int:number>/arkiv.pdf": ("GET", TRADE),
    "/samordna/utbyten": ("GET POST", COORDINATE),
    "/static/<path:filename>": ("GET", ENTER),
}


def test_each_route_has_its_line(demo_app: Flask) -> None:
    methods: dict[str, set[str]] = {}
    asked: dict[str, set[Permission | None]] = {}
    for rule in demo_app.url_map.iter_rules():
        # Showing a form and taking it may be two views of one address.
        methods.setdefault(rule.rule, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
        asked.setdefault(rule.rule, set()).add(permission_of(demo_app, rule.endpoint))
    several = {address for address, permissions in asked.items() if len(permissions) > 1}
    assert not several, f"one address asks for one permission: {several}"
    routes = {address: (" ".join(sorted(methods[address])), *permissions) for address, permissions in asked.items()}
    missing, gone = sorted(routes.keys() - ACCESS.keys()), sorted(ACCESS.keys() - routes.keys())
    assert not missing, f"say in tests/house/test_routes.py who may use: {missing}"
    assert not gone, f"take away from tests/house/test_routes.py, since there is no such route: {gone}"
    assert {a: told for a, told in routes.items() if told != ACCESS[a]} == {}


def test_a_guest_gets_what_is_for_guests(demo_client: CheckingClient) -> None:
    item = demo_client.get("/api/v1/insatser").get_json()["items"][0]
    told = {
        "<public_id>": item["id"],
        "<path:filename>": "css/insatsbas.css",
        "<any(xlsx, csv, json):form>": "csv",
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
