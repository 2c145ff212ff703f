#!/usr/bin/env python3
"""Writes the public holidays by which deliveries are promised, from a data set that others maintain: PyPI `holidays` (MIT).

    pip install holidays==0.109
    infra/holidays/update.py

Run it once a year, and when a country changes its holidays. A test fails when the file does not reach far enough ahead.
"""

import pathlib
import re

import holidays

YEARS = range(2026, 2034)
PATH = pathlib.Path(__file__).resolve().parents[2] / "shared" / "domain" / "src" / "arrival" / "holidays.tsv"


def row(name, days):
    """Days of every year first, then those of single years."""
    by_year = {year: {f"{day:%m%d}" for day in days if day.year == year} for year in YEARS}
    always = set.intersection(*by_year.values())
    single = [f"{year}:" + " ".join(sorted(own - always)) for year, own in by_year.items() if own - always]
    return "\t".join([name, " ".join(sorted(always)), *single])


def known(country, region=None):
    return set(holidays.country_holidays(country, subdiv=region, years=YEARS))


def main():
    rows = []
    for country, regions in sorted(holidays.list_supported_countries(include_aliases=False).items()):
        if not re.fullmatch("[A-Z]{2}", country):
            continue
        national = known(country)
        rows.append(row(country, national))
        for region in sorted(region for region in regions if re.fullmatch("[A-Z0-9]{1,3}", region)):
            if differing := national ^ known(country, region):
                rows.append(row(f"{country}-{region}", differing))
    header = (
        f"# Written by infra/holidays/update.py with PyPI holidays {holidays.__version__}, for {YEARS[0]} to {YEARS[-1]}. A country and its "
        "holidays, or a region and the days on which it differs: days of every year, then those of single years."
    )
    PATH.write_text("\n".join([header, *rows]) + "\n")
    print(f"wrote {len(rows)} rows, {PATH.stat().st_size} bytes")


if __name__ == "__main__":
    main()
