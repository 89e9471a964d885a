#!/usr/bin/env python3
"""Makes the CSV files of the sets beside this script from extracts of the published data.

    python3 convert.py EXTRACTS

EXTRACTS holds one folder per set, each with plain tables taken from the source without any change
of value (the README of each set names the source's files and how they were joined):

    csm_clear_creek/samples.csv          one row per date and site: date, site, ec_us_cm, ph, temp_c,
                                         zn_t_mg_l, cd_t_mg_l, fe_d_mg_l, mn_d_mg_l ...
    csm_clear_creek/icp_replicates.csv   every ICP replicate: date, site, element, line_nm, fraction,
                                         value_mg_l, below_detection ...
    fcr_uvvis_fe_mn_2020/spectra.csv     id, one column per wavelength in nm
    fcr_uvvis_fe_mn_2020/samples.csv     same ids in the same order: datetime, depth_m, layer,
                                         fe_t_mg_l, mn_t_mg_l, mn_d_mg_l ...
    fcr_uvvis_fe_mn_2018/...             the same with sample_date and spectrum_datetime (M/D/YY)

Cells are copied as text, so that no digit is lost; only headings and times are rewritten. The
script also prints the relative uncertainties that stand in csm_clear_creek/set.toml.
"""

import csv
import statistics
import sys
from datetime import datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
CSM_ANALYTES = [
    ("Zn (total) [mg/L]", "zn_t_mg_l"),
    ("Cd (total) [mg/L]", "cd_t_mg_l"),
    ("Fe (dissolved) [mg/L]", "fe_d_mg_l"),
    ("Mn (dissolved) [mg/L]", "mn_d_mg_l"),
]
FCR_ANALYTES = [
    ("Fe (total) [mg/L]", "fe_t_mg_l"),
    ("Mn (total) [mg/L]", "mn_t_mg_l"),
    ("Mn (dissolved) [mg/L]", "mn_d_mg_l"),
]


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path, headings, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows(rows)
    print(f"{path.relative_to(HERE)}: {len(rows)} rows")


def csm_clear_creek(source):
    """The rows that have EC and pH; the sample id is DATE-SITE."""
    rows = [row for row in read(source / "samples.csv") if row["ec_us_cm"] and row["ph"]]
    ids = [f"{row['date']}-{row['site']}" for row in rows]
    assert len(set(ids)) == len(ids), "an id stands twice"
    target = HERE / "csm_clear_creek"
    write(
        target / "table.csv",
        ["sample_id", "site", "date", "EC [uS/cm]", "pH", "T [degC]"],
        [
            [name, row["site"], row["date"], row["ec_us_cm"], row["ph"], row["temp_c"]]
            for name, row in zip(ids, rows)
        ],
    )
    write(
        target / "icp.csv",
        ["sample_id", "site", "date"] + [heading for heading, _ in CSM_ANALYTES],
        [
            [name, row["site"], row["date"]] + [row[key] for _, key in CSM_ANALYTES]
            for name, row in zip(ids, rows)
        ],
    )
    print_relative_uncertainty(read(source / "icp_replicates.csv"))


def print_relative_uncertainty(replicates):
    """Standard uncertainty of a mean of two, relative, from the replicate pairs of one line.

    The median of |d|/sqrt(2) of a pair is 0.6745 sigma; the mean of two has sigma/sqrt(2). The
    median is used because a few pairs are mixed up or contaminated.
    """
    groups = {}
    for row in replicates:
        if row["below_detection"] == "0" and row["value_mg_l"]:
            key = tuple(row[k] for k in ("date", "site", "element", "fraction", "line_nm"))
            groups.setdefault(key, []).append(float(row["value_mg_l"]))
    for heading, key in CSM_ANALYTES:
        element, fraction = heading.split()[0], heading.split("(")[1].split(")")[0]
        spread = [
            statistics.stdev(pair) / statistics.mean(pair)
            for name, pair in groups.items()
            if name[2:4] == (element, fraction) and len(pair) == 2 and statistics.mean(pair) > 0
        ]
        u1 = statistics.median(spread) / 0.6745 / 2**0.5
        print(f"  {heading}: u1 = {u1:.2g} from {len(spread)} pairs")


def falling_creek(source, name, time_of):
    """Spectra as they are; references under full names; times with their offset."""
    spectra_path = source / "spectra.csv"
    with open(spectra_path, newline="", encoding="utf-8") as file:
        headings, *spectra = list(csv.reader(file))
    samples = read(source / "samples.csv")
    assert [row[0] for row in spectra] == [row["id"] for row in samples], "ids differ"
    target = HERE / name
    write(target / "captures" / "spectra.csv", ["sample_id"] + headings[1:], spectra)
    layers = ["layer"] if "layer" in samples[0] else []
    write(
        target / "icp.csv",
        ["sample_id", "time", "depth [m]"] + layers + [heading for heading, _ in FCR_ANALYTES],
        [
            [row["id"], time_of(row), row["depth_m"]]
            + [row[key] for key in layers]
            + [row[key] for _, key in FCR_ANALYTES]
            for row in samples
        ],
    )


def eastern_daylight(text, pattern):
    return datetime.strptime(text, pattern).strftime("%Y-%m-%dT%H:%M:%S-04:00")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    extracts = Path(sys.argv[1])
    csm_clear_creek(extracts / "csm_clear_creek")
    falling_creek(
        extracts / "fcr_uvvis_fe_mn_2020",
        "fcr_uvvis_fe_mn_2020",
        lambda row: eastern_daylight(row["datetime"], "%Y-%m-%d %H:%M:%S"),
    )
    falling_creek(
        extracts / "fcr_uvvis_fe_mn_2018",
        "fcr_uvvis_fe_mn_2018",
        lambda row: eastern_daylight(row["spectrum_datetime"], "%m/%d/%y %H:%M"),
    )


if __name__ == "__main__":
    main()
