// What a student is asked for. With S its features at a layer, T the teacher's, H the layer's head,
// and the Gram matrix of a feature map G(F) = F^T F / (h w c), for each layer the sum of
//
//   features   |S H - T|^2 / |T|^2                 the features, through the best linear map
//   gram       |G(S H) - G(T)|^2 / |G(T)|^2        what style losses compare
//   geometry   see gram_geometry.h                 the same of S itself, for H is dropped
//   balance    mean_c (mean S_c - 1)^2             every channel counts
//
// times its weight. Balance makes what normalise.h does after training a small step: channels that
// are hardly ever active would be noise once they are scaled to a mean of 1. No term depends on a
// teacher's scale, so layers weigh alike and none needs a weight of its own.
//
// Distillation: Hinton, Vinyals and Dean, 2015. Features through a linear head: Romero et al.,
// "FitNets", ICLR 2015. For style transfer: Wang et al., "Collaborative distillation for
// ultra-resolution universal style transfer", CVPR 2020.
#pragma once

#include <string>
#include <vector>

#include "tools/train/student.h"
#include "tools/train/teachers.h"

namespace impasto::train {

struct DistillationWeights {
  double features = 1;
  double gram = 1;
  double geometry = 1;
  double balance = 0.1;
};

// f64 scalars.
struct LayerTerms {
  std::string layer;
  Variable features, gram, geometry, balance;  // with their weights; undefined where that is 0
};

struct Distillation {
  Variable total;
  std::vector<LayerTerms> layers;  // in network order
};

// pictures [n, h, w, 3], RGB, 0..255, on the context's device.
Distillation distil(Context& context, Student& student, Teachers& teachers,
                    const DistillationWeights& weights, const Tensor& pictures);

}  // namespace impasto::train
