"""The form by which a file is sent."""

from wtforms import FileField

from insatsbas.core.forms import SwedishForm
from insatsbas.core.i18n import lazy_gettext as _l


class UploadForm(SwedishForm):
    """A file to read in. What is in it is for `bulk_guard` to judge."""

    fil = FileField(_l("Välj en fil"))
