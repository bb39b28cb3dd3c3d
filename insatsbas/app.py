"""The application, put together in order. No logic lives here."""

from flask import Flask
from flask_compress import Compress

from insatsbas.accounts import guard, letter_views, password_views
from insatsbas.accounts import views as accounts_views
from insatsbas.catalogue import revision_models
from insatsbas.core import addresses, config, db, jobs, letters, paths, security, settings_store, templating, versions
from insatsbas.core.config import Settings
from insatsbas.exchange import account_views, agreement_views, asking_views, counter_views, message_views, offer_views
from insatsbas.exchange import desk_views as exchange_desk_views
from insatsbas.exchange import views as exchange_views
from insatsbas.insight import views as insight_views
from insatsbas.interchange import account_downloads, bulk_downloads, bulk_views
from insatsbas.interchange import views as interchange_views
from insatsbas.keeping.desk import views as desk_views
from insatsbas.keeping.editing import status_views
from insatsbas.keeping.editing import views as editing_views
from insatsbas.keeping.history import event_views
from insatsbas.keeping.history import views as history_views
from insatsbas.keeping.masking import views as masking_views
from insatsbas.keeping.reports import views as report_views
from insatsbas.keeping.review import views as review_views
from insatsbas.pages import errors, listing_views, machine_views, menu, preview_views, text_views
from insatsbas.pages import views as pages_views
from insatsbas.search import counted, counted_models, outbox, service, wordlist_models
from insatsbas.search import views as search_views

# Some share a blueprint, and add their routes to it when they are imported.
_VIEWS = (
    accounts_views,
    letter_views,
    password_views,
    desk_views,
    insight_views,
    interchange_views,
    bulk_views,
    bulk_downloads,
    search_views,
    review_views,
    report_views,
    editing_views,
    status_views,
    history_views,
    event_views,
    masking_views,
    pages_views,
    listing_views,
    text_views,
    machine_views,
    preview_views,
    account_views,
    account_downloads,
    exchange_views,
    asking_views,
    counter_views,
    message_views,
    offer_views,
    exchange_desk_views,
    agreement_views,
)

# Tables that no view here reads: named, so that every table is known wherever there is an application.
_TABLES = (jobs, letters, revision_models, settings_store, versions, counted_models, wordlist_models)


def create_app(settings: Settings | None = None) -> Flask:
    """An application with these settings, or with those of the environment.

    Raises:
        SettingsError: a setting of the environment is wrong.
    """
    settings = settings or config.from_environ()
    app = Flask("insatsbas", template_folder=str(paths.shipped("templates")), static_folder=str(paths.PACKAGE / "static"))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_ENGINES={"default": db.engine_options(settings.database_url)},
        COMPRESS_ALGORITHM=["br", "gzip"],
    )
    app.extensions["insatsbas"] = settings
    # First of all, so that it packs what all the others have made of an answer.
    Compress(app)
    app.url_map.strict_slashes = False
    app.url_map.converters["int"] = addresses.NumberConverter
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    security.init_app(app, settings)
    db.init_app(app)
    templating.init_app(app, region=settings.region)
    guard.init_app(app)
    service.init_app(app, settings)
    counted.init_app(app, settings)
    outbox.listen()
    versions.listen()
    for blueprint in dict.fromkeys(views.blueprint for views in _VIEWS):
        app.register_blueprint(blueprint)
    menu.init_app(app)
    errors.init_app(app)
    guard.check_declared(app)
    return app
