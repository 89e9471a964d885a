"""The other side of tests/interop.rs: h5py and hashlib, following STORE.md and nothing else.

check STORE.h5 SPECTRA.csv   the store holds what the CSV holds, in the types that STORE.md says
make SPECTRA.csv STORE.h5    makes a store with h5py
results FILE.h5              prints a table of results as JSON
"""

import csv
import datetime
import hashlib
import json
import struct
import sys

import h5py
import numpy as np


def rows_of(path):
    """ids, times in days UTC, labels by name, axis, values."""
    with open(path, newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    head, rows = table[0], table[1:]
    numeric = [i for i, h in enumerate(head) if i and h.replace(".", "").isdigit()]
    words = [i for i in range(1, len(head)) if i not in numeric]
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

    def days(text):
        moment = datetime.datetime.fromisoformat(text) - epoch
        return moment.days + (moment.seconds * 10**9 + moment.microseconds * 1000) / (86400 * 10**9)

    times = [days(row[head.index("datetime")]) for row in rows]
    return (
        [row[0] for row in rows],
        np.array(times),
        {head[i]: [row[i] for row in rows] for i in words},
        np.array([float(head[i]) for i in numeric]),
        np.array([[float(row[i]) for i in numeric] for row in rows]),
    )


def text(value):
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def numbers(values):
    return struct.pack("<Q", len(values)) + b"".join(struct.pack("<d", v) for v in values)


def capture_digest(identifier, axis, values, time, labels):
    have = sorted((name, cell) for name, cell in labels if cell)
    stream = text("adit-capture/1") + text(identifier) + text("nm") + numbers(axis) + numbers(values)
    stream += struct.pack("<d", time) + struct.pack("<Q", len(have))
    stream += b"".join(text(name) + text(cell) for name, cell in have)
    return hashlib.sha256(stream).hexdigest()


def store_digest(digests, sources, with_times, names):
    stream = text("adit-captures/1") + struct.pack("<Q", len(digests))
    stream += b"".join(text(d) + text(s) for d, s in zip(digests, sources))
    stream += struct.pack("<QQ", int(with_times), len(names)) + b"".join(map(text, names))
    return hashlib.sha256(stream).hexdigest()


def digests_of(ids, times, labels, axis, values):
    return [
        capture_digest(ids[i], axis, values[i], times[i], [(n, c[i]) for n, c in labels.items()])
        for i in range(len(ids))
    ]


def check(store, spectra):
    ids, times, labels, axis, values = rows_of(spectra)
    with h5py.File(store, "r") as file:
        attributes = dict(file.attrs)
        assert attributes["format"] == "adit-captures" and isinstance(attributes["format"], str)
        assert attributes["version"] == 1 and attributes["version"].dtype == np.int64
        group = file["captures"]
        assert group["axis"].attrs["unit"] == "nm" and group["time"].attrs["unit"] == "days UTC"
        data = group["values"]
        assert data.compression == "gzip" and data.shuffle and data.chunks[1] == len(axis)
        assert data.dtype == np.float64 and h5py.check_string_dtype(group["id"].dtype).length is None
        np.testing.assert_array_equal(group["axis"][()], axis)
        np.testing.assert_array_equal(data[()], values)
        np.testing.assert_array_equal(group["time"][()], times)
        assert list(group["id"].asstr()[()]) == ids
        assert list(group["label_name"].asstr()[()]) == list(labels)
        for i, cells in enumerate(labels.values()):
            assert list(group["label"].asstr()[:, i]) == cells
        digests = list(group["sha256"].asstr()[()])
        assert digests == digests_of(ids, times, labels, axis, values)
        sources = list(group["source"].asstr()[()])
        assert attributes["sha256"] == store_digest(digests, sources, True, list(labels))


def make(spectra, store):
    ids, times, labels, axis, values = rows_of(spectra)
    digests = digests_of(ids, times, labels, axis, values)
    sources = ["made by h5py"] * len(ids)
    words = h5py.string_dtype()
    with h5py.File(store, "w") as file:
        file.attrs["format"] = "adit-captures"
        file.attrs["version"] = np.int64(1)
        file.attrs["sha256"] = store_digest(digests, sources, True, list(labels))
        group = file.create_group("captures")
        group.create_dataset("axis", data=axis).attrs["unit"] = "nm"
        group.create_dataset("time", data=times).attrs["unit"] = "days UTC"
        group.create_dataset(
            "values", data=values, chunks=(2, 50), compression="gzip", shuffle=True
        )
        for name, cells in [("id", ids), ("source", sources), ("sha256", digests)]:
            group.create_dataset(name, data=cells, dtype=words)
        group.create_dataset("label_name", data=list(labels), dtype=words)
        cells = [[labels[n][i] for n in labels] for i in range(len(ids))]
        group.create_dataset("label", data=cells, dtype=words)


def results(path):
    with h5py.File(path, "r") as file:
        columns = sorted(file["results"].values(), key=lambda d: d.attrs["column"])
        table = [
            {
                "name": d.attrs["name"],
                "unit": d.attrs["unit"],
                "cells": list(d.asstr()[()] if h5py.check_string_dtype(d.dtype) else d[()]),
            }
            for d in columns
        ]
        print(json.dumps({"level": file.attrs["level"], "columns": table}, ensure_ascii=False))


if __name__ == "__main__":
    {"check": check, "make": make, "results": results}[sys.argv[1]](*sys.argv[2:])
