// `impasto kernels compare`: what two measurements say of each other.
#include <cmath>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "tools/impasto/command.h"
#include "tools/impasto/setup.h"
#include "tools/lab/comparison.h"

namespace impasto::cli {
namespace {

using Json = nlohmann::ordered_json;
using lab::Verdict;

struct CompareOptions {
  std::string a, b;
  bool all = false;
  bool json = false;
};

std::string_view name_of(Verdict verdict) {
  if (verdict == Verdict::same) return "same";
  return verdict == Verdict::faster ? "faster" : "slower";
}

Json to_json(const lab::TimedRow& row) {
  return {{"kernel", row.kernel},   {"problem", row.problem}, {"cache", row.cache},
          {"threads", row.threads}, {"device", row.device},   {"median_ms", row.median_ms},
          {"noise", row.noise}};
}

void print_json(const lab::Comparison& comparison) {
  Json changes = Json::array(), only_a = Json::array(), only_b = Json::array();
  for (const lab::Change& change : comparison.changes) {
    changes.push_back({{"verdict", name_of(change.verdict())},
                       {"ratio", change.ratio()},
                       {"noise", change.noise()},
                       {"a", to_json(change.a)},
                       {"b", to_json(change.b)}});
  }
  for (const lab::TimedRow& row : comparison.only_a) only_a.push_back(to_json(row));
  for (const lab::TimedRow& row : comparison.only_b) only_b.push_back(to_json(row));
  fmt::print("{}\n", Json{{"changes", changes}, {"only_a", only_a}, {"only_b", only_b}}.dump(2));
}

void print_table(const lab::Comparison& comparison, bool all) {
  std::size_t width = 6;
  for (const lab::Change& change : comparison.changes) {
    width = std::max(width, change.a.name().size());
  }
  if (!comparison.changes.empty()) {
    fmt::print("{:{}}  {:>10}  {:>10}  {:>8}  {:>8}\n", "kernel", width, "A ms", "B ms", "change",
               "noise");
  }
  for (const lab::Change& change : comparison.changes) {
    const Verdict verdict = change.verdict();
    if (verdict == Verdict::same && !all) continue;
    fmt::print("{:{}}  {:10.4g}  {:10.4g}  {:+7.1f}%  {:7.1f}%  {}\n", change.a.name(), width,
               change.a.median_ms, change.b.median_ms, 100 * (change.ratio() - 1),
               100 * change.noise(), name_of(verdict));
  }
  for (const lab::TimedRow& row : comparison.only_a) fmt::print("only in A: {}\n", row.name());
  for (const lab::TimedRow& row : comparison.only_b) fmt::print("only in B: {}\n", row.name());
  fmt::print("{} slower, {} faster, {} the same within their noise; {} only in A, {} only in B\n",
             comparison.count(Verdict::slower), comparison.count(Verdict::faster),
             comparison.count(Verdict::same), comparison.only_a.size(), comparison.only_b.size());
}

void run(const CompareOptions& o) {
  const std::vector<lab::TimedRow> a = lab::read_timed_rows(o.a);
  const lab::Comparison comparison = lab::compare(a, lab::read_timed_rows(o.b));
  if (comparison.device_a != comparison.device_b) {
    note(fmt::format("A was measured on {}, B on {}: differences may be the machines'",
                     comparison.device_a, comparison.device_b));
  }
  o.json ? print_json(comparison) : print_table(comparison, o.all);
  if (comparison.count(Verdict::slower) > 0) throw ExitCode{1};
}

}  // namespace

void add_kernels_compare(CLI::App& kernels) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = kernels.add_subcommand(
      "compare", "What became slower or faster from A to B: exit status 1 if a kernel is slower");
  command->add_option("A", options->a, "Rows of `impasto kernels bench -o`, or of bench/results")
      ->required();
  command->add_option("B", options->b, "Rows to compare with them")->required();
  command->add_flag("--all", options->all, "Also what is the same within its noise");
  command->add_flag("--json", options->json, "As JSON; everything");
  command->callback([options] { run(*options); });
  command->footer(
      "Example:\n"
      "  impasto kernels bench --filter relu -o before.jsonl     then change something, and\n"
      "  impasto kernels bench --filter relu -o after.jsonl\n"
      "  impasto kernels compare before.jsonl after.jsonl\n"
      "\n"
      "`change` is of the median time, B's beside A's. `noise` is what it must exceed to count: "
      "both rows'\n"
      "noises together, and at least 2 %. The largest slowdown comes first. Exit codes: 0 nothing "
      "is slower,\n"
      "1 something is, 2 a file is missing or has no such rows.");
}

}  // namespace impasto::cli
