"""The blueprint that the views of editing share."""

from flask import Blueprint

blueprint = Blueprint("editing", __name__)
