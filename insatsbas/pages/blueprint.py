"""The one blueprint of the reading pages; their views are split by subject."""

from flask import Blueprint

blueprint = Blueprint("pages", __name__)
