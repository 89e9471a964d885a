"""Golden figures for the Fourier low-pass: python3 golden.py > golden.json (numpy 2, scipy 1.17).

Padding by reflection is checked through the DCT-II, no padding through the real FFT: neither is the way the plugin goes.
"""
import json
import numpy as np
from scipy.fft import dct, idct

rng = np.random.default_rng(5)


def gain(freq, cut, taper):
    if taper == "none":
        return (freq <= cut + 1e-9).astype(float)
    fallen = np.clip((freq - cut / 2) / (cut / 2), 0, 1)
    return np.where(freq <= cut + 1e-9, 0.5 + 0.5 * np.cos(np.pi * fallen), 0.0)


cases = []
for n, keep, taper, padding in [
    (24, 0.25, "cosine", "reflect"), (24, 0.5, "none", "reflect"), (24, 0.3, "cosine", "none"),
    (17, 0.4, "none", "none"), (17, 0.4, "cosine", "reflect"), (13, 1.0, "none", "reflect"),
]:
    x = np.linspace(0, 2, n) + np.sin(np.arange(n) / 3) + 0.1 * rng.standard_normal((2, n))
    if padding == "reflect":
        g = gain(np.arange(n).astype(float), keep * n, taper)
        y = idct(g * dct(x, type=2, norm="ortho"), type=2, norm="ortho")
    else:
        f = np.fft.rfft(x)
        g = gain(np.arange(f.shape[1]).astype(float), keep * n / 2, taper)
        y = np.fft.irfft(f * g, n)
    cases.append({"keep": keep, "taper": taper, "padding": padding, "x": x.tolist(), "y": y.tolist()})
print(json.dumps(cases))
