"""A local stand-in for the parts of DoseSpot that enrolling a prescriber uses.

It speaks the REST API v2 for clinicians and patients, and shows prescribers the page of the iFrame.

`app.create_app` makes the server; `clinician` holds the enrollment rules as plain values;
`switches` lists what is only inferred about DoseSpot and can be turned the other way.
No real person's data belongs in here, and no part of it ever talks to DoseSpot.
"""
