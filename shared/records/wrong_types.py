"""What is said of a field of JSON that is not of its type, or that nobody asks for.

Said of bots' inputs and of the form alike, behind the field's path; none quotes what was given.
"""

NOT_TEXT = "must be a string"
NOT_FLAG = "must be true or false"
NOT_WHOLE_NUMBER = "must be a whole number"
NOT_OBJECT = "must be an object"
NOT_LIST = "must be a list"
UNKNOWN = "this bot has no such input; remove it"
