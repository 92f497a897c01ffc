// A graph made ready to run: cuDNN names engines for it, best first by its own estimate, and the
// first that is deterministic, computes as precisely as asked and can be built becomes the plan.
// Nothing is timed here: the choice, and so the bits of the result, is the same in every run,
// unless the caller chooses among several.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tensor/cuda/cudnn_graph.h"
#include "tensor/cuda/math.h"

namespace impasto {

// For which device: that of a handle or, to see what would be chosen on another machine, one that
// is described in cuDNN's own words (CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION).
class CudnnTarget {
 public:
  explicit CudnnTarget(cudnnHandle_t handle) : handle_(handle) {}
  explicit CudnnTarget(const std::string& device);

  // Sets a descriptor's attribute for the handle, or that for the description, if there is one.
  void name(CudnnDescriptor& descriptor, cudnnBackendAttributeName_t name) const;
  void describe(CudnnDescriptor& descriptor, cudnnBackendAttributeName_t name) const;

 private:
  cudnnHandle_t handle_ = nullptr;
  std::vector<CudnnDescriptor> described_;  // one, or none
};

class CudnnPlan {
 public:
  // Of cuDNN's proposals from that number on. Throws Error, naming every engine that was tried and
  // why not, when none serves.
  CudnnPlan(CudnnGraph graph, CudaMath math, const CudnnTarget& target, int from = 0);

  std::size_t workspace_bytes() const { return workspace_bytes_; }
  int number() const { return number_; }  // of the proposal that it is
  // "engine 42, 1.5 MiB, tensor cores": for logs and listings.
  const std::string& description() const { return description_; }

  // On the handle's stream. Pointers in the order of the graph's operands.
  void run(cudnnHandle_t handle, const std::vector<const void*>& operands, void* workspace) const;

 private:
  // Becomes the plan of this configuration, or adds to the reasons why not.
  bool try_engine(const CudnnTarget& target, CudnnDescriptor config, std::string& reasons);

  CudnnGraph graph_;
  CudaMath math_;
  std::vector<CudnnDescriptor> kept_;  // the operation graph, the configuration and the plan
  std::size_t workspace_bytes_ = 0;
  int number_ = 0;
  std::string description_;
};

// A handle on the device's stream, and the plans that were made on it so far, by a key of the
// caller: what is computed, of which shapes, how precisely.
class CudnnPlans {
 public:
  explicit CudnnPlans(cudaStream_t stream);

  cudnnHandle_t handle() const { return handle_.get(); }
  // Which of several plans for the same graph, cuDNN's favourite first.
  using Choose = std::function<std::size_t(const std::vector<CudnnPlan>& rivals)>;

  // The plan of the key, from `make` when it is new: the favourite unless somebody is to choose.
  // Valid as long as this object.
  const CudnnPlan& get(const std::string& key, CudaMath math,
                       const std::function<CudnnGraph()>& make, const Choose& choose = {});
  const std::map<std::string, CudnnPlan>& all() const { return plans_; }

 private:
  UniqueHandle<cudnnHandle_t, cuda_detail::destroy_cudnn> handle_;
  std::map<std::string, CudnnPlan> plans_;
};

}  // namespace impasto
