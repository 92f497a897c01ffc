#include "tools/lab/plan.h"

#include <algorithm>

namespace impasto::lab {
namespace {

bool matches(const MeasureSettings& settings, const KernelInfo& kernel, const ShapeLine& shape) {
  return fmt::format("{} on {}", kernel.id, shape.problem()).find(settings.filter) !=
         std::string::npos;
}

// The contenders that the filter leaves, and whom they are measured by.
std::vector<Series> plan_kernels(const MeasureSettings& settings, const Bench& bench) {
  std::vector<Series> kernels;
  const std::vector<Contender>& all = bench.contenders();
  for (std::size_t which = 0; which < all.size(); ++which) {
    const bool library = all[which].role == Role::baseline;
    const bool named = matches(settings, all[which].info, bench.shape());
    if (library ? !settings.baselines : !named) continue;
    kernels.emplace_back();
    kernels.back().which = which;
    kernels.back().measured.kernel = all[which];
  }
  const auto ours = [](const Series& series) {
    return series.measured.kernel.role != Role::baseline;
  };
  if (std::ranges::none_of(kernels, ours) && !settings.filter.empty()) {
    std::erase_if(kernels, [&](const Series& series) {
      return !matches(settings, series.measured.kernel.info, bench.shape());
    });
  }
  return kernels;
}

void plan_table(Context& context, const MeasureSettings& settings, const TableBench& table,
                std::vector<PlannedProblem>& problems) {
  const auto shapes =
      read_shapes(settings.shapes.empty() ? std::string(table.shapes) : settings.shapes);
  for (const ShapeLine& shape : shapes) {
    const auto named = [&](const KernelInfo& kernel) {
      return belongs_to(kernel, context.device().type) && matches(settings, kernel, shape);
    };
    if (std::ranges::none_of(table.kernels, named)) continue;
    PlannedProblem problem{table.table, table.open(context, shape), {}, {}};
    problem.kernels = plan_kernels(settings, *problem.bench);
    if (!problem.kernels.empty()) problems.push_back(std::move(problem));
  }
}

}  // namespace

std::vector<PlannedProblem> plan(Context& context, const std::vector<OpBenches>& benches,
                                 const MeasureSettings& settings) {
  std::vector<PlannedProblem> problems;
  for (const OpBenches& op : benches) {
    for (const TableBench& table : op.tables) plan_table(context, settings, table, problems);
  }
  if (problems.empty()) {
    throw InputError(fmt::format("--filter \"{}\": no kernel of {} on no shape has this",
                                 settings.filter, to_string(context.device())));
  }
  return problems;
}

}  // namespace impasto::lab
