// The network that is trained, and its heads: for each taught layer a 1x1 convolution without bias
// that maps its channels to the teacher's, so that the student may have fewer. Romero et al.,
// "FitNets: hints for thin deep nets", ICLR 2015. Heads are dropped after training.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nn/vgg.h"
#include "tools/train/layout.h"

namespace impasto::train {

class Teachers;

// VGG's form, block by block.
struct StudentShape {
  std::vector<std::int64_t> channels = {16, 32, 96, 160, 160};
  std::vector<std::int64_t> convs = {2, 2, 2, 2, 1};

  // [oc, 3, 3, ic] of each convolution by name, in network order.
  std::vector<std::pair<std::string, Shape>> filters() const;
  std::int64_t channels_of(const std::string& layer) const;  // "relu3_1"
  // Throws InputError unless there is one number of convolutions for each number of channels, and
  // all are positive.
  void check() const;
};

// convB_I.weight, convB_I.bias, and head.LAYER [teacher's channels, 1, 1, student's].
Layout student_layout(const StudentShape& shape, const Teachers& teachers);

// He et al., "Delving deep into rectifiers", 2015; biases 0. On the cpu; a pure function of the
// seed.
Tensor initial_parameters(const Layout& layout, const StudentShape& shape, const Teachers& teachers,
                          std::uint64_t seed, DType dtype = DType::f32);

// RGB, mean and deviation of ImageNet; borders padded with zeros. Its tensors are views of the
// parameters.
VggSpec student_spec(const Layout& layout, const StudentShape& shape, const Tensor& parameters);

class Student {
 public:
  // Follows `parameters`, which must be on the device, when they change. Trained: they get
  // gradients.
  Student(const Layout& layout, const StudentShape& shape, const Teachers& teachers,
          const Tensor& parameters, bool trained);

  Vgg& network() { return network_; }
  const Variable& head(const std::string& layer) const { return heads_.at(layer); }

  // Moves the gradients that backward() left into a vector of the same layout; zero where none
  // arrived.
  Tensor take_gradient(Context& context);

 private:
  const Layout& layout_;
  Vgg network_;
  std::map<std::string, Variable> heads_;
};

}  // namespace impasto::train
