from tests.factories import make_intervention, index_all
from insatsbas.core.db import db, writing
def test_a(demo_client):
    for u in ("/","/sok","/sok?q=svenska","/api/v1/insatser","/halsa","/x", "/sok?q=zzzqqqzzz", "/sok?behov=x"):
        r = demo_client.get(u)
def test_bare(bare_app):
    with bare_app.app_context(), writing() as s:
        make_intervention(s)
    assert index_all(bare_app).is_equal
    assert index_all(bare_app).found == 1
def test_both(both_databases):
    with writing() as s:
        make_intervention(s)
def test_blank(blank_engine):
    pass
def test_server(server):
    pass
