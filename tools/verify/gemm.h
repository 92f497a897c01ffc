// gemm's cases for any table of such kernels: the tests of the verification hand it planted ones.
#pragma once

#include "ops/gemm/gemm.h"
#include "tools/verify/session.h"

namespace impasto::verify {

using GemmTable = KernelTable<GemmProblem, GemmArgs>;

void gemm_exact(Session& session, const GemmTable& table);
void gemm_near(Session& session, const GemmTable& table);
void gemm_threads(Session& session, const GemmTable& table);

}  // namespace impasto::verify
