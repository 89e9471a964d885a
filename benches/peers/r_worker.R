# R with the package pls as a process that waits for tasks, one a line:
#   load NAME n p m | cv NAME METHOD A FOLDS OUT (centred, every FOLDS-th row a fold) | model NAME A FILE (for the start of a process)
# Answers `ok`, seconds and a remark, apart by tabs. Files hold raw doubles, matrices row after row.
suppressMessages(library(pls))
tasks <- file("stdin")
open(tasks)
sets <- list()
read <- function(file, rows, cols) matrix(readBin(file, "double", rows * cols), rows, cols, byrow = TRUE)
while (length(line <- readLines(tasks, 1)) > 0) {
  w <- strsplit(line, " ")[[1]]
  k <- function(i) as.integer(w[i])
  answer <- tryCatch({
    if (w[1] == "load") {
      sets[[w[2]]] <- list(x = read(paste0(w[2], ".x"), k(3), k(4)), y = read(paste0(w[2], ".y"), k(3), k(5)))
      "ok\t\t"
    } else if (w[1] == "cv") {
      s <- sets[[w[2]]]
      n <- nrow(s$x)
      segments <- split(seq_len(n), (seq_len(n) - 1) %% k(5))
      start <- as.numeric(Sys.time())
      r <- pls:::mvrCv(s$x, s$y, ncomp = k(4), method = w[3], scale = FALSE, segments = segments)
      seconds <- as.numeric(Sys.time()) - start
      writeBin(as.vector(r$pred), w[6])
      paste0("ok\t", format(seconds, digits = 9), "\t", w[3])
    } else if (w[1] == "model") {
      s <- sets[[w[2]]]
      d <- data.frame(y = I(s$y), x = I(s$x))
      saveRDS(plsr(y ~ x, ncomp = k(3), data = d, method = "kernelpls"), w[4])
      "ok\t\t"
    } else stop("no such task")
  }, error = function(e) paste0("error\t", conditionMessage(e)))
  cat(answer, "\n", sep = "")
  flush(stdout())
}
