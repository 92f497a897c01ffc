// What is said of times: statistics of known numbers, and verdicts on planted rows.
#include <fstream>
#include <limits>

#include <doctest/doctest.h>

#include "tensor/error.h"
#include "tests/support/files.h"
#include "tools/lab/comparison.h"
#include "tools/lab/launch_timer.h"
#include "tools/lab/peaks.h"
#include "tools/lab/summary.h"

namespace impasto::lab {
namespace {

Samples samples_of(const std::vector<double>& seconds) {
  Samples samples;
  for (const double each : seconds) samples.add(each);
  return samples;
}

TEST_CASE("quantiles are of single times, and the deviation is from their median") {
  CHECK(quantile({}, 0.5) == 0);
  CHECK(quantile({5, 1, 3, 2, 4, 9, 6, 8, 7, 11, 10}, 0.5) == 6);
  CHECK(quantile({5, 1, 3, 2, 4, 9, 6, 8, 7, 11, 10}, 0.1) == 2);
  CHECK(quantile({5, 1, 3, 2, 4, 9, 6, 8, 7, 11, 10}, 0.9) == 10);
  CHECK(median_deviation({1, 2, 3, 4, 1000}) == 1);
  CHECK(median_deviation({7}) == 0);
  Samples timed;
  for (int i = 0; i < 11; ++i) timed.time([] {});
  CHECK(timed.seconds().size() == 11);
  CHECK(timed.quantile(0) <= timed.quantile(1));
}

TEST_CASE("noise is what rounds differ by, or what the samples scatter by") {
  const Summary apart =
      summarize({samples_of({1, 1, 1}), samples_of({1, 1, 1, 1}), samples_of({1.1, 1.1, 1.1}),
                 samples_of({0.9, 0.9, 0.9}), samples_of({5, 5}), Samples()});
  CHECK(apart.rounds == 5);
  CHECK(apart.samples == 15);
  CHECK(apart.median == 1);
  CHECK(apart.mad == doctest::Approx(0.1));
  CHECK(apart.noise == doctest::Approx(1.5 * (1 / 0.9 - 1)));
  const Summary scattered = summarize({samples_of({0.8, 1, 1.2}), samples_of({0.8, 1, 1.2})});
  CHECK(scattered.mad == doctest::Approx(0.2));
  CHECK(scattered.noise == doctest::Approx(2 * 1.2533 * 1.4826 * 0.2 / std::sqrt(6)));
  CHECK(summarize({}).samples == 0);
}

// Of rounds of one sample each, so many at 1 ms and so many at 1.5 ms.
TimedRow row_of_rounds(int fast, int slow) {
  std::vector<Samples> rounds(static_cast<std::size_t>(fast), samples_of({1e-3}));
  rounds.insert(rounds.end(), static_cast<std::size_t>(slow), samples_of({1.5e-3}));
  const Summary summary = summarize(rounds);
  return {"k", "maps odd", "a box", "warm", 2, 1e3 * summary.median, summary.noise};
}

TEST_CASE("noise reaches another speed that rounds have, unless a single one of many has it") {
  const TimedRow mostly_fast = row_of_rounds(7, 2), mostly_slow = row_of_rounds(4, 5);
  CHECK(mostly_fast.median_ms == doctest::Approx(1));
  CHECK(mostly_slow.median_ms == doctest::Approx(1.5));
  CHECK(mostly_fast.noise > 0.5);
  CHECK(Change{mostly_fast, row_of_rounds(0, 9)}.verdict() == Verdict::same);
  CHECK(Change{row_of_rounds(9, 0), mostly_slow}.verdict() == Verdict::same);
  CHECK(row_of_rounds(8, 1).noise == 0);
  CHECK(row_of_rounds(3, 1).noise > 0.5);  // too few to say which was spoiled
  CHECK(Change{row_of_rounds(9, 0), row_of_rounds(0, 9)}.verdict() == Verdict::slower);
}

TEST_CASE("a round weighs as much as another, however many samples it had time for") {
  const Summary summary =
      summarize({samples_of({1, 1, 1, 1, 1, 1, 1, 1, 1, 1}), samples_of({2}), samples_of({3})});
  CHECK(summary.median == 2);
  CHECK(summary.p10 == 1);
  CHECK(summary.p90 == 3);
  CHECK(summary.mad == 1);
}

TEST_CASE("samples end with their number, or with the time when there are enough") {
  Context context({.threads = 2});
  LaunchTimer timer(context);
  int runs = 0;
  const auto run = [&] { ++runs; };
  CHECK(timer.warm({.least = 3, .most = 7, .seconds = 60}, run).seconds().size() == 7);
  CHECK(runs > 7);  // what is so short is run many times a sample
  runs = 0;
  CHECK(timer.cold({.least = 2, .most = 7, .seconds = 0}, run).seconds().size() == 2);
  CHECK(runs == 2);
}

TEST_CASE("the roofline takes the slower of both") {
  const Peaks peaks{100, 10};
  CHECK(peaks.seconds({1000, 10}) == 10);
  CHECK(peaks.seconds({1000, 1000}) == 100);
  CHECK(Peaks().seconds({1000, 1000}) == 0);
}

TimedRow row(const std::string& kernel, double ms, double noise = 0.01) {
  return {kernel, "maps odd", "a box", "warm", 2, ms, noise};
}

TEST_CASE("a change counts when it exceeds both noises together, and two percent") {
  const auto verdict = [](double b, double noise) {
    return Change{row("k", 10, noise), row("k", b, noise)}.verdict();
  };
  CHECK(verdict(10.1, 0) == Verdict::same);
  CHECK(verdict(10.3, 0) == Verdict::slower);
  CHECK(verdict(9.7, 0) == Verdict::faster);
  CHECK(verdict(11.9, 0.1) == Verdict::same);
  CHECK(verdict(12.1, 0.1) == Verdict::slower);
  CHECK(verdict(8.5, 0.1) == Verdict::same);  // 10 / 8.5 is less than 1.2
  CHECK(verdict(8.3, 0.1) == Verdict::faster);
}

TEST_CASE("rows are matched by what was measured, the slowest change first") {
  const auto both = compare({row("x", 1), row("gone", 1), row("y", 1), row("z", 1)},
                            {row("z", 1), row("y", 2), row("new", 1), row("x", 0.5)});
  REQUIRE(both.changes.size() == 3);
  CHECK(both.changes[0].a.kernel == "y");
  CHECK(both.changes[2].a.kernel == "x");
  CHECK(both.count(Verdict::slower) == 1);
  CHECK(both.count(Verdict::faster) == 1);
  REQUIRE(both.only_a.size() == 1);
  CHECK(both.only_a[0].kernel == "gone");
  REQUIRE(both.only_b.size() == 1);
  CHECK(both.only_b[0].kernel == "new");
}

TEST_CASE("threads and caches are told apart, devices where a file has several") {
  TimedRow cold = row("x", 1), four = row("x", 1), other = row("x", 1);
  cold.cache = "cold";
  four.threads = 4;
  other.device = "another box";
  CHECK(compare({row("x", 1)}, {cold}).changes.empty());
  CHECK(compare({row("x", 1)}, {four}).changes.empty());
  CHECK(compare({row("x", 1)}, {other}).changes.size() == 1);
  CHECK(compare({row("x", 1)}, {other}).device_b == "another box");
  CHECK(compare({row("x", 1), other}, {other}).changes.size() == 1);
  CHECK(compare({row("x", 1), other}, {other}).only_a.size() == 1);
}

constexpr const char* kRow =
    R"({"schema": 2, "section": "ops", "kernel": "relu.fwd.cpu.vector", "problem": "maps odd", )"
    R"("device": "a box", "threads": 2, "cache": "warm", "p10_ms": 0.9, "p90_ms": 1.3, )";

TEST_CASE("rows of files: the last of a thing counts, other sections are let be") {
  test::TemporaryFolder folder;
  const std::string path = folder / "rows.jsonl";
  std::ofstream(path) << kRow << "\"median_ms\": 5, \"noise\": 0.5}\n"
                      << R"({"schema": 2, "section": "iteration", "median_ms": "any"})"
                      << "\n"
                      << kRow << "\"failed\": \"why\"}\n"
                      << kRow << "\"median_ms\": 1}\n";
  const std::vector<TimedRow> rows = read_timed_rows(path);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].median_ms == 1);
  CHECK(rows[0].noise == doctest::Approx(0.2));
  CHECK(rows[0].threads == 2);
}

TEST_CASE("files that are none are refused, with the line") {
  test::TemporaryFolder folder;
  const std::string path = folder / "rows.jsonl";
  CHECK_THROWS_AS(read_timed_rows(path), InputError);
  for (const std::string& line :
       {std::string("no JSON"), std::string("[1]"), std::string("{}"),
        std::string(R"({"schema": 2, "section": "ops"})"),
        kRow + std::string("\"median_ms\": NaN}"), kRow + std::string("\"median_ms\": 0}"),
        kRow + std::string("\"median_ms\": \"1\"}"),
        kRow + std::string("\"median_ms\": 1, \"noise\": -1}")}) {
    CAPTURE(line);
    std::ofstream(path) << kRow << "\"median_ms\": 5}\n" << line << "\n";
    try {
      read_timed_rows(path);
      FAIL("was read");
    } catch (const InputError& error) {
      CHECK(std::string(error.what()).find("rows.jsonl:2: ") != std::string::npos);
    }
  }
  std::ofstream(path) << R"({"schema": 2, "section": "iteration"})"
                      << "\n";
  CHECK_THROWS_AS(read_timed_rows(path), InputError);
}

}  // namespace
}  // namespace impasto::lab
