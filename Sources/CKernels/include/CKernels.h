#pragma once
#include "worker_pool.h"
#include "propagators.h"
#include "expression_program.h"
#include "finite_volumes.h"
#include "tile_algebra.h"
#include "tile_reactions.h"
#include "taxis.h"
