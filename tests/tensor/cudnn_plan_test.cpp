// Which engines cuDNN finds for our graphs, on a pretended H100: it needs no GPU for that. What it
// would compile while running needs a driver, so pools are not here.
#include "tensor/cuda/cudnn_plan.h"

#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tensor/error.h"

namespace impasto {
namespace {

// As cuDNN 9.19 writes it; other versions may want other words.
constexpr const char* kH100 = R"({
    "maxGridSize": [2147483647, 65535, 65535], "maxBlockSize": [1024, 1024, 64],
    "regsPerBlock": 65536, "multiProcessorCount": 132, "smClockRateKHz": 1980000,
    "memClockRateKHz": 2619000, "l2CacheSize": 52428800, "warpSize": 32,
    "maxSharedMemoryPerBlock": 49152, "maxSharedMemoryPerBlockOptin": 232448,
    "reservedSharedMemoryPerBlock": 1024, "maxRegistersPerSM": 65536, "pciDeviceId": 0,
    "maxCtasPerSM": 32, "maxThreadsPerBlock": 1024, "maxThreadsPerSM": 2048, "isTccDriver": 0,
    "supportCoopLaunch": 1, "cudaDeviceId": 0, "deviceVer": 900, "driverVer": 13000,
    "totalGlobalMem": 84942979072, "deviceName": "NVIDIA H100"})";

std::optional<CudnnTarget> pretended() {
  try {
    return CudnnTarget(kH100);
  } catch (const Error& error) {
    MESSAGE("SKIPPED: this cuDNN does not take the description of an H100: ", error.what());
    return {};
  }
}

struct Layer {
  CudnnShape src, wei, dst;
  CudnnConvolution convolution;
};

Layer layer(std::int64_t side, std::int64_t ic, std::int64_t oc, std::int64_t k,
            CudnnConvolution convolution) {
  const std::int64_t out = (side + 2 * convolution.pad - k) / convolution.stride + 1;
  return {{1, side, side, ic}, {oc, k, k, ic}, {1, out, out, oc}, convolution};
}

CudnnGraph forward(const Layer& l, bool relu) {
  CudnnGraph graph;
  const auto src = graph.operand(l.src), wei = graph.operand(l.wei);
  const auto bias = graph.operand({1, 1, 1, l.dst.c}), dst = graph.operand(l.dst);
  const auto sum = graph.between(l.dst), biased = relu ? graph.between(l.dst) : dst;
  graph.convolve(l.convolution, src, wei, sum);
  graph.add(sum, bias, biased);
  if (relu) graph.relu(biased, dst);
  return graph;
}

CudnnGraph back_data(const Layer& l) {
  CudnnGraph graph;
  const auto grad_dst = graph.operand(l.dst), wei = graph.operand(l.wei);
  graph.convolve_back_data(l.convolution, grad_dst, wei, graph.operand(l.src));
  return graph;
}

CudnnGraph back_filter(const Layer& l) {
  CudnnGraph graph;
  const auto src = graph.operand(l.src), grad_dst = graph.operand(l.dst);
  graph.convolve_back_filter(l.convolution, src, grad_dst, graph.operand(l.wei));
  return graph;
}

std::vector<CudnnGraph> graphs(const Layer& l) {
  std::vector<CudnnGraph> all;
  all.push_back(forward(l, false));
  all.push_back(forward(l, true));
  all.push_back(back_data(l));
  all.push_back(back_filter(l));
  return all;
}

TEST_CASE("every convolution has an engine on an H100, with tensor cores only where asked for") {
  const auto target = pretended();
  if (!target) return;
  for (const Layer& l : {layer(256, 3, 64, 3, {1, 1}), layer(128, 64, 64, 3, {1, 1}),
                         layer(13, 5, 7, 3, {1, 1}), layer(33, 16, 24, 5, {2, 0})}) {
    for (const CudaMath math : {CudaMath::f32, CudaMath::tf32}) {
      CAPTURE(l.src.c);
      std::vector<CudnnGraph> all = graphs(l);
      for (CudnnGraph& graph : all) {
        const CudnnPlan plan(std::move(graph), math, *target);
        CAPTURE(plan.description());
        CHECK(plan.description().starts_with("engine "));
        if (math == CudaMath::f32) CHECK(plan.description().find("tensor") == std::string::npos);
      }
    }
  }
}

TEST_CASE("the large layers of VGG use tensor cores where that is allowed") {
  const auto target = pretended();
  if (!target) return;
  const Layer l = layer(128, 128, 128, 3, {1, 1});
  std::vector<CudnnGraph> all = graphs(l);
  for (CudnnGraph& graph : all) {
    const CudnnPlan plan(std::move(graph), CudaMath::tf32, *target);
    CAPTURE(plan.description());
    CHECK(plan.description().find("tensor cores") != std::string::npos);
  }
}

TEST_CASE("cuDNN's further proposals are plans, too, until there are no more") {
  const auto target = pretended();
  if (!target) return;
  const Layer l = layer(64, 64, 64, 3, {1, 1});
  int from = 0, plans = 0;
  try {
    for (; plans < 100; ++plans) {
      const CudnnPlan plan(forward(l, true), CudaMath::f32, *target, from);
      CHECK(plan.number() >= from);
      from = plan.number() + 1;
    }
  } catch (const Error& error) {
    CHECK(std::string(error.what()).starts_with("cuDNN has no engine"));
  }
  CHECK(plans > 1);
  CHECK(plans < 100);
}

TEST_CASE("a graph that no engine serves is an error that says so") {
  const auto target = pretended();
  if (!target) return;
  const Layer l = layer(16, 8, 8, 3, {1, 1});
  CudnnGraph graph = back_data(l);
  graph.convolve(l.convolution, 0, 1, 2);  // which overwrites what the first gave
  CHECK_THROWS_WITH_AS(CudnnPlan(std::move(graph), CudaMath::f32, *target),
                       doctest::Contains("cuDNN"), Error);
}

}  // namespace
}  // namespace impasto
