"""The routes of history, in two rooms: versions of an intervention, and events."""

from flask import Blueprint

blueprint = Blueprint("history", __name__)
