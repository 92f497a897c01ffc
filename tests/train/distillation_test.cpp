#include "tools/train/distillation.h"

#include <cstring>

#include <doctest/doctest.h>

#include "tests/support/compare.h"
#include "tests/support/files.h"
#include "weights/safetensors.h"

namespace impasto {
namespace {

using train::Layout;

const train::StudentShape kShape{{5, 7, 6}, {2, 2, 1}};

NamedTensors part_of(const NamedTensors& all, const std::string& prefix) {
  NamedTensors part;
  for (const auto& [name, tensor] : all.tensors) {
    if (name.starts_with(prefix)) part.tensors[name.substr(prefix.size())] = tensor;
  }
  return part;
}

// As the layout has it: filters [oc, kh, kw, ic], heads [teacher, 1, 1, student].
Tensor as_parameter(const Tensor& tensor, const Shape& shape) {
  return tensor.shape().rank() == 4 ? oihw_to_ohwi(tensor) : tensor.reshape(shape);
}

struct Fixture {
  explicit Fixture(DType dtype)
      : file(read_safetensors(test::fixture("train.safetensors"))),
        teachers({vgg_spec(part_of(file, "shallow."), "shallow", dtype),
                  vgg_spec(part_of(file, "deep."), "deep", dtype)},
                 {"relu1_1", "relu2_1", "relu3_1"}, Device{}),
        layout(train::student_layout(kShape, teachers)),
        parameters(Tensor::zeros({layout.size()}, dtype)) {
    for (const auto& [name, tensor] : part_of(file, "parameter.").tensors) {
      Tensor place = layout.view(parameters, name);
      const Tensor value = as_parameter(tensor.to(dtype), place.shape());
      std::memcpy(place.raw(), value.raw(), value.bytes());
    }
  }

  NamedTensors file;
  train::Teachers teachers;
  Layout layout;
  Tensor parameters;
};

void check_against_pytorch(DType dtype, double tolerance) {
  Fixture fixture(dtype);
  Context context;
  train::Student student(fixture.layout, kShape, fixture.teachers, fixture.parameters, true);
  const train::Distillation losses =
      distil(context, student, fixture.teachers, {1, 0.5, 0.25, {1, 2, 0.5}},
             fixture.file.tensors.at("pictures").to(dtype));
  REQUIRE(losses.layers.size() == 3);
  for (const train::LayerTerms& terms : losses.layers) {
    const auto check = [&](const std::string& term, const Variable& got) {
      CAPTURE(terms.layer + "." + term);
      const double want = fixture.file.tensors.at("loss." + terms.layer + "." + term).item();
      CHECK(std::abs(got.value().item() - want) <= tolerance * want);
    };
    check("features", terms.features);
    check("gram", terms.gram);
    check("geometry", terms.geometry);
  }
  backward(context, losses.total);
  const Tensor gradient = student.take_gradient(context);
  for (const auto& [name, want] : part_of(fixture.file, "gradient.").tensors) {
    CAPTURE(name);
    const Tensor got = fixture.layout.view(gradient, name);
    CHECK(test::relative_error(got, as_parameter(want, got.shape())) < tolerance);
  }
}

TEST_CASE("losses and gradients of all parameters are PyTorch's, in double") {
  check_against_pytorch(DType::f64, 1e-10);
}

TEST_CASE("losses and gradients of all parameters are PyTorch's, as training computes them") {
  check_against_pytorch(DType::f32, 1e-5);
}

TEST_CASE("a term of weight zero is not computed") {
  Fixture fixture(DType::f32);
  Context context;
  train::Student student(fixture.layout, kShape, fixture.teachers, fixture.parameters, true);
  const Tensor pictures = fixture.file.tensors.at("pictures").to(DType::f32);
  const auto losses = distil(context, student, fixture.teachers, {1, 0, 0, {}}, pictures);
  CHECK(losses.layers[0].features.defined());
  CHECK_FALSE(losses.layers[0].gram.defined());
  CHECK_FALSE(losses.layers[0].geometry.defined());
}

TEST_CASE("a layer is taught by the first teacher that has it") {
  Fixture fixture(DType::f32);
  CHECK(fixture.teachers.channels("relu2_1") == 9);
  CHECK(fixture.teachers.channels("relu3_1") == 10);
  const VggSpec spec = vgg_spec(part_of(fixture.file, "shallow."), "shallow");
  CHECK_THROWS_WITH_AS(train::Teachers({spec}, {"relu1_1", "relu3_1"}, Device{}),
                       "no teacher has the layer relu3_1", InputError);
}

TEST_CASE("a student's form is checked") {
  CHECK_THROWS_AS((train::StudentShape{{4, 5}, {1}}.check()), InputError);
  CHECK_THROWS_AS((train::StudentShape{{4, 0}, {1, 1}}.check()), InputError);
  CHECK_THROWS_AS((train::StudentShape{{}, {}}.check()), InputError);
  CHECK((kShape.channels_of("relu2_2") == 7));
  CHECK_THROWS_WITH_AS(kShape.channels_of("relu4_1"), "the student has no layer relu4_1",
                       InputError);
}

}  // namespace
}  // namespace impasto
