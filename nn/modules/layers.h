// Small modules of feed-forward networks: instance normalisation, ReLU, pooling, upsampling.
#pragma once

#include "nn/modules/module.h"

namespace impasto {

class InstanceNorm2d final : public Module {
 public:
  explicit InstanceNorm2d(std::int64_t channels, DType dtype = DType::f32);  // gain 1, shift 0

  Variable forward(Context& context, const Variable& src) override;
  std::vector<std::pair<std::string, Variable>> parameters() const override;

 private:
  Variable gamma_;
  Variable beta_;
};

class Relu final : public Module {
 public:
  Variable forward(Context& context, const Variable& src) override { return relu(context, src); }
};

class Pool2d final : public Module {
 public:
  explicit Pool2d(PoolKind kind) : kind_(kind) {}
  Variable forward(Context& context, const Variable& src) override {
    return pool2d(context, src, kind_);
  }

 private:
  PoolKind kind_;
};

class Upsample final : public Module {
 public:
  Upsample(std::int64_t factor, ResizeMode mode) : factor_(factor), mode_(mode) {}
  Variable forward(Context& context, const Variable& src) override {
    return resize(context, src, src.shape()[1] * factor_, src.shape()[2] * factor_, mode_);
  }

 private:
  std::int64_t factor_;
  ResizeMode mode_;
};

}  // namespace impasto
