// What the baselines of oneDNN share: our tensors as its memory, and a primitive with its operands.
//
// Tensors are seen where they lie, in our layouts. What a primitive wants in another layout is
// copied into it before the first run, and results are copied back behind the last: neither is
// timed, as if the network around it used oneDNN's layouts throughout.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "tensor/error.h"
#include "tensor/tensor.h"
#include "tools/lab/baseline.h"

namespace impasto::lab::onednn {

using Dims = dnnl::memory::dims;
using Desc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;

// Throws Error with the reason when oneDNN does not compute what we do.
void require(bool same, const std::string& reason);

dnnl::engine& engine();

Desc f32(const Dims& dims, Tag tag);
// A matrix of ours as it lies, or read the other way round.
Desc matrix(std::int64_t rows, std::int64_t cols, bool transposed);

// Feature maps have oneDNN's dims n, c, h, w; `any` leaves the layout to the primitive.
Desc map(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w, Tag tag = Tag::nhwc);

class PrimitiveCall : public LibraryCall {
 public:
  explicit PrimitiveCall(int threads);

  // `as`: how the tensor lies. Copied when the primitive wants something else.
  void input(int arg, const Tensor& tensor, const Desc& as, const Desc& wanted);
  void input(int arg, const Tensor& tensor, const Desc& as) { input(arg, tensor, as, as); }
  void result(int arg, Tensor& tensor, const Desc& as, const Desc& wanted);
  void result(int arg, Tensor& tensor, const Desc& as) { result(arg, tensor, as, as); }
  // A tensor that nobody else holds.
  void own(int arg, Tensor tensor, const Desc& as, const Desc& wanted);
  // Memory of oneDNN's own.
  dnnl::memory scratch(int arg, const Desc& desc);

  template <class Primitive>
  void set(const typename Primitive::primitive_desc& desc) {
    primitive_ = Primitive(desc);
    implementation_ = desc.impl_info_str();
  }

  void run() override;
  void finish() override;
  std::string implementation() const override { return implementation_; }
  void on_threads(int threads, const std::function<void(int thread)>& body) override;

 private:
  void copy(const dnnl::memory& from, const dnnl::memory& to);

  int threads_;
  dnnl::stream stream_;
  dnnl::primitive primitive_;
  std::string implementation_;
  std::unordered_map<int, dnnl::memory> arguments_;
  std::vector<std::pair<dnnl::memory, dnnl::memory>> results_;  // from its layout to ours
  std::vector<Tensor> owned_;
};

// make(call), with what oneDNN throws as an Error.
template <class Make>
std::unique_ptr<LibraryCall> prepared(int threads, Make make) {
  try {
    auto call = std::make_unique<PrimitiveCall>(threads);
    make(*call);
    return call;
  } catch (const dnnl::error& error) {
    throw Error(fmt::format("oneDNN: {}", error.what()));
  }
}

}  // namespace impasto::lab::onednn
