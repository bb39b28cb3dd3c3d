"""The blueprint that the views of requests share."""

from flask import Blueprint

blueprint = Blueprint("exchange", __name__)
