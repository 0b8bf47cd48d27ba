"""What the bots own on FHIR resources: systems, codes, and typed access to just these elements.

Resources are raw JSON objects (`Resource`), because Medplum's servers add elements that R4 models
reject. Functions named `with_…` return a changed copy and leave everything else, and its order, as
it was; they return the very same object if nothing has to change.

This package knows nothing of enrollment, of HTTP or of DoseSpot's API.
"""

from typing import Any

Resource = dict[str, Any]
