#pragma once
#include "worker_pool.h"
#include "propagators.h"
#include "expression_program.h"
#include "tile_algebra.h"
