#include "tensor/cuda/cudnn_plan.h"

#include <algorithm>

#include "tensor/cuda/check.h"
#include "tensor/error.h"

namespace impasto {
namespace {

using Notes = std::vector<cudnnBackendNumericalNote_t>;

bool has(const Notes& notes, cudnnBackendNumericalNote_t note) {
  return std::find(notes.begin(), notes.end(), note) != notes.end();
}

// Why an engine with these notes is not to be used for sums of products; empty when it may be. What
// transforms its operands is left out, so that small integers give the exact sums.
std::string objection(const Notes& notes, CudaMath math) {
  if (has(notes, CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION)) return "sums in 16 bits";
  if (has(notes, CUDNN_NUMERICAL_NOTE_WINOGRAD) || has(notes, CUDNN_NUMERICAL_NOTE_FFT)) {
    return "transforms its operands";
  }
  if (math == CudaMath::tf32) return "";
  if (has(notes, CUDNN_NUMERICAL_NOTE_TENSOR_CORE)) return "rounds to tf32";
  if (has(notes, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS)) return "rounds its operands";
  return "";
}

std::string describe(std::int64_t engine, std::size_t workspace, const Notes& notes) {
  std::string text =
      fmt::format("engine {}, {:.1f} MiB", engine, static_cast<double>(workspace) / (1 << 20));
  if (has(notes, CUDNN_NUMERICAL_NOTE_TENSOR_CORE)) text += ", tensor cores";
  return text;
}

// The configurations that cuDNN proposes for an operation graph, best first.
std::vector<CudnnDescriptor> propose(const CudnnTarget& target, const CudnnDescriptor& graph,
                                     cudnnBackendHeurMode_t mode) {
  CudnnDescriptor heuristic(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristic.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph).set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
  target.describe(heuristic, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP);
  heuristic.finalize();
  std::vector<CudnnDescriptor> configs;
  const std::int64_t count = heuristic.count(CUDNN_ATTR_ENGINEHEUR_RESULTS);
  for (std::int64_t i = 0; i < count; ++i) configs.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  const std::size_t found = heuristic.get_into(CUDNN_ATTR_ENGINEHEUR_RESULTS, configs);
  while (configs.size() > found) configs.pop_back();
  return configs;
}

constexpr std::size_t kRivals = 4;  // of cuDNN's proposals: each is built, which takes a while

void add_rivals(std::vector<CudnnPlan>& rivals, CudaMath math,
                const std::function<CudnnGraph()>& make, const CudnnTarget& target) {
  try {
    while (rivals.size() < kRivals) {
      rivals.emplace_back(make(), math, target, rivals.back().number() + 1);
    }
  } catch (const Error&) {  // there are no more
  }
}

cudnnHandle_t make_handle(cudaStream_t stream) {
  cudnnHandle_t handle = nullptr;
  IMPASTO_CUDNN_CALL(cudnnCreate(&handle));
  UniqueHandle<cudnnHandle_t, cuda_detail::destroy_cudnn> owned(handle);
  IMPASTO_CUDNN_CALL(cudnnSetStream(handle, stream));
  return owned.release();
}

}  // namespace

CudnnTarget::CudnnTarget(const std::string& device) {
  CudnnDescriptor description(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  const std::vector<char> text(device.c_str(), device.c_str() + device.size() + 1);
  description.set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, text).finalize();
  described_.push_back(std::move(description));
}

void CudnnTarget::name(CudnnDescriptor& descriptor, cudnnBackendAttributeName_t name) const {
  if (handle_ != nullptr) descriptor.set(name, handle_);
}

void CudnnTarget::describe(CudnnDescriptor& descriptor, cudnnBackendAttributeName_t name) const {
  if (handle_ == nullptr) descriptor.set(name, described_.front());
}

CudnnPlan::CudnnPlan(CudnnGraph graph, CudaMath math, const CudnnTarget& target, int from)
    : graph_(std::move(graph)), math_(math) {
  CudnnDescriptor operations(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  operations.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, graph_.operations());
  target.name(operations, CUDNN_ATTR_OPERATIONGRAPH_HANDLE);
  operations.finalize();
  kept_.push_back(std::move(operations));

  std::string reasons;
  number_ = -1;
  for (const auto mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    for (CudnnDescriptor& config : propose(target, kept_.front(), mode)) {
      if (++number_ < from) continue;
      if (try_engine(target, std::move(config), reasons)) return;
    }
  }
  throw Error("cuDNN has no engine" + (reasons.empty() ? "" : ":" + reasons));
}

bool CudnnPlan::try_engine(const CudnnTarget& target, CudnnDescriptor config,
                           std::string& reasons) {
  std::vector<CudnnDescriptor> engine;
  engine.emplace_back(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  config.get_into(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
  const std::int64_t number = engine.front().get_int(CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
  const Notes notes = engine.front().get_notes();
  std::string reason;
  if (has(notes, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC)) {
    reason = "not deterministic";
  } else if (graph_.multiplies()) {  // engines for pools have notes on products, too
    reason = objection(notes, math_);
  }
  if (reason.empty()) {
    try {
      CudnnDescriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
      target.name(plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE);
      target.describe(plan, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP);
      plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, config).finalize();
      workspace_bytes_ =
          static_cast<std::size_t>(plan.get_int(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE));
      description_ = describe(number, workspace_bytes_, notes);
      kept_.push_back(std::move(config));
      kept_.push_back(std::move(plan));
      return true;
    } catch (const Error& error) {  // an engine that cuDNN proposes need not support the problem
      reason = error.what();
    }
  }
  reasons += fmt::format(" engine {}: {};", number, reason);
  return false;
}

void CudnnPlan::run(cudnnHandle_t handle, const std::vector<const void*>& operands,
                    void* workspace) const {
  IMPASTO_CHECK(operands.size() == graph_.operands().size(), "cudnn: {} operands for a graph of {}",
                operands.size(), graph_.operands().size());
  std::vector<void*> pointers;  // cuDNN takes them all as writable
  for (const void* operand : operands) pointers.push_back(const_cast<void*>(operand));
  CudnnDescriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, graph_.operands())
      .set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, pointers)
      .set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, std::vector<void*>{workspace})
      .finalize();
  IMPASTO_CUDNN_CALL(cudnnBackendExecute(handle, kept_.back().get(), pack.get()));
}

CudnnPlans::CudnnPlans(cudaStream_t stream) : handle_(make_handle(stream)) {}

const CudnnPlan& CudnnPlans::get(const std::string& key, CudaMath math,
                                 const std::function<CudnnGraph()>& make, const Choose& choose) {
  const auto found = plans_.find(key);
  if (found != plans_.end()) return found->second;
  const CudnnTarget target(handle());
  std::vector<CudnnPlan> rivals;
  rivals.emplace_back(make(), math, target);
  if (choose) add_rivals(rivals, math, make, target);
  const std::size_t chosen = rivals.size() > 1 ? choose(rivals) : 0;
  return plans_.emplace(key, std::move(rivals[chosen])).first->second;
}

}  // namespace impasto
