"""What pydantic finds wrong with a request, in plain words that name the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.answer import CONVERSATION_ID, LANGUAGE_TAG

_LONGEST_NAME = 80
_WORDS: Mapping[str, str] = {
    "missing": "{field} is missing.",
    "extra_forbidden": "{field} is not understood here: leave it out, or see /docs for what is.",
    "string_type": "{field} has to be text.",
    "string_unicode": "{field} holds characters that are not valid Unicode.",
    "string_too_long": "{field} has to have at most {max_length} characters.",
    "string_too_short": "{field} has to have at least {min_length} character(s).",
    "string_pattern_mismatch": "{field} is not in the form that is expected: see /docs for examples.",
    "int_type": "{field} has to be a whole number.",
    "int_parsing": "{field} has to be a whole number.",
    "int_parsing_size": "{field} is too large a number.",
    "int_from_float": "{field} has to be a whole number.",
    "bool_type": "{field} has to be true or false.",
    "bool_parsing": "{field} has to be true or false.",
    "list_type": "{field} has to be a list.",
    "too_short": "{field} has to have at least {min_length} member(s).",
    "too_long": "{field} has to have at most {max_length} members.",
    "greater_than_equal": "{field} has to be {ge} or more.",
    "less_than_equal": "{field} has to be {le} or less.",
    "literal_error": "{field} has to be {expected}.",
    "cursor": "{field} is not one that a listing gave: start again without it.",
    "web_address": "{field} has to begin with http:// or https:// and have no spaces.",
    "origin": "{field} has to be scheme and host, as https://intranet.example, without a path.",
    "source_address": "{field} has to begin with http:// or https://, or be an absolute path.",
    "date": "{field} has to be a date, such as 2026-02-01.",
    "idempotency_key": "{field} has to be 1 to 255 visible characters, such as a UUID.",
    "groups_missing": "{field} has to be named: your key has several, and only you know who may read this.",
    "model_type": "{field} has to be an object.",
    "model_attributes_type": "{field} has to be an object.",
}


# What does not lie at one field.
_OF_THE_WHOLE: Mapping[str, str] = {
    "text_or_html": "The body has to have either “text” or “html”, and not both.",
}
# What a pattern asks for.
_FORMS: Mapping[str, str] = {
    CONVERSATION_ID: "{field} has to be made of letters, digits, - and _ alone: it names a conversation.",
    LANGUAGE_TAG: "{field} has to be a language tag, such as en or zh-CN.",
}


def in_words(error: Mapping[str, Any]) -> tuple[str, str]:
    """(field, sentence) for one of pydantic's errors; the field is `body` where it is all of it."""
    kind, place = str(error["type"]), error["loc"]
    if kind == "json_invalid":
        return "body", f"The body is not valid JSON (at character {place[-1]})."
    if kind in _OF_THE_WHOLE:
        return "body", _OF_THE_WHOLE[kind]
    if len(place) < 2:
        return "body", "The body has to be a JSON object, sent as application/json."
    field = ".".join(str(part) for part in place[1:])[:_LONGEST_NAME]
    told = _FORMS.get(str(error.get("ctx", {}).get("pattern"))) or _WORDS.get(kind)
    if told:
        return field, told.format_map({**error.get("ctx", {}), "field": f"“{field}”"})
    return field, f"“{field}”: {error['msg']}."
