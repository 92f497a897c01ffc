#include "tools/lab/onednn/call.h"

#include <omp.h>

#include "tools/lab/onednn/baselines.h"

namespace impasto::lab::onednn {
namespace {

// oneDNN has no constant memory; what is an input is only read.
dnnl::memory seen(const Tensor& tensor, const Desc& as) {
  IMPASTO_CHECK(tensor.bytes() == as.get_size(), "oneDNN sees {} bytes of {}", as.get_size(),
                tensor.bytes());
  return {as, engine(), const_cast<float*>(tensor.data<float>())};
}

}  // namespace

std::string version() {
  const dnnl::version_t* v = dnnl::version();
  return fmt::format("{}.{}.{}", v->major, v->minor, v->patch);
}

void require(bool same, const std::string& reason) {
  if (!same) throw Error(reason);
}

dnnl::engine& engine() {
  static dnnl::engine processor(dnnl::engine::kind::cpu, 0);
  return processor;
}

Desc f32(const Dims& dims, Tag tag) {
  return {dims, dnnl::memory::data_type::f32, tag};
}

Desc matrix(std::int64_t rows, std::int64_t cols, bool transposed) {
  return f32({rows, cols}, transposed ? Tag::ba : Tag::ab);
}

Desc map(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w, Tag tag) {
  return f32({n, c, h, w}, tag);
}

PrimitiveCall::PrimitiveCall(int threads) : threads_(threads), stream_(engine()) {
  omp_set_num_threads(threads);
}

void PrimitiveCall::input(int arg, const Tensor& tensor, const Desc& as, const Desc& wanted) {
  const dnnl::memory ours = seen(tensor, as);
  if (as == wanted) {
    arguments_.insert_or_assign(arg, ours);
  } else {
    copy(ours, scratch(arg, wanted));
  }
}

void PrimitiveCall::result(int arg, Tensor& tensor, const Desc& as, const Desc& wanted) {
  const dnnl::memory ours = seen(tensor, as);
  if (as == wanted) {
    arguments_.insert_or_assign(arg, ours);
  } else {
    results_.emplace_back(scratch(arg, wanted), ours);
  }
}

void PrimitiveCall::own(int arg, Tensor tensor, const Desc& as, const Desc& wanted) {
  owned_.push_back(std::move(tensor));
  input(arg, owned_.back(), as, wanted);
}

dnnl::memory PrimitiveCall::scratch(int arg, const Desc& desc) {
  const dnnl::memory made(desc, engine());
  arguments_.insert_or_assign(arg, made);
  return made;
}

void PrimitiveCall::copy(const dnnl::memory& from, const dnnl::memory& to) {
  dnnl::memory source = from, target = to;
  dnnl::reorder(source, target).execute(stream_, source, target);
  stream_.wait();
}

void PrimitiveCall::run() {
  omp_set_num_threads(threads_);
  primitive_.execute(stream_, arguments_);
  stream_.wait();
}

// OpenMP's, which oneDNN computes with.
void PrimitiveCall::on_threads(int threads, const std::function<void(int thread)>& body) {
#pragma omp parallel num_threads(threads)
  body(omp_get_thread_num());
}

void PrimitiveCall::finish() {
  for (const auto& [from, to] : results_) copy(from, to);
}

}  // namespace impasto::lab::onednn
