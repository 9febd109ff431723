"""Freezes the sea temperatures of `helpers.series`: `python -m helpers.data.make_nino path/to/elnino.dat`.

The file is `statsmodels/datasets/elnino/src/elnino.dat` of statsmodels 0.15.0: the monthly mean temperature of the sea
surface in four regions of the tropical Pacific, 1950 to 2010, by the US National Oceanic and Atmospheric
Administration (ERSST.V3B, http://www.cpc.ncep.noaa.gov/data/indices/). statsmodels says of it: "This data is in the
public domain." Writes nino.csv beside this file: the column of the region Niño 3.4 (5° N to 5° S, 170° to 120° W),
in degrees Celsius, a year in a line. statsmodels is not needed to run the course.
"""

from __future__ import annotations

import sys
from pathlib import Path

PATH = Path(__file__).with_name("nino.csv")
REGION, COLUMN = "NINO3.4", 8  # after year, month, and three regions with their anomalies
FIRST, LAST = 1950, 2010


def main(source: Path) -> None:
    """Write the column of the region; raises ValueError unless every month from FIRST to LAST is there, in order."""
    head, *lines = source.read_text().splitlines()
    rows = [line.split() for line in lines]
    months = [(int(row[0]), int(row[1])) for row in rows]
    if head.split()[COLUMN] != REGION or months != [(y, m) for y in range(FIRST, LAST + 1) for m in range(1, 13)]:
        raise ValueError(f"source: expected {REGION} in column {COLUMN}, each month from {FIRST} to {LAST}")
    values = [float(row[COLUMN]) for row in rows]
    lines = [",".join([str(FIRST + k), *(f"{v:.2f}" for v in values[12 * k : 12 * k + 12])])
             for k in range(LAST - FIRST + 1)]
    PATH.write_text("year,1,2,3,4,5,6,7,8,9,10,11,12\n" + "\n".join(lines) + "\n")
    print(f"{PATH.name}: {len(values)} months, {min(values)} to {max(values)} °C")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
