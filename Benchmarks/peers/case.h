// One case of a program in C: its command line, its clock and what it leaves behind.
//
//   PROGRAM PROBLEM POINTS METHOD CONTROL OUT
//
// OUT.fields has 3 × POINTS × POINTS doubles, OUT.json the seconds of set-up and of stepping, the steps, a remark, a version.
#pragma once
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "model.h"

typedef struct {
  int number, points;
  const char *method;
  double control;
  const char *out;
  Problem problem;
  double spacing;
} Case;

static inline double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

static inline Case read_case(int count, char **words) {
  if (count < 6) {
    fprintf(stderr, "usage: %s PROBLEM POINTS METHOD CONTROL OUT\n", words[0]);
    exit(64);
  }
  Case c = {atoi(words[1]), atoi(words[2]), words[3], atof(words[4]), words[5]};
  c.problem = c.number == 2 ? immunotherapy : chemotaxis;
  c.spacing = c.problem.length / c.points;
  return c;
}

// The value of field f at the point (i, j) is values[f * fields + (i * points + j) * place].
static inline void for_initial_values(const Case *c, double *values, size_t fields, size_t place) {
  for (int i = 0; i < c->points; i++)
    for (int j = 0; j < c->points; j++) {
      double at[3];
      initial_values(c->number, (j + 0.5) * c->spacing, (i + 0.5) * c->spacing, at);
      for (int f = 0; f < 3; f++) values[f * fields + ((size_t)i * c->points + j) * place] = at[f];
    }
}

static inline double *supplies(const Case *c) {
  double *values = malloc(sizeof(double) * c->points * c->points);
  for (int i = 0; i < c->points; i++)
    for (int j = 0; j < c->points; j++)
      values[(size_t)i * c->points + j] = supply((j + 0.5) * c->spacing, (i + 0.5) * c->spacing);
  return values;
}

static inline FILE *open_output(const Case *c, const char *ending) {
  char path[4096];
  snprintf(path, sizeof path, "%s.%s", c->out, ending);
  FILE *file = fopen(path, "wb");
  if (!file) {
    perror(path);
    exit(73);
  }
  return file;
}

static inline void write_result(
  const Case *c, const double *values, size_t fields, size_t place, double setup, double stepping, long steps, const char *note,
  const char *version
) {
  FILE *file = open_output(c, "fields");
  for (int f = 0; f < 3; f++)
    for (size_t k = 0; k < (size_t)c->points * c->points; k++) fwrite(values + f * fields + k * place, sizeof(double), 1, file);
  fclose(file);
  file = open_output(c, "json");
  fprintf(file, "{\"setup\": %.6f, \"stepping\": %.6f, \"steps\": %ld, ", setup, stepping, steps);
  fprintf(file, "\"note\": \"%s\", \"version\": \"%s\"}\n", note, version);
  fclose(file);
}
