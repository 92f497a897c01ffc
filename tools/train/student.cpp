#include "tools/train/student.h"

#include <cmath>

#include "optim/vectors.h"
#include "tensor/random.h"
#include "tools/train/teachers.h"

namespace impasto::train {
namespace {

std::string head_name(const std::string& layer) {
  return "head." + layer;
}

}  // namespace

void StudentShape::check() const {
  bool good = !channels.empty() && channels.size() <= 9 && channels.size() == convs.size();
  for (const std::int64_t number : channels) good = good && number > 0 && number <= 4096;
  for (const std::int64_t number : convs) good = good && number > 0 && number <= 15;
  if (good) return;
  throw InputError(fmt::format(
      "--channels {} --convs {}: expected a number of channels and one of convolutions for each "
      "block, like 16,32,96,160,160 and 2,2,2,2,1",
      fmt::join(channels, ","), fmt::join(convs, ",")));
}

std::vector<std::pair<std::string, Shape>> StudentShape::filters() const {
  std::vector<std::pair<std::string, Shape>> all;
  std::int64_t ic = 3;
  for (std::size_t block = 0; block < channels.size(); ++block) {
    for (std::int64_t index = 1; index <= convs[block]; ++index) {
      all.emplace_back(fmt::format("conv{}_{}", block + 1, index),
                       Shape{channels[block], 3, 3, ic});
      ic = channels[block];
    }
  }
  return all;
}

std::int64_t StudentShape::channels_of(const std::string& layer) const {
  for (const auto& [name, shape] : filters()) {
    if (layer == "relu" + name.substr(4)) return shape[0];
  }
  throw InputError(fmt::format("the student has no layer {}", layer));
}

Layout student_layout(const StudentShape& shape, const Teachers& teachers) {
  shape.check();
  Layout layout;
  for (const auto& [name, filter] : shape.filters()) {
    layout.add(name + ".weight", filter);
    layout.add(name + ".bias", {filter[0]});
  }
  for (const std::string& layer : teachers.layers()) {
    layout.add(head_name(layer), {teachers.channels(layer), 1, 1, shape.channels_of(layer)});
  }
  return layout;
}

Tensor initial_parameters(const Layout& layout, const StudentShape& shape, const Teachers& teachers,
                          std::uint64_t seed, DType dtype) {
  Tensor parameters = Tensor::zeros({layout.size()}, dtype);
  std::uint64_t stream = seed << 8;  // one stream a tensor
  const auto fill = [&](const std::string& name, double gain) {
    Tensor wei = layout.view(parameters, name);
    const Shape& s = wei.shape();
    const double bound = std::sqrt(gain / static_cast<double>(s[1] * s[2] * s[3]));
    fill_uniform(wei, stream++, -bound, bound);
  };
  for (const auto& [name, filter] : shape.filters()) fill(name + ".weight", 6);
  for (const std::string& layer : teachers.layers()) fill(head_name(layer), 3);
  return parameters;
}

VggSpec student_spec(const Layout& layout, const StudentShape& shape, const Tensor& parameters) {
  VggSpec spec;
  spec.input = {
      .bgr = false, .range = 1, .mean = {0.485, 0.456, 0.406}, .std = {0.229, 0.224, 0.225}};
  spec.dtype = parameters.dtype();
  for (const auto& [name, filter] : shape.filters()) {
    spec.convs.push_back({name[4] - '0', std::stoi(name.substr(6)),
                          layout.view(parameters, name + ".weight"),
                          layout.view(parameters, name + ".bias")});
  }
  return spec;
}

Student::Student(const Layout& layout, const StudentShape& shape, const Teachers& teachers,
                 const Tensor& parameters, bool trained)
    : layout_(layout),
      network_(student_spec(layout, shape, parameters), PoolKind::max, parameters.device(),
               !trained) {
  for (const std::string& layer : teachers.layers()) {
    heads_[layer] = Variable(layout.view(parameters, head_name(layer)), trained);
  }
}

Tensor Student::take_gradient(Context& context) {
  Tensor gradient;
  const auto take = [&](const std::string& name, Variable parameter) {
    const Tensor& value = parameter.value();
    if (!gradient.defined()) {
      gradient = Tensor::zeros({layout_.size()}, value.dtype(), context.device());
    }
    if (!parameter.grad().defined()) return;
    Tensor place = layout_.view(gradient, name);
    assign(context, 1, parameter.grad(), place);
    parameter.clear_grad();
  };
  for (const auto& [name, parameter] : network_.parameters()) take(name, parameter);
  for (const auto& [layer, head] : heads_) take(head_name(layer), head);
  return gradient;
}

}  // namespace impasto::train
