"""Cross-validated PLS2 with all folds in one loop of components, in plain NumPy: how fast is the idea without an engine?

Two routes, both exact. `on_x`: the folds' weights are the columns of one matrix, so that a component costs two products with the one
X for all folds together; a fold's mean and scales are corrections of rank one and of a diagonal. `on_gram`: the same on K = XX' when
n << p and nothing is scaled. Both give predictions (A, n, m) of the rows left out.
"""
import numpy as np


def dominant(left, right):
    """Per fold, the dominant eigenvector of left'right (m x m), times `right`."""
    _, vectors = np.linalg.eigh(np.matmul(left.transpose(0, 2, 1), right))
    return np.matmul(right, vectors[:, :, -1:])[:, :, 0]


def outside(folds):
    """Rows to train on of each fold as ones (F x n), and how many they are."""
    mask = (folds[None, :] != np.arange(folds.max() + 1)[:, None]).astype(float)
    return mask, mask.sum(1)


def on_x(X, Y, A, folds, scale):
    mask, count = outside(folds)
    F, (n, p), m = len(mask), X.shape, Y.shape[1]
    shift = Y.mean(0)
    X, Y = X - X.mean(0), Y - shift
    mx, my = mask @ X / count[:, None], mask @ Y / count[:, None]
    dx, dy = np.ones((F, p)), np.ones((F, m))
    if scale:
        dx = np.sqrt((mask @ X**2 - count[:, None] * mx**2) / (count[:, None] - 1))
        dy = np.sqrt((mask @ Y**2 - count[:, None] * my**2) / (count[:, None] - 1))
    S = X.T @ Y - np.stack([X[folds == f].T @ Y[folds == f] for f in range(F)])
    S = (S - count[:, None, None] * mx[:, :, None] * my[:, None, :]) / dx[:, :, None] / dy[:, None, :]
    R, P = np.empty((A, F, p)), np.empty((A, F, p))
    rows, total, out = np.arange(n), np.zeros((n, m)), np.empty((A, n, m))
    for a in range(A):
        w = dominant(S, S)
        w /= np.linalg.norm(w, axis=1, keepdims=True)
        r = w - np.einsum("af,afp->fp", np.einsum("afp,fp->af", P[:a], w), R[:a])
        u = r / dx
        T = u @ X.T - np.einsum("fp,fp->f", u, mx)[:, None]
        inside = T * mask
        tt = np.einsum("fn,fn->f", inside, inside)
        R[a], P[a] = r, (inside @ X - inside.sum(1)[:, None] * mx) / dx / tt[:, None]
        q = np.einsum("fpm,fp->fm", S, r)
        S -= P[a][:, :, None] * q[:, None, :]
        total += T[folds, rows][:, None] * (q / tt[:, None])[folds]
        out[a] = total * dy[folds] + my[folds] + shift
    return out


def on_gram(X, Y, A, folds):
    mask, count = outside(folds)
    F, n, m = len(mask), len(X), Y.shape[1]
    shift = Y.mean(0)
    X, Y = X - X.mean(0), Y - shift
    K, my = X @ X.T, mask @ Y / count[:, None]

    def times(t):                                   # K of each fold's centred rows, times its t
        g = t @ K
        return g - ((g * mask).sum(1) / count)[:, None]

    Yf = (Y[None] - my[:, None]) * mask[:, :, None]
    G = np.stack([times(Yf[:, :, j]) for j in range(m)], 2)
    T = np.empty((A, F, n))
    rows, total, out = np.arange(n), np.zeros((n, m)), np.empty((A, n, m))
    for a in range(A):
        t = dominant(Yf, G)
        for _ in range(2):                          # once is not enough: K squares the condition number
            t -= np.einsum("af,afn->fn", np.einsum("afn,fn->af", T[:a], t * mask), T[:a])
        t /= np.sqrt(((t * mask) ** 2).sum(1))[:, None]
        T[a], inside = t, t * mask
        q = np.einsum("fn,fnm->fm", inside, Yf)
        Yf -= inside[:, :, None] * q[:, None, :]
        G -= times(inside)[:, :, None] * q[:, None, :]
        total += t[folds, rows][:, None] * q[folds]
        out[a] = total + my[folds] + shift
    return out
