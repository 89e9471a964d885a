#!/usr/bin/env python3
"""Makes spectra.csv and icp.csv from an extract of the R data set `tecator`.

    python3 convert.py EXTRACT

EXTRACT holds spectra.csv (id, one column per channel: the matrix `absorp` under the headings
linspace(850, 1050, 100)) and samples.csv (id, water_pct, fat_pct, protein_pct: the matrix
`endpoints`; split: the classic order). Cells are copied as text.
"""

import csv
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def convert(source, target):
    with open(source, newline="", encoding="utf-8") as file:
        headings, *rows = list(csv.reader(file))
    headings[0] = "sample_id"
    with open(target, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([headings] + rows)
    return rows


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    extract = Path(sys.argv[1])
    spectra = convert(extract / "spectra.csv", HERE / "spectra.csv")
    samples = convert(extract / "samples.csv", HERE / "icp.csv")
    assert [row[0] for row in spectra] == [row[0] for row in samples], "ids differ"

    first, twins = {}, []
    for row, sample in zip(spectra, samples):
        key = tuple(map(float, row[1:]))
        if key in first:
            twins.append((first[key], sample))
        else:
            first[key] = sample
    across = [pair for pair in twins if {pair[0][-1], pair[1][-1]} == {"train", "test"}]
    print(f"{len(spectra)} rows, {len(twins)} pairs of identical spectra")
    print("test rows with a twin in train:", ", ".join(b[0] for _, b in across))
    print("pairs whose references differ:", sum(a[1:4] != b[1:4] for a, b in twins))


if __name__ == "__main__":
    main()
