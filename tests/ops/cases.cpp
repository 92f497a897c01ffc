#include "tests/ops/cases.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/device.h"

namespace impasto::test {
namespace {

Ran ran;

void check(const verify::Finding& finding) {
  ++ran.checks;
  ran.transforming += finding.kernel.exact ? 0 : 1;
  CHECK_MESSAGE(finding.result.ok, finding.kernel.id, " on ", finding.problem, ": ", finding.what,
                ": ", finding.result.message);
}

bool is_gpu_only() {
  const char* const kernels = std::getenv("IMPASTO_TEST_KERNELS");
  return kernels != nullptr && std::string_view(kernels) == "gpu";
}

// 1 when nothing is left out.
int sample_step() {
  const char* const text = std::getenv("IMPASTO_TEST_SAMPLE");
  return text == nullptr ? 1 : std::max(1, std::atoi(text));
}

// One for all tests: what is sampled goes on from case to case.
verify::Session& session() {
  static verify::Session session([] {
    verify::Settings settings;
    if (test_device().type != DeviceType::cpu) settings.gpu = test_device();
    settings.sample = sample_step();
    if (is_gpu_only()) {
      settings.wanted = [](const KernelInfo& kernel) { return kernel.backend != Backend::cpu; };
    }
    settings.found = check;
    return settings;
  }());
  return session;
}

}  // namespace

Ran run_cases(std::string_view op, verify::Kind kind) {
  ran = {};
  for (const verify::Case& each : verify::all_cases()) {
    const bool meant =
        op.empty() || each.table == op || each.table.starts_with(std::string(op) + ".");
    if (!meant || each.kind != kind) continue;
    INFO(each.table, ": ", each.what);
    each.verify(session());
  }
  CHECK((ran.checks > 0 || sample_step() > 1));
  return ran;
}

}  // namespace impasto::test
