# Rscript read.R ncdf4|RNetCDF RUN_DIRECTORY …: what the package sees, for compare.py.
arguments <- commandArgs(trailingOnly = TRUE)
package <- arguments[1]
suppressMessages(library(package, character.only = TRUE))
show <- function(word, numbers) cat(word, ifelse(is.na(numbers), "nan", sprintf("%.17g", numbers)), "\n")
cat("version", R.version.string, package, as.character(packageVersion(package)), "\n")
for (run in arguments[-1]) {
  cat("run", run, "\n")
  path <- file.path(run, "fields.h5")
  if (package == "ncdf4") {
    file <- nc_open(path)
    read <- function(name) ncvar_get(file, name)
    axes <- sapply(file$var$u$dim, function(axis) axis$name)
  } else {
    file <- open.nc(path)
    read <- function(name) var.get.nc(file, name)
    axes <- sapply(var.inq.nc(file, "u")$dimids, function(id) dim.inq.nc(file, id)$name)
  }
  show("times", read("time"))
  cat("order", axes, "\n")
  for (axis in setdiff(axes, "time")) show(paste("axis", axis), read(axis))
  for (field in c("u", "v")) show(paste("values", field), as.vector(read(field)))
  cat("mean", sprintf("%.17g", mean(read("u"), na.rm = TRUE)), "\n")
  if (package == "ncdf4") nc_close(file) else close.nc(file)
}
