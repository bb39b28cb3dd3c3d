"""The one blueprint of reading in and fetching in bulk; its views are split by what is done."""

from flask import Blueprint

blueprint = Blueprint("bulk", __name__)
