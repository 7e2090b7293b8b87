"""What another reader makes of calendars: Python's icalendar and recurring-ical-events.

Reads JSON from the standard input, a list of {"ics", "from", "until"}; answers with a list of
{"turns": [[start, end, summary], ...]} or {"error": ...}. Times without a zone and whole days are in UTC.
"""

import datetime
import json
import sys

import icalendar
import recurring_ical_events


def instant(when):
    if not isinstance(when, datetime.datetime):
        when = datetime.datetime(when.year, when.month, when.day)
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.timezone.utc)
    return int(when.timestamp())


def turns(asked):
    calendar = icalendar.Calendar.from_ical(asked["ics"])
    start, end = (datetime.datetime.fromisoformat(asked[key]) for key in ("from", "until"))
    found = []
    for event in recurring_ical_events.of(calendar).between(start, end):
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        found.append([instant(event.start), instant(event.end), str(event.get("SUMMARY", ""))])
    return sorted(found)


def answer(asked):
    try:
        return {"turns": turns(asked)}
    except Exception as error:  # whatever it is, the other side did not understand the file
        return {"error": f"{type(error).__name__}: {error}"}


if sys.argv[1:] != ["--there"]:
    json.dump([answer(asked) for asked in json.load(sys.stdin)], sys.stdout)
