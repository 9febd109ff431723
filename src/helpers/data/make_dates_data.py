"""Freezes how nine locales write dates: `python -m helpers.data.make_dates_data`, with Babel.

Writes date_formats.json.gz beside this file, from the CLDR data that Babel carries, and their licence,
UNICODE-LICENSE.txt. For each language: `patterns` of days (CLDR's letters: EEEE weekday, MMMM month, d day, y year,
each with its shorter forms), for every length of a pattern's letter the `months` and `weekdays` it may be written
with; and, ours and not CLDR's, words that may stand `before` and `after` a date, none of which says a day, a month or a
year.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path

PATH = Path(__file__).with_name("date_formats.json.gz")
LOCALES = {"English (US)": "en_US", "English (GB)": "en_GB", "German": "de", "French": "fr", "Spanish": "es",
           "Italian": "it", "Russian": "ru", "Chinese": "zh", "Japanese": "ja"}
STYLES = ("full", "long", "medium", "short")
SKELETONS = ("yMd", "yMMMd", "yMMMEd")  # the day as numbers, with the month's short name, and with the weekday's too
MONTHS = {"MMMM": "wide", "MMM": "abbreviated"}
WEEKDAYS = {"EEEE": "wide", "E": "abbreviated"}
AROUND = {  # before, after; Chinese and Japanese run on without a space
    "English (US)": ("on|dated|letter of|meeting on|due by|born|as of|by", "in Boston|at noon|by mail|sharp|or so"),
    "English (GB)": ("on|dated|letter of|meeting on|due by|born|as of|by", "in London|at noon|by post|sharp|or so"),
    "German": ("am|vom|Brief vom|geboren am|bis zum|Treffen am|seit", "in Berlin|um zwei Uhr|per Post|abends|oder so"),
    "French": ("le|lettre du|né le|avant le|depuis le|réunion du", "à Paris|à midi|par la poste|au soir|environ"),
    "Spanish": ("el|carta del|nacida el|antes del|desde el|cita el", "en Madrid|a las dos|por correo|de noche|o así"),
    "Italian": ("il|lettera del|nato il|entro il|dal|riunione del", "a Roma|alle due|per posta|di sera|circa"),
    "Russian": ("от|письмо от|встреча|до|родился|срок до", "в Москве|в полдень|по почте|вечером|примерно"),
    "Chinese": ("于|会议在|出生于|截至|信写于", "在北京|中午|晚上见|左右|寄出"),
    "Japanese": ("締切は|会議は|生まれは|手紙は", "に東京で|正午|夜に|ごろ|までに"),
}


def patterns(locale) -> list[str]:
    """The patterns of this babel.Locale, each once, with plain spaces in place of narrow ones."""
    found = [locale.date_formats[style].pattern for style in STYLES]
    found += [locale.datetime_skeletons[name].pattern for name in SKELETONS]
    return list(dict.fromkeys(re.sub(r"\bEEE\b", "E", " ".join(pattern.split())) for pattern in found))


def names(table, letters: dict[str, str]) -> dict[str, list[list[str]]]:
    """For each of these letters twelve months or seven weekdays, each with the forms that CLDR gives: the usual first.

    The form that stands alone in place of one in a date is added where it is abbreviated; the full one is another case
    of the noun in Russian. A language that does not fill in a form has root's, numbers or Chinese, which is left out.
    """
    found = {}
    for letter, width in letters.items():
        usual = dict(table["format"][width])
        alone = dict(table["stand-alone"]["abbreviated"]) if width == "abbreviated" else usual
        found[letter] = [list(dict.fromkeys((usual[k], alone[k]))) for k in sorted(usual)]
    return found


def formats() -> dict:
    """How the locales write dates, as Babel says; raises ModuleNotFoundError without it."""
    import babel
    from babel.core import get_cldr_version

    languages = {}
    for language, name in LOCALES.items():
        locale = babel.Locale.parse(name)
        before, after = (words.split("|") for words in AROUND[language])
        languages[language] = {"locale": name, "patterns": patterns(locale), "months": names(locale.months, MONTHS),
                               "weekdays": names(locale.days, WEEKDAYS), "before": before, "after": after}
    return {"cldr": get_cldr_version(), "babel": babel.__version__, "languages": languages}


def main() -> None:
    """Freeze the formats and their licence; raises ModuleNotFoundError without Babel."""
    import babel

    stored = formats()
    PATH.write_bytes(gzip.compress(json.dumps(stored, ensure_ascii=False).encode(), mtime=0))
    licence = Path(babel.__file__).with_name("locale-data") / "LICENSE.unicode"
    shutil.copy(licence, PATH.with_name("UNICODE-LICENSE.txt"))
    count = sum(len(language["patterns"]) for language in stored["languages"].values())
    print(f"{PATH.name}: CLDR {stored['cldr']}, {count} patterns")


if __name__ == "__main__":
    main()
