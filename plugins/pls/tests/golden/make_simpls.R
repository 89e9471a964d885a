# Golden figures for SIMPLS: simpls.fit of the R package pls, on centred columns, with and without division by their standard
# deviations. Writes simpls.json into the folder it is run in. Run with R and the package pls:  Rscript make_simpls.R
suppressPackageStartupMessages(library(pls))
set.seed(20261124)

json <- function(v) paste0("[", paste(sprintf("%.17g", v), collapse = ","), "]")
by_row <- function(m) json(as.vector(t(m)))

data <- function(n, p, m) {
  k <- min(n, p)
  causes <- matrix(rnorm((n + 4) * k), n + 4)
  mixing <- matrix(rnorm(k * p), k) * 0.75^(0:(k - 1))
  x <- sweep(causes %*% mixing, 2, runif(p, -3, 3), "+")
  y <- causes[, 1:3] %*% matrix(rnorm(3 * m), 3) + 0.3 * matrix(rnorm((n + 4) * m), n + 4) + 5
  list(x = round(x[1:n, , drop = FALSE], 6), y = round(y[1:n, , drop = FALSE], 6),
       new = round(x[(n + 1):(n + 4), , drop = FALSE], 6))
}

path <- function(d, scaled, top) {
  centre <- colMeans(d$x); y_centre <- colMeans(d$y)
  by <- if (scaled) apply(d$x, 2, sd) else rep(1, ncol(d$x))
  y_by <- if (scaled) apply(d$y, 2, sd) else rep(1, ncol(d$y))
  treat <- function(x) sweep(sweep(x, 2, centre), 2, by, "/")
  x <- treat(d$x); y <- sweep(sweep(d$y, 2, y_centre), 2, y_by, "/")
  fit <- simpls.fit(x, y, top, center = FALSE)
  predicted <- sapply(1:top, function(a) {
    b <- matrix(fit$coefficients[, , a], ncol(x))
    by_row(sweep(sweep(treat(d$new) %*% b, 2, y_by, "*"), 2, y_centre, "+"))
  })
  # Scores come as unit vectors, so explained sums of squares are those of loadings and Y loadings.
  ex <- colSums(fit$loadings^2) / sum(x^2)
  ey <- colSums(fit$Yloadings^2) / sum(y^2)
  coefficients <- sweep(matrix(fit$coefficients[, , top], ncol(x)), 1, by, "/") %*% diag(y_by, length(y_by))
  sprintf('{"scale":%s,"predictions":[%s],"coefficients":%s,"scores":%s,"loadings":%s,"explained_x":%s,"explained_y":%s}',
          tolower(scaled), paste(predicted, collapse = ","), by_row(t(coefficients)), by_row(fit$scores),
          by_row(fit$loadings), json(ex), json(ey))
}

cases <- list(c(16, 30, 1), c(16, 30, 4), c(16, 16, 3), c(30, 12, 1), c(30, 12, 4))
text <- sapply(cases, function(s) {
  d <- data(s[1], s[2], s[3])
  top <- min(8, s[2])
  sprintf('{"rows":%d,"columns":%d,"targets":%d,"x":%s,"y":%s,"new":%s,"paths":[%s]}', s[1], s[2], s[3],
          by_row(d$x), by_row(d$y), by_row(d$new), paste(path(d, FALSE, top), path(d, TRUE, top), sep = ","))
})
made_by <- sprintf("R %s, pls %s, simpls.fit, seed 20261124", getRversion(), packageVersion("pls"))
writeLines(sprintf('{"made_by":"%s","cases":[\n%s\n]}', made_by, paste(text, collapse = ",\n")), "simpls.json")
